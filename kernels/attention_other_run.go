package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// runOther executes the attentions of other scores, a query, a batch row or a
// head a tile.
func runOther(t, op U32, own uint32) {
	tiles := otherTiles(t, op)
	if Threads {
		for i := takeTile(); i < tiles; i = takeTile() {
			runOtherTile(t, op, own, i)
		}
	} else {
		for i := range tiles {
			runOtherTile(t, op, own, i)
		}
	}
}

func otherTiles(t, op U32) uint32 {
	batch := axisOf(t, op, 0, 0)
	switch op.Load(opCode) {
	case opAdditiveAttention:
		return batch * axisOf(t, op, 0, 1)
	case opLinearAttention:
		return batch * attrBits(op, 0)
	}
	return batch
}

func runOtherTile(t, op U32, own, i uint32) {
	switch op.Load(opCode) {
	case opAdditiveAttention:
		tq, tk, d, e := axisOf(t, op, 0, 1), axisOf(t, op, 1, 1), axisOf(t, op, 0, 2), axisOf(t, op, 2, 2)
		b := i / tq
		attendAdditive(outAt(t, op)+F32(4*e*i), f32At(t, op, 0)+F32(4*d*i), f32At(t, op, 1)+F32(4*d*tk*b),
			f32At(t, op, 2)+F32(4*e*tk*b), f32At(t, op, 3), F32(own), keyCount(i32At(t, op, 4), b, tk), d, e)
	case opAttentionFlow:
		tc, tq, d := axisOf(t, op, 0, 1), axisOf(t, op, 1, 1), axisOf(t, op, 0, 2)
		attendFlow(outAt(t, op)+F32(16*d*tc*i), f32At(t, op, 0)+F32(4*d*tc*i), f32At(t, op, 1)+F32(4*d*tq*i), f32At(t, op, 2),
			F32(own), tc, keyCount(i32At(t, op, 3), i, tc), keyCount(i32At(t, op, 4), i, tq), d)
	case opLinearAttention:
		runLinearHead(t, op, own, i)
	}
}

func runLinearHead(t, op U32, own, i uint32) {
	heads, dim, vdim := attrBits(op, 0), attrBits(op, 1), attrBits(op, 2)
	b, h := i/heads, i%heads
	tq, tk, outRow := axisOf(t, op, 0, 1), axisOf(t, op, 1, 1), 4*heads*vdim
	qRow, kRow, vRow := 4*axisOf(t, op, 0, 2), 4*axisOf(t, op, 1, 2), 4*axisOf(t, op, 2, 2)
	linearHead(outAt(t, op)+F32(b*tq*outRow+4*h*vdim), column(t, op, 0, 3)+F32(b*tq*qRow+4*h*dim),
		column(t, op, 1, 4)+F32(b*tk*kRow+4*h*dim), column(t, op, 2, 5)+F32(b*tk*vRow+4*h*vdim), U32(own),
		tq, keyCount(i32At(t, op, 3), b, tk), dim, vdim, outRow, qRow, kRow, vRow, attrBits(op, 6) != 0)
}

// inferOther checks the operands of these operations.
func inferOther(p, op, extents U32) bool {
	if !wantRank(p, op, 0, 3) || !wantRank(p, op, 1, 3) {
		return false
	}
	q, k := operand(p, op, 0), operand(p, op, 1)
	batch, tq, tk, d := extent(q, extents, 0), extent(q, extents, 1), extent(k, extents, 1), extent(q, extents, 2)
	if !wantExtent(p, op, extents, 1, 0, batch) {
		return false
	}
	switch op.Load(opCode) {
	case opAttentionFlow:
		return wantExtent(p, op, extents, 1, 2, d) && wantVector(p, op, extents, 2, product(3, d)) &&
			wantVector(p, op, extents, 3, batch) && wantVector(p, op, extents, 4, batch) && setResult3(batch, tq, product(4, d))
	case opAdditiveAttention:
		return wantExtent(p, op, extents, 1, 2, d) && wantRank(p, op, 2, 3) && wantExtent(p, op, extents, 2, 0, batch) &&
			wantExtent(p, op, extents, 2, 1, tk) && wantVector(p, op, extents, 3, d) && wantVector(p, op, extents, 4, batch) &&
			setResult3(batch, tq, lastExtent(operand(p, op, 2), extents))
	}
	heads, dim, vdim := attrBits(op, 0), attrBits(op, 1), attrBits(op, 2)
	if attrBits(op, 6) != 0 && !wantExtent(p, op, extents, 1, 1, tq) {
		return false
	}
	return wantRank(p, op, 2, 3) && wantExtent(p, op, extents, 2, 0, batch) && wantExtent(p, op, extents, 2, 1, tk) &&
		wantVector(p, op, extents, 3, batch) && wantColumns(p, op, extents, 0, attrBits(op, 3), heads, dim) &&
		wantColumns(p, op, extents, 1, attrBits(op, 4), heads, dim) &&
		wantColumns(p, op, extents, 2, attrBits(op, 5), heads, vdim) && setResult3(batch, tq, product(heads, vdim))
}

// checkOther checks the lengths of these operations.
func checkOther(t, op U32) bool {
	batch, tq, tk := axisOf(t, op, 0, 0), axisOf(t, op, 0, 1), axisOf(t, op, 1, 1)
	switch op.Load(opCode) {
	case opAdditiveAttention:
		return lengthsFit(i32At(t, op, 4), batch, tk)
	case opAttentionFlow:
		return lengthsFit(i32At(t, op, 3), batch, tq) && lengthsFit(i32At(t, op, 4), batch, tk)
	}
	return lengthsFit(i32At(t, op, 3), batch, tk)
}

// otherScratch returns the bytes of scratch memory that a worker on one of
// these operations needs.
func otherScratch(p, op, extents U32) uint64 {
	q := operand(p, op, 0)
	switch op.Load(opCode) {
	case opAdditiveAttention:
		return otherBytes
	case opAttentionFlow:
		return flowScratch(extent(q, extents, 1), extent(q, extents, 2))
	}
	return linearScratch(attrBits(op, 1), attrBits(op, 2))
}
