package invariant

import . "github.com/fovea-run/fovea/kernels/simd128"

// scale has constants in a loop inside a loop that calls.
//
//wasm:export scale
func scale(p F32, n uint32) {
	for range n {
		for range 4 {
			third := BroadcastFloat32x4(0.25)
			x := LoadFloat32x4(p, 0).Mul(third).Add(BroadcastFloat32x4(1.5))
			x.Max(BroadcastFloat32x4(0)).Min(third).Store(p, 0)
			p += 16
		}
		LoadFloat32x4(p, 0).Mul(BroadcastFloat32x4(2.5)).Store(p, 0)
		p = step(p)
	}
}

func step(p F32) F32 { return p + 16 }
