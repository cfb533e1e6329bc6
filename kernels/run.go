package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Run executes the program that Bind has made this table for. It returns 0,
// or the code of the error: indices that are data, such as token ids, are
// checked before the operation that uses them, and the record names the
// first bad one by operation, position and value.
//
//wasm:export run
func Run(table uint32) uint32 {
	clearError()
	if table == 0 || table != gBound.Load(0) {
		fail(errNotBound, 0, table, 0)
		return errNotBound
	}
	t := U32(table)
	op := firstOp(U32(t.Load(bindProgram)))
	for i := range t.Load(bindOps) {
		recOp.Store(0, i)
		if !runOp(t, op) {
			return recCode.Load(0)
		}
		op = nextOp(op)
	}
	recOp.Store(0, noOp)
	return 0
}

// runOp executes one operation.
func runOp(t, op U32) bool {
	switch op.Load(opCode) {
	case opGather:
		return runGather(t, op)
	case opMatmul:
		runMatmul(t, op)
	case opAttention:
		return runAttention(t, op)
	case opAttentionWeights:
		return runAttentionWeights(t, op)
	case opMaskedMean:
		return runMaskedMean(t, op)
	case opAttentionReceived:
		return runAttentionReceived(t, op)
	case opScores:
		scores(outAt(t, op), f32At(t, op, 0), f32At(t, op, 1), axisOf(t, op, 0, 0), axisOf(t, op, 1, 0), axisOf(t, op, 0, 1))
	case opAddTiming:
		addTiming(outAt(t, op), f32At(t, op, 0), f32At(t, op, 1), axisOf(t, op, 0, 0), axisOf(t, op, 0, 1), axisOf(t, op, 0, 2))
	default:
		runRowwise(t, op)
	}
	return true
}

// runRowwise executes the operations that keep the shape of their operand.
func runRowwise(t, op U32) {
	out, x := outAt(t, op), f32At(t, op, 0)
	n, cols := elements(t, op, 0), colsOf(t, op, 0)
	rows := n / cols
	switch op.Load(opCode) {
	case opLayerNorm:
		layerNorm(out, x, f32At(t, op, 1), f32At(t, op, 2), rows, cols, attrFloat32(op, 0))
	case opL2Normalize:
		l2Normalize(out, x, rows, cols, attrFloat32(op, 0))
	case opSoftmax:
		softmax(out, x, rows, cols)
	case opAdd:
		add(out, x, f32At(t, op, 1), n)
	case opActivation:
		activate(out, x, n, attrBits(op, 0))
	}
}

// runMatmul multiplies by a factor in panels, f32 or q8; any other factor is
// packed into the scratch memory first.
func runMatmul(t, op U32) {
	w := boundTensor(t, operandIndex(op, 1))
	k, n := word(w+boundShape, 0), word(w+boundShape, 1)
	m := elements(t, op, 0) / k
	out, x, at := outAt(t, op), f32At(t, op, 0), w.Load(boundAt)
	bias, residual, act := f32At(t, op, 2), f32At(t, op, 3), attrBits(op, 0)
	scratch := t.Load(bindScratch)
	if w.Load(boundDType) == dtypeQ8 {
		gemmQ8(out, x, I8(at), F32(w.Load(boundScales)), bias, residual, scratch, m, k, n, act)
		return
	}
	if tensorAt(U32(t.Load(bindProgram)), operandIndex(op, 1)).Load(tenLayout) != layoutPanels {
		packPanels(F32(scratch), F32(at), k, n)
		at = scratch
	}
	gemm(out, x, F32(at), bias, residual, m, k, n, act)
}

func runGather(t, op U32) bool {
	table := boundTensor(t, operandIndex(op, 0))
	rows, cols := word(table+boundShape, 0), word(table+boundShape, 1)
	ids, n := i32At(t, op, 1), elements(t, op, 1)
	if bad := firstBadIndex(ids, n, rows); bad != none {
		return fail(errIndex, bad, word(U32(ids), bad), rows) != 0
	}
	out, at, scale := outAt(t, op), table.Load(boundAt), attrFloat32(op, 0)
	if table.Load(boundDType) == dtypeQ8 {
		gatherQ8(out, U8(at), U16(table.Load(boundScales)), ids, n, cols, scale)
	} else {
		gather(out, F32(at), ids, n, cols, scale)
	}
	return true
}

func runAttention(t, op U32) bool {
	lengths, tk := i32At(t, op, 3), axisOf(t, op, 1, 1)
	if !lengthsFit(lengths, axisOf(t, op, 0, 0), tk) {
		return false
	}
	attention(outAt(t, op), column(t, op, 0, 3), column(t, op, 1, 4), column(t, op, 2, 5), lengths, F32(t.Load(bindScratch)),
		axisOf(t, op, 0, 0), axisOf(t, op, 0, 1), tk, attrBits(op, 0), attrBits(op, 1), attrBits(op, 2),
		axisOf(t, op, 0, 2), axisOf(t, op, 1, 2), axisOf(t, op, 2, 2), attrFloat32(op, 6))
	return true
}

func runAttentionWeights(t, op U32) bool {
	lengths, tk := i32At(t, op, 2), axisOf(t, op, 1, 1)
	if !lengthsFit(lengths, axisOf(t, op, 0, 0), tk) {
		return false
	}
	attentionWeights(outAt(t, op), column(t, op, 0, 2), column(t, op, 1, 3), lengths, F32(t.Load(bindScratch)),
		axisOf(t, op, 0, 0), axisOf(t, op, 0, 1), tk, attrBits(op, 0), attrBits(op, 1),
		axisOf(t, op, 0, 2), axisOf(t, op, 1, 2), attrFloat32(op, 4))
	return true
}

func runMaskedMean(t, op U32) bool {
	batch, tokens := axisOf(t, op, 0, 0), axisOf(t, op, 0, 1)
	lengths := i32At(t, op, 1)
	if !lengthsFit(lengths, batch, tokens) {
		return false
	}
	maskedMean(outAt(t, op), f32At(t, op, 0), lengths, batch, tokens, axisOf(t, op, 0, 2))
	return true
}

func runAttentionReceived(t, op U32) bool {
	batch, tq := axisOf(t, op, 0, 0), axisOf(t, op, 0, 2)
	lengths := i32At(t, op, 1)
	if !lengthsFit(lengths, batch, tq) {
		return false
	}
	attentionReceived(outAt(t, op), f32At(t, op, 0), lengths, batch, axisOf(t, op, 0, 1), tq, axisOf(t, op, 0, 3))
	return true
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

// f32At returns the address of operand i, 0 if it is left out.
func f32At(t, op U32, i uint32) F32 {
	index := operandIndex(op, i)
	if index == none {
		return 0
	}
	return F32(boundTensor(t, index).Load(boundAt))
}

func i32At(t, op U32, i uint32) I32 { return I32(f32At(t, op, i)) }

func outAt(t, op U32) F32 {
	return F32(boundTensor(t, outputIndex(op)).Load(boundAt))
}

// column returns the address in operand i of the column that attribute attr
// names.
func column(t, op U32, i, attr uint32) F32 {
	return f32At(t, op, i) + F32(4*attrBits(op, attr))
}

// axisOf returns an extent of operand i.
func axisOf(t, op U32, i, axis uint32) uint32 {
	return word(boundTensor(t, operandIndex(op, i))+boundShape, axis)
}

// colsOf returns the last extent of operand i, 1 for a scalar.
func colsOf(t, op U32, i uint32) uint32 {
	rank := boundTensor(t, operandIndex(op, i)).Load(boundRank)
	if rank == 0 {
		return 1
	}
	return axisOf(t, op, i, rank-1)
}

// elements returns the number of elements of operand i, f32 or i32.
func elements(t, op U32, i uint32) uint32 {
	return boundTensor(t, operandIndex(op, i)).Load(boundBytes) / 4
}
