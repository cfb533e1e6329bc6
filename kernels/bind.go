package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// The table that Bind writes: a header, then a record for each tensor.
const (
	bindProgram      = 0
	bindTensors      = 4
	bindOps          = 8
	bindArenaBytes   = 12
	bindScratch      = 16 // address of the operations' scratch memory
	bindScratchBytes = 20
	bindOwnScratch   = 24 // bytes of it that each worker has for itself
	bindDispatches   = 28 // address of the dispatches, see dispatch.go
	bindHeader       = 32

	boundAt     = 0 // address; of a weight as its layout has it
	boundBytes  = 4
	boundDType  = 8
	boundRank   = 12
	boundShape  = 16 // maxRank words
	boundScales = 40 // address of a q8 weight's scales
	boundBytesN = 48

	slotAlign = 256 // as WebGPU wants of a buffer's offset
)

// Bind fixes the dimensions of a program, words in the mailbox in the
// program's order, and returns the address of a table: words [0] program,
// [1] tensors, [2] operations, [3] bytes of the arena, [4] address of the
// operations' scratch memory, [7] address of the dispatches for WebGPU (see
// dispatch.go); from word 8 on, 12 words a tensor: address, bytes, dtype,
// rank, 6 extents, address of the scales, 0. It returns 0 with
// an error where a dimension is out of its range, shapes do not fit, a
// weight is missing or memory is short.
//
// Bind takes back all transient memory. The table and the tensors hold until
// the next Bind, Op, Load or Reset.
//
//wasm:export bind
func Bind(program, dims uint32) uint32 {
	clearError()
	if !isProgram(program) {
		return fail(errHandle, 0, program, 0)
	}
	one, end := gOne.Load(0), gOneEnd.Load(0)
	Reset()
	if program == one {
		gOne.Store(0, one)
		gCur.Store(0, end)
	}
	p := U32(program)
	cur := heapCur()
	table := uint32(0)
	if checkDims(p, dims) {
		table = layOut(p)
	}
	if table == 0 {
		gCur.Store(0, cur)
	}
	gBound.Store(0, table)
	return table
}

// checkDims checks the n dimensions in the mailbox.
func checkDims(p U32, n uint32) bool {
	if n != p.Load(hdrDims) {
		return fail(errDimCount, 0, n, p.Load(hdrDims)) != 0
	}
	d := p + U32(p.Load(hdrDimsAt))
	for i := range n {
		v := word(mailboxAt, i)
		name := uint32(p) + p.Load(hdrStrings) + d.Load(0)
		if v < d.Load(8) {
			return failNamed(errDimLow, name, d.Load(4), i, v, d.Load(8)) != 0
		}
		if v > d.Load(12) {
			return failNamed(errDimHigh, name, d.Load(4), i, v, d.Load(12)) != 0
		}
		d += dimBytes
	}
	return true
}

// layOut makes the table of p for the dimensions in the mailbox, 0 with an
// error if it cannot.
func layOut(p U32) uint32 {
	tensors, slots := p.Load(hdrTensors), p.Load(hdrSlots)
	extents := U32(alloc(uint64(4 * p.Load(hdrExprs))))
	offsets := U32(alloc(uint64(4 * slots)))
	table := U32(alloc(uint64(bindHeader + boundBytesN*tensors)))
	if extents == 0 || offsets == 0 || table == 0 {
		return 0
	}
	if !evalExprs(p, extents, mailboxAt) || !checkShapes(p, extents) {
		return 0
	}
	MemoryFill(uint32(table), 0, bindHeader+boundBytesN*tensors)
	MemoryFill(uint32(offsets), 0, 4*slots)
	for i := range tensors {
		if !bindTensor(p, extents, offsets, i, boundTensor(table, i)) {
			return 0
		}
	}
	if !layOutArena(p, extents, offsets, table) || !layOutDispatches(p, table) {
		return 0
	}
	table.Store(bindProgram, uint32(p))
	table.Store(bindTensors, tensors)
	table.Store(bindOps, p.Load(hdrOps))
	return uint32(table)
}

// layOutArena takes memory for the slots, whose sizes are given, and for the
// operations' scratch, and writes the addresses to the table.
func layOutArena(p, extents, sizes, table U32) bool {
	arena := layOutSlots(sizes, p.Load(hdrSlots))
	own, common := largestScratch(p, extents)
	scratch := own*uint64(workers()) + common
	base := alloc(arena + scratch + slotAlign)
	if base == 0 {
		return false
	}
	base = (base + slotAlign - 1) &^ (slotAlign - 1)
	placeTensors(p, sizes, table, base)
	table.Store(bindArenaBytes, uint32(arena))
	table.Store(bindScratch, base+uint32(arena))
	table.Store(bindScratchBytes, uint32(scratch))
	table.Store(bindOwnScratch, uint32(own))
	return true
}

// boundTensor returns the address of tensor i's record in table.
func boundTensor(table U32, i uint32) U32 {
	return table + U32(bindHeader+boundBytesN*i)
}

// bindTensor writes the shape and size of tensor i to its record and raises
// the size of its slot, which stands in sizes, to its own.
func bindTensor(p, extents, sizes U32, i uint32, record U32) bool {
	t := tensorAt(p, i)
	rank := t.Load(tenRank)
	record.Store(boundDType, t.Load(tenDType))
	record.Store(boundRank, rank)
	for axis := range rank {
		setWord(record+boundShape, axis, extent(t, extents, axis))
	}
	// A quantized weight's bytes are not used.
	bytes := bytesOfShape(max(bytesOf(t.Load(tenDType)), 1), rank, record+boundShape)
	if bytes > addressEnd {
		return failTensor(p, t, errTensorBytes, 0, 0, 0)
	}
	record.Store(boundBytes, uint32(bytes))
	if t.Load(tenClass) == classWeight {
		return bindWeight(weightOf(p, i), record)
	}
	slot := t.Load(tenSlot)
	if word(sizes, slot) < uint32(bytes) {
		setWord(sizes, slot, uint32(bytes))
	}
	return true
}

// bindWeight writes the addresses of the weight of entry e to its record.
func bindWeight(e, record U32) bool {
	at, scales := e.Load(weightAt), e.Load(weightScales)
	if at == 0 || scales == 0 && isQuantized(e.Load(weightDType)) {
		return failWeight(e, errWeightMissing, 0, 0)
	}
	record.Store(boundAt, at)
	record.Store(boundScales, scales)
	return true
}

// layOutSlots turns the sizes of the slots into their offsets in the arena
// and returns the arena's size.
func layOutSlots(sizes U32, slots uint32) uint64 {
	end := uint64(0)
	for i := range slots {
		size := word(sizes, i)
		setWord(sizes, i, saturate(end))
		end += (uint64(size) + slotAlign - 1) &^ (slotAlign - 1)
	}
	return end
}

// placeTensors writes the addresses of the tensors in the arena at base.
func placeTensors(p, offsets, table U32, base uint32) {
	for i := range p.Load(hdrTensors) {
		t := tensorAt(p, i)
		if t.Load(tenClass) != classWeight {
			boundTensor(table, i).Store(boundAt, base+word(offsets, t.Load(tenSlot)))
		}
	}
}

// commonScratchAt returns the address of the scratch memory that all workers
// have in common, behind their own.
func commonScratchAt(t U32) uint32 {
	return t.Load(bindScratch) + workers()*t.Load(bindOwnScratch)
}

// largestScratch returns the bytes of scratch memory that the most demanding
// operations of p need: one for each worker, one for all workers in common.
func largestScratch(p, extents U32) (own, common uint64) {
	op := firstOp(p)
	for range p.Load(hdrOps) {
		own = max(own, ownScratch(p, op, extents))
		common = max(common, commonScratch(p, op, extents))
		op = nextOp(op)
	}
	return (own + slotAlign - 1) &^ (slotAlign - 1), common
}

// ownScratch returns the bytes of scratch memory that a worker on op needs.
func ownScratch(p, op, extents U32) uint64 {
	if maxLevel > 0 {
		if op.Load(opCode) >= opMatmulGrad {
			return trainOwn(p, op, extents)
		}
	}
	switch op.Load(opCode) {
	case opMatmul:
		return rowsScratch(operand(p, op, 0), operand(p, op, 1), extents)
	case opAttention:
		return attentionOwn(p, op, extents)
	case opAdditiveAttention, opAttentionFlow, opLinearAttention:
		return otherScratch(p, op, extents)
	case opAttentionGrad:
		return gradScratch(tokenExtent(p, op, extents, argQ), attrBits(op, attrDim), attrBits(op, attrVDim))
	case opAttentionWeights:
		keys := extent(operand(p, op, 1), extents, 1)
		return weightsScratch(keys, attrBits(op, 1))
	}
	return ownNeighbour(p, op, extents)
}

// rowsScratch is the memory that a worker needs for itself if w is quantized,
// or for a block of w if that is f16.
func rowsScratch(x, w, extents U32) uint64 {
	switch w.Load(tenDType) {
	case dtypeQ8:
		return quantizedOwn(x, extents, 8)
	case dtypeQ4:
		return quantizedOwn(x, extents, 4)
	case dtypeF16:
		return 4 * panelCols * kBlock
	}
	return 0
}

// commonScratch returns the bytes of scratch memory that all workers on op
// need in common: for a matmul, quantized rows of the one factor if the other
// is quantized, or panels of the other if it does not lie in panels.
func commonScratch(p, op, extents U32) uint64 {
	if maxLevel > 0 {
		if op.Load(opCode) >= opMatmulGrad {
			return trainCommon(p, op, extents)
		}
	}
	if op.Load(opCode) != opMatmul {
		return commonNeighbour(p, op, extents)
	}
	w := operand(p, op, 1)
	if isQuantized(w.Load(tenDType)) {
		return quantizedCommon(operand(p, op, 0), extents)
	}
	if w.Load(tenLayout) == layoutPanels {
		return 0
	}
	return panels64(extent(w, extents, 0), extent(w, extents, 1))
}

// quantizedCommon is the memory for the rows of x that workers quantize at a
// time for all.
func quantizedCommon(x, extents U32) uint64 {
	if !Threads {
		return 0
	}
	rows := min(rowsOf(x, extents), qShare)
	return uint64(quantizedBytes(rows, blockLen)) * uint64(lastExtent(x, extents)/blockLen)
}

// quantizedOwn is what a product of x by weights of bits bits needs besides:
// among workers room for one panel of 4-bit weights, else everything.
func quantizedOwn(x, extents U32, bits uint32) uint64 {
	k := uint64(lastExtent(x, extents))
	if !Threads {
		return uint64(gemmQuantizedScratch(rowsOf(x, extents), blockLen)) * (k / blockLen)
	}
	if bits == 4 {
		return panelCols * k
	}
	return 0
}

// rowsOf returns how many rows x has.
func rowsOf(x, extents U32) uint32 {
	rows := uint32(1)
	for axis := range x.Load(tenRank) - 1 {
		rows = product(rows, extent(x, extents, axis))
	}
	return rows
}
