package folding

import . "github.com/fovea-run/fovea/kernels/simd128"

const width = 8

//wasm:inline
func row(p F32, i, stride uint32) F32 { return p + F32(4*i*stride) }

//wasm:export folded
func folded(p F32, x uint32) float32 {
	const debug = width > 9
	unused := x * 3
	if debug {
		return 0
	}
	y := row(p, 0, width).Load(0)
	for i := uint32(0); i < width; i++ {
		if x == 0 {
			break
		}
		x--
	}
	_ = unused
	return y + row(p, 2, width).Load(4)
}
