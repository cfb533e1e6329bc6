package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Verify reports (1 or 0) whether the program of so many bytes at addr, in
// memory taken by Alloc or Load, is sound: nothing in it refers outside of
// it, every operation gets what it takes, no tensor is read before it is
// written or after another has taken its slot, and the shapes fit together
// with all dimensions at their least and at their largest. Bind checks the
// shapes again for the dimensions in use. The error record says what is
// wrong.
//
//wasm:export verify
func Verify(addr, bytes uint32) uint32 {
	clearError()
	if addr < heapAt || uint64(addr)+uint64(bytes) > uint64(heapCur()) {
		return fail(errRange, 0, addr, bytes)
	}
	if verifyProgram(U32(addr), bytes) {
		return 1
	}
	return 0
}

// verifyProgram is Verify for bytes inside of taken memory.
func verifyProgram(p U32, bytes uint32) bool {
	if !verifyHeader(p, bytes) || !verifySections(p, bytes) ||
		!verifyDims(p) || !verifyExprs(p) || !verifyTensors(p) {
		return false
	}
	cur := heapCur()
	ok := verifyOps(p, bytes) && verifyShapes(p)
	gCur.Store(0, cur)
	return ok
}

// wantWord fails unless a word of the header has that value.
func wantWord(got, want, code uint32) bool {
	return got == want || fail(code, 0, got, want) != 0
}

func verifyHeader(p U32, bytes uint32) bool {
	if bytes < headerBytes {
		return fail(errTruncated, 0, bytes, headerBytes) != 0
	}
	if bytes > maxProgramBytes {
		return fail(errCount, hdrBytes/4, bytes, maxProgramBytes) != 0
	}
	if !wantWord(p.Load(hdrMagic), programMagic, errMagic) || !wantWord(p.Load(hdrFormat), formatVersion, errFormat) {
		return false
	}
	if table := p.Load(hdrOpTable); table-1 >= opTableVersion {
		return fail(errOpTable, 0, table, opTableVersion) != 0
	}
	if level := p.Load(hdrLevel); level > maxLevel {
		return fail(errLevel, 0, level, maxLevel) != 0
	}
	return wantWord(bytes, p.Load(hdrBytes), errTruncated) &&
		zeroWords(p, hdrReserved, headerBytes)
}

// zeroWords fails unless the words of p in from..to-1 are 0.
func zeroWords(p U32, from, to uint32) bool {
	for off := from; off < to; off += 4 {
		if v := (p + U32(off)).Load(0); v != 0 {
			return fail(errReserved, off/4, v, 0) != 0
		}
	}
	return true
}

// verifySections checks that names and sections follow each other in the
// format's order without a gap: then no two of them share a word, and nothing
// lies between them. That the operations end with the program, verifyOps sees.
func verifySections(p U32, bytes uint32) bool {
	at := namesEnd(p, bytes)
	if at == 0 || !verifyText(p) || !verifyName(p, p.Load(hdrName), p.Load(hdrNameLen)) {
		return false
	}
	at = sectionEnd(p, bytes, at, hdrDims, dimBytes, maxDims)
	if at != 0 {
		at = sectionEnd(p, bytes, at, hdrExprs, exprBytes, maxExprs)
	}
	if at != 0 {
		at = sectionEnd(p, bytes, at, hdrTensors, tensorBytes, maxTensors)
	}
	return at != 0 && sectionEnd(p, bytes, at, hdrOps, 0, maxOps) != 0 && atMostCount(p, hdrSlots, maxTensors)
}

// namesEnd checks the names, which follow the header, and the zeros that fill
// up their last word. It returns where the next section begins, 0 if it fails.
func namesEnd(p U32, bytes uint32) uint32 {
	if at := p.Load(hdrStrings); at != headerBytes {
		return fail(errSectionStart, hdrStrings/4, at, headerBytes)
	}
	end := uint64(headerBytes) + uint64(p.Load(hdrStringBytes))
	full := (end + 3) &^ 3
	if full > uint64(bytes) {
		return fail(errSection, hdrStrings/4, saturate(end), bytes)
	}
	for at := uint32(end); at < uint32(full); at++ {
		if c := U8(uint32(p) + at).Load(0); c != 0 {
			return fail(errReserved, at/4, c, 0)
		}
	}
	return uint32(full)
}

// sectionEnd checks the section whose count and offset are at header: so many
// records of size bytes from at on. It returns where it ends, 0 if it fails.
func sectionEnd(p U32, bytes, at, header, size, limit uint32) uint32 {
	if !atMostCount(p, header, limit) {
		return 0
	}
	if begin := word(p, header/4+1); begin != at {
		return fail(errSectionStart, header/4+1, begin, at)
	}
	end := uint64(at) + uint64(word(p, header/4)*size)
	if end > uint64(bytes) {
		return fail(errSection, header/4, saturate(end), bytes)
	}
	return uint32(end)
}

func atMostCount(p U32, header, limit uint32) bool {
	n := word(p, header/4)
	return n <= limit || fail(errCount, header/4, n, limit) != 0
}

// verifyText checks that the names together are UTF-8: hosts that show other
// bytes as the same replacement could not tell two of them apart.
func verifyText(p U32) bool {
	at := uint32(p) + headerBytes
	end := at + p.Load(hdrStringBytes)
	for at < end {
		r, size := decodeRune(at, end)
		if r == badRune && size == 1 {
			return fail(errNameText, 0, at-uint32(p), 0) != 0
		}
		at += size
	}
	return true
}

// verifyName checks that a name lies inside of the names, whole characters of
// them: many names may share one long text, so that none is read again here.
func verifyName(p U32, at, n uint32) bool {
	end, size := uint64(at)+uint64(n), p.Load(hdrStringBytes)
	if end > uint64(size) {
		return fail(errNameRange, 0, saturate(end), size) != 0
	}
	return n == 0 || startsRune(p, at) && (uint32(end) == size || startsRune(p, uint32(end)))
}

// startsRune fails unless byte at of the names begins a character.
func startsRune(p U32, at uint32) bool {
	b := U8(uint32(p) + headerBytes + at).Load(0)
	return b&0xC0 != 0x80 || fail(errNameText, 0, headerBytes+at, 0) != 0
}

func verifyDims(p U32) bool {
	d := p + U32(p.Load(hdrDimsAt))
	for range p.Load(hdrDims) {
		name, n, least, most := d.Load(0), d.Load(4), d.Load(8), d.Load(12)
		if !verifyName(p, name, n) {
			return false
		}
		if least == 0 || least > most {
			return failNamed(errDimRange, uint32(p)+p.Load(hdrStrings)+name, n, 0, least, most) != 0
		}
		d += dimBytes
	}
	return true
}

func verifyExprs(p U32) bool {
	x := p + U32(p.Load(hdrExprsAt))
	for i := range p.Load(hdrExprs) {
		kind, a, b := x.Load(0), x.Load(4), x.Load(8)
		limit := i
		switch kind {
		case exprConst:
			a, limit = 0, 1
		case exprDim:
			limit = p.Load(hdrDims)
		case exprAdd, exprMul, exprCeilDiv:
			if b >= limit {
				return fail(errExprOperand, i, b, limit) != 0
			}
		default:
			return fail(errExprKind, i, kind, 0) != 0
		}
		if a >= limit {
			return fail(errExprOperand, i, a, limit) != 0
		}
		x += exprBytes
	}
	return true
}

func verifyTensors(p U32) bool {
	for i := range p.Load(hdrTensors) {
		t := tensorAt(p, i)
		if !verifyName(p, t.Load(tenName), t.Load(tenNameLen)) || !verifyTensor(p, t) {
			return false
		}
	}
	return true
}

func verifyTensor(p, t U32) bool {
	rank := t.Load(tenRank)
	if rank > maxRank {
		return failTensor(p, t, errRank, 0, rank, maxRank)
	}
	for axis := range rank {
		if e := word(t+tenShape, axis); e >= p.Load(hdrExprs) {
			return fail(errExprOperand, axis, e, p.Load(hdrExprs)) != 0
		}
	}
	if !zeroWords(t, tenShape+4*rank, tenSlot) || !zeroWords(t, tenReserved, tensorBytes) {
		return false
	}
	switch t.Load(tenClass) {
	case classWeight:
		return verifyWeight(p, t)
	case classInput, classOutput, classScratch:
		return verifyActivation(p, t)
	case classState:
		return failTensor(p, t, errState, 0, classState, formatVersion)
	}
	return failTensor(p, t, errClass, 0, t.Load(tenClass), 0)
}

// verifyActivation checks a tensor of the arena.
func verifyActivation(p, t U32) bool {
	dtype, slot := t.Load(tenDType), t.Load(tenSlot)
	if bytesOf(dtype) == 0 {
		return failTensor(p, t, errTensorType, 0, dtype, 0)
	}
	if t.Load(tenLayout) != layoutRows {
		return failTensor(p, t, errLayout, 0, t.Load(tenLayout), 0)
	}
	return slot < p.Load(hdrSlots) || failTensor(p, t, errSlot, 0, slot, p.Load(hdrSlots))
}

func verifyWeight(p, t U32) bool {
	dtype, layout, rank := t.Load(tenDType), t.Load(tenLayout), t.Load(tenRank)
	if dtype != dtypeF32 && dtype != dtypeF16 && !isQuantized(dtype) {
		return failTensor(p, t, errTensorType, 0, dtype, 0)
	}
	if n := t.Load(tenNameLen); n > mailboxBytes { // no host can say it
		return fail(errNameLen, 0, n, mailboxBytes) != 0
	}
	if t.Load(tenSlot) != none {
		return failTensor(p, t, errSlot, 0, t.Load(tenSlot), 0)
	}
	if layout > layoutPanels || rank != 2 && (layout == layoutPanels || isQuantized(dtype)) {
		return failTensor(p, t, errLayout, 0, layout, 0)
	}
	count := uint64(1)
	for axis := range rank {
		x := p + U32(p.Load(hdrExprsAt)+exprBytes*word(t+tenShape, axis))
		if x.Load(0) != exprConst || x.Load(4) == 0 {
			return failTensor(p, t, errWeightShape, axis, 0, 0)
		}
		count *= uint64(x.Load(4))
		if count > addressEnd/4 {
			return failTensor(p, t, errTensorBytes, 0, 0, 0)
		}
	}
	if isQuantized(dtype) {
		// The blocks run along the axis that is contiguous in the file.
		axis := 1 - layout
		if n := constExtent(p, t, axis); n%blockLen != 0 {
			return failTensor(p, t, errBlocks, axis, n, blockLen)
		}
	}
	return true
}

// isQuantized reports whether a weight of that type is two tensors of the
// model file.
func isQuantized(dtype uint32) bool {
	return dtype == dtypeQ8 || dtype == dtypeQ4
}

// constExtent returns an extent of a weight.
func constExtent(p, t U32, axis uint32) uint32 {
	x := p + U32(p.Load(hdrExprsAt)+exprBytes*word(t+tenShape, axis))
	return x.Load(4)
}
