package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// layerNorm normalizes each of rows rows of x to mean 0 and variance 1, then
// scales and shifts: (x - mean)/√(variance + eps)·scale + bias, with
// scale[cols] and bias[cols], or no bias if that is 0. The variance is taken
// about the mean in a second pass, so that it does not cancel. Where means
// and inverses are not 0, the rows' means and 1/√(variance + eps) go there.
// out may be x.
func layerNorm(out, means, inverses, x, scale, bias F32, rows, cols uint32, eps float32) {
	for r := range rows {
		mean := sumRow(x, cols) / float32(cols)
		inverse := 1 / Sqrt32(squaredDeviation(x, cols, mean)/float32(cols)+eps)
		normalizeRow(out, x, scale, bias, cols, mean, inverse)
		if means != 0 {
			(means + F32(4*r)).Store(0, mean)
		}
		if inverses != 0 {
			(inverses + F32(4*r)).Store(0, inverse)
		}
		out += F32(4 * cols)
		x += F32(4 * cols)
	}
}

// rmsNorm writes x/√(mean of x² + eps)·scale of each of rows rows, with
// scale[cols]. out may be x.
func rmsNorm(out, x, scale F32, rows, cols uint32, eps float32) {
	for range rows {
		inverse := 1 / Sqrt32(squaredDeviation(x, cols, 0)/float32(cols)+eps)
		normalizeRow(out, x, scale, 0, cols, 0, inverse)
		out += F32(4 * cols)
		x += F32(4 * cols)
	}
}

// normalizeRow writes (x - mean)·inverse·scale + bias of a row.
func normalizeRow(out, x, scale, bias F32, cols uint32, mean, inverse float32) {
	m, r := BroadcastFloat32x4(mean), BroadcastFloat32x4(inverse)
	for i := uint32(0); i < cols; i += 4 {
		n := cols - i
		v := loadUpTo4(x, n).Sub(m).Mul(r)
		s := loadUpTo4(scale, n)
		if bias != 0 {
			v = v.MulAdd(s, loadUpTo4(bias, n))
			bias += 16
		} else {
			v = v.Mul(s)
		}
		storeUpTo4(out, v, n)
		x += 16
		scale += 16
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
