package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// runNeighbour executes a neighbour of attention, or a worker's share of it.
func runNeighbour(t, op U32, own uint32) {
	switch op.Load(opCode) {
	case opBatchMatmul:
		runBatchMatmul(t, op)
	case opPowerSpectrum:
		runPowerSpectrum(t, op, own)
	case opQuantizedMatmul:
		runQuantizedMatmul(t, op, own)
	default:
		units, size := neighbourUnits(t, op)
		if Threads {
			for i := takeTile(); i < tilesOf(units, size); i = takeTile() {
				runUnits(t, op, own, i*size, min(units-i*size, size))
			}
		} else {
			runUnits(t, op, own, 0, units)
		}
	}
}

// neighbourUnits returns how many units, mostly rows, an operation computes
// independently, and how many of them make a tile.
func neighbourUnits(t, op U32) (units, size uint32) {
	x := boundTensor(t, operandIndex(op, 0))
	switch op.Load(opCode) {
	case opLayerNorm, opRmsNorm:
		cols := elements(t, op, 1)
		rows := elements(t, op, 0) / cols
		return rows, tileRows(cols)
	case opSoftmax:
		n := extentsFrom(x, x.Load(boundRank)-1-attrBits(op, 0))
		outer := elements(t, op, 0) / n
		return outer, tileRows(n)
	case opActivation, opLogarithm:
		return tilesOf(elements(t, op, 0), tileElements), 1
	case opPool:
		return axisOf(t, op, 0, 0), 1
	case opPatches:
		return axisOf(t, op, 0, 0) * windowsBound(t, op), 1
	case opRelativeBias:
		return axisOf(t, op, 0, 1), 1
	}
	cols := colsOf(t, op, 0)
	rows := extentsFrom(x, 0) / cols
	return rows, tileRows(cols)
}

// extentsFrom returns the product of the extents of a bound tensor from an
// axis on.
func extentsFrom(x U32, axis uint32) uint32 {
	n := uint32(1)
	for ; axis < x.Load(boundRank); axis++ {
		n *= word(x+boundShape, axis)
	}
	return n
}

// windowsBound returns how many rows of windows patches cuts out of an image.
func windowsBound(t, op U32) uint32 {
	size := axisOf(t, op, 0, 1) + attrBits(op, 4) + attrBits(op, 6)
	return (size-attrBits(op, 0))/attrBits(op, 2) + 1
}

// runUnits executes units units of an operation from first on.
func runUnits(t, op U32, own, first, units uint32) {
	out, x, cols := outAt(t, op), f32At(t, op, 0), colsOf(t, op, 0)
	at := F32(4 * first * cols)
	switch op.Load(opCode) {
	case opLayerNorm, opRmsNorm:
		runNorm(t, op, first, units)
	case opSoftmax:
		runSoftmax(t, op, first, units)
	case opActivation, opLogarithm:
		runElements(t, op, first, units)
	case opGated:
		n, up := attrBits(op, 1), colsOf(t, op, 1)
		gated(out+F32(4*first*n), column(t, op, 0, 2)+at, column(t, op, 1, 3)+F32(4*first*up), units, n, 4*cols, 4*up, attrBits(op, 0))
	case opRope:
		for i := range units {
			runRope(t, op, own, first+i)
		}
	case opPool:
		runPool(t, op, first, units)
	case opPatches:
		for i := range units {
			runPatches(t, op, first+i)
		}
	case opTopK:
		runTopK(t, op, own, first, units)
	case opSample:
		for i := range units {
			u := (f32At(t, op, 1) + F32(4*(first+i))).Load(0)
			token := sample(x+F32(4*(first+i)*cols), F32(own), cols, attrBits(op, 1), attrFloat32(op, 0), orOne(attrFloat32(op, 2)), u)
			(out + F32(4*(first+i))).Store(0, FromBits32(token))
		}
	case opRelativeBias:
		runRelativeBias(t, op, own, first, units)
	case opQuantize:
		quantizeQ8(U8(uint32(out)+first*cols), U16(uint32(outputAt(t, op, 1))+2*first*(cols/blockLen)), x+at, units*cols)
	case opDequantize:
		dequantizeQ8(out+at, U8(uint32(x)+first*cols), U16(uint32(f32At(t, op, 1))+2*first*(cols/blockLen)), units*cols)
	}
}

// orOne is v, or 1 where an attribute is left out.
func orOne(v float32) float32 {
	if v == 0 {
		return 1
	}
	return v
}

func runNorm(t, op U32, first, rows uint32) {
	cols := elements(t, op, 1)
	at := F32(4 * first * cols)
	out, x, scale, eps := outAt(t, op)+at, f32At(t, op, 0)+at, f32At(t, op, 1), attrFloat32(op, 0)
	if op.Load(opCode) == opRmsNorm {
		rmsNorm(out, x, scale, rows, cols, eps)
		return
	}
	means, inverses := outputAt(t, op, 1), outputAt(t, op, 2)
	if means != 0 {
		means += F32(4 * first)
	}
	if inverses != 0 {
		inverses += F32(4 * first)
	}
	layerNorm(out, means, inverses, x, scale, f32At(t, op, 2), rows, cols, eps)
}

func runSoftmax(t, op U32, first, outer uint32) {
	x := boundTensor(t, operandIndex(op, 0))
	axis := x.Load(boundRank) - 1 - attrBits(op, 0)
	n := word(x+boundShape, axis)
	inner := extentsFrom(x, axis+1)
	at := F32(4 * first * n * inner)
	softmaxAxis(outAt(t, op)+at, f32At(t, op, 0)+at, outer, n, inner, attrBits(op, 1) != 0)
}

// runElements is for the operations element by element, in units of
// tileElements.
func runElements(t, op U32, first, units uint32) {
	at := F32(4 * tileElements * first)
	n := min(elements(t, op, 0)-tileElements*first, tileElements*units)
	out, x := outAt(t, op)+at, f32At(t, op, 0)+at
	if op.Load(opCode) == opLogarithm {
		logarithm(out, x, n, attrFloat32(op, 0), attrFloat32(op, 1), attrFloat32(op, 2))
	} else if attrBits(op, 0) == actSiLU {
		silu(out, x, n, orOne(attrFloat32(op, 1)))
	} else {
		activate(out, x, n, attrBits(op, 0))
	}
}

// runRope turns one row, of a token or of a head's token; its angles are in
// own unless they are given.
func runRope(t, op U32, own, row uint32) {
	x := boundTensor(t, operandIndex(op, 0))
	rank := x.Load(boundRank)
	width, tokens, half := word(x+boundShape, rank-1), word(x+boundShape, rank-2), rotaryDim(op)/2
	position := row % tokens
	token := row/(extentsFrom(x, 1)/width)*tokens + position // of all of the batch
	if operandIndex(op, 4) != none {
		position = word(U32(i32At(t, op, 4)), token)
	}
	cos, sin := F32(own), F32(own+4*half)
	if operandIndex(op, 2) != none {
		if boundTensor(t, operandIndex(op, 2)).Load(boundRank) == 3 {
			position = token
		}
		cos, sin = f32At(t, op, 2)+F32(4*position*half), f32At(t, op, 3)+F32(4*position*half)
	} else {
		base := attrFloat32(op, 5)
		if base == 0 {
			base = 10000
		}
		rotaryAngles(cos, sin, f32At(t, op, 1), half, float32(float32(int32(position))*orOne(attrFloat32(op, 6))), base)
	}
	at := F32(4 * row * width)
	rotateToken(outAt(t, op)+at, F32(x.Load(boundAt))+at, cos, sin, width, attrBits(op, 3), attrBits(op, 0), attrBits(op, 1), 2*half, attrBits(op, 4) != 0)
}

func runPool(t, op U32, first, batch uint32) {
	tokens, cols := axisOf(t, op, 0, 1), axisOf(t, op, 0, 2)
	lengths, mask := i32At(t, op, 1), i32At(t, op, 2)
	if lengths != 0 {
		lengths += I32(4 * first)
	}
	if mask != 0 {
		mask += I32(4 * first * tokens)
	}
	pool(outAt(t, op)+F32(4*first*cols), f32At(t, op, 0)+F32(4*first*tokens*cols), lengths, mask, batch, tokens, cols, attrBits(op, 0))
}

// runPatches cuts one row of windows.
func runPatches(t, op U32, unit uint32) {
	h, w, c := axisOf(t, op, 0, 1), axisOf(t, op, 0, 2), axisOf(t, op, 0, 3)
	kh, kw, sh, sw := attrBits(op, 0), attrBits(op, 1), attrBits(op, 2), attrBits(op, 3)
	oh := windowsBound(t, op)
	top, left := attrBits(op, 4), attrBits(op, 5)
	ow := (w+left+attrBits(op, 7)-kw)/sw + 1
	image, row := unit/oh, unit%oh
	patchRow(outAt(t, op)+F32(4*unit*ow*kh*kw*c), f32At(t, op, 0)+F32(4*image*h*w*c), row, h, w, c, ow, kh, kw, sh, sw, top, left)
}

func runTopK(t, op U32, own, first, rows uint32) {
	n, k := colsOf(t, op, 0), attrBits(op, 0)
	for i := first; i < first+rows; i++ {
		indices := I32(outputAt(t, op, 1))
		if indices != 0 {
			indices += I32(4 * i * k)
		}
		topK(outAt(t, op)+F32(4*i*k), indices, f32At(t, op, 0)+F32(4*i*n), own, n, k)
	}
}

func runRelativeBias(t, op U32, own, first, heads uint32) {
	tq, tk := axisOf(t, op, 1, 1), axisOf(t, op, 2, 1)
	for head := first; head < first+heads; head++ {
		relativeBias(outAt(t, op)+F32(4*head*tq*tk), f32At(t, op, 0), F32(own), tq, tk,
			axisOf(t, op, 0, 0), axisOf(t, op, 0, 1), head, attrBits(op, 0), attrBits(op, 1), attrBits(op, 2))
	}
}

// runBatchMatmul multiplies one pair of matrices after the other, all workers
// on each: the second is packed and the first, if it must be, transposed in
// the scratch memory first.
func runBatchMatmul(t, op U32) {
	out := boundTensor(t, outputIndex(op, 0))
	rank := out.Load(boundRank)
	m, n := word(out+boundShape, rank-2), word(out+boundShape, rank-1)
	a, b := boundTensor(t, operandIndex(op, 0)), boundTensor(t, operandIndex(op, 1))
	k := word(b+boundShape, b.Load(boundRank)-2+attrBits(op, 2))
	c, residual := F32(out.Load(boundAt)), f32At(t, op, 3)
	panels := F32(commonScratchAt(t))
	transposed := panels + F32(panelsBytes(k, n))
	for batch := range extentsFrom(out, 0) / (m * n) {
		x := F32(a.Load(boundAt)) + F32(4*m*k*broadcast(a, out, batch))
		y := F32(b.Load(boundAt)) + F32(4*k*n*broadcast(b, out, batch))
		if attrBits(op, 1) != 0 {
			if Threads {
				shareTranspose(transposed, x, k, m)
			} else {
				transpose(transposed, x, k, m, 4*m)
			}
			x = transposed
		}
		packFactor(panels, y, k, n, attrBits(op, 2) != 0)
		multiply32(c, x, panels, f32At(t, op, 2), residual, m, k, n, attrBits(op, 0))
		c += F32(4 * m * n)
		if residual != 0 {
			residual += F32(4 * m * n)
		}
	}
}

// packFactor is packPanels or packPanelsTransposed, or a worker's share.
func packFactor(panels, w F32, k, n uint32, transposed bool) {
	if Threads {
		if transposed {
			sharePackTransposed(panels, w, k, n)
		} else {
			sharePack(panels, w, k, n)
		}
	} else if transposed {
		packPanelsTransposed(panels, w, k, n)
	} else {
		packPanels(panels, w, k, n)
	}
}

// multiply32 is gemm; among several workers all have their share, and wait.
func multiply32(c, a, panels, bias, residual F32, m, k, n, act uint32) {
	if Threads {
		shareGemm(c, a, panels, bias, residual, m, k, n, act)
		_ = barrier()
	} else {
		gemm(c, a, panels, bias, residual, m, k, n, act)
	}
}

// broadcast returns which matrix of t belongs to matrix number batch of out.
func broadcast(t, out U32, batch uint32) uint32 {
	rank := out.Load(boundRank)
	lacks := rank - t.Load(boundRank)
	index, stride := uint32(0), uint32(1)
	for axis := rank - 2; axis > lacks; {
		axis--
		of, n := word(out+boundShape, axis), word(t+boundShape, axis-lacks)
		if n != 1 {
			index += batch % of * stride
		}
		batch /= of
		stride *= n
	}
	return index
}

// runPowerSpectrum computes the basis, packs it and multiplies blocks of rows
// by it, in own.
func runPowerSpectrum(t, op U32, own uint32) {
	n := colsOf(t, op, 0)
	rows := elements(t, op, 0) / n
	bins := spectrumBins(n)
	panels := F32(commonScratchAt(t))
	basis := panels + F32(panelsBytes(n, 2*bins))
	if Threads {
		for i := takeTile(); i < n; i = takeTile() {
			spectrumBasis(basis, f32At(t, op, 1), n, i, 1)
		}
		_ = barrier()
		sharePack(panels, basis, n, 2*bins)
		for i := takeTile(); i < tilesOf(rows, spectrumRows); i = takeTile() {
			spectrumOf(t, op, F32(own), panels, i*spectrumRows, min(rows-i*spectrumRows, spectrumRows), n, bins)
		}
		return
	}
	spectrumBasis(basis, f32At(t, op, 1), n, 0, n)
	packPanels(panels, basis, n, 2*bins)
	for i := uint32(0); i < rows; i += spectrumRows {
		spectrumOf(t, op, F32(own), panels, i, min(rows-i, spectrumRows), n, bins)
	}
}

// spectrumRows rows of a spectrum are computed at a time.
const spectrumRows = 48

func spectrumOf(t, op U32, spectrum, panels F32, first, rows, n, bins uint32) {
	gemm(spectrum, f32At(t, op, 0)+F32(4*first*n), panels, 0, 0, rows, n, 2*bins, actNone)
	power(outAt(t, op)+F32(4*first*bins), spectrum, rows, bins)
}

// runQuantizedMatmul packs the weights, then multiplies as matmul does.
func runQuantizedMatmul(t, op U32, own uint32) {
	k, n, bits := colsOf(t, op, 0), axisOf(t, op, 1, 0), attrBits(op, 1)
	panels := commonScratchAt(t)
	scales := F32(panels + k*roundUp(n, panelCols)/8*bits)
	if !Threads || takeTile() == 0 {
		packBlocks(panels, uint32(f32At(t, op, 1)), k, n, bits)
		packQ8Scales(scales, U16(f32At(t, op, 2)), k, n)
	}
	if Threads {
		_ = barrier()
	}
	m := elements(t, op, 0) / k
	multiplyQuantized(outAt(t, op), f32At(t, op, 0), panels, scales, f32At(t, op, 3), f32At(t, op, 4), panels+panelsBytes(k, n), own, m, k, n, attrBits(op, 0), bits)
}

// multiplyQuantized is gemmQuantized, or a worker's share of it.
func multiplyQuantized(c, a F32, weights uint32, scales, bias, residual F32, common, own, m, k, n, act, bits uint32) {
	if Threads {
		shareGemmQuantized(c, a, weights, scales, bias, residual, common, own, m, k, n, act, bits)
	} else {
		gemmQuantized(c, a, weights, scales, bias, residual, own, m, k, n, act, bits)
	}
}

// packBlocks packs quantized weights [n, k] of bits bits.
func packBlocks(dst, src, k, n, bits uint32) {
	if bits == 4 {
		packQ4(U32(dst), U32(src), k, n)
	} else {
		packQ8(I8(dst), U8(src), k, n)
	}
}

// ownNeighbour is ownScratch of the neighbours of attention.
func ownNeighbour(p, op, extents U32) uint64 {
	x := operand(p, op, 0)
	switch op.Load(opCode) {
	case opRope:
		return 4 * uint64(rotaryDim(op))
	case opTopK:
		return topKScratch(attrBits(op, 0))
	case opSample:
		return 4 * (uint64(lastExtent(x, extents)) + 3)
	case opRelativeBias:
		return 4 * (uint64(extent(operand(p, op, 1), extents, 1)) + uint64(extent(operand(p, op, 2), extents, 1)))
	case opPowerSpectrum:
		return 8 * spectrumRows * uint64(spectrumBins(lastExtent(x, extents)))
	case opQuantizedMatmul:
		return quantizedOwn(x, extents, attrBits(op, 1))
	}
	return 0
}

// commonNeighbour is commonScratch of the neighbours of attention.
func commonNeighbour(p, op, extents U32) uint64 {
	x := operand(p, op, 0)
	switch op.Load(opCode) {
	case opBatchMatmul:
		y := operand(p, op, 1)
		ra, rb := x.Load(tenRank), y.Load(tenRank)
		bytes := panels64(extent(y, extents, rb-2), extent(y, extents, rb-1))
		if attrBits(op, 2) != 0 {
			bytes = panels64(extent(y, extents, rb-1), extent(y, extents, rb-2))
		}
		if attrBits(op, 1) != 0 {
			bytes += 4 * uint64(extent(x, extents, ra-2)) * uint64(extent(x, extents, ra-1))
		}
		return bytes
	case opPowerSpectrum:
		n := lastExtent(x, extents)
		return panels64(n, 2*spectrumBins(n)) + 8*uint64(n)*uint64(spectrumBins(n))
	case opQuantizedMatmul:
		k, n := lastExtent(x, extents), extent(operand(p, op, 1), extents, 0)
		return panels64(k, n) + quantizedCommon(x, extents)
	}
	return 0
}

// panels64 is panelsBytes without overflow.
func panels64(k, n uint32) uint64 {
	return 4 * uint64(k) * roundUp64(uint64(n))
}
