package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// What inferShape finds of each output: a dtype and a shape, resultBytes
// apart. The constants are those of the first.
const (
	resultDType U32 = resultAt
	resultRank  U32 = resultAt + 4
	resultShape U32 = resultAt + 8 // maxRank words

	resultBytes = 32
)

// clearResults makes every output a scalar of the first dtype that the table
// gives it.
func clearResults(code uint32) {
	for i := range outputCount(code) {
		dtype := uint32(dtypeF32)
		for outputTypes(code, i)>>(dtype&31)&1 == 0 {
			dtype++
		}
		(resultDType + U32(resultBytes*i)).Store(0, dtype)
		(resultRank + U32(resultBytes*i)).Store(0, 0)
	}
}

// setResult2 makes the first output a matrix; its fellows have more axes.
func setResult2(a, b uint32) bool {
	resultRank.Store(0, 2)
	setWord(resultShape, 0, a)
	setWord(resultShape, 1, b)
	return true
}

func setResult3(a, b, c uint32) bool {
	setResult2(a, b)
	resultRank.Store(0, 3)
	setWord(resultShape, 2, c)
	return true
}

func setResult4(a, b, c, d uint32) bool {
	setResult3(a, b, c)
	resultRank.Store(0, 4)
	setWord(resultShape, 3, d)
	return true
}

// giveResult makes what was set for the first output that of output i.
func giveResult(i uint32) bool {
	MemoryCopy(uint32(resultRank)+resultBytes*i, uint32(resultRank), resultBytes-4)
	return true
}

// copyResult makes the result the shape of operand i.
func copyResult(p, op, extents U32, i uint32) bool {
	t := operand(p, op, i)
	rank := t.Load(tenRank)
	resultRank.Store(0, rank)
	for axis := range rank {
		setWord(resultShape, axis, extent(t, extents, axis))
	}
	return true
}

// inferShape checks the shapes of the operands of op and leaves those of its
// outputs, with their dtypes, from resultDType on.
func inferShape(p, op, extents U32) bool {
	clearResults(op.Load(opCode))
	if maxLevel > 0 {
		if op.Load(opCode) >= opMatmulGrad {
			return inferTraining(p, op, extents)
		}
	}
	switch op.Load(opCode) {
	case opGather:
		return inferGather(p, op, extents)
	case opMatmul:
		return inferMatmul(p, op, extents)
	case opAttention:
		return inferAttention(p, op, extents)
	case opAttentionWeights:
		return inferAttentionWeights(p, op, extents)
	case opAdditiveAttention, opAttentionFlow, opLinearAttention:
		return inferOther(p, op, extents)
	case opAttentionGrad:
		if maxLevel > 0 {
			return inferAttentionGrad(p, op, extents)
		}
		return false
	case opMaskedMean, opAttentionReceived:
		return inferPooled(p, op, extents)
	case opScores:
		return inferScores(p, op, extents)
	case opAddTiming:
		return inferTiming(p, op, extents)
	case opAdd:
		return copyResult(p, op, extents, 0) && wantResult(p, op, extents, 1)
	case opActivation:
		return copyResult(p, op, extents, 0)
	case opLayerNorm:
		return inferLayerNorm(p, op, extents)
	case opSoftmax:
		return inferSoftmax(p, op, extents)
	case opL2Normalize:
		return wantAxes(p, op, 0) && copyResult(p, op, extents, 0)
	}
	return inferNeighbour(p, op, extents)
}

func inferGather(p, op, extents U32) bool {
	if !wantRank(p, op, 0, 2) {
		return false
	}
	rank := operand(p, op, 1).Load(tenRank)
	if rank >= maxRank {
		return fail(errOperandRank, 1, rank, maxRank-1) != 0
	}
	copyResult(p, op, extents, 1)
	resultRank.Store(0, rank+1)
	setWord(resultShape, rank, extent(operand(p, op, 0), extents, 1))
	return true
}

func inferTiming(p, op, extents U32) bool {
	if !wantRank(p, op, 0, 3) {
		return false
	}
	d := extent(operand(p, op, 0), extents, 2)
	if d%2 != 0 {
		return fail(errShape, 0, d, d+1) != 0
	}
	return wantVector(p, op, extents, 1, d/2) && copyResult(p, op, extents, 0)
}

func inferMatmul(p, op, extents U32) bool {
	if !wantAxes(p, op, 0) || !wantRank(p, op, 1, 2) {
		return false
	}
	x, w := operand(p, op, 0), operand(p, op, 1)
	if !wantExtent(p, op, extents, 1, 0, lastExtent(x, extents)) {
		return false
	}
	n := extent(w, extents, 1)
	copyResult(p, op, extents, 0)
	setWord(resultShape, x.Load(tenRank)-1, n)
	return wantVector(p, op, extents, 2, n) && wantResult(p, op, extents, 3)
}

func inferAttentionWeights(p, op, extents U32) bool {
	if !wantRank(p, op, 0, 3) || !wantRank(p, op, 1, 3) ||
		!wantExtent(p, op, extents, 1, 0, extent(operand(p, op, 0), extents, 0)) {
		return false
	}
	q, k := operand(p, op, 0), operand(p, op, 1)
	batch := extent(q, extents, 0)
	heads, dim := attrBits(op, 0), attrBits(op, 1)
	return wantVector(p, op, extents, 2, batch) &&
		wantColumns(p, op, extents, 0, attrBits(op, 2), heads, dim) &&
		wantColumns(p, op, extents, 1, attrBits(op, 3), heads, dim) &&
		setResult4(batch, heads, extent(q, extents, 1), extent(k, extents, 1))
}

// inferPooled is the rule of masked_mean, x [b,t,d] to [b,d], and of
// attention_received, w [b,h,tq,tk] to [b,tk].
func inferPooled(p, op, extents U32) bool {
	rank := uint32(3)
	if op.Load(opCode) == opAttentionReceived {
		rank = 4
	}
	if !wantRank(p, op, 0, rank) {
		return false
	}
	x := operand(p, op, 0)
	batch := extent(x, extents, 0)
	return wantVector(p, op, extents, 1, batch) && setResult2(batch, lastExtent(x, extents))
}

func inferScores(p, op, extents U32) bool {
	if !wantRank(p, op, 0, 2) || !wantRank(p, op, 1, 2) {
		return false
	}
	q, keys := operand(p, op, 0), operand(p, op, 1)
	return wantExtent(p, op, extents, 1, 1, extent(q, extents, 1)) &&
		setResult2(extent(q, extents, 0), extent(keys, extents, 0))
}
