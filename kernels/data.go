package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// checkData checks the indices that are data: all are inputs or weights, so
// that they can be checked before the first operation runs.
func checkData(t U32) bool {
	op := firstOp(U32(t.Load(bindProgram)))
	for i := range t.Load(bindOps) {
		recOp.Store(0, i)
		if !checkIndices(t, op) {
			return false
		}
		op = nextOp(op)
	}
	recOp.Store(0, noOp)
	return true
}

// checkIndices checks the indices that one operation uses.
func checkIndices(t, op U32) bool {
	if maxLevel > 0 {
		if op.Load(opCode) >= opMatmulGrad {
			return checkTraining(t, op)
		}
	}
	switch op.Load(opCode) {
	case opGather:
		return idsFit(i32At(t, op, 1), elements(t, op, 1), axisOf(t, op, 0, 0))
	case opAttention:
		return checkAttention(t, op)
	case opAdditiveAttention, opAttentionFlow, opLinearAttention:
		return checkOther(t, op)
	case opAttentionGrad:
		return lengthsFit(i32At(t, op, argLengths), axisOf(t, op, argK, 0), tokensOf(t, op, argK))
	case opAttentionWeights:
		return lengthsFit(i32At(t, op, 2), axisOf(t, op, 0, 0), axisOf(t, op, 1, 1))
	case opMaskedMean:
		return lengthsFit(i32At(t, op, 1), axisOf(t, op, 0, 0), axisOf(t, op, 0, 1))
	case opAttentionReceived:
		return lengthsFit(i32At(t, op, 1), axisOf(t, op, 0, 0), axisOf(t, op, 0, 2))
	}
	return checkNeighbour(t, op)
}

// checkAttention checks the numbers of pages and keys.
func checkAttention(t, op U32) bool {
	keys := tokensOf(t, op, argK)
	if operandIndex(op, argPages) != none {
		if !idsFit(i32At(t, op, argPages), elements(t, op, argPages), axisOf(t, op, argK, 0)) {
			return false
		}
		keys *= axisOf(t, op, argPages, 1)
	} else if operandIndex(op, argPastK) != none {
		keys += tokensOf(t, op, argPastK)
	}
	return lengthsFit(i32At(t, op, argLengths), attentionRows(t, op), keys)
}

// idsFit checks that every one of n ids is one of so many rows.
func idsFit(ids I32, n, rows uint32) bool {
	bad := firstBadIndex(ids, n, rows)
	return bad == none || fail(errIndex, bad, word(U32(ids), bad), rows) != 0
}

// lengthsFit checks that every one of n lengths, if there are any, is in
// 0..most.
func lengthsFit(lengths I32, n, most uint32) bool {
	if lengths == 0 {
		return true
	}
	for i := range n {
		if v := word(U32(lengths), i); v > most {
			return fail(errLength, i, v, most) != 0
		}
	}
	return true
}
