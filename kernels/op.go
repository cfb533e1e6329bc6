package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

const (
	// A descriptor of an input in the mailbox: dtype, rank (none: the operand
	// is left out) and extents; the attributes follow as tag and bits.
	descDType = 0
	descRank  = 4
	descShape = 8
	descBytes = 32

	// Where the sections of a one-operation program start. Every tensor has
	// maxRank constants as its shape, 1 where it has fewer axes.
	oneExprs   = headerBytes
	oneTensors = oneExprs + exprBytes*maxRank*(maxOperands+maxOutputs)
	oneOp      = oneTensors + tensorBytes*(maxOperands+maxOutputs)
	oneBytes   = oneOp + opBytes + 4*(maxOperands+maxOutputs) + opAttrBytes*maxAttrs
)

// Op makes a program of one operation in transient memory and returns its
// handle, to be bound without dimensions. The mailbox holds a descriptor of 8
// words for each input, dtype, rank and 6 extents, a rank of 0xFFFFFFFF for
// an operand that is left out, and then tag and bits of each attribute; bit i
// of outputs says whether output i is wanted. The tensors of the program are
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
	p := U32(alloc(oneBytes))
	extents := U32(alloc(4 * maxRank * (maxOperands + maxOutputs)))
	if p == 0 || extents == 0 {
		return 0
	}
	MemoryFill(uint32(p), 0, oneBytes)
	writeOneHeader(p, opLevel(code))
	if !writeOneInputs(p, inputs) {
		return 0
	}
	op := p + oneOp
	writeOneOp(op, code, inputs, attrs)
	writeOneOutputs(p, op, outputs)
	// Types and shapes of the outputs follow from operands that are sound.
	if !verifyTensors(p) || !verifyOps(p, oneBytes) || !evalExprs(p, extents, 0) || !inferShape(p, op, extents) {
		return 0
	}
	for i := range op.Load(opOutputsN) {
		if index := outputIndex(op, i); index != none {
			result := U32(resultBytes * i)
			if bytesOfShape(bytesOf((resultDType+result).Load(0)), (resultRank+result).Load(0), resultShape+result) > addressEnd {
				return fail(errOperandBytes, operandCount(code)+i, 0, 0)
			}
			writeOneTensor(p, index, classOutput, (resultDType + result).Load(0))
			writeOneShape(p, index, (resultRank + result).Load(0), resultShape+result)
		}
	}
	if !verifyProgram(p, oneBytes) {
		return 0
	}
	return uint32(p)
}

func writeOneHeader(p U32, level uint32) {
	p.Store(hdrMagic, programMagic)
	p.Store(hdrFormat, formatVersion)
	p.Store(hdrOpTable, opTableVersion)
	p.Store(hdrLevel, level)
	p.Store(hdrBytes, oneBytes)
	p.Store(hdrStrings, headerBytes)
	p.Store(hdrDimsAt, headerBytes)
	p.Store(hdrExprsAt, oneExprs)
	p.Store(hdrTensorsAt, oneTensors)
	p.Store(hdrOps, 1)
	p.Store(hdrOpsAt, oneOp)
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
	countOneTensors(p, n)
	return true
}

func countOneTensors(p U32, n uint32) {
	p.Store(hdrTensors, n)
	p.Store(hdrSlots, n)
	p.Store(hdrExprs, maxRank*n)
}

func writeOneTensor(p U32, i, class, dtype uint32) {
	t := p + U32(oneTensors+tensorBytes*i)
	t.Store(tenClass, class)
	t.Store(tenDType, dtype)
	t.Store(tenSlot, i)
}

// writeOneShape gives tensor i the rank extents at shape.
func writeOneShape(p U32, i, rank uint32, shape U32) {
	t := p + U32(oneTensors+tensorBytes*i)
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
func writeOneOp(op U32, code, inputs, attrs uint32) {
	op.Store(opCode, code)
	op.Store(opOperandsN, inputs)
	op.Store(opOutputsN, maxOutputs)
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
}

// writeOneOutputs writes the outputs that are wanted, of no shape yet, up to
// the last one, and moves the attributes up to it.
func writeOneOutputs(p, op U32, wanted uint32) {
	attrs, n := uint32(opAttr(op, 0)), uint32(0)
	for i := range uint32(maxOutputs) {
		index := uint32(none)
		if wanted>>(i&31)&1 != 0 {
			index = p.Load(hdrTensors)
			writeOneTensor(p, index, classOutput, dtypeF32)
			writeOneShape(p, index, 0, 0)
			countOneTensors(p, index+1)
			n = i + 1
		}
		setWord(op+opBytes, op.Load(opOperandsN)+i, index)
	}
	op.Store(opOutputsN, n)
	MemoryCopy(uint32(opAttr(op, 0)), attrs, opAttrBytes*op.Load(opAttrsN))
}
