package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// layerNorm normalizes each of rows rows of x to mean 0 and variance 1, then
// scales and shifts: (x - mean)/√(variance + eps)·scale + bias, with
// scale[cols] and bias[cols]. The variance is taken about the mean in a
// second pass, so that it does not cancel. out may be x.
func layerNorm(out, x, scale, bias F32, rows, cols uint32, eps float32) {
	for range rows {
		normalizeRow(out, x, scale, bias, cols, eps)
		out += F32(4 * cols)
		x += F32(4 * cols)
	}
}

func normalizeRow(out, x, scale, bias F32, cols uint32, eps float32) {
	mean := sumRow(x, cols) / float32(cols)
	variance := squaredDeviation(x, cols, mean) / float32(cols)
	m := BroadcastFloat32x4(mean)
	r := BroadcastFloat32x4(1 / Sqrt32(variance+eps))
	for i := uint32(0); i < cols; i += 4 {
		n := cols - i
		v := loadUpTo4(x, n).Sub(m).Mul(r)
		storeUpTo4(out, v.MulAdd(loadUpTo4(scale, n), loadUpTo4(bias, n)), n)
		x += 16
		scale += 16
		bias += 16
		out += 16
	}
}

// sumRow returns the sum of n elements, taken in four lanes.
func sumRow(x F32, n uint32) float32 {
	var sum Float32x4
	for range n / 4 {
		sum = sum.Add(LoadFloat32x4(x, 0))
		x += 16
	}
	if n%4 != 0 {
		sum = sum.Add(loadPart(x, n%4))
	}
	return sumLanes(sum)
}

// squaredDeviation returns the sum of (x - mean)² over n elements.
func squaredDeviation(x F32, n uint32, mean float32) float32 {
	var sum Float32x4
	m := BroadcastFloat32x4(mean)
	for range n / 4 {
		d := LoadFloat32x4(x, 0).Sub(m)
		sum = d.MulAdd(d, sum)
		x += 16
	}
	if n%4 != 0 {
		d := loadPart(x, n%4).Sub(m)
		d = d.Merge(BroadcastFloat32x4(0), lanesBelow(n%4))
		sum = d.MulAdd(d, sum)
	}
	return sumLanes(sum)
}
