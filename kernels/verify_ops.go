package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// verifyOps checks the operations one after the other. Two arrays keep track:
// owners has for each slot the tensor that it holds, plus 1, and written a 1
// for each tensor that has been written.
func verifyOps(p U32, bytes uint32) bool {
	slots, tensors := p.Load(hdrSlots), p.Load(hdrTensors)
	owners := U32(alloc(uint64(4 * (slots + tensors))))
	if owners == 0 {
		return false
	}
	MemoryFill(uint32(owners), 0, 4*(slots+tensors))
	written := owners + U32(4*slots)
	if !placeInputs(p, owners) {
		return false
	}
	at := p.Load(hdrOpsAt)
	for i := range p.Load(hdrOps) {
		recOp.Store(0, i)
		if !verifyOpRecord(p, at, bytes) {
			return false
		}
		op := p + U32(at)
		if !verifyOperands(p, op, owners) || !verifyOutputs(p, op, owners, written) || !verifyAttrs(op) {
			return false
		}
		at = uint32(nextOp(op) - p)
	}
	recOp.Store(0, noOp)
	if at != bytes {
		return fail(errOpsEnd, 0, at, bytes) != 0
	}
	return outputsHeld(p, owners)
}

// placeInputs gives every input its slot.
func placeInputs(p, owners U32) bool {
	for i := range p.Load(hdrTensors) {
		t := tensorAt(p, i)
		if t.Load(tenClass) != classInput {
			continue
		}
		slot := t.Load(tenSlot)
		if word(owners, slot) != 0 {
			return failTensor(p, t, errSlotShared, 0, slot, 0)
		}
		setWord(owners, slot, i+1)
	}
	return true
}

// outputsHeld checks that every output is in its slot at the end.
func outputsHeld(p, owners U32) bool {
	for i := range p.Load(hdrTensors) {
		t := tensorAt(p, i)
		if t.Load(tenClass) == classOutput && word(owners, t.Load(tenSlot)) != i+1 {
			return failTensor(p, t, errOutputUnwritten, 0, 0, 0)
		}
	}
	return true
}

// verifyOpRecord checks the code and the counts of the operation at offset at
// and that its record ends inside of the program.
func verifyOpRecord(p U32, at, bytes uint32) bool {
	if at+opBytes > bytes {
		return fail(errOpsEnd, 0, at+opBytes, bytes) != 0
	}
	op := p + U32(at)
	code := op.Load(opCode)
	if level := opLevel(code); level > p.Load(hdrLevel) {
		return fail(errOpLevel, 0, code, level) != 0
	}
	if opOperands(code) == 0 {
		return fail(errOpCode, 0, code, 0) != 0
	}
	if !verifyCounts(op, code) {
		return false
	}
	end := uint32(nextOp(op) - p)
	return end <= bytes || fail(errOpsEnd, 0, end, bytes) != 0
}

// verifyCounts checks how many operands, outputs and attributes op has: those
// of the table, but the last ones that are optional.
func verifyCounts(op U32, code uint32) bool {
	operands := operandCount(code)
	if n := op.Load(opOperandsN); n > operands || n < operands && operandTypes(code, n)&operandOptional == 0 {
		return fail(errOperandCount, 0, n, operands) != 0
	}
	outputs := outputCount(code)
	if n := op.Load(opOutputsN); n == 0 || n > outputs || n < outputs && outputTypes(code, n)&operandOptional == 0 {
		return fail(errOutputCount, 0, n, outputs) != 0
	}
	attrs := attrCount(code)
	if n := op.Load(opAttrsN); n > attrs || n < attrs && attrKind(code, n)&attrOptional == 0 {
		return fail(errAttrCount, 0, n, attrs) != 0
	}
	return true
}

// verifyOperands checks the operands of op, and that those that it leaves out
// can be.
func verifyOperands(p, op, owners U32) bool {
	code := op.Load(opCode)
	for i := range op.Load(opOperandsN) {
		if !verifyOperand(p, op, owners, i, operandTypes(code, i)) {
			return false
		}
	}
	for i := op.Load(opOperandsN); i < operandCount(code); i++ {
		if operandTypes(code, i)&operandOptional == 0 {
			return fail(errOperandMissing, i, 0, 0) != 0
		}
	}
	return true
}

// verifyOperand checks operand i, whose byte of opOperands is accepts.
func verifyOperand(p, op, owners U32, i, accepts uint32) bool {
	index := operandIndex(op, i)
	if index == none {
		return accepts&operandOptional != 0 || fail(errOperandMissing, i, 0, 0) != 0
	}
	if index >= p.Load(hdrTensors) {
		return fail(errTensorIndex, i, index, p.Load(hdrTensors)) != 0
	}
	t := tensorAt(p, index)
	dtype, layout := t.Load(tenDType), t.Load(tenLayout)
	if dtype >= 7 || accepts>>(dtype&31)&1 == 0 {
		return fail(errOperandType, i, dtype, 0) != 0
	}
	// Indices are checked before the first operation runs.
	if dtype == dtypeI32 && t.Load(tenClass) != classInput {
		return failTensor(p, t, errOperandClass, i, 0, 0)
	}
	// Only a matrix product reads panels, and a quantized factor only so.
	factor := op.Load(opCode) == opMatmul && i == 1
	if layout == layoutPanels && !factor || layout == layoutRows && factor && isQuantized(dtype) {
		return fail(errOperandLayout, i, layout, 0) != 0
	}
	if t.Load(tenClass) != classWeight && word(owners, t.Load(tenSlot)) != index+1 {
		return failTensor(p, t, errOperandUnwritten, i, 0, 0)
	}
	return true
}

// verifyOutputs checks the outputs of op and gives them their slots. None is
// a slot of an operand's or of another output's.
func verifyOutputs(p, op, owners, written U32) bool {
	code := op.Load(opCode)
	for i := range op.Load(opOutputsN) {
		index := outputIndex(op, i)
		if index == none && outputTypes(code, i)&operandOptional != 0 {
			continue
		}
		if !verifyOutput(p, op, owners, written, i, index) {
			return false
		}
	}
	return true
}

func verifyOutput(p, op, owners, written U32, i, index uint32) bool {
	arg := operandCount(op.Load(opCode)) + i
	if index >= p.Load(hdrTensors) {
		return fail(errTensorIndex, arg, index, p.Load(hdrTensors)) != 0
	}
	t := tensorAt(p, index)
	if t.Load(tenClass) != classOutput && t.Load(tenClass) != classScratch {
		return failTensor(p, t, errOutputClass, 0, 0, 0)
	}
	if word(written, index) != 0 {
		return failTensor(p, t, errOutputTwice, 0, 0, 0)
	}
	slot := t.Load(tenSlot)
	for j := range op.Load(opOperandsN) + i {
		other := word(op+opBytes, j)
		if other != none && tensorAt(p, other).Load(tenSlot) == slot {
			return failTensor(p, t, errSlotShared, j, slot, 0)
		}
	}
	setWord(written, index, 1)
	setWord(owners, slot, index+1)
	return true
}

func verifyAttrs(op U32) bool {
	code := op.Load(opCode)
	for i := range op.Load(opAttrsN) {
		if tag, want := opAttr(op, i).Load(0), attrKind(code, i)&^attrOptional; tag != want {
			return fail(errAttrTag, i, tag, want) != 0
		}
		if !verifyAttr(op, i) {
			return false
		}
	}
	return true
}

// verifyAttr fails unless attribute i, of the right tag, has a value that the
// table gives it. The record names the operation: that says which those are.
func verifyAttr(op U32, i uint32) bool {
	code, bits := op.Load(opCode), attrBits(op, i)
	ok := int32(bits) >= 0
	if opAttr(op, i).Load(0) == tagFloat {
		ok = bits&0x7F800000 != 0x7F800000
	}
	return ok && attrTaken(code, i, bits, FromBits32(bits)) || fail(errAttrValue, i, bits, code) != 0
}

// verifyShapes checks the operations' shapes with the dimensions at their
// least and at their largest values.
func verifyShapes(p U32) bool {
	values := U32(alloc(uint64(4 * p.Load(hdrDims))))
	extents := U32(alloc(uint64(4 * p.Load(hdrExprs))))
	if values == 0 || extents == 0 {
		return false
	}
	for bound := range uint32(2) {
		for i := range p.Load(hdrDims) {
			setWord(values, i, (p + U32(p.Load(hdrDimsAt)+dimBytes*i+8+4*bound)).Load(0))
		}
		if !evalExprs(p, extents, values) || !checkShapes(p, extents) {
			return false
		}
	}
	return true
}
