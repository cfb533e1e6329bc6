package inlining

import . "github.com/fovea-run/fovea/kernels/simd128"

// clamp returns early, so that its body is a block where it is inlined.
//
//wasm:inline
func clamp(x, low, high uint32) uint32 {
	if x < low {
		return low
	}
	return min(x, high)
}

//wasm:export clamped
func clamped(p U32, n uint32) uint32 {
	s := uint32(0)
	for i := range n {
		s += p.Load(0) * clamp(i, 3, 9)
		p += 4
	}
	return s
}

// unreached is left out.
func unreached() {}
