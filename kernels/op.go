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
	oneTensors = oneExprs + exprBytes*maxRank*(maxOperands+1)
	oneOp      = oneTensors + tensorBytes*(maxOperands+1)
	oneBytes   = oneOp + opBytes + 4*(maxOperands+1) + opAttrBytes*maxOperands
)

// Op makes a program of one operation in transient memory and returns its
// handle, to be bound without dimensions. The mailbox holds a descriptor of 8
// words for each input, dtype, rank and 6 extents, a rank of 0xFFFFFFFF for
// an operand that is left out, and then tag and bits of each attribute. The
// tensors of the program are the inputs that are there, in order, then the
// output. It returns 0 with an error if the operation does not take them.
//
// Op takes back all transient memory; the next Op, Load or Reset takes back
// the program.
//
//wasm:export op
func Op(code, inputs, attrs, outputs uint32) uint32 {
	clearError()
	Reset()
	p := uint32(0)
	if inputs > maxOperands || attrs > maxOperands || outputs != 1 {
		fail(errOpArgs, inputs, attrs, outputs)
	} else {
		p = makeOne(code, inputs, attrs)
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
func makeOne(code, inputs, attrs uint32) uint32 {
	p := U32(alloc(oneBytes))
	extents := U32(alloc(4 * maxRank * (maxOperands + 1)))
	if p == 0 || extents == 0 {
		return 0
	}
	MemoryFill(uint32(p), 0, oneBytes)
	writeOneHeader(p)
	if !writeOneTensors(p, inputs) {
		return 0
	}
	op := p + oneOp
	writeOneOp(p, op, code, inputs, attrs)
	// The shape of the output follows from operands that are sound.
	if !verifyTensors(p) || !verifyOps(p, oneBytes) || !evalExprs(p, extents, 0) || !inferShape(p, op, extents) {
		return 0
	}
	writeOneShape(p, p.Load(hdrTensors)-1, resultRank.Load(0), resultShape)
	if !verifyProgram(p, oneBytes) {
		return 0
	}
	return uint32(p)
}

func writeOneHeader(p U32) {
	p.Store(hdrMagic, programMagic)
	p.Store(hdrFormat, formatVersion)
	p.Store(hdrOpTable, opTableVersion)
	p.Store(hdrBytes, oneBytes)
	p.Store(hdrStrings, headerBytes)
	p.Store(hdrDimsAt, headerBytes)
	p.Store(hdrExprsAt, oneExprs)
	p.Store(hdrTensorsAt, oneTensors)
	p.Store(hdrOps, 1)
	p.Store(hdrOpsAt, oneOp)
}

// writeOneTensors writes the inputs that are there and an output of no shape
// yet, each in its own slot.
func writeOneTensors(p U32, inputs uint32) bool {
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
		writeOneTensor(p, n, classInput, d.Load(descDType))
		writeOneShape(p, n, rank, d+descShape)
		n++
	}
	writeOneTensor(p, n, classOutput, dtypeF32)
	writeOneShape(p, n, 0, 0)
	n++
	p.Store(hdrTensors, n)
	p.Store(hdrSlots, n)
	p.Store(hdrExprs, maxRank*n)
	return true
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

// writeOneOp writes the operation's record: its operands are the tensors in
// order, its attributes what follows the descriptors in the mailbox.
func writeOneOp(p, op U32, code, inputs, attrs uint32) {
	op.Store(opCode, code)
	op.Store(opOperandsN, inputs)
	op.Store(opOutputsN, 1)
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
	setWord(op+opBytes, inputs, p.Load(hdrTensors)-1)
	MemoryCopy(uint32(opAttr(op, 0)), mailboxAt+descBytes*inputs, opAttrBytes*attrs)
}
