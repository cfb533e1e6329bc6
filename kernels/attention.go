package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Attention works on tiles of queries × keys whose scores stay in the
// first-level cache. A task is a chunk of one head's queries: it packs each
// block of keys and values once, and passes over those that none of its
// queries sees, so that memory does not grow with the number of keys.
const (
	// queryBlock is a multiple of 4 and of 6, the heights of the tiles.
	queryBlock = 24
	// keyBlock is a multiple of panelCols and of maskBlock.
	keyBlock = 128
	// queryChunk queries outweigh the packing of the keys: it takes about
	// 4/queryChunk of the products' time.
	queryChunk = 22 * queryBlock
)

// attentionTasks returns into how many tasks, in any order, the call is cut.
func attentionTasks(a U32) uint32 {
	if decodes(a) {
		return wordAt(a, attBatch) * (wordAt(a, attKVHeads) / decodeHeads(a))
	}
	return wordAt(a, attBatch) * wordAt(a, attHeads) * tilesOf(wordAt(a, attTq), chunkOf(a))
}

// attendTask does one of them: it writes to out, for each query of a head,
// the mean of the values weighted by the softmax of the scores of the keys
// that it sees; zeros where it sees none.
func attendTask(a U32, task uint32) {
	if decodes(a) {
		decodeTask(a, task)
		return
	}
	tq, chunk := wordAt(a, attTq), chunkOf(a)
	chunks := tilesOf(tq, chunk)
	beginHead(a, task/chunks)
	first := task % chunks * chunk
	n := min(tq-first, chunk)
	if wholeRows(a) {
		attendWhole(a, first, n)
	} else {
		attendChunk(a, first, n)
	}
}

// chunkOf returns how many queries make a task.
func chunkOf(a U32) uint32 {
	if wholeRows(a) {
		return queryBlock
	}
	return queryChunk
}

// beginHead sets what the record says of a head, counted through all batch
// rows.
func beginHead(a U32, head uint32) {
	heads := wordAt(a, attHeads)
	b, h := head/heads, head%heads
	keys := wordAt(a, attPast) + wordAt(a, attTk)
	if lengths := U32(wordAt(a, attLengths)); lengths != 0 {
		keys = word(lengths, b)
	}
	if n := wordAt(a, attMaskKeys); n > 1 { // keys behind the mask's end are hidden
		keys = min(keys, n)
	}
	shift := wordAt(a, attOffset) + wordAt(a, attPast)
	if wordAt(a, attFromEnd) != 0 {
		shift = keys - wordAt(a, attTq)
	}
	a.Store(atHead, h)
	a.Store(atB, b)
	a.Store(atKVHead, h/(heads/wordAt(a, attKVHeads)))
	a.Store(atQ, wordAt(a, attQ)+b*wordAt(a, attQBatch)+h*wordAt(a, attQHead))
	a.Store(atOut, wordAt(a, attOut)+b*wordAt(a, attOutBatch)+h*wordAt(a, attOutHead))
	a.Store(atKeys, keys)
	a.Store(atShift, shift)
}

// attendChunk is attendTask of n queries from one on, a block of keys at a
// time.
func attendChunk(a U32, first, n uint32) {
	startRows(a, first, n)
	from, to := keysSeen(a, first, n)
	for j := from &^ (keyBlock - 1); j < to; j += keyBlock {
		attendKeys(a, first, n, j, min(to-j, keyBlock))
	}
	finishRows(a, first, n)
}

// startRows clears the results of n queries, and their sums.
func startRows(a U32, first, n uint32) {
	out, vdim, row := wordAt(a, atOut), wordAt(a, attVDim), wordAt(a, attOutRow)
	for i := range n {
		fillZero(F32(out+(first+i)*row), vdim)
		startStats(a, i)
	}
}

// startStats clears the sums of query i of a chunk. A head's sink is a key of
// that score and no value.
func startStats(a U32, i uint32) {
	top, sum := sinkOf(a)
	stats := statsOf(a, i)
	stats.Store(0, top)
	stats.Store(blockSums, sum)
}

// sinkOf returns the greatest score and the sum of weights that the queries of
// the head at work begin with.
func sinkOf(a U32) (top, sum float32) {
	if sinks := wordAt(a, attSinks); sinks != 0 {
		return F32(sinks + 4*wordAt(a, atHead)).Load(0), 1
	}
	return FromBits32(negativeInf), 0
}

// blockSums is how far behind the running maxima of a block of queries their
// sums of weights lie.
const blockSums = 4 * queryBlock

// statsOf returns the address of the running maximum of query i of a chunk.
func statsOf(a U32, i uint32) F32 {
	return F32(wordAt(a, attStats) + i/queryBlock*(2*blockSums) + 4*(i%queryBlock))
}

// finishRows divides the results of n queries by the sums of their weights.
func finishRows(a U32, first, n uint32) {
	out, vdim, row := wordAt(a, atOut), wordAt(a, attVDim), wordAt(a, attOutRow)
	for i := range n {
		if sum := statsOf(a, i).Load(blockSums); sum != 0 {
			divide(F32(out+(first+i)*row), vdim, sum)
		}
	}
}

// attendKeys adds to the results of n queries what they see of the width ≤
// keyBlock keys from key j on, tile by tile.
func attendKeys(a U32, first, n, j, width uint32) {
	packed := false
	dim, vdim := wordAt(a, attDim), wordAt(a, attVDim)
	q, qRow := wordAt(a, atQ), wordAt(a, attQRow)
	out, outRow := wordAt(a, atOut), wordAt(a, attOutRow)
	keys, values, scores := wordAt(a, attKeys), wordAt(a, attValues), wordAt(a, attScores)
	for i := uint32(0); i < n; i += queryBlock {
		rows := min(n-i, queryBlock)
		from, to := keysSeen(a, first+i, rows)
		from, to = max(from, j)&^(panelCols-1), min(to, j+width)
		if from >= to || hidden(a, first+i, rows, from, to) {
			continue
		}
		if !packed {
			packKeys(a, j, width)
			packValues(a, j, width)
			packed = true
		}
		at := 4 * (from - j)
		attendTile(a, first+i, statsOf(a, i), F32(scores), F32(q+(first+i)*qRow), F32(keys+at*dim), F32(values+at*panelCols),
			F32(out+(first+i)*outRow), rows, from, to-from, dim, vdim, qRow, outRow, 4*panelCols*width)
	}
}

// attendTile adds to the rows of out the values of n keys from one on, each
// weighted by what its score is worth beside the greatest of its row so far,
// to which it brings what the row has. keys and values are packed, the
// panels of values valueStride bytes apart.
func attendTile(a U32, query uint32, stats, scores, q, keys, values, out F32, rows, key, n, dim, vdim, qRow, outRow, valueStride uint32) {
	gemmBlock(scores, q, keys, rows, dim, n, qRow, 4*keyBlock, 4*panelCols*dim, false)
	scale := numberAt(a, attScale)
	if wordAt(a, atPrepared) != 0 {
		prepareTile(a, query, scores, rows, key, n)
		scale = 1
	} else {
		hideUnseen(a, query, scores, rows, key, n)
	}
	weighTile(stats, scores, values, out, rows, n, vdim, outRow, valueStride, scale)
}

// weighTile is attendTile once the scores are there, to be multiplied by
// scale.
func weighTile(stats, scores, values, out F32, rows, n, vdim, outRow, valueStride uint32, scale float32) {
	for i := range rows {
		weighRow(stats+F32(4*i), scores+F32(4*keyBlock*i), out+F32(outRow*i), n, vdim, scale)
	}
	gemmBlock(out, scores, values, rows, n, vdim, 4*keyBlock, outRow, valueStride, true)
}

// weighRow turns one query's scores of n keys, times scale > 0, into weights
// relative to the greatest score so far, and brings the query's running
// maximum, sum and out to that maximum.
func weighRow(stats, scores, out F32, n, vdim uint32, scale float32) {
	old := stats.Load(0)
	top := Max32(float32(greatest(scores, n)*scale), old)
	sum := stats.Load(blockSums)
	if top != old {
		shrink := fade(old, top)
		sum = float32(sum * shrink)
		multiply(out, vdim, shrink)
		stats.Store(0, top)
	}
	stats.Store(blockSums, sum+weighScores(scores, n, scale, top))
}

// fade returns e**(old - top), which brings weights relative to one greatest
// score to another.
func fade(old, top float32) float32 {
	if old == FromBits32(negativeInf) { // there were none
		return 0
	}
	return exp2Decay(BroadcastFloat32x4(float32((old - top) * log2e))).GetElem(0)
}

// weighScores makes of n ≥ 1 elements e**(scale·x - top), in place, and returns
// their sum. A top of -Inf means that every scale·x is, and gives zeros.
func weighScores(x F32, n uint32, scale, top float32) float32 {
	unit, power := inPowers(x, n, scale, top)
	return exp2Row(x, n, unit, power)
}

// inPowers returns unit and power so that e**(scale·x - top) of n elements is
// 2**(unit·x - power). Far from 0 the rounding of these products would show,
// and then they overflow: there it makes x what it is below top.
func inPowers(x F32, n uint32, scale, top float32) (unit, power float32) {
	const far = 1024
	if top == FromBits32(negativeInf) {
		top = 0
	}
	if !(Abs32(top) > far) {
		return float32(scale * log2e), float32(top * log2e)
	}
	scaleBelow(x, x, n, scale, top)
	return log2e, 0
}

// scaleBelow writes scale·x - top of n elements to out, which may be x.
func scaleBelow(out, x F32, n uint32, scale, top float32) {
	s, t := BroadcastFloat32x4(scale), BroadcastFloat32x4(top)
	for i := uint32(0); i < n; i += 4 {
		storeUpTo4(out, loadUpTo4(x, n-i).Mul(s).Sub(t), n-i)
		out += 16
		x += 16
	}
}

// greatest returns the greatest of n ≥ 1 elements that are numbers.
func greatest(x F32, n uint32) float32 {
	low := BroadcastFloat32x4(FromBits32(negativeInf))
	top0, top1 := low, low
	for range n / 8 {
		top0, top1 = top0.PMax(LoadFloat32x4(x, 0)), top1.PMax(LoadFloat32x4(x, 16))
		x += 32
	}
	top0 = top0.PMax(top1)
	for i := n % 8; i != 0; i -= min(i, 4) {
		top0 = top0.PMax(low.Merge(loadUpTo4(x, i), lanesBelow(i).Not()))
		x += 16
	}
	return maxLanes(top0)
}

// exp2Row makes of n ≥ 1 elements 2**(unit·x - power), in place, and returns
// their sum.
func exp2Row(x F32, n uint32, unit, power float32) float32 {
	u, t := BroadcastFloat32x4(unit), BroadcastFloat32x4(-power)
	var sum Float32x4
	for range n / 4 {
		e := exp2Decay(LoadFloat32x4(x, 0).MulAdd(u, t))
		e.Store(x, 0)
		sum = sum.Add(e)
		x += 16
	}
	if n%4 != 0 {
		e := exp2Decay(loadPart(x, n%4).MulAdd(u, t))
		e = e.Merge(BroadcastFloat32x4(0), lanesBelow(n%4))
		storePart(x, e, n%4)
		sum = sum.Add(e)
	}
	return sumLanes(sum)
}

// multiply multiplies n elements by s, in place.
func multiply(x F32, n uint32, s float32) {
	by := BroadcastFloat32x4(s)
	for i := uint32(0); i < n; i += 4 {
		storeUpTo4(x, loadUpTo4(x, n-i).Mul(by), n-i)
		x += 16
	}
}
