package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// The dispatches of a bound program, for an executor on WebGPU: a header,
// then a record each. It sets the shader of that number in package wgsl to
// work on so many workgroups, with the buffers and the parameters that stand
// here, in this order; nothing about shapes is left to compute.
const (
	listCount  = 0  // dispatches
	listValues = 4  // bytes that bufferValues needs
	listScales = 8  // bytes that bufferScales needs
	listSum    = 12 // checksum of the shaders that the numbers mean
	listBytes  = 16

	dispatchShader  = 0
	dispatchOp      = 4  // index of the operation
	dispatchGroups  = 8  // workgroups along x, y and z
	dispatchBuffers = 20 // how many there are
	dispatchBuffer  = 24 // 8 words: the index of a tensor, or one of the following
	dispatchParam   = 64 // 16 words of the shader's Params
	dispatchBytes   = 128

	// none stands for an operand that is left out.
	bufferScalesOf = 1 << 30 // + the index of a q8 tensor: its scales
	bufferError    = 1 << 31 // the error record
	bufferValues   = bufferError + 1
	bufferScales   = bufferError + 2

	// shaderNone is the shader of what WebGPU cannot do; the executor then
	// leaves the program to the module.
	shaderNone = 0xFFFFFFFF

	// The most dispatches of one operation.
	mostDispatches = 3
	// WebGPU's limit for the workgroups along an axis.
	mostGroups = 65535
	// Below so many workgroups of large tiles a matrix product takes small
	// ones: a GPU has tens of cores to fill.
	fewTiles = 32
)

// layOutDispatches writes the dispatches of the program of table t, whose
// tensors are bound.
func layOutDispatches(p, t U32) bool {
	ops := p.Load(hdrOps)
	list := U32(alloc(listBytes + dispatchBytes*mostDispatches*uint64(ops)))
	if list == 0 {
		return false
	}
	MemoryFill(uint32(list), 0, listBytes+dispatchBytes*mostDispatches*ops)
	list.Store(listSum, shadersSum)
	t.Store(bindDispatches, uint32(list))
	op := firstOp(p)
	for i := range ops {
		checkOnDevice(t, op, i)
		dispatchOne(t, op, i)
		op = nextOp(op)
	}
	gCur.Store(0, uint32(list)+listBytes+dispatchBytes*list.Load(listCount))
	return true
}

// dispatch adds a dispatch of n workgroups of a shader for operation i.
func dispatch(t U32, i, shader, n uint32) U32 {
	list := U32(t.Load(bindDispatches))
	d := list + listBytes + U32(dispatchBytes*list.Load(listCount))
	list.Store(listCount, list.Load(listCount)+1)
	d.Store(dispatchShader, shader)
	d.Store(dispatchOp, i)
	x := min(n, mostGroups)
	d.Store(dispatchGroups, x)
	d.Store(dispatchGroups+4, tilesOf(n, x))
	d.Store(dispatchGroups+8, 1)
	return d
}

// buffer adds a buffer to dispatch d.
func buffer(d U32, which uint32) {
	n := d.Load(dispatchBuffers)
	setWord(d+dispatchBuffer, n, which)
	d.Store(dispatchBuffers, n+1)
}

// operands adds the buffers of the first n operands of op, and of its output.
func operands(d, op U32, n uint32) {
	for i := range n {
		buffer(d, operandIndex(op, i))
	}
	buffer(d, outputIndex(op, 0))
}

// param sets parameter i of dispatch d.
func param(d U32, i, v uint32) { setWord(d+dispatchParam, i, v) }

// present is 1 where operand i of op is there.
func present(op U32, i uint32) uint32 {
	if operandIndex(op, i) == none {
		return 0
	}
	return 1
}

// checkOnDevice adds the check of the indices that operation i uses; see
// checkIndices.
func checkOnDevice(t, op U32, i uint32) {
	switch op.Load(opCode) {
	case opGather:
		rows := axisOf(t, op, 0, 0)
		checkOperand(t, op, i, 1, errIndex, rows, rows)
	case opAttention:
		if plainAttention(t, op) {
			checkLengths(t, op, i, argLengths, axisOf(t, op, argK, 1))
		}
	case opAttentionWeights:
		checkLengths(t, op, i, 2, axisOf(t, op, 1, 1))
	case opMaskedMean:
		checkLengths(t, op, i, 1, axisOf(t, op, 0, 1))
	case opAttentionReceived:
		checkLengths(t, op, i, 1, axisOf(t, op, 0, 2))
	}
}

func checkLengths(t, op U32, i, which, most uint32) {
	if operandIndex(op, which) != none {
		checkOperand(t, op, i, which, errLength, most+1, most)
	}
}

// checkOperand adds the check that an operand's elements are below bound; the
// error says want.
func checkOperand(t, op U32, i, which, code, bound, want uint32) {
	d := dispatch(t, i, shaderCheck, 1)
	buffer(d, operandIndex(op, which))
	buffer(d, bufferError)
	param(d, 0, elements(t, op, which))
	param(d, 1, bound)
	param(d, 2, code)
	param(d, 3, i)
	param(d, 4, want)
}

// hasShader reports whether there is a shader for the form of op that is
// used: some have more than webgpu has.
func hasShader(t, op U32) bool {
	switch op.Load(opCode) {
	case opMatmul:
		dtype := boundTensor(t, operandIndex(op, 1)).Load(boundDType)
		return dtype == dtypeF32 || dtype == dtypeQ8
	case opLayerNorm:
		return elements(t, op, 1) == colsOf(t, op, 0) && present(op, 2) != 0 &&
			outputIndex(op, 1) == none && outputIndex(op, 2) == none
	case opSoftmax:
		return attrBits(op, 0) == 0 && attrBits(op, 1) == 0
	case opActivation:
		return attrBits(op, 1) == 0
	}
	return op.Load(opCode) <= opAttentionReceived
}

// dispatchOne adds the dispatches that compute operation i; one of no shader
// where webgpu has none.
func dispatchOne(t, op U32, i uint32) {
	if !hasShader(t, op) {
		_ = dispatch(t, i, shaderNone, 1)
		return
	}
	switch op.Load(opCode) {
	case opGather:
		dispatchGather(t, op, i)
	case opMatmul:
		dispatchMatmul(t, op, i)
	case opAttention:
		dispatchAttention(t, op, i)
	case opAttentionWeights:
		dispatchWeights(t, op, i)
	case opMaskedMean, opAttentionReceived:
		dispatchPool(t, op, i)
	case opScores:
		dispatchScores(t, op, i)
	case opAddTiming:
		d := dispatch(t, i, shaderTiming, tilesOf(elements(t, op, 0), 256))
		operands(d, op, 2)
		param(d, 0, elements(t, op, 0))
		param(d, 1, axisOf(t, op, 0, 1))
		param(d, 2, axisOf(t, op, 0, 2))
	case opAdd:
		d := dispatch(t, i, shaderAdd, tilesOf(elements(t, op, 0), 256))
		operands(d, op, 2)
		param(d, 0, elements(t, op, 0))
	case opActivation:
		d := dispatch(t, i, shaderActivation, tilesOf(elements(t, op, 0), 256))
		operands(d, op, 1)
		param(d, 0, elements(t, op, 0))
		param(d, 1, attrBits(op, 0))
	case opLayerNorm:
		dispatchRows(t, op, i, shaderLayerNorm, 3, attrBits(op, 0))
	case opL2Normalize:
		dispatchRows(t, op, i, shaderL2Normalize, 1, attrBits(op, 0))
	case opSoftmax:
		dispatchRows(t, op, i, shaderSoftmax, 1, 0)
	default:
		_ = dispatch(t, i, shaderNone, 1)
	}
}

// dispatchRows is for the shaders of rows.wgsl, with n operands.
func dispatchRows(t, op U32, i, shader, n, eps uint32) {
	cols := colsOf(t, op, 0)
	rows := elements(t, op, 0) / cols
	d := dispatch(t, i, shader, rows)
	operands(d, op, n)
	param(d, 0, rows)
	param(d, 1, cols)
	param(d, 2, eps)
}

func dispatchGather(t, op U32, i uint32) {
	table := operandIndex(op, 0)
	n, cols := elements(t, op, 1), axisOf(t, op, 0, 1)
	var d U32
	if boundTensor(t, table).Load(boundDType) == dtypeQ8 {
		d = dispatch(t, i, shaderGatherQ8, tilesOf(n*(cols/4), 256))
		buffer(d, table)
		buffer(d, bufferScalesOf+table)
		buffer(d, operandIndex(op, 1))
		buffer(d, outputIndex(op, 0))
	} else {
		d = dispatch(t, i, shaderGather, tilesOf(n*cols, 256))
		operands(d, op, 2)
	}
	param(d, 0, n)
	param(d, 1, axisOf(t, op, 0, 0))
	param(d, 2, cols)
	param(d, 3, attrBits(op, 0))
}

func dispatchMatmul(t, op U32, i uint32) {
	w := operandIndex(op, 1)
	k, n := axisOf(t, op, 1, 0), axisOf(t, op, 1, 1)
	m := elements(t, op, 0) / k
	large, small := tilesOf(m, 64)*tilesOf(n, 64), tilesOf(m, 16)*tilesOf(n, 64)
	short := large < fewTiles
	var d U32
	if boundTensor(t, w).Load(boundDType) == dtypeQ8 {
		dispatchQuantize(t, op, i, m*(k/blockLen))
		if short {
			d = dispatch(t, i, shaderMatmulQ8Short, small)
		} else {
			d = dispatch(t, i, shaderMatmulQ8, large)
		}
		buffer(d, bufferValues)
		buffer(d, bufferScales)
		buffer(d, w)
		buffer(d, bufferScalesOf+w)
		buffer(d, operandIndex(op, 2))
		buffer(d, operandIndex(op, 3))
		buffer(d, outputIndex(op, 0))
	} else {
		if (k|n)%4 != 0 {
			d = dispatch(t, i, shaderMatmulAny, small)
		} else if short {
			d = dispatch(t, i, shaderMatmulShort, small)
		} else {
			d = dispatch(t, i, shaderMatmul, large)
		}
		operands(d, op, 4)
	}
	param(d, 0, m)
	param(d, 1, k)
	param(d, 2, n)
	param(d, 3, attrBits(op, 0))
	param(d, 4, present(op, 2))
	param(d, 5, present(op, 3))
}

// dispatchQuantize adds the quantizing of so many blocks of x.
func dispatchQuantize(t, op U32, i, blocks uint32) {
	d := dispatch(t, i, shaderQuantize, tilesOf(blocks, 64))
	buffer(d, operandIndex(op, 0))
	buffer(d, bufferValues)
	buffer(d, bufferScales)
	param(d, 0, blocks)
	list := U32(t.Load(bindDispatches))
	list.Store(listValues, max(list.Load(listValues), blockLen*blocks))
	list.Store(listScales, max(list.Load(listScales), 4*blocks))
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

func dispatchAttention(t, op U32, i uint32) {
	if !plainAttention(t, op) {
		_ = dispatch(t, i, shaderNone, 1)
		return
	}
	heads, dim, vdim := attrBits(op, 0), attrBits(op, 1), attrBits(op, 2)
	qCol, kCol, vCol := attrBits(op, 3), attrBits(op, 4), attrBits(op, 5)
	vStride := axisOf(t, op, 2, 2)
	shader := uint32(shaderAttentionAny)
	if (dim|vdim|qCol|kCol|vCol|vStride|axisOf(t, op, 0, 2)|axisOf(t, op, 1, 2))%4 == 0 {
		shader = shaderAttention
	}
	groups := axisOf(t, op, 0, 0) * heads * tilesOf(axisOf(t, op, 0, 1), 32) * tilesOf(vdim, 64)
	d := dispatch(t, i, shader, groups)
	operands(d, op, 4)
	attentionParams(d, t, op, heads, dim, qCol, kCol, attrBits(op, 6))
	param(d, 5, vdim)
	param(d, 8, vStride)
	param(d, 11, vCol)
	param(d, 13, present(op, 3))
}

// plainAttention reports whether the shader can do an attention: on f32 rows
// of columns, as many heads of keys as of queries, and no masks but lengths.
func plainAttention(t, op U32) bool {
	for i := uint32(argMask); i <= argBlocks; i++ {
		if operandIndex(op, i) != none {
			return false
		}
	}
	for i := uint32(attrKVHeads + 1); i <= attrQKMode; i++ {
		if attrBits(op, i) != 0 {
			return false
		}
	}
	for i := uint32(argQ); i <= argV; i++ {
		r := boundTensor(t, operandIndex(op, i))
		if r.Load(boundRank) != 3 || r.Load(boundDType) != dtypeF32 {
			return false
		}
	}
	return axisOf(t, op, argQ, 0) == axisOf(t, op, argK, 0) && kvHeadsOf(op) == attrBits(op, attrHeads) && op.Load(opOutputsN) == 1
}

// attentionParams sets the parameters that attention and attention_weights
// have in common.
func attentionParams(d, t, op U32, heads, dim, qCol, kCol, scale uint32) {
	param(d, 0, axisOf(t, op, 0, 0))
	param(d, 1, axisOf(t, op, 0, 1))
	param(d, 2, axisOf(t, op, 1, 1))
	param(d, 3, heads)
	param(d, 4, dim)
	param(d, 6, axisOf(t, op, 0, 2))
	param(d, 7, axisOf(t, op, 1, 2))
	param(d, 9, qCol)
	param(d, 10, kCol)
	param(d, 12, scale)
}

// dispatchWeights adds two dispatches: the scores, then their softmax.
func dispatchWeights(t, op U32, i uint32) {
	heads, dim, qCol, kCol := attrBits(op, 0), attrBits(op, 1), attrBits(op, 2), attrBits(op, 3)
	batch, tq, tk := axisOf(t, op, 0, 0), axisOf(t, op, 0, 1), axisOf(t, op, 1, 1)
	shader := uint32(shaderAttentionScoresAny)
	if (dim|qCol|kCol|axisOf(t, op, 0, 2)|axisOf(t, op, 1, 2))%4 == 0 {
		shader = shaderAttentionScores
	}
	d := dispatch(t, i, shader, batch*heads*tilesOf(tq, 32)*tilesOf(tk, 32))
	operands(d, op, 2)
	attentionParams(d, t, op, heads, dim, qCol, kCol, attrBits(op, 4))
	d = dispatch(t, i, shaderMaskedSoftmax, batch*heads*tq)
	buffer(d, operandIndex(op, 2))
	buffer(d, outputIndex(op, 0))
	param(d, 0, batch*heads*tq)
	param(d, 1, tk)
	param(d, 2, tq)
	param(d, 3, heads)
	param(d, 4, present(op, 2))
}

// dispatchPool is for masked_mean, x [b,t,d], and attention_received, w
// [b,h,tq,tk], whose lengths mask queries only in self-attention.
func dispatchPool(t, op U32, i uint32) {
	batch, outer, first, masked := axisOf(t, op, 0, 0), uint32(1), uint32(1), uint32(1)
	if op.Load(opCode) == opAttentionReceived {
		outer, first = axisOf(t, op, 0, 1), 2
		if axisOf(t, op, 0, 2) != axisOf(t, op, 0, 3) {
			masked = 0
		}
	}
	rows, cols := axisOf(t, op, 0, first), axisOf(t, op, 0, first+1)
	d := dispatch(t, i, shaderPool, batch*tilesOf(cols, 32))
	operands(d, op, 2)
	param(d, 0, batch)
	param(d, 1, outer)
	param(d, 2, rows)
	param(d, 3, cols)
	param(d, 4, masked)
}
