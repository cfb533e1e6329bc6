package directives

import . "github.com/fovea-run/fovea/kernels/simd128"

//wasm:export
func unnamed() {} // want -1 "needs a name: write `//wasm:export unnamed`"

//wasm:export twice
func first() {}

//wasm:export twice
func second() {} // want -1 "exported twice"

//wasm:export vector
func vector(v Float32x4) {} // want "hosts cannot pass Float32x4"

//wasm:export truth
func truth() bool { return true } // want "hosts cannot pass bool"

//wasm:export results
func results() (uint32, uint32) { return 1, 2 } // want "at most one result"

//wasm:inline always
func inlined() {} // want -1 "takes no argument"

//wasm:fast
func fast() {} // want -1 "unknown directive //wasm:fast"

//wasm:export alone
// want -1 "belongs to no function"

func detached() {}
