package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// The parameters of attention.wgsl, most of them as in the record of the
// call, but that addresses start at the buffer.
const (
	attendSides   = 0  // four words each of q, k, v and the result,
	attendMask    = 16 // of the mask,
	attendBias    = 20 // the bias
	attendBlocks  = 24 // and the sparse blocks
	attendSizes   = 28 // 8 words, from attBatch on
	attendRules   = 36 // 7 words, from attScale on
	attendLengths = 43
	attendRow     = 47 // attTemperatureBatch
	attendPlaces  = 48 // of the operands from argSlopes on in bufferRules

	attendPlacesN = argBlocks - argSlopes + 1
	// What dispatchAttention works in: the record of the call, the places.
	attendWork = attBytes + 4*attendPlacesN
)

// attends reports whether there are shaders for an attention: for all but
// the greatest scores alone and the scores themselves.
func attends(t, op U32) bool {
	return attrBits(op, attrTopK) == 0 && outputIndex(op, resultQK) == none && isFloat(t, op, argK) && isFloat(t, op, argV)
}

func isFloat(t, op U32, i uint32) bool {
	dtype := boundTensor(t, operandIndex(op, i)).Load(boundDType)
	return dtype == dtypeF32 || dtype == dtypeF16
}

// checkAttend adds the checks that checkAttention makes.
func checkAttend(t, op U32, i uint32) {
	keys := tokensOf(t, op, argK)
	if operandIndex(op, argPages) != none {
		n := axisOf(t, op, argK, 0)
		checkOperand(t, op, i, argPages, errIndex, n, n)
		keys *= axisOf(t, op, argPages, 1)
	} else if operandIndex(op, argPastK) != none {
		keys += tokensOf(t, op, argPastK)
	}
	checkLengths(t, op, i, argLengths, keys)
}

// dispatchAttention adds the gathering of keys, values and what rules need
// little room, then the attention itself.
func dispatchAttention(t, op U32, i uint32, a U32) {
	describeAttention(t, op, a)
	fromStart(a, attQ, t, operandIndex(op, argQ))
	fromStart(a, attOut, t, outputIndex(op, 0))
	fromStart(a, attMask, t, operandIndex(op, argMask))
	fromStart(a, attBias, t, operandIndex(op, argBias))
	k := gathered(t, op, i, a, attK, argK, bufferValues)
	v := gathered(t, op, i, a, attV, argV, bufferScales)
	placeRules(t, op, i, a+attBytes)
	groups := wordAt(a, attBatch) * wordAt(a, attHeads) * tilesOf(wordAt(a, attTq), 32) * tilesOf(wordAt(a, attVDim), 64)
	d := dispatch(t, i, shaderAttention, groups)
	buffer(d, operandIndex(op, argQ))
	buffer(d, k)
	buffer(d, v)
	buffer(d, operandIndex(op, argLengths))
	buffer(d, operandIndex(op, argMask))
	buffer(d, operandIndex(op, argBias))
	buffer(d, bufferRules)
	buffer(d, outputIndex(op, 0))
	copyParams(d, attendSides, a+attQ, 12)
	copyParams(d, attendSides+12, a+attOut, 4)
	copyParams(d, attendMask, a+attMask, 4)
	copyParams(d, attendBias, a+attBias, 4)
	copyParams(d, attendBlocks, a+attBlocks, 4)
	param(d, attendBlocks, 0)
	copyParams(d, attendSizes, a+attBatch, 8)
	copyParams(d, attendRules, a+attScale, 7)
	param(d, attendLengths, present(op, argLengths))
	copyParams(d, attendLengths+1, a+attMaskKeys, 2)
	param(d, attendLengths+3, wordAt(a, attBiasKeys))
	param(d, attendRow, wordAt(a, attTemperatureBatch))
	copyParams(d, attendPlaces, a+attBytes, attendPlacesN)
	inVectors(d, shaderAttentionAny)
}

// copyParams sets n parameters from i on.
func copyParams(d U32, i uint32, words U32, n uint32) {
	MemoryCopy(uint32(d)+dispatchParam+4*i, uint32(words), 4*n)
}

// inVectors gives a dispatch of attention a shader for elements one by one
// where the sides, or the rows' lengths, are no vectors.
func inVectors(d U32, other uint32) {
	all := word(d+dispatchParam, attendSizes+6) | word(d+dispatchParam, attendSizes+7)
	all *= 4
	for i := range uint32(attendMask) {
		all |= word(d+dispatchParam, attendSides+i)
	}
	if all%16 != 0 {
		d.Store(dispatchShader, other)
	}
}

// fromStart makes an address of the record one within the tensor.
func fromStart(a U32, side uint32, t U32, index uint32) {
	if index != none {
		w := a + U32(side)
		w.Store(0, w.Load(0)-boundTensor(t, index).Load(boundAt))
	}
}

// gathered returns the buffer that has the keys (side attK) or values (attV)
// of a call as f32: that of operand which, unless there are past ones, pages
// or float16, or the output present of them is wanted, which is written then.
func gathered(t, op U32, i uint32, a U32, side, which, scratch uint32) uint32 {
	fromStart(a, side, t, operandIndex(op, which))
	fromStart(a, side+sidePast, t, operandIndex(op, which-argK+argPastK))
	half := sideBytes(a, side) == 2
	all := outputIndex(op, which-argK+resultPresentK)
	if all != none {
		join(t, op, i, a, side, which, all, half)
	}
	if half || all == none && wordAt(a, attPast)|wordAt(a, attPages) != 0 {
		all = scratchBuffer(t, scratch, 4*joinedElements(a, side))
		join(t, op, i, a, side, which, all, false)
	}
	if all == none {
		return operandIndex(op, which)
	}
	row := 4 * sideDim(a, side)
	head := row * (wordAt(a, attPast) + wordAt(a, attTk))
	w := a + U32(side)
	w.Store(0, 0)
	w.Store(sideBatch, head*wordAt(a, attKVHeads))
	w.Store(sideHead, head)
	w.Store(sideRow, row)
	return all
}

// joinedElements returns how many elements all keys or values have. Those
// that pages name again and again are more than there are in memory.
func joinedElements(a U32, side uint32) uint64 {
	heads := uint64(wordAt(a, attBatch)) * uint64(wordAt(a, attKVHeads))
	return heads * uint64(wordAt(a, attPast)+wordAt(a, attTk)) * uint64(sideDim(a, side))
}

// join adds the writing of all keys or values to a buffer, as float16 if
// half, else as f32.
func join(t, op U32, i uint32, a U32, side, which, to uint32, half bool) {
	n := uint32(joinedElements(a, side)) // whole wherever scratchBuffer's bytes are
	d := dispatch(t, i, shaderJoin, tilesOf(n, 256))
	buffer(d, operandIndex(op, which-argK+argPastK))
	buffer(d, operandIndex(op, which))
	buffer(d, operandIndex(op, argPages))
	buffer(d, to)
	copyParams(d, 0, a+U32(side), 4)
	copyParams(d, 4, a+U32(side+sidePast), 4)
	param(d, joinN, n)
	param(d, joinN+2, wordAt(a, attKVHeads))
	param(d, joinN+3, wordAt(a, attPast)+wordAt(a, attTk))
	param(d, joinN+4, wordAt(a, attPast))
	param(d, joinN+5, sideDim(a, side))
	param(d, joinN+6, wordAt(a, attPageSize))
	param(d, joinN+7, wordAt(a, attPagesRow))
	param(d, joinN+8, sideBytes(a, side)/2&1)
	if half {
		param(d, joinN+9, 1)
	}
}

// joinN is the first parameter of join.wgsl behind the sides.
const joinN = 8

// placeRules adds the copying of the operands from argSlopes on, but for the
// pages, to bufferRules, for a shader has few buffers. It writes their places
// there, in words and 1 more, or 0.
func placeRules(t, op U32, i uint32, places U32) {
	MemoryFill(uint32(places), 0, 4*attendPlacesN)
	at := uint32(0)
	for which := uint32(argSlopes); which <= argBlocks; which++ {
		index := operandIndex(op, which)
		if index == none || which == argPages {
			continue
		}
		n := tilesOf(boundTensor(t, index).Load(boundBytes), 4)
		d := dispatch(t, i, shaderJoin, tilesOf(n, 256))
		buffer(d, none)
		buffer(d, index)
		buffer(d, none)
		buffer(d, bufferRules)
		param(d, joinN, n)
		param(d, joinN+1, at)
		param(d, joinN+2, 1)
		param(d, joinN+3, 1)
		param(d, joinN+5, n)
		setWord(places, which-argSlopes, at+1)
		at += n
	}
	_ = scratchBuffer(t, bufferRules, uint64(max(4*at, 4)))
}

// dispatchWeights adds two dispatches: the scores, then their softmax.
func dispatchWeights(t, op U32, i uint32) {
	heads, dim := attrBits(op, 0), attrBits(op, 1)
	batch, tq, tk := axisOf(t, op, 0, 0), axisOf(t, op, 0, 1), axisOf(t, op, 1, 1)
	d := dispatch(t, i, shaderAttentionScores, batch*heads*tilesOf(tq, 32)*tilesOf(tk, 32))
	operands(d, op, 2)
	side := d + dispatchParam
	for which := range uint32(2) {
		index := operandIndex(op, which)
		_ = describeTokens(side, 16*which, t, index, attrBits(op, 2+which), dim)
		fromStart(side, 16*which, t, index)
	}
	param(d, attendSizes, batch)
	param(d, attendSizes+1, heads)
	param(d, attendSizes+2, heads)
	param(d, attendSizes+3, tq)
	param(d, attendSizes+4, tk)
	param(d, attendSizes+6, dim)
	param(d, attendRules, attrBits(op, 4))
	inVectors(d, shaderAttentionScoresAny)
	d = dispatch(t, i, shaderMaskedSoftmax, batch*heads*tq)
	buffer(d, operandIndex(op, 2))
	buffer(d, outputIndex(op, 0))
	param(d, 0, batch*heads*tq)
	param(d, 1, tk)
	param(d, 2, tq)
	param(d, 3, heads)
	param(d, 4, present(op, 2))
}
