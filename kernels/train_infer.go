package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// inferTraining is inferShape of the operations of training.
func inferTraining(p, op, extents U32) bool {
	switch op.Load(opCode) {
	case opMatmulGrad:
		return inferMatmulGrad(p, op, extents)
	case opActivationGrad:
		return copyResult(p, op, extents, 0) && wantResult(p, op, extents, 1)
	case opGatedGrad:
		return inferGated(p, op, extents) && giveResult(1) && wantResult(p, op, extents, 2)
	case opLayerNormGrad, opRmsNormGrad:
		return wantTrailing(p, op, extents, 1) && copyResult(p, op, extents, 1) && giveResult(1) && giveResult(2) &&
			copyResult(p, op, extents, 0) && wantResult(p, op, extents, 2)
	case opSoftmaxGrad:
		return inferSoftmax(p, op, extents) && wantResult(p, op, extents, 1)
	case opL2NormalizeGrad:
		return wantAxes(p, op, 0) && copyResult(p, op, extents, 0) && wantResult(p, op, extents, 1)
	case opPoolGrad:
		return inferPoolGrad(p, op, extents)
	case opGatherGrad:
		return inferGatherGrad(p, op, extents)
	case opGlobalNorm:
		return true
	case opSgd, opAdam:
		return inferOptimiser(p, op, extents)
	}
	return inferLoss(p, op, extents)
}

func inferMatmulGrad(p, op, extents U32) bool {
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
	if !wantResult(p, op, extents, 2) {
		return false
	}
	copyResult(p, op, extents, 1)
	giveResult(1)
	resultRank.Store(0, 1)
	setWord(resultShape, 0, n)
	return giveResult(2) && copyResult(p, op, extents, 0)
}

func inferPoolGrad(p, op, extents U32) bool {
	if !wantRank(p, op, 0, 3) {
		return false
	}
	x := operand(p, op, 0)
	b := extent(x, extents, 0)
	if operandIndex(op, 3) != none && (!wantRank(p, op, 3, 2) || !wantExtent(p, op, extents, 3, 0, b) ||
		!wantExtent(p, op, extents, 3, 1, extent(x, extents, 1))) {
		return false
	}
	return wantVector(p, op, extents, 2, b) && setResult2(b, extent(x, extents, 2)) && wantResult(p, op, extents, 1) &&
		copyResult(p, op, extents, 0)
}

func inferGatherGrad(p, op, extents U32) bool {
	ids, dout := operand(p, op, 0), operand(p, op, 1)
	rank := ids.Load(tenRank)
	if !wantRank(p, op, 1, rank+1) {
		return false
	}
	for axis := range rank {
		if !wantExtent(p, op, extents, 1, axis, extent(ids, extents, axis)) {
			return false
		}
	}
	return setResult2(attrBits(op, 1), lastExtent(dout, extents))
}

// inferLoss gives the gradient the shape of the first operand, and the loss
// none.
func inferLoss(p, op, extents U32) bool {
	if op.Load(opCode) != opSquaredError && !wantAxes(p, op, 0) {
		return false
	}
	copyResult(p, op, extents, 0)
	giveResult(1)
	fits := true
	switch op.Load(opCode) {
	case opCrossEntropy:
		resultRank.Store(0, resultRank.Load(0)-1)
		fits = wantResult(p, op, extents, 1)
	case opContrastiveLoss:
		fits = wantRank(p, op, 0, 2)
		if n, m := word(resultShape, 0), word(resultShape, 1); fits && n > m {
			return fail(errShape, 0, m, n) != 0
		}
	case opRankingLoss:
		fits = wantResult(p, op, extents, 1) &&
			wantAtMost(p, op, extents, 0, resultRank.Load(0)-1, mostRanked)
	default:
		fits = wantResult(p, op, extents, 1)
	}
	resultRank.Store(0, 0)
	return fits
}

// inferOptimiser gives every result the shape of the parameters.
func inferOptimiser(p, op, extents U32) bool {
	if !copyResult(p, op, extents, 0) || !wantResult(p, op, extents, 1) || !giveResult(1) {
		return false
	}
	if op.Load(opCode) == opSgd {
		// Without a result for the velocity the momentum would be lost.
		if attrBits(op, 1) != 0 && outputIndex(op, 1) == none {
			return fail(errOperandMissing, operandCount(opSgd)+1, 0, 0) != 0
		}
		return wantResult(p, op, extents, 2) && wantClip(p, op, extents, 3, 3)
	}
	return giveResult(2) && wantVector(p, op, extents, 2, 1) && wantResult(p, op, extents, 3) && wantResult(p, op, extents, 4) &&
		wantClip(p, op, extents, 5, 5)
}

// wantClip fails unless operand i, if it is there, is one element, and
// attribute attr then positive.
func wantClip(p, op, extents U32, i, attr uint32) bool {
	if operandIndex(op, i) == none {
		return true
	}
	norm := operand(p, op, i)
	if rank := norm.Load(tenRank); rank > 1 {
		return fail(errOperandRank, i, rank, 0) != 0
	}
	if n := lastExtent(norm, extents); n != 1 {
		return fail(errShape, i, n, 1) != 0
	}
	return attrFloat32(op, attr) > 0 || fail(errAttrZero, attr, 0, 0) != 0
}

// checkTraining is checkIndices of the operations of training.
func checkTraining(t, op U32) bool {
	switch op.Load(opCode) {
	case opPoolGrad:
		return lengthsFit(i32At(t, op, 2), axisOf(t, op, 0, 0), axisOf(t, op, 0, 1))
	case opGatherGrad:
		return valuesFit(i32At(t, op, 0), elements(t, op, 0), 0, attrBits(op, 1), 0)
	case opCrossEntropy:
		return valuesFit(i32At(t, op, 1), elements(t, op, 1), 1, colsOf(t, op, 0), 1)
	case opAdam:
		step := i32At(t, op, 2).Load(0)
		return step > 0 || fail(errOperandValue, 2, uint32(step), 1) != 0
	}
	return true
}

// valuesFit checks that each of the n values of operand arg is in
// -below..most-1.
func valuesFit(values I32, n, arg, most, below uint32) bool {
	for range n {
		if v := uint32(values.Load(0)); v+below >= most+below {
			return fail(errOperandValue, arg, v, most) != 0
		}
		values += 4
	}
	return true
}
