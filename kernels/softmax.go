package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// softmax writes eˣ/Σeˣ of each row of x[rows, cols] to out, which may be x.
// A row of only -Inf gives zeros; a NaN or +Inf makes its row NaN.
func softmax(out, x F32, rows, cols uint32) {
	for range rows {
		softmaxRow(out, x, cols, 1)
		out += F32(4 * cols)
		x += F32(4 * cols)
	}
}

// softmaxRow writes the softmax of scale·x, n elements, to out, which may be
// x.
func softmaxRow(out, x F32, n uint32, scale float32) {
	if n == 0 {
		return
	}
	top := maxRow(x, n, scale)
	sum := expRow(out, x, n, scale, top)
	if sum != 0 {
		divide(out, n, sum)
	}
}

// maxRow returns the greatest of scale·x over n ≥ 1 elements, NaN if one is
// NaN.
func maxRow(x F32, n uint32, scale float32) float32 {
	s := BroadcastFloat32x4(scale)
	low := BroadcastFloat32x4(FromBits32(negativeInf))
	top := low
	for range n / 4 {
		top = top.Max(LoadFloat32x4(x, 0).Mul(s))
		x += 16
	}
	if n%4 != 0 {
		top = top.Max(loadPart(x, n%4).Mul(s).Merge(low, lanesBelow(n%4)))
	}
	return maxLanes(top)
}

// negativeInf is the bits of -Inf.
const negativeInf = 0xFF800000

// expRow writes e**(scale·x - top) to out and returns the sum of the n ≥ 1
// results. A top of -Inf means that every x is, and gives zeros.
func expRow(out, x F32, n uint32, scale, top float32) float32 {
	if top == FromBits32(negativeInf) {
		top = 0
	}
	s, t := BroadcastFloat32x4(scale), BroadcastFloat32x4(top)
	var sum Float32x4
	for range n / 4 {
		e := expDecay(LoadFloat32x4(x, 0).Mul(s).Sub(t))
		e.Store(out, 0)
		sum = sum.Add(e)
		x += 16
		out += 16
	}
	if n%4 != 0 {
		e := expDecay(loadPart(x, n%4).Mul(s).Sub(t))
		e = e.Merge(BroadcastFloat32x4(0), lanesBelow(n%4))
		storePart(out, e, n%4)
		sum = sum.Add(e)
	}
	return sumLanes(sum)
}
