package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

func dispatchMatmul(t, op U32, i uint32) {
	w := operandIndex(op, 1)
	k, n := axisOf(t, op, 1, 0), axisOf(t, op, 1, 1)
	dtype := boundTensor(t, w).Load(boundDType)
	if isQuantized(dtype) {
		bits := uint32(8)
		if dtype == dtypeQ4 {
			bits = 4
		}
		dispatchBlocks(t, op, i, k, n, bits, bufferScalesOf+w, 2)
		return
	}
	m := elements(t, op, 0) / k
	if m != 1 && dtype == dtypeF16 {
		w = widened(t, i, w, k*n)
	}
	d := dispatch(t, i, shaderMatmul, tilesOf(m, 64)*tilesOf(n, 64))
	if m == 1 {
		setShader(d, shaderMatvec, tilesOf(n, 64))
		if dtype == dtypeF16 {
			d.Store(dispatchShader, shaderMatvecHalf)
		}
	} else if (k|n)%4 != 0 {
		setShader(d, shaderMatmulAny, tilesOf(m, 16)*tilesOf(n, 64))
	} else if tilesOf(m, 64)*tilesOf(n, 64) < fewTiles {
		setShader(d, shaderMatmulShort, tilesOf(m, 16)*tilesOf(n, 64))
	}
	buffer(d, operandIndex(op, 0))
	buffer(d, w)
	productParams(d, op, m, k, n, 2)
}

// productParams adds the last buffers of a matrix product, bias, residual
// and result, and sets its parameters; bias is that operand.
func productParams(d, op U32, m, k, n, bias uint32) {
	buffer(d, operandIndex(op, bias))
	buffer(d, operandIndex(op, bias+1))
	buffer(d, outputIndex(op, 0))
	param(d, 0, m)
	param(d, 1, k)
	param(d, 2, n)
	param(d, 3, attrBits(op, 0))
	param(d, 4, present(op, bias))
	param(d, 5, present(op, bias+1))
}

// widened adds the conversion of n float16 to f32, and returns their buffer.
func widened(t U32, i, index, n uint32) uint32 {
	d := dispatch(t, i, shaderJoin, tilesOf(n, 256))
	buffer(d, none)
	buffer(d, index)
	buffer(d, none)
	buffer(d, scratchBuffer(t, bufferValues, 4*uint64(n)))
	param(d, joinN, n)
	param(d, joinN+2, 1)
	param(d, joinN+3, 1)
	param(d, joinN+5, n)
	param(d, joinN+8, 1)
	return bufferValues
}

// dispatchBlocks adds the product by quantized weights, operand 1: x is
// quantized first. bias is operand number bias.
func dispatchBlocks(t, op U32, i, k, n, bits, scales, bias uint32) {
	m := elements(t, op, 0) / k
	dispatchQuantize(t, op, i, m*(k/blockLen))
	d := dispatch(t, i, shaderMatmulQ8, tilesOf(m, 64)*tilesOf(n, 64))
	short := tilesOf(m, 64)*tilesOf(n, 64) < fewTiles
	if short {
		setShader(d, shaderMatmulQ8Short, tilesOf(m, 16)*tilesOf(n, 64))
	}
	if bits == 4 {
		d.Store(dispatchShader, shaderMatmulQ4)
		if short {
			d.Store(dispatchShader, shaderMatmulQ4Short)
		}
	}
	buffer(d, bufferValues)
	buffer(d, bufferScales)
	buffer(d, operandIndex(op, 1))
	buffer(d, scales)
	productParams(d, op, m, k, n, bias)
}

// dispatchBatches is for batch_matmul.
func dispatchBatches(t, op U32, i uint32) {
	out := boundTensor(t, outputIndex(op, 0))
	a, b := boundTensor(t, operandIndex(op, 0)), boundTensor(t, operandIndex(op, 1))
	rank := out.Load(boundRank)
	m, n := word(out+boundShape, rank-2), word(out+boundShape, rank-1)
	k := word(b+boundShape, b.Load(boundRank)-2+attrBits(op, 2))
	batches := extentsFrom(out, 0) / (m * n)
	d := dispatch(t, i, shaderBatchMatmul, batches*tilesOf(m, 16)*tilesOf(n, 64))
	buffer(d, operandIndex(op, 0))
	buffer(d, operandIndex(op, 1))
	productParams(d, op, m, k, n, 2)
	strides(d, 6, k, m, attrBits(op, 1))
	strides(d, 8, n, k, attrBits(op, 2))
	x, y := m*k, k*n
	for axis := range uint32(maxRank - 2) {
		extent := batchAxis(out, axis)
		param(d, 12+axis, extent)
		if batchAxis(a, axis) != 1 {
			param(d, 16+axis, x)
			x *= extent
		}
		if batchAxis(b, axis) != 1 {
			param(d, 20+axis, y)
			y *= extent
		}
	}
}

// strides sets how far rows and columns of a matrix of so many rows and
// columns, or of one that is transposed, lie apart.
func strides(d U32, i, cols, rows, transposed uint32) {
	if transposed != 0 {
		param(d, i, 1)
		param(d, i+1, rows)
	} else {
		param(d, i, cols)
		param(d, i+1, 1)
	}
}

// batchAxis returns an extent before the last two, counted from these, 1
// where there is none.
func batchAxis(r U32, axis uint32) uint32 {
	rank := r.Load(boundRank)
	if axis+3 > rank {
		return 1
	}
	return word(r+boundShape, rank-3-axis)
}

// dispatchQuantize adds the quantizing of so many blocks of x.
func dispatchQuantize(t, op U32, i, blocks uint32) {
	d := dispatch(t, i, shaderQuantize, tilesOf(blocks, 64))
	buffer(d, operandIndex(op, 0))
	buffer(d, scratchBuffer(t, bufferValues, blockLen*uint64(blocks)))
	buffer(d, scratchBuffer(t, bufferScales, 4*uint64(blocks)))
	param(d, 0, blocks)
}

func dispatchScores(t, op U32, i uint32) {
	m, n, k := axisOf(t, op, 0, 0), axisOf(t, op, 1, 0), axisOf(t, op, 0, 1)
	shader := uint32(shaderScores)
	if k%4 != 0 {
		shader = shaderScoresAny
	}
	d := dispatch(t, i, shader, tilesOf(m, 16)*tilesOf(n, 64))
	operands(d, op, 2)
	param(d, 0, m)
	param(d, 1, k)
	param(d, 2, n)
}
