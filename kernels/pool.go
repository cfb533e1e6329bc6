package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// maskedMean writes to out[batch, cols] the mean of the first lengths[b] of
// the tokens rows of x[b]: zeros where that is 0.
func maskedMean(out, x F32, lengths I32, batch, tokens, cols uint32) {
	for range batch {
		n := uint32(lengths.Load(0))
		fillZero(out, cols)
		row := x
		for range n {
			add(out, out, row, cols)
			row += F32(4 * cols)
		}
		if n != 0 {
			divide(out, cols, float32(n))
		}
		out += F32(4 * cols)
		x += F32(4 * tokens * cols)
		lengths += 4
	}
}

// divide divides n elements by d, in place.
func divide(x F32, n uint32, d float32) {
	by := BroadcastFloat32x4(d)
	for i := uint32(0); i < n; i += 4 {
		storeUpTo4(x, loadUpTo4(x, n-i).Div(by), n-i)
		x += 16
	}
}

// add writes x + y to out, n elements; out may be x or y.
func add(out, x, y F32, n uint32) {
	for i := uint32(0); i < n; i += 4 {
		storeUpTo4(out, loadUpTo4(x, n-i).Add(loadUpTo4(y, n-i)), n-i)
		out += 16
		x += 16
		y += 16
	}
}

// l2Normalize divides each row of x by its length, √max(Σx², eps). out may
// be x. Elements above 1.8e19 overflow the square and give zeros.
func l2Normalize(out, x F32, rows, cols uint32, eps float32) {
	for range rows {
		length := Sqrt32(Max32(squaredDeviation(x, cols, 0), eps))
		if out != x {
			MemoryCopy(uint32(out), uint32(x), 4*cols)
		}
		divide(out, cols, length)
		out += F32(4 * cols)
		x += F32(4 * cols)
	}
}
