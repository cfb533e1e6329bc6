package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// mostPositions is the most keys that pages give a batch row, and the
// greatest offset of the queries: with the tokens that fit into memory every
// position is an int32.
const mostPositions = 1 << 30

// inferAttention checks the operands of opAttention and infers its outputs.
func inferAttention(p, op, extents U32) bool {
	q := operand(p, op, argQ)
	batch, heads, kvHeads := attentionBatch(p, op, extents), attrBits(op, attrHeads), kvHeadsOf(op)
	dim, vdim := attrBits(op, attrDim), attrBits(op, attrVDim)
	if !wantTokens(p, op, extents, argQ, attrBits(op, attrQCol), heads, dim) ||
		!wantTokens(p, op, extents, argK, attrBits(op, attrKCol), kvHeads, dim) ||
		!wantTokens(p, op, extents, argV, attrBits(op, attrVCol), kvHeads, vdim) ||
		!wantScales(p, op, extents, argK, argKScales, attrKCol, dim) || !wantScales(p, op, extents, argV, argVScales, attrVCol, vdim) {
		return false
	}
	if rows := extent(q, extents, 0); rows != 1 && rows != batch {
		return fail(errShape, argQ, rows, batch) != 0
	}
	if heads%kvHeads != 0 {
		return fail(errAttrMultiple, attrHeads, heads, kvHeads) != 0
	}
	tq := tokenExtent(p, op, extents, argQ)
	keys, ok := inferKeys(p, op, extents, batch, kvHeads)
	if !ok || !wantRules(p, op, extents, batch, heads, tq, keys) {
		return false
	}
	inferPresent(p, op, resultPresentK, argK, batch, kvHeads, keys, dim)
	inferPresent(p, op, resultPresentV, argV, batch, kvHeads, keys, vdim)
	setResult4(batch, heads, tq, keys)
	giveResult(resultQK)
	if q.Load(tenRank) == 4 {
		return setResult4(batch, heads, tq, vdim)
	}
	return setResult3(batch, tq, product(heads, vdim))
}

// attentionBatch returns the batch rows of opAttention: those of the keys, or
// of their pages, which queries of one batch row are all asked of.
func attentionBatch(p, op, extents U32) uint32 {
	rows := operand(p, op, argK)
	if operandIndex(op, argPages) != none {
		rows = operand(p, op, argPages)
	}
	if rows.Load(tenRank) == 0 {
		return 0
	}
	return extent(rows, extents, 0)
}

// inferPresent sets the shape of an output that joins past and new keys or
// values, of the type of these.
func inferPresent(p, op U32, output, side, batch, heads, keys, dim uint32) {
	setResult4(batch, heads, keys, dim)
	giveResult(output)
	(resultDType + U32(resultBytes*output)).Store(0, operand(p, op, side).Load(tenDType))
}

// wantTokens fails unless operand i is tokens of so many heads: columns from
// col on of [batch, tokens, *], or [batch, heads, tokens, dim].
func wantTokens(p, op, extents U32, i, col, heads, dim uint32) bool {
	if operand(p, op, i).Load(tenRank) != 4 {
		return wantRank(p, op, i, 3) && wantColumns(p, op, extents, i, col, heads, dim)
	}
	if col != 0 || heads == 0 || dim == 0 {
		return fail(errShape, i, col, 0) != 0
	}
	return wantExtent(p, op, extents, i, 1, heads) && wantExtent(p, op, extents, i, 3, dim)
}

// wantScales fails unless keys or values, operand i, have scales if they are
// int8, and only then: one for each block along their last axis, of which
// each head has whole ones. There is no output of present scales.
func wantScales(p, op, extents U32, i, scales, col, dim uint32) bool {
	t := operand(p, op, i)
	dtype := t.Load(tenDType)
	if operandIndex(op, scales) == none {
		return dtype != dtypeU8 || fail(errOperandMissing, scales, 0, 0) != 0
	}
	if dtype != dtypeU8 || outputIndex(op, i) != none { // present_k or present_v
		return fail(errOperandType, i, dtype, 0) != 0
	}
	if dim%blockLen != 0 {
		return fail(errShape, i, dim, roundUp(dim, blockLen)) != 0
	}
	if n := attrBits(op, col); n%blockLen != 0 {
		return fail(errAttrMultiple, col, n, blockLen) != 0
	}
	last := t.Load(tenRank) - 1
	if !wantWholeBlocks(p, op, extents, i) || !wantRank(p, op, scales, last+1) || !wantExtent(p, op, extents, scales, last, extent(t, extents, last)/blockLen) {
		return false
	}
	for axis := range last {
		if !wantExtent(p, op, extents, scales, axis, extent(t, extents, axis)) {
			return false
		}
	}
	return true
}

// tokenExtent returns the tokens of operand i.
func tokenExtent(p, op, extents U32, i uint32) uint32 {
	t := operand(p, op, i)
	return extent(t, extents, t.Load(tenRank)-2)
}

// inferKeys checks keys and values, past and new or in pages, and returns how
// many there are for each batch row.
func inferKeys(p, op, extents U32, batch, kvHeads uint32) (uint32, bool) {
	k, v := operand(p, op, argK), operand(p, op, argV)
	rows, tokens := extent(k, extents, 0), tokenExtent(p, op, extents, argK)
	if !wantExtent(p, op, extents, argV, 0, rows) || !wantExtent(p, op, extents, argV, v.Load(tenRank)-2, tokens) {
		return 0, false
	}
	past := operandIndex(op, argPastK) != none
	if past != (operandIndex(op, argPastV) != none) {
		return 0, fail(errOperandMissing, argPastV, 0, 0) != 0
	}
	if operandIndex(op, argPages) != none {
		// Pages have no batch, and no past before them.
		if past || outputIndex(op, resultPresentK) != none || outputIndex(op, resultPresentV) != none {
			return 0, fail(errOperandMissing, argPages, 0, 0) != 0
		}
		if !wantRank(p, op, argPages, 2) || !wantExtent(p, op, extents, argPages, 0, batch) {
			return 0, false
		}
		n := extent(operand(p, op, argPages), extents, 1)
		return product(n, tokens), wantAtMost(p, op, extents, argPages, 1, mostPositions/tokens)
	}
	if !wantExtent(p, op, extents, argK, 0, batch) {
		return 0, false
	}
	if past {
		if !wantPast(p, op, extents, argPastK, argK, batch, kvHeads, attrBits(op, attrDim)) ||
			!wantPast(p, op, extents, argPastV, argV, batch, kvHeads, attrBits(op, attrVDim)) {
			return 0, false
		}
		n := tokenExtent(p, op, extents, argPastK)
		v := operand(p, op, argPastV)
		return plus(n, tokens), wantExtent(p, op, extents, argPastV, v.Load(tenRank)-2, n)
	}
	return tokens, true
}

// wantPast fails unless operand i is past keys or values as those of operand
// now.
func wantPast(p, op, extents U32, i, now, batch, heads, dim uint32) bool {
	if dtype := operand(p, op, i).Load(tenDType); dtype != operand(p, op, now).Load(tenDType) {
		return fail(errOperandType, i, dtype, 0) != 0
	}
	return wantTokens(p, op, extents, i, 0, heads, dim) && wantExtent(p, op, extents, i, 0, batch)
}

// wantRules checks the operands that say what a query sees and how much it
// counts.
func wantRules(p, op, extents U32, batch, heads, tq, keys uint32) bool {
	if !wantVector(p, op, extents, argLengths, batch) || !wantVector(p, op, extents, argSlopes, heads) ||
		!wantVector(p, op, extents, argSinks, heads) || !wantTemperature(p, op, extents, batch, tq) {
		return false
	}
	if (operandIndex(op, argQDocs) == none) != (operandIndex(op, argKDocs) == none) {
		return fail(errOperandMissing, argKDocs, 0, 0) != 0
	}
	return wantMatrix(p, op, extents, argQDocs, batch, tq) && wantMatrix(p, op, extents, argKDocs, batch, keys) &&
		wantSpread(p, op, extents, argMask, batch, heads, tq, keys, true) &&
		wantSpread(p, op, extents, argBias, batch, heads, tq, keys, false) &&
		wantBlocks(p, op, extents, batch, heads, tilesOf(tq, maskBlock), tilesOf(keys, maskBlock))
}

// wantMatrix fails unless operand i, if it is there, is [a, b].
func wantMatrix(p, op, extents U32, i, a, b uint32) bool {
	return operandIndex(op, i) == none ||
		wantRank(p, op, i, 2) && wantExtent(p, op, extents, i, 0, a) && wantExtent(p, op, extents, i, 1, b)
}

// wantTemperature fails unless the temperatures, if they are there, are
// [batch, tq] or [tq].
func wantTemperature(p, op, extents U32, batch, tq uint32) bool {
	if operandIndex(op, argTemperature) != none && operand(p, op, argTemperature).Load(tenRank) == 2 {
		return wantMatrix(p, op, extents, argTemperature, batch, tq)
	}
	return wantVector(p, op, extents, argTemperature, tq)
}

// wantSpread fails unless operand i, if it is there, is [batch, heads, tq,
// keys], of which each axis can be 1 and the first can be left out. With
// short the last can be less: the keys behind are hidden.
func wantSpread(p, op, extents U32, i, batch, heads, tq, keys uint32, short bool) bool {
	if operandIndex(op, i) == none {
		return true
	}
	t := operand(p, op, i)
	rank := t.Load(tenRank)
	if rank-1 >= 4 {
		return fail(errOperandRank, i, rank, 4) != 0
	}
	n := extent(t, extents, rank-1)
	if n != 1 && n != keys && !(short && n < keys) {
		return fail(errShape, i, n, keys) != 0
	}
	return wantOuter(p, op, extents, i, batch, heads, tq)
}

// wantBlocks fails unless the sparse blocks, if they are there, are [batch,
// heads, rows, cols], of which the first two can be 1 or left out.
func wantBlocks(p, op, extents U32, batch, heads, rows, cols uint32) bool {
	if operandIndex(op, argBlocks) == none {
		return true
	}
	t := operand(p, op, argBlocks)
	rank := t.Load(tenRank)
	if rank-2 >= 3 {
		return fail(errOperandRank, argBlocks, rank, 4) != 0
	}
	return wantExtent(p, op, extents, argBlocks, rank-1, cols) && wantExtent(p, op, extents, argBlocks, rank-2, rows) &&
		wantOuter(p, op, extents, argBlocks, batch, heads, rows)
}

// wantOuter fails unless the axes of operand i before its last are 1 or these.
func wantOuter(p, op, extents U32, i, batch, heads, rows uint32) bool {
	t := operand(p, op, i)
	rank := t.Load(tenRank)
	return (rank < 2 || wantOneOr(t, extents, i, rank-2, rows)) &&
		(rank < 3 || wantOneOr(t, extents, i, rank-3, heads)) &&
		(rank < 4 || wantOneOr(t, extents, i, rank-4, batch))
}

func wantOneOr(t, extents U32, i, axis, want uint32) bool {
	got := extent(t, extents, axis)
	return got == 1 || got == want || fail(errShape, i, got, want) != 0
}
