package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// addTiming adds the sinusoidal position signal to positions first to first +
// n - 1 of x[batch, tokens, cols]:
// sin(pos·inv[i]) to column i of the first half and cos(pos·inv[i]) to column
// i of the second, with inv[cols/2]. An odd last column is copied. out may be x.
//
// Sines are computed once a position, not once a batch row.
func addTiming(out, x, inv F32, first, n, batch, tokens, cols uint32) {
	half := cols / 2
	size := 4 * tokens * cols
	for pos := first; pos < first+n; pos++ {
		at := 4 * pos * cols
		for i := uint32(0); i < half; i += 4 {
			angle := BroadcastFloat32x4(float32(pos)).Mul(loadUpTo4(inv+F32(4*i), half-i))
			s, c := sinCosVec(angle)
			for b := range batch {
				sine := b*size + at + 4*i
				cosine := sine + 4*half
				storeUpTo4(out+F32(sine), loadUpTo4(x+F32(sine), half-i).Add(s), half-i)
				storeUpTo4(out+F32(cosine), loadUpTo4(x+F32(cosine), half-i).Add(c), half-i)
			}
		}
		if cols%2 != 0 {
			for b := range batch {
				last := b*size + at + 8*half
				(out + F32(last)).Store(0, (x + F32(last)).Load(0))
			}
		}
	}
}
