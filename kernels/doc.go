// Package kernels holds everything that runs inside the WebAssembly module:
// the attention kernels and their neighbours, the verifier, binder and
// executor of programs, the tokenizer and the sentence splitter.
//
// It is written in kernel Go, the subset of Go that cmd/wasmbuild compiles to
// WebAssembly SIMD128. Natively it runs on the emulation in simd128.
package kernels
