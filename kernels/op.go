package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

const (
	// A descriptor of an input in the mailbox: dtype, rank (none: the operand
	// is left out) and extents; the attributes follow as tag and bits.
	descDType = 0
	descRank  = 4
	descShape = 8
	descBytes = 32

	// Where the expressions of a one-operation program start. Every tensor has
	// maxRank constants as its shape, 1 where it has fewer axes.
	oneExprs = headerBytes
)

// Op makes a program of one operation in transient memory and returns its
// handle, to be bound without dimensions. The mailbox holds a descriptor of 8
// words for each input, dtype, rank and 6 extents, a rank of 0xFFFFFFFF for
// an operand that is left out, and then tag and bits of each attribute, a tag
// of 0 for one that is left out; bit i of outputs says whether output i is wanted. The tensors of the program are
// the inputs that are there, in order, then the outputs that are wanted. It
// returns 0 with an error if the operation does not take them.
//
// Op takes back all transient memory; the next Op, Load or Reset takes back
// the program.
//
//wasm:export op
func Op(code, inputs, attrs, outputs uint32) uint32 {
	clearError()
	Reset()
	p := uint32(0)
	if level := opLevel(code); level > maxLevel {
		fail(errLevel, 0, level, maxLevel)
	} else if inputs > maxOperands || attrs > maxAttrs || outputs-1 >= 1<<maxOutputs-1 {
		fail(errOpArgs, inputs, attrs, outputs)
	} else {
		p = makeOne(code, inputs, attrs, outputs)
	}
	recOp.Store(0, noOp)
	if p == 0 {
		Reset()
		return 0
	}
	gOne.Store(0, p)
	gOneEnd.Store(0, heapCur())
	return p
}

// makeOne writes the program and verifies it, 0 with an error if that fails.
func makeOne(code, inputs, attrs, outputs uint32) uint32 {
	tensors := presentInputs(inputs) + Popcnt32(outputs)
	outputsN := 32 - Clz32(outputs) // up to the last one that is wanted
	opAt := oneExprs + (exprBytes*maxRank+tensorBytes)*tensors
	bytes := opAt + opBytes + 4*(inputs+outputsN) + opAttrBytes*attrs
	p := U32(alloc(uint64(bytes)))
	extents := U32(alloc(4 * maxRank * (maxOperands + maxOutputs)))
	if p == 0 || extents == 0 {
		return 0
	}
	MemoryFill(uint32(p), 0, bytes)
	writeOneHeader(p, opLevel(code), tensors, opAt, bytes)
	if !writeOneInputs(p, inputs) {
		return 0
	}
	op := p + U32(opAt)
	writeOneOp(op, code, inputs, outputsN, attrs)
	writeOneOutputs(p, op, outputs)
	// Types and shapes of the outputs follow from operands that are sound.
	if !verifyTensors(p) || !verifyOps(p, bytes) || !evalExprs(p, extents, 0) || !inferShape(p, op, extents) {
		return 0
	}
	for i := range outputsN {
		if index := outputIndex(op, i); index != none {
			result := U32(resultBytes * i)
			if bytesOfShape(bytesOf((resultDType+result).Load(0)), (resultRank+result).Load(0), resultShape+result) > addressEnd {
				return fail(errOperandBytes, operandCount(code)+i, 0, 0)
			}
			writeOneTensor(p, index, classOutput, (resultDType + result).Load(0))
			writeOneShape(p, index, (resultRank + result).Load(0), resultShape+result)
		}
	}
	if !verifyProgram(p, bytes) {
		return 0
	}
	return uint32(p)
}

// presentInputs returns how many of the inputs in the mailbox are there.
func presentInputs(inputs uint32) uint32 {
	n := uint32(0)
	for i := range inputs {
		if U32(mailboxAt+descBytes*i).Load(descRank) != none {
			n++
		}
	}
	return n
}

func writeOneHeader(p U32, level, tensors, opAt, bytes uint32) {
	p.Store(hdrMagic, programMagic)
	p.Store(hdrFormat, formatVersion)
	p.Store(hdrOpTable, opTableVersion)
	p.Store(hdrLevel, level)
	p.Store(hdrBytes, bytes)
	p.Store(hdrStrings, headerBytes)
	p.Store(hdrDimsAt, headerBytes)
	p.Store(hdrExprs, maxRank*tensors)
	p.Store(hdrExprsAt, oneExprs)
	p.Store(hdrTensors, tensors)
	p.Store(hdrTensorsAt, oneExprs+exprBytes*maxRank*tensors)
	p.Store(hdrOps, 1)
	p.Store(hdrOpsAt, opAt)
	p.Store(hdrSlots, tensors)
}

// writeOneInputs writes the inputs that are there, each in its own slot.
func writeOneInputs(p U32, inputs uint32) bool {
	n := uint32(0)
	for i := range inputs {
		d := U32(mailboxAt + descBytes*i)
		rank := d.Load(descRank)
		if rank == none {
			continue
		}
		if rank > maxRank {
			return fail(errOperandRank, i, rank, maxRank) != 0
		}
		for axis := range rank {
			if word(d+descShape, axis) == 0 {
				return fail(errShape, i, 0, 1) != 0
			}
		}
		if bytesOfShape(bytesOf(d.Load(descDType)), rank, d+descShape) > addressEnd {
			return fail(errOperandBytes, i, 0, 0) != 0
		}
		writeOneTensor(p, n, classInput, d.Load(descDType))
		writeOneShape(p, n, rank, d+descShape)
		n++
	}
	return true
}

func writeOneTensor(p U32, i, class, dtype uint32) {
	t := tensorAt(p, i)
	t.Store(tenClass, class)
	t.Store(tenDType, dtype)
	t.Store(tenSlot, i)
}

// writeOneShape gives tensor i the rank extents at shape.
func writeOneShape(p U32, i, rank uint32, shape U32) {
	t := tensorAt(p, i)
	t.Store(tenRank, rank)
	for axis := range uint32(maxRank) {
		index, n := maxRank*i+axis, uint32(1)
		if axis < rank {
			n = word(shape, axis)
			setWord(t+tenShape, axis, index)
		}
		(p + U32(oneExprs+exprBytes*index)).Store(4, n)
	}
}

// writeOneOp writes the operation's record but for its outputs: its operands
// are the tensors in order, its attributes what follows the descriptors in
// the mailbox.
func writeOneOp(op U32, code, inputs, outputs, attrs uint32) {
	op.Store(opCode, code)
	op.Store(opOperandsN, inputs)
	op.Store(opOutputsN, outputs)
	op.Store(opAttrsN, attrs)
	n := uint32(0)
	for i := range inputs {
		index := uint32(none)
		if U32(mailboxAt+descBytes*i).Load(descRank) != none {
			index = n
			n++
		}
		setWord(op+opBytes, i, index)
	}
	MemoryCopy(uint32(opAttr(op, 0)), mailboxAt+descBytes*inputs, opAttrBytes*attrs)
	for i := range attrs {
		if a := opAttr(op, i); a.Load(0) == 0 {
			a.Store(0, attrKind(code, i)&^attrOptional)
			a.Store(opAttrBitsAt, attrDefault(op, i))
		}
	}
}

// writeOneOutputs writes the outputs that are wanted, of no shape yet.
func writeOneOutputs(p, op U32, wanted uint32) {
	index := p.Load(hdrTensors) - Popcnt32(wanted)
	for i := range op.Load(opOutputsN) {
		output := uint32(none)
		if wanted>>(i&31)&1 != 0 {
			output = index
			index++
			writeOneTensor(p, output, classOutput, dtypeF32)
			writeOneShape(p, output, 0, 0)
		}
		setWord(op+opBytes, op.Load(opOperandsN)+i, output)
	}
}
