package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Shapes are read through the values of the program's expressions: an array
// of words, extents, that evalExprs fills for given dimensions.

// evalExprs evaluates the shape expressions of p for the values of its
// dimensions. Every value is in 1..2³²-1.
func evalExprs(p, extents, dims U32) bool {
	x := p + U32(p.Load(hdrExprsAt))
	for i := range p.Load(hdrExprs) {
		v := evalExpr(x, extents, dims)
		if v == 0 || v > 0xFFFFFFFF {
			return fail(errExprRange, i, 0, 0) != 0
		}
		setWord(extents, i, uint32(v))
		x += exprBytes
	}
	return true
}

// evalExpr evaluates the expression at x, whose operands are in extents.
func evalExpr(x, extents, dims U32) uint64 {
	a := x.Load(4)
	switch x.Load(0) {
	case exprConst:
		return uint64(a)
	case exprDim:
		return uint64(word(dims, a))
	}
	u, v := uint64(word(extents, a)), uint64(word(extents, x.Load(8)))
	switch x.Load(0) {
	case exprAdd:
		return u + v
	case exprMul:
		return u * v
	}
	return (u + v - 1) / v
}

// checkShapes checks the shapes of all operations of p.
func checkShapes(p, extents U32) bool {
	op := firstOp(p)
	for i := range p.Load(hdrOps) {
		recOp.Store(0, i)
		if !inferShape(p, op, extents) || !matchOutputs(p, op, extents) {
			return false
		}
		op = nextOp(op)
	}
	recOp.Store(0, noOp)
	return true
}

// matchOutputs checks that the outputs of op are as inferred.
func matchOutputs(p, op, extents U32) bool {
	for i := range op.Load(opOutputsN) {
		if outputIndex(op, i) != none && !matchOutput(p, op, extents, i) {
			return false
		}
	}
	return true
}

func matchOutput(p, op, extents U32, i uint32) bool {
	t, result := tensorAt(p, outputIndex(op, i)), U32(resultBytes*i)
	arg, rank, want := operandCount(op.Load(opCode))+i, t.Load(tenRank), (resultRank + result).Load(0)
	if dtype := t.Load(tenDType); dtype != (resultDType + result).Load(0) {
		return fail(errOperandType, arg, dtype, 0) != 0
	}
	if rank != want {
		return fail(errOperandRank, arg, rank, want) != 0
	}
	for axis := range rank {
		if got, want := extent(t, extents, axis), word(resultShape+result, axis); got != want {
			return fail(errShape, arg, got, want) != 0
		}
	}
	return true
}

// extent returns an extent of the tensor at t.
func extent(t, extents U32, axis uint32) uint32 {
	return word(extents, word(t+tenShape, axis))
}

// Extents that follow from others and from attributes are computed in 64 bits
// and saturate: a tensor that has the largest one does not fit into memory,
// as Op and Bind find.

// product returns the extent a·b.
func product(a, b uint32) uint32 { return saturate(uint64(a) * uint64(b)) }

// plus returns the extent a+b.
func plus(a, b uint32) uint32 { return saturate(uint64(a) + uint64(b)) }

// bytesOfShape returns the bytes of a tensor of elements of so many bytes and
// of the rank extents at shape; more than addressEnd where they do not fit
// into 32-bit addresses.
func bytesOfShape(element, rank uint32, shape U32) uint64 {
	bytes := uint64(element)
	for axis := range rank {
		if bytes <= addressEnd {
			bytes *= uint64(word(shape, axis))
		}
	}
	return bytes
}

// lastExtent returns the last extent of the tensor at t, 1 for a scalar.
func lastExtent(t, extents U32) uint32 {
	if t.Load(tenRank) == 0 {
		return 1
	}
	return extent(t, extents, t.Load(tenRank)-1)
}

// operand returns operand i, which is there.
func operand(p, op U32, i uint32) U32 {
	return tensorAt(p, operandIndex(op, i))
}

// wantRank fails unless operand i has that rank.
func wantRank(p, op U32, i, want uint32) bool {
	rank := operand(p, op, i).Load(tenRank)
	return rank == want || fail(errOperandRank, i, rank, want) != 0
}

// wantAxes fails unless operand i has at least one axis.
func wantAxes(p, op U32, i uint32) bool {
	return operand(p, op, i).Load(tenRank) > 0 || fail(errOperandRank, i, 0, 1) != 0
}

// wantExtent fails unless operand i has that extent.
func wantExtent(p, op, extents U32, i, axis, want uint32) bool {
	got := extent(operand(p, op, i), extents, axis)
	return got == want || fail(errShape, i, got, want) != 0
}

// wantAtMost fails unless an extent of operand i is at most so great.
func wantAtMost(p, op, extents U32, i, axis, most uint32) bool {
	got := extent(operand(p, op, i), extents, axis)
	return got <= most || fail(errExtentLimit, i, got, most) != 0
}

// wantVector fails unless operand i, if it is there, is a vector of n.
func wantVector(p, op, extents U32, i, n uint32) bool {
	return operandIndex(op, i) == none || wantRank(p, op, i, 1) && wantExtent(p, op, extents, i, 0, n)
}

// wantResult fails unless operand i, if it is there, has the shape of the
// result.
func wantResult(p, op, extents U32, i uint32) bool {
	if operandIndex(op, i) == none {
		return true
	}
	if !wantRank(p, op, i, resultRank.Load(0)) {
		return false
	}
	for axis := range resultRank.Load(0) {
		if !wantExtent(p, op, extents, i, axis, word(resultShape, axis)) {
			return false
		}
	}
	return true
}

// wantColumns fails unless heads of dim columns from column col on lie inside
// of the rows of operand i.
func wantColumns(p, op, extents U32, i, col, heads, dim uint32) bool {
	width := lastExtent(operand(p, op, i), extents)
	end := uint64(col) + uint64(heads)*uint64(dim)
	return heads > 0 && dim > 0 && end <= uint64(width) || fail(errShape, i, width, saturate(end)) != 0
}
