package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Operands of opAttentionGrad in the places of past keys, which it does not
// take, and its outputs; all else is as opAttention has it.
const (
	argGradOut  = argPastK
	argGradDOut = argPastV

	resultDQ = 0
	resultDK = 1
	resultDV = 2
)

// runAttentionGrad executes opAttentionGrad, a head of keys a tile.
func runAttentionGrad(t, op U32, own uint32) {
	a := U32(own)
	describeGrad(t, op, a)
	tasks := wordAt(a, attBatch) * wordAt(a, attKVHeads)
	if Threads {
		for i := takeTile(); i < tasks; i = takeTile() {
			gradTask(a, i)
		}
	} else {
		for i := range tasks {
			gradTask(a, i)
		}
	}
}

// describeGrad makes the record of a call at a.
func describeGrad(t, op, a U32) {
	MemoryFill(uint32(a), 0, gradBytes)
	dim, vdim := attrBits(op, attrDim), attrBits(op, attrVDim)
	a.Store(attHeads, attrBits(op, attrHeads))
	a.Store(attKVHeads, kvHeadsOf(op))
	a.Store(attDim, dim)
	a.Store(attVDim, vdim)
	a.Store(attBatch, axisOf(t, op, argK, 0))
	a.Store(attTq, tokensOf(t, op, argQ))
	a.Store(attTk, tokensOf(t, op, argK))
	describeTokens(a, attQ, t, operandIndex(op, argQ), attrBits(op, attrQCol), dim)
	if axisOf(t, op, argQ, 0) == 1 {
		a.Store(attQBatch, 0)
	}
	a.Store(attKBytes, describeTokens(a, attK, t, operandIndex(op, argK), attrBits(op, attrKCol), dim))
	a.Store(attVBytes, describeTokens(a, attV, t, operandIndex(op, argV), attrBits(op, attrVCol), vdim))
	describeTokens(a, gradOut, t, operandIndex(op, argGradOut), 0, vdim)
	describeTokens(a, gradDOut, t, operandIndex(op, argGradDOut), 0, vdim)
	describeTokens(a, gradDQ, t, outputIndex(op, resultDQ), 0, dim)
	describeTokens(a, gradDK, t, outputIndex(op, resultDK), 0, dim)
	describeTokens(a, gradDV, t, outputIndex(op, resultDV), 0, vdim)
	describeRules(t, op, a)
	describeMasks(t, op, a)
	a.Store(attQK, 0)
	layOutGrad(a)
}

// inferAttentionGrad checks the operands of opAttentionGrad and infers its
// outputs, of the shapes of q, k and v without other columns; dq has a row for
// each batch row even where all have the same queries.
func inferAttentionGrad(p, op, extents U32) bool {
	q, k, v := operand(p, op, argQ), operand(p, op, argK), operand(p, op, argV)
	batch, heads, kvHeads := extent(k, extents, 0), attrBits(op, attrHeads), kvHeadsOf(op)
	dim, vdim := attrBits(op, attrDim), attrBits(op, attrVDim)
	if !wantTokens(p, op, extents, argQ, attrBits(op, attrQCol), heads, dim) ||
		!wantTokens(p, op, extents, argK, attrBits(op, attrKCol), kvHeads, dim) ||
		!wantTokens(p, op, extents, argV, attrBits(op, attrVCol), kvHeads, vdim) ||
		!wantTokens(p, op, extents, argGradOut, 0, heads, vdim) || !wantTokens(p, op, extents, argGradDOut, 0, heads, vdim) {
		return false
	}
	if heads%kvHeads != 0 {
		return fail(errAttrMultiple, attrHeads, heads, kvHeads) != 0
	}
	if !wantOneOr(q, extents, argQ, 0, batch) {
		return false
	}
	tq, tk := tokenExtent(p, op, extents, argQ), tokenExtent(p, op, extents, argK)
	for i := uint32(argK); i <= argGradDOut; i++ {
		if i == argK || i == argV || i >= argGradOut {
			tokens := tk
			if i >= argGradOut {
				tokens = tq
			}
			if !wantExtent(p, op, extents, i, 0, batch) || !wantExtent(p, op, extents, i, operand(p, op, i).Load(tenRank)-2, tokens) {
				return false
			}
		}
	}
	if !wantRules(p, op, extents, batch, heads, tq, tk) {
		return false
	}
	setTokens(k, batch, kvHeads, tk, dim)
	giveResult(resultDK)
	setTokens(v, batch, kvHeads, tk, vdim)
	giveResult(resultDV)
	return setTokens(q, batch, heads, tq, dim)
}

// setTokens makes the result tokens with heads as tensor t has them.
func setTokens(t U32, batch, heads, tokens, dim uint32) bool {
	if t.Load(tenRank) == 4 {
		return setResult4(batch, heads, tokens, dim)
	}
	return setResult3(batch, tokens, product(heads, dim))
}
