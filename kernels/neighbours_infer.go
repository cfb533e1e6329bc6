package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// inferNeighbour is inferShape of the neighbours of attention.
func inferNeighbour(p, op, extents U32) bool {
	switch op.Load(opCode) {
	case opGated:
		return inferGated(p, op, extents)
	case opRope:
		return inferRope(p, op, extents)
	case opPool:
		return inferPool(p, op, extents)
	case opBatchMatmul:
		return inferBatchMatmul(p, op, extents)
	case opPatches:
		return inferPatches(p, op, extents)
	case opPowerSpectrum:
		rank, n := operand(p, op, 0).Load(tenRank), lastExtent(operand(p, op, 0), extents)
		return wantAxes(p, op, 0) && wantAtMost(p, op, extents, 0, rank-1, mostSamples) && wantVector(p, op, extents, 1, n) && changeLast(p, op, extents, spectrumBins(n))
	case opLogarithm:
		return copyResult(p, op, extents, 0)
	case opTopK:
		k := attrBits(op, 0)
		return wantAxes(p, op, 0) && limitAttr(op, 0, lastExtent(operand(p, op, 0), extents)) &&
			changeLast(p, op, extents, k) && giveResult(1)
	case opSample:
		return inferSample(p, op, extents)
	case opRelativeBias:
		return inferRelativeBias(p, op, extents)
	case opQuantize:
		return wantWholeBlocks(p, op, extents, 0) && changeLast(p, op, extents, lastExtent(operand(p, op, 0), extents)/blockLen) &&
			giveResult(1) && copyResult(p, op, extents, 0)
	case opDequantize:
		return wantWholeBlocks(p, op, extents, 0) && changeLast(p, op, extents, lastExtent(operand(p, op, 0), extents)/blockLen) &&
			wantResult(p, op, extents, 1) && copyResult(p, op, extents, 0)
	case opQuantizedMatmul:
		return inferQuantizedMatmul(p, op, extents)
	}
	// rms_norm
	return wantTrailing(p, op, extents, 1) && copyResult(p, op, extents, 0)
}

// inferLayerNorm gives the moments the result's shape with 1 for each axis
// that they are taken along.
func inferLayerNorm(p, op, extents U32) bool {
	if !wantTrailing(p, op, extents, 1) || operandIndex(op, 2) != none && !wantTrailing(p, op, extents, 2) {
		return false
	}
	rank, along := operand(p, op, 0).Load(tenRank), operand(p, op, 1).Load(tenRank)
	if operandIndex(op, 2) != none && !wantRank(p, op, 2, along) {
		return false
	}
	copyResult(p, op, extents, 0)
	for axis := rank - along; axis < rank; axis++ {
		setWord(resultShape, axis, 1)
	}
	return giveResult(1) && giveResult(2) && copyResult(p, op, extents, 0)
}

func inferSoftmax(p, op, extents U32) bool {
	if !wantAxes(p, op, 0) {
		return false
	}
	return limitAttr(op, 0, operand(p, op, 0).Load(tenRank)-1) && copyResult(p, op, extents, 0)
}

// limitAttr fails unless attribute i is at most so great.
func limitAttr(op U32, i, most uint32) bool {
	v := attrBits(op, i)
	return v <= most || fail(errAttrLimit, i, v, most) != 0
}

// wantTrailing fails unless the axes of operand i, at least one, are the last
// of operand 0.
func wantTrailing(p, op, extents U32, i uint32) bool {
	x, t := operand(p, op, 0), operand(p, op, i)
	rank, along := x.Load(tenRank), t.Load(tenRank)
	if along == 0 || along > rank {
		return fail(errOperandRank, i, along, max(rank, 1)) != 0
	}
	for axis := range along {
		if !wantExtent(p, op, extents, i, axis, extent(x, extents, rank-along+axis)) {
			return false
		}
	}
	return true
}

// wantWholeBlocks fails unless blocks of 32 divide the last axis of operand i.
func wantWholeBlocks(p, op, extents U32, i uint32) bool {
	d := lastExtent(operand(p, op, i), extents)
	return wantAxes(p, op, i) && (d%blockLen == 0 || fail(errShape, i, d, roundUp(d, blockLen)) != 0)
}

// changeLast makes the result the shape of operand 0 with another last axis.
func changeLast(p, op, extents U32, n uint32) bool {
	copyResult(p, op, extents, 0)
	setWord(resultShape, resultRank.Load(0)-1, n)
	return true
}

func inferGated(p, op, extents U32) bool {
	if !wantAxes(p, op, 0) || !wantRank(p, op, 1, operand(p, op, 0).Load(tenRank)) {
		return false
	}
	cols := attrBits(op, 1)
	if !wantColumns(p, op, extents, 0, attrBits(op, 2), 1, cols) || !wantColumns(p, op, extents, 1, attrBits(op, 3), 1, cols) {
		return false
	}
	gate := operand(p, op, 0)
	for axis := range gate.Load(tenRank) - 1 {
		if !wantExtent(p, op, extents, 1, axis, extent(gate, extents, axis)) {
			return false
		}
	}
	return changeLast(p, op, extents, cols)
}

// rotaryDim is the number of elements of a head that rope turns.
func rotaryDim(op U32) uint32 {
	if r := attrBits(op, 2); r != 0 {
		return r
	}
	return attrBits(op, 1)
}

func inferRope(p, op, extents U32) bool {
	dim, rotary := attrBits(op, 1), rotaryDim(op)
	x := operand(p, op, 0)
	rank := x.Load(tenRank)
	if rank != 4 && !wantRank(p, op, 0, 3) {
		return false
	}
	if !wantColumns(p, op, extents, 0, attrBits(op, 3), attrBits(op, 0), dim) {
		return false
	}
	if rotary%2 != 0 { // dim, where it is left out
		return fail(errAttrMultiple, 1, rotary, 2) != 0
	}
	if !limitAttr(op, 2, dim) {
		return false
	}
	b, t := extent(x, extents, 0), extent(x, extents, rank-2)
	if operandIndex(op, 4) != none &&
		(!wantRank(p, op, 4, 2) || !wantExtent(p, op, extents, 4, 0, b) || !wantExtent(p, op, extents, 4, 1, t)) {
		return false
	}
	return wantVector(p, op, extents, 1, rotary/2) && inferCaches(p, op, extents, b, t, rotary/2) && copyResult(p, op, extents, 0)
}

// inferCaches checks cos and sin of a rope, of which both are there or none.
func inferCaches(p, op, extents U32, b, t, half uint32) bool {
	if operandIndex(op, 2) == none {
		return operandIndex(op, 3) == none || fail(errOperandMissing, 2, 0, 0) != 0
	}
	if operandIndex(op, 3) == none {
		return fail(errOperandMissing, 3, 0, 0) != 0
	}
	c := operand(p, op, 2)
	copyResult(p, op, extents, 2)
	if !wantResult(p, op, extents, 3) {
		return false
	}
	rank := c.Load(tenRank)
	if operandIndex(op, 4) == none && rank == 3 {
		return wantExtent(p, op, extents, 2, 0, b) && wantExtent(p, op, extents, 2, 1, t) && wantExtent(p, op, extents, 2, 2, half)
	}
	return wantRank(p, op, 2, 2) && (operandIndex(op, 4) != none || wantExtent(p, op, extents, 2, 0, t)) &&
		wantExtent(p, op, extents, 2, 1, half)
}

func inferPool(p, op, extents U32) bool {
	if !wantRank(p, op, 0, 3) {
		return false
	}
	x := operand(p, op, 0)
	b := extent(x, extents, 0)
	if operandIndex(op, 2) != none && (!wantRank(p, op, 2, 2) || !wantExtent(p, op, extents, 2, 0, b) ||
		!wantExtent(p, op, extents, 2, 1, extent(x, extents, 1))) {
		return false
	}
	return wantVector(p, op, extents, 1, b) && setResult2(b, extent(x, extents, 2))
}

// inferBatchMatmul broadcasts the leading axes: from the last back they are
// alike, 1 or missing.
func inferBatchMatmul(p, op, extents U32) bool {
	a, b := operand(p, op, 0), operand(p, op, 1)
	ra, rb := a.Load(tenRank), b.Load(tenRank)
	if ra < 2 || rb < 2 {
		return fail(errOperandRank, 0, min(ra, rb), 2) != 0
	}
	ta, tb := attrBits(op, 1), attrBits(op, 2)
	m, k, n := extent(a, extents, ra-2+ta), extent(a, extents, ra-1-ta), extent(b, extents, rb-1-tb)
	if !wantExtent(p, op, extents, 1, rb-2+tb, k) {
		return false
	}
	rank := max(ra, rb)
	resultRank.Store(0, rank)
	for axis := range rank - 2 {
		x, y := leading(a, extents, axis, rank), leading(b, extents, axis, rank)
		if x != y && x != 1 && y != 1 {
			return fail(errShape, 1, y, x) != 0
		}
		setWord(resultShape, axis, max(x, y))
	}
	setWord(resultShape, rank-2, m)
	setWord(resultShape, rank-1, n)
	return wantVector(p, op, extents, 2, n) && wantResult(p, op, extents, 3)
}

// leading returns the extent of t along that axis of a result of that rank,
// 1 where it has none.
func leading(t, extents U32, axis, rank uint32) uint32 {
	lacks := rank - t.Load(tenRank)
	if axis < lacks {
		return 1
	}
	return extent(t, extents, axis-lacks)
}

func inferPatches(p, op, extents U32) bool {
	if !wantRank(p, op, 0, 4) {
		return false
	}
	x := operand(p, op, 0)
	oh := windows(x, op, extents, 1, 0, 2, 4, 6)
	ow := windows(x, op, extents, 2, 1, 3, 5, 7)
	if oh == 0 || ow == 0 {
		return false
	}
	row := product(product(attrBits(op, 0), attrBits(op, 1)), extent(x, extents, 3))
	return setResult3(extent(x, extents, 0), product(oh, ow), row)
}

// mostPadding is the most that patches puts at an end of an axis, so that no
// place in a padded image is beyond an int32.
const mostPadding = 1 << 29

// windows returns how many windows there are along an axis, 0 with an error
// if there is none; the attributes are kernel, stride and the padding at both
// ends.
func windows(x, op, extents U32, axis, kernel, stride, before, after uint32) uint32 {
	size := plus(extent(x, extents, axis), attrBits(op, before)+attrBits(op, after))
	if !limitAttr(op, kernel, size) {
		return 0
	}
	return (size-attrBits(op, kernel))/attrBits(op, stride) + 1
}

func inferSample(p, op, extents U32) bool {
	if !wantAxes(p, op, 0) {
		return false
	}
	copyResult(p, op, extents, 0)
	resultRank.Store(0, resultRank.Load(0)-1)
	return wantResult(p, op, extents, 1)
}

func inferRelativeBias(p, op, extents U32) bool {
	if !wantRank(p, op, 0, 2) || !wantRank(p, op, 1, 3) || !wantRank(p, op, 2, 3) {
		return false
	}
	table := operand(p, op, 0)
	rows, tq, tk := extent(table, extents, 0), extent(operand(p, op, 1), extents, 1), extent(operand(p, op, 2), extents, 1)
	if attrBits(op, 0) == relativeBoth && rows < 2 { // one for each direction
		return fail(errShape, 0, rows, 2) != 0
	}
	if attrBits(op, 0) != relativeClipped && !wantAtMost(p, op, extents, 0, 0, mostBuckets) {
		return false
	}
	if plus(tq, tk) > mostPositions {
		return fail(errExtentLimit, 1, tq, mostPositions) != 0
	}
	return setResult3(extent(table, extents, 1), tq, tk)
}

func inferQuantizedMatmul(p, op, extents U32) bool {
	bits := attrBits(op, 1)
	if !wantWholeBlocks(p, op, extents, 0) || !wantRank(p, op, 1, 2) || !wantRank(p, op, 2, 2) {
		return false
	}
	k, n := lastExtent(operand(p, op, 0), extents), extent(operand(p, op, 1), extents, 0)
	if !wantExtent(p, op, extents, 1, 1, k/8*bits) || !wantExtent(p, op, extents, 2, 0, n) || !wantExtent(p, op, extents, 2, 1, k/blockLen) {
		return false
	}
	return changeLast(p, op, extents, n) && wantVector(p, op, extents, 3, n) && wantResult(p, op, extents, 4)
}

// checkNeighbour is checkIndices of the neighbours of attention.
func checkNeighbour(t, op U32) bool {
	switch op.Load(opCode) {
	case opPool:
		return lengthsFit(i32At(t, op, 1), axisOf(t, op, 0, 0), axisOf(t, op, 0, 1))
	case opRope:
		if operandIndex(op, 2) != none && operandIndex(op, 4) != none {
			return idsFit(i32At(t, op, 4), elements(t, op, 4), axisOf(t, op, 2, 0))
		}
	}
	return true
}
