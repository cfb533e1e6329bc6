// Package simd128 holds the intrinsics of kernel Go: 128-bit vectors, typed
// addresses into linear memory and the scalar instructions that Go has no
// operator for.
//
// wasmbuild replaces each call by the WebAssembly instruction that package opcode
// names. Natively the same calls run on a pure-Go emulation over an [Arena],
// which is bounds-checked and traps as linear memory does.
//
// Names and argument order follow Go's simd/archsimd where it has the
// operation, and the WebAssembly specification's name elsewhere. Arithmetic
// has the semantics of the WebAssembly core specification, section 4.3
// (numerics).
package simd128
