package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Scores that are asked for, or of which only the greatest count, are needed
// in whole rows: a task is then queryBlock queries, and its scratch memory
// has their scores of all keys.

// What output qk has, as in ONNX: the scores in the steps of their making.
const (
	qkRaw    = 0 // scale·q·kᵀ
	qkCapped = 1 // softly
	qkBiased = 2 // and masked
	qkWeight = 3 // after the softmax
)

// wholeRows reports whether the call needs scores in whole rows.
func wholeRows(a U32) bool { return wordAt(a, attQK) != 0 || wordAt(a, attTopK) != 0 }

// attendWhole is attendTask of n ≤ queryBlock queries from one on.
func attendWhole(a U32, first, n uint32) {
	from, to := keysSeen(a, first, n)
	if wordAt(a, attQK) != 0 {
		from, to = 0, wordAt(a, attPast)+wordAt(a, attTk)
	}
	from &^= keyBlock - 1
	startRows(a, first, n)
	if from >= to {
		return
	}
	multiplyKeys(a, first, n, from, to)
	for i := range n {
		weighWhole(a, first+i, i, from, to)
	}
	multiplyValues(a, first, n, from, to)
	finishRows(a, first, n)
}

// fullAt returns the address of a row of attFull from a key on.
func fullAt(a U32, row, key uint32) F32 {
	return F32(wordAt(a, attFull) + row*wordAt(a, attFullRow) + 4*key)
}

func multiplyKeys(a U32, first, n, from, to uint32) {
	dim, qRow := wordAt(a, attDim), wordAt(a, attQRow)
	q := F32(wordAt(a, atQ) + first*qRow)
	for j := from; j < to; j += keyBlock {
		width := min(to-j, keyBlock)
		packKeys(a, j, width)
		gemmBlock(fullAt(a, 0, j), q, F32(wordAt(a, attKeys)), n, dim, width, qRow, wordAt(a, attFullRow), 4*panelCols*dim, false)
	}
}

func multiplyValues(a U32, first, n, from, to uint32) {
	vdim, outRow := wordAt(a, attVDim), wordAt(a, attOutRow)
	out := F32(wordAt(a, atOut) + first*outRow)
	for j := from; j < to; j += keyBlock {
		width := min(to-j, keyBlock)
		packValues(a, j, width)
		gemmBlock(out, fullAt(a, 0, j), F32(wordAt(a, attValues)), n, width, vdim, wordAt(a, attFullRow), outRow, 4*panelCols*width, true)
	}
}

// weighWhole turns the products of a query with the keys from..to-1, row i of
// attFull, into weights, whose sum it leaves with the query's others. Output
// qk gets what the call asks for.
func weighWhole(a U32, query, i, from, to uint32) {
	x, n := fullAt(a, i, from), to-from
	scaleRow(a, x, query, n)
	showRow(a, qkRaw, x, query)
	capRow(x, n, numberAt(a, attSoftcap))
	showRow(a, qkCapped, x, query)
	biasRow(a, x, query, from, n)
	hideRow(a, query, x, from, n)
	showRow(a, qkBiased, x, query)
	if k := wordAt(a, attTopK); k != 0 && k < n {
		keepGreatest(x, n, k)
	}
	stats := statsOf(a, i)
	old := stats.Load(0)
	top := Max32(greatest(x, n), old)
	sum := weighScores(x, n, 1, top)
	if stats.Load(blockSums) != 0 { // a sink
		sum += fade(old, top)
	}
	stats.Store(blockSums, sum)
	if qk := wordAt(a, attQK); qk != 0 && wordAt(a, attQKMode) == qkWeight {
		showRow(a, qkWeight, x, query)
		if sum != 0 {
			divide(shownAt(a, query), n, sum)
		}
	}
}

// shownAt returns the address of a query's row of output qk.
func shownAt(a U32, query uint32) F32 {
	keys := wordAt(a, attPast) + wordAt(a, attTk)
	head := wordAt(a, atB)*wordAt(a, attHeads) + wordAt(a, atHead)
	return F32(wordAt(a, attQK) + 4*keys*(head*wordAt(a, attTq)+query))
}

// showRow copies a query's scores x of all keys to output qk, if it shows
// that step of theirs.
func showRow(a U32, step uint32, x F32, query uint32) {
	if wordAt(a, attQK) != 0 && wordAt(a, attQKMode) == step {
		MemoryCopy(uint32(shownAt(a, query)), uint32(x), 4*(wordAt(a, attPast)+wordAt(a, attTk)))
	}
}

// keepGreatest hides all but the k < n greatest of n scores; of equal ones
// the first stay.
func keepGreatest(x F32, n, k uint32) {
	least := kthGreatest(x, n, k)
	spare := k - countAbove(x, n, least)
	for range n {
		if v := ordered(x.Load(0)); v < least || v == least && spare == 0 {
			x.Store(0, FromBits32(negativeInf))
		} else if v == least {
			spare--
		}
		x += 4
	}
}

// ordered returns an integer that is as x among all numbers, the greatest for
// what is none: a NaN's bits are the engine's choice.
func ordered(x float32) int32 {
	if x != x {
		return 0x7FFFFFFF
	}
	bits := int32(Bits32(x))
	return bits ^ int32(uint32(bits>>31)>>1)
}

// orderedVec is ordered in each lane.
//
//wasm:inline
func orderedVec(x Float32x4) Int32x4 {
	bits := x.AsInt32x4()
	bits = bits.Xor(bits.ShiftAllRight(31).AsUint32x4().ShiftAllRight(1).AsInt32x4())
	return BroadcastInt32x4(0x7FFFFFFF).Merge(bits, x.NotEqual(x))
}

// kthGreatest returns, as ordered, the k-th greatest of n ≥ k numbers: the
// greatest integer that k of them reach, found bit by bit.
func kthGreatest(x F32, n, k uint32) int32 {
	found := int32(-1 << 31)
	for bit := uint32(1 << 31); bit != 0; bit >>= 1 {
		next := int32(uint32(found) ^ bit)
		if bit != 1<<31 {
			next = int32(uint32(found) | bit)
		}
		if countAbove(x, n, next-1) >= k {
			found = next
		}
	}
	return found
}

// countAbove returns how many of n numbers are, as ordered, above limit.
func countAbove(x F32, n uint32, limit int32) uint32 {
	var count Int32x4
	above := BroadcastInt32x4(limit)
	for range n / 4 {
		count = count.Sub(orderedVec(LoadFloat32x4(x, 0)).Greater(above).ToInt32x4())
		x += 16
	}
	total := uint32(count.GetElem(0) + count.GetElem(1) + count.GetElem(2) + count.GetElem(3))
	for range n % 4 {
		if ordered(x.Load(0)) > limit {
			total++
		}
		x += 4
	}
	return total
}
