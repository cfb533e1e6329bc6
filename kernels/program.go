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
	return word(op+opBytes, i)
}

// outputIndex returns the tensor index of the operation's output.
func outputIndex(op U32) uint32 {
	return word(op+opBytes, op.Load(opOperandsN))
}

// opAttr returns the address of attribute i: its tag, then its bits.
func opAttr(op U32, i uint32) U32 {
	return op + U32(opBytes+4*(op.Load(opOperandsN)+op.Load(opOutputsN))+opAttrBytes*i)
}

// attrBits returns the bits of attribute i.
func attrBits(op U32, i uint32) uint32 {
	return opAttr(op, i).Load(opAttrBitsAt)
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
