package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Run executes the program that Bind has made this table for. It returns 0,
// or the code of the error: indices that are data, such as token ids, are
// checked first, and the record names the first bad one by operation,
// position and value. Nothing is computed then.
//
//wasm:export run
func Run(table uint32) uint32 {
	clearError()
	if table == 0 || table != gBound.Load(0) {
		fail(errNotBound, 0, table, 0)
		return errNotBound
	}
	t := U32(table)
	if !checkData(t) {
		return recCode.Load(0)
	}
	if Threads {
		crewTable.Store(0, table)
		if !barrier() || !perform(t, 0) {
			fail(errCrewLost, 0, 0, 0)
			return errCrewLost
		}
	} else {
		_ = perform(t, 0)
	}
	return 0
}

// perform executes the operations as that worker of the crew, and reports
// whether the crew is whole.
func perform(t U32, worker uint32) bool {
	own := t.Load(bindScratch) + worker*t.Load(bindOwnScratch)
	op := firstOp(U32(t.Load(bindProgram)))
	for range t.Load(bindOps) {
		runOp(t, op, own)
		op = nextOp(op) // after the last barrier the leader may overwrite the program
		if Threads {
			if !barrier() {
				return false
			}
		}
	}
	return true
}

// runOp executes one operation, or a worker's share of it; own is the
// worker's scratch memory.
func runOp(t, op U32, own uint32) {
	if maxLevel > 0 {
		if op.Load(opCode) >= opMatmulGrad {
			runTraining(t, op, own)
			return
		}
	}
	switch op.Load(opCode) {
	case opGather:
		runGather(t, op)
	case opMatmul:
		runMatmul(t, op, own)
	case opAttention:
		runAttention(t, op, own)
	case opAttentionGrad:
		if maxLevel > 0 {
			runAttentionGrad(t, op, own)
		}
	case opAttentionWeights:
		runAttentionWeights(t, op, own)
	case opScores:
		runScores(t, op)
	case opAddTiming:
		runAddTiming(t, op)
	case opMaskedMean, opAttentionReceived:
		runPooled(t, op)
	case opAdditiveAttention, opAttentionFlow, opLinearAttention:
		runOther(t, op, own)
	case opL2Normalize, opAdd:
		runRows(t, op)
	default:
		runNeighbour(t, op, own)
	}
}

func runAddTiming(t, op U32) {
	out, x, inv := outAt(t, op), f32At(t, op, 0), f32At(t, op, 1)
	batch, tokens, cols := axisOf(t, op, 0, 0), axisOf(t, op, 0, 1), axisOf(t, op, 0, 2)
	if Threads {
		size := tileRows(cols)
		for i := takeTile(); i < tilesOf(tokens, size); i = takeTile() {
			addTiming(out, x, inv, i*size, min(tokens-i*size, size), batch, tokens, cols)
		}
	} else {
		addTiming(out, x, inv, 0, tokens, batch, tokens, cols)
	}
}

// runPooled executes the operations that make one row of each row of the
// batch.
func runPooled(t, op U32) {
	batch := axisOf(t, op, 0, 0)
	if Threads {
		for b := takeTile(); b < batch; b = takeTile() {
			runPooledFrom(t, op, b, 1)
		}
	} else {
		runPooledFrom(t, op, 0, batch)
	}
}

// runPooledFrom is runPooled of batch rows from one on.
func runPooledFrom(t, op U32, first, batch uint32) {
	size := elements(t, op, 0) / axisOf(t, op, 0, 0)
	cols := colsOf(t, op, 0)
	out, x := outAt(t, op)+F32(4*first*cols), f32At(t, op, 0)+F32(4*first*size)
	lengths := i32At(t, op, 1) + I32(4*first)
	if op.Load(opCode) == opMaskedMean {
		maskedMean(out, x, lengths, batch, axisOf(t, op, 0, 1), cols)
	} else {
		attentionReceived(out, x, lengths, batch, axisOf(t, op, 0, 1), axisOf(t, op, 0, 2), cols)
	}
}

// runRows executes the operations that keep the shape of their operand.
func runRows(t, op U32) {
	cols := colsOf(t, op, 0)
	rows := elements(t, op, 0) / cols
	if Threads {
		size := tileRows(cols)
		for i := takeTile(); i < tilesOf(rows, size); i = takeTile() {
			runRowsFrom(t, op, i*size, min(rows-i*size, size), cols)
		}
	} else {
		runRowsFrom(t, op, 0, rows, cols)
	}
}

// runRowsFrom is runRows of some rows.
func runRowsFrom(t, op U32, first, rows, cols uint32) {
	at := F32(4 * first * cols)
	out, x := outAt(t, op)+at, f32At(t, op, 0)+at
	switch op.Load(opCode) {
	case opL2Normalize:
		l2Normalize(out, x, rows, cols, attrFloat32(op, 0))
	case opAdd:
		add(out, x, f32At(t, op, 1)+at, rows*cols)
	}
}

// runMatmul multiplies by a factor in panels; one that is not is packed into
// the scratch memory first.
func runMatmul(t, op U32, own uint32) {
	w := boundTensor(t, operandIndex(op, 1))
	k, n := word(w+boundShape, 0), word(w+boundShape, 1)
	m := elements(t, op, 0) / k
	out, x, at := outAt(t, op), f32At(t, op, 0), w.Load(boundAt)
	bias, residual, act := f32At(t, op, 2), f32At(t, op, 3), attrBits(op, 0)
	switch w.Load(boundDType) {
	case dtypeQ8:
		multiplyQuantized(out, x, at, F32(w.Load(boundScales)), bias, residual, commonScratchAt(t), own, m, k, n, act, 8)
		return
	case dtypeQ4:
		multiplyQuantized(out, x, at, F32(w.Load(boundScales)), bias, residual, commonScratchAt(t), own, m, k, n, act, 4)
		return
	}
	half := w.Load(boundDType) == dtypeF16
	if tensorAt(U32(t.Load(bindProgram)), operandIndex(op, 1)).Load(tenLayout) != layoutPanels {
		panels := commonScratchAt(t)
		if half {
			packHalvesOnce(U16(panels), U16(at), k, n)
		} else {
			packFactor(F32(panels), F32(at), k, n, false)
		}
		at = panels
	}
	if half {
		multiply16(out, x, U16(at), bias, residual, F32(own), m, k, n, act)
		return
	}
	panels := F32(at)
	if Threads {
		shareGemm(out, x, panels, bias, residual, m, k, n, act)
	} else {
		gemm(out, x, panels, bias, residual, m, k, n, act)
	}
}

func runGather(t, op U32) {
	n := elements(t, op, 1)
	if Threads {
		size := tileRows(colsOf(t, op, 0))
		for i := takeTile(); i < tilesOf(n, size); i = takeTile() {
			runGatherFrom(t, op, i*size, min(n-i*size, size))
		}
	} else {
		runGatherFrom(t, op, 0, n)
	}
}

// runGatherFrom is runGather of n ids from one on.
func runGatherFrom(t, op U32, first, n uint32) {
	table := boundTensor(t, operandIndex(op, 0))
	cols := word(table+boundShape, 1)
	out, ids := outAt(t, op)+F32(4*first*cols), i32At(t, op, 1)+I32(4*first)
	at, scale := table.Load(boundAt), attrFloat32(op, 0)
	if table.Load(boundDType) == dtypeQ8 {
		gatherQ8(out, U8(at), U16(table.Load(boundScales)), ids, n, cols, scale)
	} else {
		gather(out, F32(at), ids, n, cols, scale)
	}
}

func runAttentionWeights(t, op U32, own uint32) {
	out, q, k := outAt(t, op), column(t, op, 0, 2), column(t, op, 1, 3)
	lengths, scratch, scale := i32At(t, op, 2), F32(own), attrFloat32(op, 4)
	batch, tq, tk := axisOf(t, op, 0, 0), axisOf(t, op, 0, 1), axisOf(t, op, 1, 1)
	heads, dim, qStride, kStride := attrBits(op, 0), attrBits(op, 1), axisOf(t, op, 0, 2), axisOf(t, op, 1, 2)
	if Threads {
		for i := takeTile(); i < batch*heads; i = takeTile() {
			weightsOf(i, out, q, k, lengths, scratch, tq, tk, heads, dim, qStride, kStride, scale)
		}
	} else {
		attentionWeights(out, q, k, lengths, scratch, batch, tq, tk, heads, dim, qStride, kStride, scale)
	}
}

func runScores(t, op U32) {
	out, q, keys := outAt(t, op), f32At(t, op, 0), f32At(t, op, 1)
	m, n, d := axisOf(t, op, 0, 0), axisOf(t, op, 1, 0), axisOf(t, op, 0, 1)
	if Threads {
		for i := takeTile(); i < tilesOf(n, tileCols); i = takeTile() {
			j := i * tileCols
			scoresPart(out+F32(4*j), q, keys+F32(4*j*d), m, min(n-j, tileCols), d, 4*n)
		}
	} else {
		scores(out, q, keys, m, n, d)
	}
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

func outAt(t, op U32) F32 { return outputAt(t, op, 0) }

// outputAt returns the address of output i, 0 if it is left out.
func outputAt(t, op U32, i uint32) F32 {
	index := outputIndex(op, i)
	if index == none {
		return 0
	}
	return F32(boundTensor(t, index).Load(boundAt))
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

// packHalvesOnce is packHalves by the first worker, for whom the others wait.
func packHalvesOnce(dst, src U16, k, n uint32) {
	if !Threads || takeTile() == 0 {
		packHalves(dst, src, k, n)
	}
	if Threads {
		_ = barrier()
	}
}

// multiply16 is gemmF16, or a worker's share of it.
func multiply16(c, a F32, panels U16, bias, residual, own F32, m, k, n, act uint32) {
	if Threads {
		shareGemmF16(c, a, panels, bias, residual, own, m, k, n, act)
	} else {
		gemmF16(c, a, panels, bias, residual, own, m, k, n, act)
	}
}
