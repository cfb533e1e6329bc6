package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// The gradient of a normalized row x̂ = (x - mean)·inverse, by g = dout·scale,
// is inverse·(g - a - x̂·b): a is the mean of g where the mean is taken off x,
// else 0, and b the mean of g·x̂.

// normGradTiles returns the tiles of rows, or of columns in the second phase.
func normGradTiles(t, op U32, phase uint32) uint32 {
	cols := elements(t, op, 1)
	if phase == 0 {
		return rowTiles(elements(t, op, 0), cols)
	}
	if outputIndex(op, 1) == none && outputIndex(op, 2) == none {
		return 0
	}
	return tilesOf(cols, gradCols)
}

// runNormGrad computes dx of a tile of rows, and leaves the rows' moments,
// mean and 1/√(variance + eps), for the sums over rows.
func runNormGrad(t, op U32, i uint32) {
	cols, eps := elements(t, op, 1), attrFloat32(op, 0)
	first, rows := tileSpan(i, elements(t, op, 0), cols)
	at := F32(4 * first * cols)
	dx, x, scale, dout := outputAt(t, op, 0), f32At(t, op, 0)+at, f32At(t, op, 1), f32At(t, op, 2)+at
	moments := F32(commonScratchAt(t) + 8*first)
	for r := range rows {
		mean := float32(0)
		if op.Load(opCode) == opLayerNormGrad {
			mean = sumRow(x, cols) / float32(cols)
		}
		inverse := 1 / Sqrt32(squaredDeviation(x, cols, mean)/float32(cols)+eps)
		moments.Store(0, mean)
		moments.Store(4, inverse)
		moments += 8
		if dx != 0 {
			a, b := normGradMeans(x, scale, dout, cols, mean, inverse)
			if op.Load(opCode) == opRmsNormGrad {
				a = 0
			}
			normGradRow(dx+at+F32(4*r*cols), x, scale, dout, cols, mean, inverse, a, b)
		}
		x += F32(4 * cols)
		dout += F32(4 * cols)
	}
}

// normGradMeans returns the means of g and of g·x̂ over n elements; without
// scale, 0, g is dout.
func normGradMeans(x, scale, dout F32, n uint32, mean, inverse float32) (a, b float32) {
	m, r := BroadcastFloat32x4(mean), BroadcastFloat32x4(inverse)
	var sum, product Float32x4
	for i := n; i != 0; i -= min(i, 4) {
		g := loadUpTo4(dout, i)
		if scale != 0 {
			g = g.Mul(loadUpTo4(scale, i))
			scale += 16
		}
		sum = sum.Add(g)
		product = g.MulAdd(loadUpTo4(x, i).Sub(m).Mul(r), product)
		x += 16
		dout += 16
	}
	return sumLanes(sum) / float32(n), sumLanes(product) / float32(n)
}

// normGradRow writes inverse·(g - a - x̂·b) of n elements.
func normGradRow(dx, x, scale, dout F32, n uint32, mean, inverse, a, b float32) {
	m, r := BroadcastFloat32x4(mean), BroadcastFloat32x4(inverse)
	va, vb := BroadcastFloat32x4(a), BroadcastFloat32x4(b)
	for i := n; i != 0; i -= min(i, 4) {
		g := loadUpTo4(dout, i)
		if scale != 0 {
			g = g.Mul(loadUpTo4(scale, i))
			scale += 16
		}
		unit := loadUpTo4(x, i).Sub(m).Mul(r)
		storeUpTo4(dx, g.Sub(va).Sub(unit.Mul(vb)).Mul(r), i)
		dx += 16
		x += 16
		dout += 16
	}
}

// runNormGradSums computes dscale, Σ dout·x̂, and dbias, Σ dout, of a tile of
// columns.
func runNormGradSums(t, op U32, i uint32) {
	cols := elements(t, op, 1)
	at := F32(4 * gradCols * i)
	n := min(cols-gradCols*i, gradCols)
	if dbias := outputAt(t, op, 2); dbias != 0 {
		sumColumns(dbias, f32At(t, op, 2), elements(t, op, 0)/cols, cols, i)
	}
	dscale := outputAt(t, op, 1)
	if dscale == 0 {
		return
	}
	x, dout, moments := f32At(t, op, 0)+at, f32At(t, op, 2)+at, F32(commonScratchAt(t))
	fillZero(dscale+at, n)
	for range elements(t, op, 0) / cols {
		addNormalized(dscale+at, x, dout, n, moments.Load(0), moments.Load(4))
		x += F32(4 * cols)
		dout += F32(4 * cols)
		moments += 8
	}
}

// addNormalized adds dout·x̂ to n elements of sum.
func addNormalized(sum, x, dout F32, n uint32, mean, inverse float32) {
	m, r := BroadcastFloat32x4(mean), BroadcastFloat32x4(inverse)
	for i := n; i != 0; i -= min(i, 4) {
		storeUpTo4(sum, loadUpTo4(dout, i).MulAdd(loadUpTo4(x, i).Sub(m).Mul(r), loadUpTo4(sum, i)), i)
		sum += 16
		x += 16
		dout += 16
	}
}

// l2NormalizeGrad writes the gradient of l2Normalize of rows rows. A row no
// longer than √eps is divided by that, a constant.
func l2NormalizeGrad(dx, x, dout F32, rows, cols uint32, eps float32) {
	for range rows {
		square := squaredDeviation(x, cols, 0)
		inverse := 1 / Sqrt32(Max32(square, eps))
		b := float32(0)
		if !(square <= eps) { // NaN, too, makes its row NaN
			_, b = normGradMeans(x, 0, dout, cols, 0, inverse)
		}
		normGradRow(dx, x, 0, dout, cols, 0, inverse, 0, float32(b*float32(cols)))
		dx += F32(4 * cols)
		x += F32(4 * cols)
		dout += F32(4 * cols)
	}
}

// softmaxSpan returns the elements that one index of the axes before that of
// a softmax has.
func softmaxSpan(t, op U32) uint32 {
	x := boundTensor(t, operandIndex(op, 0))
	return extentsFrom(x, x.Load(boundRank)-1-attrBits(op, 0))
}

// runSoftmaxGrad executes one tile of softmax's gradient: y·(dout - Σ y·dout),
// of its logarithm dout - eʸ·Σ dout.
func runSoftmaxGrad(t, op U32, i uint32) {
	x := boundTensor(t, operandIndex(op, 0))
	span := softmaxSpan(t, op)
	inner := extentsFrom(x, x.Load(boundRank)-attrBits(op, 0))
	first, outer := tileSpan(i, elements(t, op, 0), span)
	at, log := F32(4*first*span), attrBits(op, 1) != 0
	dx, y, dout := outAt(t, op)+at, f32At(t, op, 0)+at, f32At(t, op, 1)+at
	for range outer {
		if inner == 1 {
			softmaxGradRow(dx, y, dout, span, log)
		} else {
			for j := uint32(0); j < inner; j += 4 {
				c := F32(4 * j)
				softmaxGradColumns(dx+c, y+c, dout+c, span/inner, inner-j, 4*inner, log)
			}
		}
		dx += F32(4 * span)
		y += F32(4 * span)
		dout += F32(4 * span)
	}
}

func softmaxGradRow(dx, y, dout F32, n uint32, log bool) {
	var dot float32
	if log {
		dot = sumRow(dout, n)
	} else {
		dot = sumLanes(dotLanes(y, dout, n))
	}
	d := BroadcastFloat32x4(dot)
	for i := n; i != 0; i -= min(i, 4) {
		storeUpTo4(dx, softmaxSlope(loadUpTo4(y, i), loadUpTo4(dout, i), d, log), i)
		dx += 16
		y += 16
		dout += 16
	}
}

// softmaxGradColumns is softmaxGradRow of the first four of cols columns of n
// elements, stride bytes apart, or of all if they are fewer.
func softmaxGradColumns(dx, y, dout F32, n, cols, stride uint32, log bool) {
	var d Float32x4
	for i := range n {
		g := loadUpTo4(dout+F32(i*stride), cols)
		if !log {
			g = g.Mul(loadUpTo4(y+F32(i*stride), cols))
		}
		d = d.Add(g)
	}
	for range n {
		storeUpTo4(dx, softmaxSlope(loadUpTo4(y, cols), loadUpTo4(dout, cols), d, log), cols)
		dx += F32(stride)
		y += F32(stride)
		dout += F32(stride)
	}
}

func softmaxSlope(y, dout, dot Float32x4, log bool) Float32x4 {
	if log {
		return dout.Sub(decay(y).Mul(dot))
	}
	return y.Mul(dout.Sub(dot))
}
