package tile

import . "github.com/fovea-run/fovea/kernels/simd128"

// tile computes two rows of eight columns.
//
//wasm:export tile
func tile(c, a, b F32, k, lda, ldc uint32) {
	a1, c1 := a+F32(lda), c+F32(ldc)
	var x0, y0, x1, y1 Float32x4
	for range k {
		p, q := LoadFloat32x4(b, 0), LoadFloat32x4(b, 16)
		s := LoadSplatFloat32x4(a, 0)
		x0 = s.MulAdd(p, x0)
		y0 = s.MulAdd(q, y0)
		s = LoadSplatFloat32x4(a1, 0)
		x1 = s.MulAdd(p, x1)
		y1 = s.MulAdd(q, y1)
		a += 4
		a1 += 4
		b += 32
	}
	x0.Store(c, 0)
	y0.Store(c, 16)
	x1.Store(c1, 0)
	y1.Store(c1, 16)
}
