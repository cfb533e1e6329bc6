package kernels

// Build returns the number of this build. A bridge of another number does not
// go with the module.
//
//wasm:export build
func Build() uint32 { return build }
