package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Operands and attributes of opAttention.
const (
	argQ = iota
	argK
	argV
	argLengths
	argMask
	argBias
	argPastK
	argPastV
	argSlopes
	argSinks
	argTemperature
	argQDocs
	argKDocs
	argPages
	argBlocks
	argKScales
	argVScales

	attrHeads = iota - argVScales - 1
	attrDim
	attrVDim
	attrQCol
	attrKCol
	attrVCol
	attrScale
	attrKVHeads
	attrCausal
	attrWindow
	attrOffset
	attrFromEnd
	attrPrefix
	attrSoftcap
	attrTopK
	attrQKMode

	resultPresentK = 1
	resultPresentV = 2
	resultQK       = 3
)

// runAttention executes opAttention: each worker makes the record of the call
// for itself and takes tasks.
func runAttention(t, op U32, own uint32) {
	a := U32(own)
	describeAttention(t, op, a)
	if Threads {
		for i := takeTile(); i < attentionTasks(a); i = takeTile() {
			attendTask(a, i)
		}
		_ = barrier()
		heads := wordAt(a, attBatch) * wordAt(a, attKVHeads)
		for i := takeTile(); i < heads; i = takeTile() {
			writePresent(t, op, a, i)
		}
		return
	}
	for i := range attentionTasks(a) {
		attendTask(a, i)
	}
	for i := range wordAt(a, attBatch) * wordAt(a, attKVHeads) {
		writePresent(t, op, a, i)
	}
}

// writePresent writes what the call gives of past and new keys and values of
// a head of them.
func writePresent(t, op, a U32, i uint32) {
	if at := outputAt(t, op, resultPresentK); at != 0 {
		joinPast(a, attK, uint32(at), i)
	}
	if at := outputAt(t, op, resultPresentV); at != 0 {
		joinPast(a, attV, uint32(at), i)
	}
}

// describeAttention makes the record of a call at a.
func describeAttention(t, op, a U32) {
	MemoryFill(uint32(a), 0, attBytes)
	heads := attrBits(op, attrHeads)
	kvHeads, dim, vdim := kvHeadsOf(op), attrBits(op, attrDim), attrBits(op, attrVDim)
	a.Store(attHeads, heads)
	a.Store(attKVHeads, kvHeads)
	a.Store(attDim, dim)
	a.Store(attVDim, vdim)
	a.Store(attBatch, attentionRows(t, op))
	a.Store(attTq, tokensOf(t, op, argQ))
	describeTokens(a, attQ, t, operandIndex(op, argQ), attrBits(op, attrQCol), dim)
	if axisOf(t, op, argQ, 0) == 1 {
		a.Store(attQBatch, 0)
	}
	a.Store(attKBytes, describeTokens(a, attK, t, operandIndex(op, argK), attrBits(op, attrKCol), dim))
	a.Store(attVBytes, describeTokens(a, attV, t, operandIndex(op, argV), attrBits(op, attrVCol), vdim))
	describeScales(a+attKScales, t, op, argKScales, attrBits(op, attrKCol))
	describeScales(a+attVScales, t, op, argVScales, attrBits(op, attrVCol))
	describeTokens(a, attOut, t, outputIndex(op, 0), 0, vdim)
	if operandIndex(op, argPastK) != none {
		describeTokens(a, attPastK, t, operandIndex(op, argPastK), 0, dim)
		describeTokens(a, attPastV, t, operandIndex(op, argPastV), 0, vdim)
		a.Store(attPast, tokensOf(t, op, argPastK))
	}
	a.Store(attTk, tokensOf(t, op, argK))
	if pages := f32At(t, op, argPages); pages != 0 {
		a.Store(attPages, uint32(pages))
		a.Store(attPagesRow, axisOf(t, op, argPages, 1))
		a.Store(attPageSize, tokensOf(t, op, argK))
		a.Store(attTk, axisOf(t, op, argPages, 1)*tokensOf(t, op, argK))
	}
	describeRules(t, op, a)
	describeMasks(t, op, a)
	layOutAttention(a)
}

// attentionRows returns the batch rows of the result.
func attentionRows(t, op U32) uint32 {
	return word(boundTensor(t, outputIndex(op, 0))+boundShape, 0)
}

// describeTokens writes where a tensor of tokens lies, of rank 3 or 4, to
// four words of the record, and returns the bytes of an element.
func describeTokens(a U32, side uint32, t U32, index, col, dim uint32) uint32 {
	r := boundTensor(t, index)
	bytes := bytesOf(r.Load(boundDType))
	one, two := word(r+boundShape, 1), word(r+boundShape, 2)*bytes
	head, row := dim*bytes, two
	if r.Load(boundRank) == 4 {
		row = word(r+boundShape, 3) * bytes
		head, two = word(r+boundShape, 2)*row, word(r+boundShape, 2)*row
	}
	w := a + U32(side)
	w.Store(0, r.Load(boundAt)+col*bytes)
	w.Store(sideBatch, one*two)
	w.Store(sideHead, head)
	w.Store(sideRow, row)
	return bytes
}

// describeScales writes where the scales of keys or values from column col on
// lie, if they are int8.
func describeScales(w, t, op U32, i, col uint32) {
	if scales := uint32(f32At(t, op, i)); scales != 0 {
		w.Store(0, scales+col/blockLen*2)
	}
}

// tokensOf returns the tokens of operand i, of rank 3 or 4.
func tokensOf(t, op U32, i uint32) uint32 {
	return axisOf(t, op, i, boundTensor(t, operandIndex(op, i)).Load(boundRank)-2)
}

// kvHeadsOf returns the heads of keys and values: as those of queries where
// none are given.
func kvHeadsOf(op U32) uint32 {
	if n := attrBits(op, attrKVHeads); n != 0 {
		return n
	}
	return attrBits(op, attrHeads)
}

// describeRules writes the attributes that say which keys a query sees and
// what their scores are.
func describeRules(t, op, a U32) {
	a.Store(attScale, attrBits(op, attrScale))
	a.Store(attSoftcap, attrBits(op, attrSoftcap))
	a.Store(attCausal, attrBits(op, attrCausal))
	a.Store(attWindow, attrBits(op, attrWindow))
	a.Store(attOffset, attrBits(op, attrOffset))
	a.Store(attFromEnd, attrBits(op, attrFromEnd))
	a.Store(attPrefix, attrBits(op, attrPrefix))
	a.Store(attTopK, attrBits(op, attrTopK))
	a.Store(attQKMode, attrBits(op, attrQKMode))
	a.Store(attQK, uint32(outputAt(t, op, resultQK)))
	a.Store(attLengths, uint32(f32At(t, op, argLengths)))
	a.Store(attSlopes, uint32(f32At(t, op, argSlopes)))
	a.Store(attSinks, uint32(f32At(t, op, argSinks)))
	a.Store(attTemperature, uint32(f32At(t, op, argTemperature)))
	if temperature := operandIndex(op, argTemperature); temperature != none && boundTensor(t, temperature).Load(boundRank) == 2 {
		a.Store(attTemperatureBatch, 4*wordAt(a, attTq))
	}
	a.Store(attQDocs, uint32(f32At(t, op, argQDocs)))
	a.Store(attKDocs, uint32(f32At(t, op, argKDocs)))
}

// describeMasks writes the operands that are spread over batch rows, heads
// and queries.
func describeMasks(t, op, a U32) {
	if index := operandIndex(op, argMask); index != none {
		a.Store(attMaskBytes, bytesOf(boundTensor(t, index).Load(boundDType)))
		a.Store(attMaskKeys, spread(a+attMask, boundTensor(t, index)))
	}
	if index := operandIndex(op, argBias); index != none {
		a.Store(attBiasKeys, spread(a+attBias, boundTensor(t, index)))
	}
	if index := operandIndex(op, argBlocks); index != none {
		_ = spread(a+attBlocks, boundTensor(t, index))
	}
	changed := wordAt(a, attMask) | wordAt(a, attBias) | wordAt(a, attBlocks) | wordAt(a, attSlopes) |
		wordAt(a, attQDocs) | wordAt(a, attTemperature)
	// A hidden key stays at -Inf only if the scale is positive.
	if changed != 0 || numberAt(a, attSoftcap) != 0 || !(numberAt(a, attScale) > 0) {
		a.Store(atPrepared, 1)
	}
}

// spread writes the address of a tensor of rank 1 to 4 and how far its batch
// rows, heads and rows lie apart, 0 for an axis that is 1 or not there. It
// returns the last extent.
func spread(w, r U32) uint32 {
	rank := r.Load(boundRank)
	n := word(r+boundShape, rank-1)
	w.Store(0, r.Load(boundAt))
	stride := n * bytesOf(r.Load(boundDType))
	for axis := uint32(3); axis > 0; axis-- { // rows, heads, batch rows
		extent := uint32(1)
		if 4-axis < rank {
			extent = word(r+boundShape, rank-5+axis)
		}
		apart := stride
		if extent == 1 {
			apart = 0
		}
		(w + U32(4*axis)).Store(0, apart)
		stride *= extent
	}
	return n
}

// layOutAttention gives a call its scratch memory, behind the record.
func layOutAttention(a U32) {
	at := uint32(a) + roundUp(attBytes, 16)
	a.Store(attStats, at)
	at += 8 * max(queryChunk, wordAt(a, attHeads)+queryBlock)
	a.Store(attScores, at)
	at += 4 * uint32(scoresOf(wordAt(a, attHeads), wordAt(a, attTq)))
	a.Store(attKeys, at)
	at += 4 * keyBlock * wordAt(a, attDim)
	a.Store(attValues, at)
	at += 4 * keyBlock * roundUp(wordAt(a, attVDim), panelCols)
	a.Store(attRows, at)
	at += 4 * keyBlock * max(wordAt(a, attDim), wordAt(a, attVDim))
	a.Store(attFull, at)
	a.Store(attFullRow, 4*roundUp(wordAt(a, attPast)+wordAt(a, attTk), panelCols))
}

// attentionOwn returns the bytes of scratch memory that a worker on
// opAttention needs.
func attentionOwn(p, op, extents U32) uint64 {
	whole := uint32(0)
	if attrBits(op, attrTopK) != 0 || outputIndex(op, resultQK) != none {
		whole = tokenExtent(p, op, extents, argK)
		if operandIndex(op, argPages) != none {
			whole = product(whole, extent(operand(p, op, argPages), extents, 1))
		}
		if operandIndex(op, argPastK) != none {
			whole = plus(whole, tokenExtent(p, op, extents, argPastK))
		}
	}
	return attentionScratch(attrBits(op, attrHeads), tokenExtent(p, op, extents, argQ), attrBits(op, attrDim), attrBits(op, attrVDim), whole)
}

// attentionScratch returns the bytes that layOutAttention gives out, for so
// many keys in whole rows, 0 if there are none.
func attentionScratch(heads, tq, dim, vdim, wholeKeys uint32) uint64 {
	words := uint64(attBytes/4+4) + 2*uint64(max(queryChunk, heads+queryBlock)) + scoresOf(heads, tq)
	words += keyBlock * (uint64(dim) + roundUp64(uint64(vdim)) + uint64(max(dim, vdim)))
	return 4 * (words + queryBlock*roundUp64(uint64(wholeKeys)))
}

// scoresOf returns how many scores a worker holds at a time: those of a tile,
// or where there is one query a block of keys' for each head.
func scoresOf(heads, tq uint32) uint64 {
	if tq == 1 {
		return decodeBlock * uint64(heads)
	}
	return keyBlock * queryBlock
}

// roundUp64 returns n rounded up to whole panels.
func roundUp64(n uint64) uint64 {
	return (n + panelCols - 1) &^ (panelCols - 1)
}
