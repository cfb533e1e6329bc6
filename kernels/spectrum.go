package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// The power spectrum of real frames, by a matrix product with the basis of
// the discrete Fourier transform: that basis is computed at run time, since
// it would outweigh the model's file, and the product is the quickest kernel
// there is. For frames of 400 samples it costs no more than an FFT of 512 in
// SIMD would with its reordering.

// mostSamples is the most of a frame: the basis has the square of them.
const mostSamples = 4096

// spectrumBins returns the number of frequencies of a real frame.
func spectrumBins(n uint32) uint32 { return n/2 + 1 }

// spectrumBasis writes to out[n, 2·bins] the cosines, then the sines, of
// 2π·t·f/n for t < n and f < bins, times window[t] if there is one, for the
// rows from first on.
func spectrumBasis(out, window F32, n, first, rows uint32) {
	bins := spectrumBins(n)
	step := BroadcastFloat32x4(6.28318548 / float32(n))
	out += F32(8 * first * bins)
	for t := first; t < first+rows; t++ {
		gain := BroadcastFloat32x4(1)
		if window != 0 {
			gain = BroadcastFloat32x4((window + F32(4*t)).Load(0))
		}
		for f := uint32(0); f < bins; f += 4 {
			// Whole turns are taken off exactly, before the angle is rounded.
			turn := BroadcastInt32x4(int32(t*f%n)).SetElem(1, int32(t*(f+1)%n))
			turn = turn.SetElem(2, int32(t*(f+2)%n)).SetElem(3, int32(t*(f+3)%n))
			s, c := sinCosVec(turn.ConvertToFloat32().Mul(step))
			storeUpTo4(out+F32(4*f), c.Mul(gain), bins-f)
			storeUpTo4(out+F32(4*(bins+f)), s.Mul(gain), bins-f)
		}
		out += F32(8 * bins)
	}
}

// power writes the sums of the squares of rows of re[bins] and im[bins].
func power(out, x F32, rows, bins uint32) {
	for range rows {
		for i := uint32(0); i < bins; i += 4 {
			re, im := loadUpTo4(x+F32(4*i), bins-i), loadUpTo4(x+F32(4*(bins+i)), bins-i)
			storeUpTo4(out+F32(4*i), re.MulAdd(re, im.Mul(im)), bins-i)
		}
		out += F32(4 * bins)
		x += F32(8 * bins)
	}
}

// logarithm writes scale·ln max(x, floor) + offset of n elements. out may be
// x.
func logarithm(out, x F32, n uint32, floor, scale, offset float32) {
	low, s, o := BroadcastFloat32x4(floor), BroadcastFloat32x4(scale), BroadcastFloat32x4(offset)
	for i := uint32(0); i < n; i += 4 {
		storeUpTo4(out, logVec(loadUpTo4(x, n-i).Max(low)).MulAdd(s, o), n-i)
		x += 16
		out += 16
	}
}
