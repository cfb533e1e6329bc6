package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Every weight that a program wants has an entry in the list gWeights. The
// programs' tensors of one name, type and layout share it; a tensor finds it
// through a table of its program, which wantWeights makes. What was verified,
// the program itself, is not written again.
const (
	weightNext    = 0
	weightName    = 4 // address, in the first program that wants it
	weightNameLen = 8
	weightDType   = 12
	weightLayout  = 16
	weightRows    = 20 // extents of a matrix; elements and 1 for any other
	weightCols    = 24
	weightAt      = 28 // address of the data, 0 until sealed
	weightScales  = 32 // address of a q8 weight's scales
	weightHash    = 36 // of the name
	weightBytes   = 48
)

// wantWeights finds or makes the entries of the weights of p.
func wantWeights(p U32) bool {
	tensors := p.Load(hdrTensors)
	entries := U32(alloc(4 * uint64(tensors)))
	if entries == 0 {
		return false
	}
	for i := range tensors {
		e := U32(0)
		if t := tensorAt(p, i); t.Load(tenClass) == classWeight {
			e = wantWeight(p, t)
			if e == 0 {
				return false
			}
		}
		setWord(entries, i, uint32(e))
	}
	(p - programNode).Store(programWeights, uint32(entries))
	return true
}

// weightOf returns the entry of tensor i, a weight of p.
func weightOf(p U32, i uint32) U32 {
	return U32(word(U32((p - programNode).Load(programWeights)), i))
}

// wantWeight returns the entry of tensor t, 0 with an error if there can be
// none. All entries of a name and type have the same extents.
func wantWeight(p, t U32) U32 {
	name := uint32(p) + p.Load(hdrStrings) + t.Load(tenName)
	dtype, layout := t.Load(tenDType), t.Load(tenLayout)
	rows, cols := weightExtents(p, t)
	hash := hashOf(name, t.Load(tenNameLen))
	for e := U32(gWeights.Load(0)); e != 0; e = U32(e.Load(weightNext)) {
		if e.Load(weightDType) != dtype || e.Load(weightHash) != hash || !sameBytes(e, name, t.Load(tenNameLen)) {
			continue
		}
		if e.Load(weightRows) != rows || e.Load(weightCols) != cols {
			_ = failTensor(p, t, errWeightConflict, 0, 0, 0)
			return 0
		}
		if e.Load(weightLayout) == layout {
			return e
		}
	}
	return newWeight(p, t, rows, cols)
}

// newWeight puts an entry for tensor t in front of the list.
func newWeight(p, t U32, rows, cols uint32) U32 {
	e := U32(alloc(weightBytes))
	if e == 0 {
		return 0
	}
	MemoryFill(uint32(e), 0, weightBytes)
	e.Store(weightNext, gWeights.Load(0))
	e.Store(weightName, uint32(p)+p.Load(hdrStrings)+t.Load(tenName))
	e.Store(weightNameLen, t.Load(tenNameLen))
	e.Store(weightHash, hashOf(e.Load(weightName), t.Load(tenNameLen)))
	e.Store(weightDType, t.Load(tenDType))
	e.Store(weightLayout, t.Load(tenLayout))
	e.Store(weightRows, rows)
	e.Store(weightCols, cols)
	gWeights.Store(0, uint32(e))
	return e
}

// weightExtents returns the extents of a matrix, and of any other weight its
// elements and 1.
func weightExtents(p, t U32) (rows, cols uint32) {
	rank := t.Load(tenRank)
	if rank == 2 {
		return constExtent(p, t, 0), constExtent(p, t, 1)
	}
	rows = 1
	for axis := range rank {
		rows *= constExtent(p, t, axis)
	}
	return rows, 1
}

// hashOf returns a number for the n bytes at name (FNV-1a), by which long
// names that differ at their ends are told apart without comparing them.
func hashOf(name, n uint32) uint32 {
	hash := uint32(2166136261)
	for i := range n {
		hash = (hash ^ uint32(U8(name+i).Load(0))) * 16777619
	}
	return hash
}

// sameBytes reports whether the name of entry e is the n bytes at name.
func sameBytes(e U32, name, n uint32) bool {
	if e.Load(weightNameLen) != n {
		return false
	}
	own := e.Load(weightName)
	for i := range n {
		if U8(own+i).Load(0) != U8(name+i).Load(0) {
			return false
		}
	}
	return true
}

// beginWeight makes room for the tensor of the model file whose name is in
// the mailbox: the weight of that name if it is f32 or f16, the quantized
// elements NAME.q if it is u8, their scales NAME.s if it is f16 and no weight
// itself.
//
// The data of a weight that is wanted as in the file stays where the host
// writes it, with its panels behind; of one that is wanted in panels only it
// is written behind the place for them.
func beginWeight(dtype, nameLen, bytes uint32) uint32 {
	if nameLen > mailboxBytes {
		return fail(errNameLen, 0, nameLen, mailboxBytes)
	}
	rows, panels := wanted(dtype, nameLen, layoutRows), wanted(dtype, nameLen, layoutPanels)
	if rows == 0 && panels == 0 {
		return 0
	}
	if rows != 0 && !fillable(rows, dtype, bytes) || panels != 0 && !fillable(panels, dtype, bytes) {
		return 0
	}
	gPendingDType.Store(0, dtype)
	gPendingRows.Store(0, uint32(rows))
	gPendingPanels.Store(0, uint32(panels))
	if rows == 0 {
		return allocBehind(panels, dtype, bytes)
	}
	at := alloc(uint64(bytes))
	if at != 0 && panels != 0 && !allocPanels(panels, dtype) {
		return 0
	}
	return at
}

// allocBehind makes room for panels and returns that for bytes behind them.
func allocBehind(panels U32, dtype, bytes uint32) uint32 {
	if !allocPanels(panels, dtype) {
		return 0
	}
	return alloc(uint64(bytes))
}

// allocPanels makes room for the panels of a weight's data or scales.
func allocPanels(e U32, dtype uint32) bool {
	k, cols := uint64(e.Load(weightRows)), roundUp64(uint64(e.Load(weightCols)))
	size := k * cols * 4
	if holdsScales(e, dtype) {
		size = k / blockLen * cols * 4
	} else if dtype != dtypeF32 {
		size = k * cols / 8 * uint64(bitsOf(e.Load(weightDType)))
	}
	at := alloc(size)
	gPendingPanelsAt.Store(0, at)
	return at != 0
}

// holdsScales reports whether the file's tensor of that type has the scales
// of entry e.
func holdsScales(e U32, dtype uint32) bool {
	return dtype == dtypeF16 && e.Load(weightDType) != dtypeF16
}

// bitsOf returns the bits of an element of a weight.
func bitsOf(dtype uint32) uint32 {
	switch dtype {
	case dtypeF16:
		return 16
	case dtypeQ8:
		return 8
	case dtypeQ4:
		return 4
	}
	return 32
}

// wanted returns the entry that wants the file's tensor with the mailbox's
// name of n bytes in that layout, 0 if there is none.
func wanted(dtype, n, layout uint32) U32 {
	switch dtype {
	case dtypeF32:
		return entryOf(dtypeF32, n, layout)
	case dtypeF16:
		if e := entryOf(dtypeF16, n, layout); e != 0 {
			return e
		}
		return quantizedEntry('s', n, layout)
	case dtypeU8:
		return quantizedEntry('q', n, layout)
	}
	return 0
}

// quantizedEntry returns the entry of a quantized weight whose name is the
// mailbox's without its ending, a dot and one byte.
func quantizedEntry(ending, n, layout uint32) U32 {
	tail := U8(mailboxAt + n)
	if n < 2 || (tail-2).Load(0) != '.' || (tail-1).Load(0) != ending {
		return 0
	}
	if e := entryOf(dtypeQ8, n-2, layout); e != 0 {
		return e
	}
	return entryOf(dtypeQ4, n-2, layout)
}

// entryOf returns the entry of that type and layout with the first n bytes of
// the mailbox as its name, 0 if there is none.
func entryOf(dtype, n, layout uint32) U32 {
	hash := hashOf(mailboxAt, n)
	for e := U32(gWeights.Load(0)); e != 0; e = U32(e.Load(weightNext)) {
		if e.Load(weightDType) == dtype && e.Load(weightLayout) == layout && e.Load(weightHash) == hash && sameBytes(e, mailboxAt, n) {
			return e
		}
	}
	return 0
}

// fillable checks that e is not filled yet and wants so many bytes.
func fillable(e U32, dtype, bytes uint32) bool {
	elements := uint64(e.Load(weightRows)) * uint64(e.Load(weightCols))
	want, filled := uint32(elements*uint64(bitsOf(e.Load(weightDType)))/8), e.Load(weightAt)
	if holdsScales(e, dtype) {
		want, filled = uint32(elements/blockLen*2), e.Load(weightScales)
	}
	if filled != 0 {
		return failWeight(e, errWeightTwice, 0, 0)
	}
	return bytes == want || failWeight(e, errWeightBytes, bytes, want)
}

// failWeight fails with the name of entry e.
func failWeight(e U32, code, got, want uint32) bool {
	return failNamed(code, e.Load(weightName), e.Load(weightNameLen), 0, got, want) != 0
}

// sealWeight packs the pending weight into its panels and makes it known.
func sealWeight(at, bytes uint32) {
	rows, panels := U32(gPendingRows.Load(0)), U32(gPendingPanels.Load(0))
	dtype, packed := gPendingDType.Load(0), gPendingPanelsAt.Load(0)
	field := uint32(weightAt)
	if holdsScales(max(rows, panels), dtype) {
		field = weightScales
	}
	if panels != 0 {
		packWeight(packed, at, dtype, panels.Load(weightDType), panels.Load(weightRows), panels.Load(weightCols))
		(panels + U32(field)).Store(0, packed)
	}
	if rows != 0 {
		(rows + U32(field)).Store(0, at)
	}
	if rows != 0 && panels == 0 {
		keep(at + bytes)
	} else if rows == 0 {
		keep(at)
	} else {
		keep(heapCur())
	}
}

// packWeight packs k·n elements of the file's type, or their scales.
func packWeight(dst, src, dtype, logical, k, n uint32) {
	switch dtype {
	case dtypeF32:
		packPanels(F32(dst), F32(src), k, n)
	case dtypeU8:
		packBlocks(dst, src, k, n, bitsOf(logical))
	case dtypeF16:
		if logical == dtypeF16 {
			packHalves(U16(dst), U16(src), k, n)
		} else {
			packQ8Scales(F32(dst), U16(src), k, n)
		}
	}
}
