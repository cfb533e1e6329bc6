// Package threads is kernel Go for the golden test: what a build for threads
// has and others have not, and the atomic instructions.
package threads

import . "github.com/fovea-run/fovea/kernels/simd128"

// meet is wait, add and notify in a build for threads, nothing in others.
//
//wasm:export meet
func meet(p U32) uint32 {
	if Threads {
		return p.AtomicWait(0, p.AtomicAdd(64, 1), -1) + p.AtomicNotify(0, 0xFFFFFFFF)
	} else {
		return others(p)
	}
}

// others is in builds without threads only.
func others(p U32) uint32 { return p.Load(4) }
