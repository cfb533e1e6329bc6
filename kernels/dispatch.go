package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// The dispatches of a bound program, for an executor on WebGPU: a header,
// then a record each. It sets the shader of that number in package wgsl to
// work on so many workgroups, with the buffers and the parameters that stand
// here, in this order; nothing about shapes is left to compute.
const (
	listCount  = 0 // dispatches
	listSum    = 4 // checksum of the shaders that the numbers mean
	listValues = 8 // bytes that bufferValues needs, and so on
	listBytes  = 32

	dispatchShader  = 0
	dispatchOp      = 4  // index of the operation
	dispatchGroups  = 8  // workgroups along x, y and z
	dispatchBuffers = 20 // how many there are
	dispatchBuffer  = 24 // 8 words: the index of a tensor, or one of the following
	dispatchParam   = 64 // 64 words of the shader's Params
	dispatchBytes   = 320

	// none stands for an operand that is left out.
	bufferScalesOf = 1 << 30         // + the index of a q8 tensor: its scales
	bufferError    = 1 << 31         // the error record
	bufferValues   = bufferError + 1 // scratch memory, as are the following
	bufferScales   = bufferError + 2
	bufferRules    = bufferError + 3

	// shaderNone is the shader of what WebGPU cannot do; the executor then
	// leaves the program to the module.
	shaderNone = 0xFFFFFFFF

	// The most dispatches of one operation.
	mostDispatches = 13
	// WebGPU's limit for the workgroups along an axis.
	mostGroups = 65535
	// Below so many workgroups of large tiles a matrix product takes small
	// ones: a GPU has tens of cores to fill.
	fewTiles = 32
)

// layOutDispatches writes the dispatches of the program of table t, whose
// tensors are bound.
func layOutDispatches(p, t U32) bool {
	list := U32(alloc(listBytes))
	if list == 0 {
		return false
	}
	MemoryFill(uint32(list), 0, listBytes)
	list.Store(listSum, shadersSum)
	t.Store(bindDispatches, uint32(list))
	op := firstOp(p)
	for i := range p.Load(hdrOps) {
		at := alloc(dispatchBytes*mostDispatches + attendWork)
		if at == 0 {
			return false
		}
		checkOnDevice(t, op, i)
		dispatchOne(t, op, i, U32(at+dispatchBytes*mostDispatches))
		gCur.Store(0, uint32(list)+listBytes+dispatchBytes*list.Load(listCount))
		op = nextOp(op)
	}
	return true
}

// dispatch adds a dispatch of n workgroups of a shader for operation i.
func dispatch(t U32, i, shader, n uint32) U32 {
	list := U32(t.Load(bindDispatches))
	d := list + listBytes + U32(dispatchBytes*list.Load(listCount))
	list.Store(listCount, list.Load(listCount)+1)
	MemoryFill(uint32(d), 0, dispatchBytes)
	d.Store(dispatchOp, i)
	d.Store(dispatchGroups+8, 1)
	setShader(d, shader, n)
	return d
}

// setShader gives a dispatch n workgroups of a shader.
func setShader(d U32, shader, n uint32) {
	d.Store(dispatchShader, shader)
	x := min(n, mostGroups)
	d.Store(dispatchGroups, x)
	d.Store(dispatchGroups+4, tilesOf(n, x))
}

// scratchBuffer returns a buffer for at least so many bytes of scratch memory,
// of which no device has as many as saturate.
func scratchBuffer(t U32, which uint32, bytes uint64) uint32 {
	at := U32(t.Load(bindDispatches)) + listValues + U32(4*(which-bufferValues))
	at.Store(0, max(at.Load(0), saturate(bytes)))
	return which
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
	if !hasShader(t, op) {
		return
	}
	switch op.Load(opCode) {
	case opGather:
		rows := axisOf(t, op, 0, 0)
		checkOperand(t, op, i, 1, errIndex, rows, rows)
	case opAttention:
		checkAttend(t, op, i)
	case opAttentionWeights:
		checkLengths(t, op, i, 2, axisOf(t, op, 1, 1))
	case opMaskedMean:
		checkLengths(t, op, i, 1, axisOf(t, op, 0, 1))
	case opAttentionReceived:
		checkLengths(t, op, i, 1, axisOf(t, op, 0, 2))
	case opRope:
		if operandIndex(op, 2) != none && operandIndex(op, 4) != none {
			rows := axisOf(t, op, 2, 0)
			checkOperand(t, op, i, 4, errIndex, rows, rows)
		}
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
	case opAttention:
		return attends(t, op)
	case opMatmul:
		dtype := boundTensor(t, operandIndex(op, 1)).Load(boundDType)
		return dtype == dtypeF32 || dtype == dtypeF16 || isQuantized(dtype)
	case opLayerNorm:
		return outputIndex(op, 1) == none && outputIndex(op, 2) == none
	case opSoftmax:
		return attrBits(op, 0) == 0
	case opActivation:
		return attrBits(op, 1) == 0
	case opRmsNorm, opGated, opRope, opBatchMatmul, opQuantizedMatmul:
		return true
	}
	return op.Load(opCode) <= opAttentionReceived
}

// dispatchOne adds the dispatches that compute operation i; one of no shader
// where webgpu has none. There are attendWork bytes at work.
func dispatchOne(t, op U32, i uint32, work U32) {
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
		dispatchAttention(t, op, i, work)
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
	case opGated:
		dispatchGated(t, op, i)
	case opRope:
		dispatchRope(t, op, i)
	case opBatchMatmul:
		dispatchBatches(t, op, i)
	case opQuantizedMatmul:
		k := colsOf(t, op, 0)
		dispatchBlocks(t, op, i, k, axisOf(t, op, 1, 0), attrBits(op, 1), operandIndex(op, 2), 3)
	case opLayerNorm:
		dispatchRows(t, op, i, shaderLayerNorm, 3, elements(t, op, 1), attrBits(op, 0), present(op, 2))
	case opRmsNorm:
		dispatchRows(t, op, i, shaderRmsNorm, 2, elements(t, op, 1), attrBits(op, 0), 0)
	case opL2Normalize:
		dispatchRows(t, op, i, shaderL2Normalize, 1, colsOf(t, op, 0), attrBits(op, 0), 0)
	case opSoftmax:
		dispatchRows(t, op, i, shaderSoftmax, 1, colsOf(t, op, 0), 0, attrBits(op, 1))
	}
}

// dispatchRows is for the shaders of rows.wgsl, with n operands.
func dispatchRows(t, op U32, i, shader, n, cols, eps, also uint32) {
	rows := elements(t, op, 0) / cols
	d := dispatch(t, i, shader, rows)
	operands(d, op, n)
	param(d, 0, rows)
	param(d, 1, cols)
	param(d, 2, eps)
	param(d, 3, also)
}

func dispatchGated(t, op U32, i uint32) {
	n := boundTensor(t, outputIndex(op, 0)).Load(boundBytes) / 4
	d := dispatch(t, i, shaderGated, tilesOf(n, 256))
	operands(d, op, 2)
	param(d, 0, n)
	param(d, 1, attrBits(op, 0))
	param(d, 2, attrBits(op, 1))
	param(d, 3, colsOf(t, op, 0))
	param(d, 4, colsOf(t, op, 1))
	param(d, 5, attrBits(op, 2))
	param(d, 6, attrBits(op, 3))
}

func dispatchRope(t, op U32, i uint32) {
	x := boundTensor(t, operandIndex(op, 0))
	width, rotary := colsOf(t, op, 0), rotaryDim(op)
	base := attrFloat32(op, 5)
	if base == 0 {
		base = 10000
	}
	n := elements(t, op, 0)
	d := dispatch(t, i, shaderRope, tilesOf(n, 256))
	operands(d, op, 5)
	param(d, 0, n)
	param(d, 1, width)
	param(d, 2, word(x+boundShape, x.Load(boundRank)-2))
	param(d, 3, extentsFrom(x, 1)/width)
	param(d, 4, attrBits(op, 0))
	param(d, 5, attrBits(op, 1))
	param(d, 6, rotary)
	param(d, 7, attrBits(op, 3))
	param(d, 8, attrBits(op, 4))
	param(d, 9, Bits32(-log32(base)/float32(rotary/2)))
	param(d, 10, Bits32(orOne(attrFloat32(op, 6))))
	param(d, 11, present(op, 1))
	param(d, 12, present(op, 2))
	param(d, 13, present(op, 4))
	if present(op, 2) != 0 && boundTensor(t, operandIndex(op, 2)).Load(boundRank) == 3 {
		param(d, 14, 1)
	}
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
