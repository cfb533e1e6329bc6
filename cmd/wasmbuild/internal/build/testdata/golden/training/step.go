//go:build train

package training

import . "github.com/fovea-run/fovea/kernels/simd128"

// step is exported by a module for training only.
//
//wasm:export step
func step(p uint32) { U32(p).Store(0, backward(p)+moment(p)) }

func moment(p uint32) uint32 { return U32(p).Load(8) }
