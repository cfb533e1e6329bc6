// Package simd128 holds the intrinsics of kernel Go: 128-bit vectors, typed
// addresses into linear memory, atomics, and the scalar instructions that Go
// has no operator for.
//
// The language of kernels is specified in cmd/wasmbuild/DIALECT.md.
//
// wasmbuild replaces each call by the WebAssembly instruction that package opcode
// names. Natively the same calls run on a pure-Go emulation over an [Arena],
// which is bounds-checked and traps as linear memory does.
//
// Names and argument order follow Go's simd/archsimd where it has the
// operation, and the WebAssembly specification's name elsewhere. Arithmetic
// has the semantics of the WebAssembly core specification, section 4.3
// (numerics). Numbers of 8 and 16 bits, which kernel Go does not have, are
// passed as those of 32: where one is narrower in a vector or in memory its
// low bits count.
//
// The constants of an instruction must be constants in Go: the offset of an
// access, called off, and lanes. A lane of GetElem, SetElem, LoadLane and
// StoreLane is below the number of lanes; one of SelectFromPair and Shuffle
// is below twice that.
//
// # Relaxed builds
//
// Some intrinsics become another instruction in a relaxed build, whose
// result the engine may choose within limits. In a baseline build, and
// natively, they have one result. RelaxedDot and RelaxedDotAdd have no
// baseline instruction and can be called inside `if Relaxed` only.
//
// # Threads
//
// A build for threads imports its memory, env.memory, which the threads'
// instances share; what is inside `if Threads { … }` belongs to such a build
// only. The memory's maximum is the host's choice.
//
// Atomic accesses work on any memory, natively by sync/atomic; the sum of
// address and offset must be a multiple of the access's size. AtomicWait
// needs shared memory, natively that of [NewSharedArena].
//
// # Training
//
// What is inside `if Training { … }`, and in files with the build tag
// "train", belongs to modules for training only.
//
// What wasmbuild has no use for is left out: table and reference
// instructions, passive data segments, and conversions that trap.
package simd128

//go:generate go run ./internal/gen
