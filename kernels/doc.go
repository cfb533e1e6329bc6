// Package kernels holds everything that runs inside the WebAssembly module:
// the attention kernels and their neighbours, the verifier, binder and
// executor of programs, the tokenizer and the sentence splitter.
//
// It is written in kernel Go, the subset of Go that cmd/wasmbuild compiles to
// WebAssembly SIMD128. Natively it runs on the emulation in simd128.
//
// # Kernel Go
//
// A package of kernel Go imports simd128, by dot, and nothing else. It has
// functions and constants, and variables inside functions only.
//
//   - Types: int32, uint32, int64, uint64, float32, float64, bool, the vectors
//     and typed addresses of simd128, and names for numeric types.
//   - Statements: assignments, if, for, range over an integer, switch on an
//     integer with constant cases, labelled break and continue, return of any
//     number of results, direct calls without recursion, min and max.
//   - Memory is reached by the Load and Store of an address, with a constant
//     offset; what else is to be added, to the address in bytes.
//
// What means one thing in Go and another in WebAssembly is refused: shifts by
// a variable count that is not masked, signed division by a variable, float
// to integer conversions (TruncInt32 and its like are there), and float
// products, which Go may fuse with a sum: write float32(a*b), or MulAdd of
// vectors. cmd/wasmbuild/DIALECT.md has the whole.
//
// `if Relaxed` is decided when the module is built. Directives end a
// function's doc comment: //wasm:export name exports it, to hosts that pass
// and get numbers; //wasm:bench name does so in a benchmark's build; and
// //wasm:inline puts the body in place of every call.
package kernels
