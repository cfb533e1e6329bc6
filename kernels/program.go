package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Reading a program in memory; package wasm/program documents the format. A
// program is named by the address of its header, an operation or tensor by
// that of its record. The functions expect what Verify has checked.

// none is the index of a tensor or slot that is not there.
const none = 0xFFFFFFFF

// Offsets in an operation's record, and the size of an attribute.
const (
	opCode       = 0
	opOperandsN  = 4
	opOutputsN   = 8
	opAttrsN     = 12
	opAttrBytes  = 8
	opAttrBitsAt = 4
)

func tensorAt(p U32, i uint32) U32 {
	return p + U32(p.Load(hdrTensorsAt)+tensorBytes*i)
}

// firstOp returns the first operation's record.
func firstOp(p U32) U32 { return p + U32(p.Load(hdrOpsAt)) }

// nextOp returns the record after op.
func nextOp(op U32) U32 {
	return opAttr(op, op.Load(opAttrsN))
}

// operandIndex returns the tensor index of operand i, none if it is left out.
func operandIndex(op U32, i uint32) uint32 {
	if i >= op.Load(opOperandsN) {
		return none
	}
	return word(op+opBytes, i)
}

// outputIndex returns the tensor index of output i, none if it is left out.
func outputIndex(op U32, i uint32) uint32 {
	if i >= op.Load(opOutputsN) {
		return none
	}
	return word(op+opBytes, op.Load(opOperandsN)+i)
}

// opAttr returns the address of attribute i, which the record has: its tag,
// then its bits.
func opAttr(op U32, i uint32) U32 {
	return op + U32(opBytes+4*(op.Load(opOperandsN)+op.Load(opOutputsN))+opAttrBytes*i)
}

// attrBits returns the bits of attribute i, 0 if it is left out.
func attrBits(op U32, i uint32) uint32 {
	if i >= op.Load(opAttrsN) {
		return 0
	}
	return opAttr(op, i).Load(opAttrBitsAt)
}

// operandTypes returns the byte of opOperands of operand i < maxOperands, 0
// for one past the last.
func operandTypes(code, i uint32) uint32 {
	bytes := opOperands(code)
	if i >= 16 {
		bytes = opLastOperands(code)
	} else if i >= 8 {
		bytes = opMoreOperands(code)
	}
	return uint32(bytes>>(8*i&63)) & 0xFF
}

// outputCount returns how many outputs the table gives an operation.
func outputCount(code uint32) uint32 {
	n := uint32(0)
	for n < maxOutputs && outputTypes(code, n) != 0 {
		n++
	}
	return n
}

// attrCount returns how many attributes the table gives an operation.
func attrCount(code uint32) uint32 {
	n := uint32(0)
	for n < maxAttrs && attrKind(code, n) != 0 {
		n++
	}
	return n
}

// attrKind returns the digit of opAttrs of attribute i < maxAttrs.
func attrKind(code, i uint32) uint32 {
	return uint32(opAttrs(code)>>(4*i&63)) & 15
}

// outputTypes returns the byte of opOutputs of output i < maxOutputs.
func outputTypes(code, i uint32) uint32 {
	return opOutputs(code) >> (8 * i & 31) & 0xFF
}

// operandCount returns how many operands the table gives an operation, where
// errors count the outputs on.
func operandCount(code uint32) uint32 {
	n := uint32(0)
	for n < maxOperands && operandTypes(code, n) != 0 {
		n++
	}
	return n
}

// attrFloat32 returns attribute i as a number.
func attrFloat32(op U32, i uint32) float32 {
	return FromBits32(attrBits(op, i))
}

// failTensor fails with the name of tensor t of program p.
func failTensor(p, t U32, code, arg, got, want uint32) bool {
	name := uint32(p) + p.Load(hdrStrings) + t.Load(tenName)
	return failNamed(code, name, t.Load(tenNameLen), arg, got, want) != 0
}

// bytesOf returns the bytes of an element of the arena, 0 for a dtype that it
// cannot have.
func bytesOf(dtype uint32) uint32 {
	switch dtype {
	case dtypeF32, dtypeI32:
		return 4
	case dtypeF16:
		return 2
	case dtypeU8:
		return 1
	}
	return 0
}
