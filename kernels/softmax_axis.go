package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// softmaxAxis writes the softmax of x[outer, n, inner] along the middle axis
// to out, which may be x; with log its logarithm, x - ln Σeˣ, which stays
// finite where the softmax underflows, and out is not x. A row of only -Inf gives zeros, and
// -Inf with log; a NaN or +Inf makes its row NaN.
func softmaxAxis(out, x F32, outer, n, inner uint32, log bool) {
	for range outer {
		if inner > 1 {
			for i := uint32(0); i < inner; i += 4 {
				softmaxColumns(out+F32(4*i), x+F32(4*i), n, inner-i, 4*inner, log)
			}
		} else if log {
			logSoftmaxRow(out, x, n)
		} else {
			softmaxRow(out, x, n, 1)
		}
		out += F32(4 * n * inner)
		x += F32(4 * n * inner)
	}
}

// softmaxColumns is softmaxAxis of the first four of cols columns of n
// elements, stride bytes apart, or of all if they are fewer.
func softmaxColumns(out, x F32, n, cols, stride uint32, log bool) {
	low := BroadcastFloat32x4(FromBits32(negativeInf))
	top := low
	for i := range n {
		top = top.Max(loadUpTo4(x+F32(i*stride), cols))
	}
	top = BroadcastFloat32x4(0).Merge(top, top.Equal(low))
	var sum Float32x4
	for i := range n {
		sum = sum.Add(decay(loadUpTo4(x+F32(i*stride), cols).Sub(top)))
	}
	empty := sum.Equal(BroadcastFloat32x4(0))
	logs := BroadcastFloat32x4(0).Merge(logVec(sum), empty)
	sum = BroadcastFloat32x4(1).Merge(sum, empty)
	for range n {
		v := loadUpTo4(x, cols).Sub(top)
		if log {
			v = v.Sub(logs)
		} else {
			v = decay(v).Div(sum)
		}
		storeUpTo4(out, v, cols)
		out += F32(stride)
		x += F32(stride)
	}
}

// logSoftmaxRow writes x - ln Σeˣ of n elements to out, which is not x.
func logSoftmaxRow(out, x F32, n uint32) {
	top := maxRow(x, n, 1)
	if top == FromBits32(negativeInf) {
		top = 0
	}
	log := float32(0)
	if sum := expRow(out, x, n, 1, top); sum != 0 {
		log = log32(sum)
	}
	t, l := BroadcastFloat32x4(top), BroadcastFloat32x4(log)
	for i := uint32(0); i < n; i += 4 {
		storeUpTo4(out, loadUpTo4(x, n-i).Sub(t).Sub(l), n-i)
		out += 16
		x += 16
	}
}

// decay is expDecay where a call costs less than its size.
func decay(x Float32x4) Float32x4 { return expDecay(x) }
