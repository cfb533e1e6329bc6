// Package wasm is Go's side of the runtime: it loads model files and runs
// their programs on the kernels, either as the WebAssembly module under
// wazero or natively as Go.
//
//	rt, err := wasm.Open(ctx, wasm.Options{})
//	file, err := wasm.OpenModelFile("model.safetensors")
//	m, err := rt.Load(ctx, file, file.Size())
//	s, err := m.NewSession(nil)
//	out, err := s.Run(ctx, "encode", wasm.Tensors{
//		"ids":     wasm.I32(ids, 1, len(ids)),
//		"lengths": wasm.I32([]int32{int32(len(ids))}, 1),
//	})
//	embedding := out["embedding"].Float32s()
//
// A [Model] owns one instance of the module; its memory holds the weights
// and everything that a run needs. What goes wrong is an [*Error], or the
// context's own error where the context was done.
//
// The JavaScript side in js/ has the same verbs, argument order and errors.
package wasm
