package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// The gradient of attention computes the weights again, tile by tile, from
// each query's greatest score and sum of weights: no memory grows with the
// square of the tokens. A task is one head of keys and values of a batch row
// with the heads of queries that share it, so that no two tasks add to the
// same row. With P the weights and D = Σ dout·out of a query:
//
//	dv = Pᵀ·dout, dP = dout·vᵀ, dS = P∘(dP - D)·scale, dq = dS·k, dk = dSᵀ·q

// gradBlock queries are multiplied at a time, a multiple of 4 and of 6.
const gradBlock = 48

// The rest of the record of such a call, behind what attention has.
const (
	gradOut = attBytes + 4*iota
	_
	_
	_
	gradDOut
	_
	_
	_
	gradDQ
	_
	_
	_
	gradDK
	_
	_
	_
	gradDV
	_
	_
	_
	gradTops     // greatest score of each query
	gradInverses // of the sums of weights
	gradDots     // D
	gradWeights  // [gradBlock, keyBlock]: P
	gradSlopes   // the same: dP, then dS
	gradTurned   // [keyBlock, gradBlock]: one of them, transposed
	gradRows     // queries or dout, packed
	gradKeys     // a block of keys, packed as rows
	gradBytes
)

// gradScratch returns the bytes of scratch memory of a worker.
func gradScratch(tq, dim, vdim uint32) uint64 {
	wide := roundUp64(uint64(max(dim, vdim)))
	words := gradBytes/4 + 64 + 3*uint64(tq) + 2*blockSums + 3*gradBlock*keyBlock
	return 4 * (words + gradBlock*wide + 4*keyBlock*wide)
}

// layOutGrad gives a call its scratch memory.
func layOutGrad(a U32) {
	dim, vdim, tq := wordAt(a, attDim), wordAt(a, attVDim), wordAt(a, attTq)
	wide := roundUp(max(dim, vdim), panelCols)
	at := uint32(a) + roundUp(gradBytes, 16)
	for i, words := uint32(0), tq; i < 3; i++ {
		(a + U32(gradTops+4*i)).Store(0, at)
		at += 4 * words
	}
	at = roundUp(at, 16)
	for i := range uint32(3) {
		(a + U32(gradWeights+4*i)).Store(0, at)
		at += 4 * gradBlock * keyBlock
	}
	a.Store(gradRows, at)
	at += 4 * gradBlock * wide
	a.Store(gradKeys, at)
	at += 4 * keyBlock * wide
	a.Store(attKeys, at)
	at += 4 * keyBlock * wide
	a.Store(attValues, at)
	at += 4 * keyBlock * wide
	a.Store(attRows, at)
	at += 4 * keyBlock * wide
	a.Store(attStats, at)
	a.Store(attScores, wordAt(a, gradWeights))
}

// gradHeadAt returns the address of a tensor's rows of the head at work, of
// keys' heads with shared.
func gradHeadAt(a U32, side uint32, shared bool) uint32 {
	head := wordAt(a, atHead)
	if shared {
		head = wordAt(a, atKVHead)
	}
	return wordAt(a, side) + wordAt(a, atB)*wordAt(a, side+sideBatch) + head*wordAt(a, side+sideHead)
}

// gradTask computes the gradients of one head of keys of one batch row.
func gradTask(a U32, task uint32) {
	group := wordAt(a, attHeads) / wordAt(a, attKVHeads)
	for i := range group {
		beginHead(a, task*group+i)
		if i == 0 {
			clearRows(gradHeadAt(a, gradDK, true), wordAt(a, attTk), wordAt(a, attDim), wordAt(a, gradDK+sideRow))
			clearRows(gradHeadAt(a, gradDV, true), wordAt(a, attTk), wordAt(a, attVDim), wordAt(a, gradDV+sideRow))
		}
		gradHead(a)
	}
}

func clearRows(at, rows, n, row uint32) {
	for range rows {
		fillZero(F32(at), n)
		at += row
	}
}

// gradHead adds what one head of queries gives.
func gradHead(a U32) {
	tq := wordAt(a, attTq)
	clearRows(gradHeadAt(a, gradDQ, false), tq, wordAt(a, attDim), wordAt(a, gradDQ+sideRow))
	from, to := keysSeen(a, 0, tq)
	from &^= keyBlock - 1
	gradSums(a, from, to)
	for j := from; j < to; j += keyBlock {
		gradBlockOf(a, j, min(to-j, keyBlock))
	}
}

// gradSums finds each query's greatest score, sum of weights and D.
func gradSums(a U32, from, to uint32) {
	tq, vdim := wordAt(a, attTq), wordAt(a, attVDim)
	tops, sums := F32(wordAt(a, gradTops)), F32(wordAt(a, gradInverses))
	top, sum := sinkOf(a)
	for i := range tq {
		(tops + F32(4*i)).Store(0, top)
		(sums + F32(4*i)).Store(0, sum)
	}
	for j := from; j < to; j += keyBlock {
		width := min(to-j, keyBlock)
		packKeys(a, j, width)
		for i := uint32(0); i < tq; i += gradBlock {
			rows := min(tq-i, gradBlock)
			first, last := keysSeen(a, i, rows)
			first, last = max(first, j)&^(panelCols-1), min(last, j+width)
			if first < last && !hidden(a, i, rows, first, last) {
				gradSumTile(a, i, rows, j, first, last-first)
			}
		}
	}
	out, dout := gradHeadAt(a, gradOut, false), gradHeadAt(a, gradDOut, false)
	for i := range tq {
		at := 4 * i
		if sum := (sums + F32(at)).Load(0); sum != 0 {
			(sums + F32(at)).Store(0, 1/sum)
		}
		dot := sumLanes(dotLanes(F32(out+i*wordAt(a, gradOut+sideRow)), F32(dout+i*wordAt(a, gradDOut+sideRow)), vdim))
		F32(wordAt(a, gradDots)+at).Store(0, dot)
	}
}

// gradScores computes the scores of a tile, to be multiplied by what it
// returns.
func gradScores(a U32, query, rows, block, key, n uint32) float32 {
	scores, dim, qRow := F32(wordAt(a, gradWeights)), wordAt(a, attDim), wordAt(a, attQRow)
	gemmBlock(scores, F32(wordAt(a, atQ)+query*qRow), F32(wordAt(a, attKeys)+4*dim*(key-block)), rows, dim, n,
		qRow, 4*keyBlock, 4*panelCols*dim, false)
	if wordAt(a, atPrepared) != 0 {
		prepareTile(a, query, scores, rows, key, n)
		return 1
	}
	hideUnseen(a, query, scores, rows, key, n)
	return numberAt(a, attScale)
}

// gradSumTile brings the sums of a tile's queries up to date.
func gradSumTile(a U32, query, rows, block, key, n uint32) {
	scale := gradScores(a, query, rows, block, key, n)
	stats := F32(wordAt(a, attStats))
	for i := range rows {
		at := F32(4 * (query + i))
		top, sum := F32(wordAt(a, gradTops))+at, F32(wordAt(a, gradInverses))+at
		stats.Store(0, top.Load(0))
		stats.Store(blockSums, sum.Load(0))
		weighRow(stats, F32(wordAt(a, gradWeights)+4*keyBlock*i), 0, n, 0, scale)
		top.Store(0, stats.Load(0))
		sum.Store(0, stats.Load(blockSums))
	}
}

// gradBlockOf adds what the width keys from j on give.
func gradBlockOf(a U32, j, width uint32) {
	dim, vdim, tq := wordAt(a, attDim), wordAt(a, attVDim), wordAt(a, attTq)
	packKeys(a, j, width)
	at, row := blockOf(a, attK, j, width)
	packRows(F32(wordAt(a, gradKeys)), at, width, dim, row)
	at, row = blockOf(a, attV, j, width)
	packColumns(F32(wordAt(a, attValues)), at, vdim, width, row)
	for i := uint32(0); i < tq; i += gradBlock {
		rows := min(tq-i, gradBlock)
		from, to := keysSeen(a, i, rows)
		from, to = max(from, j)&^(panelCols-1), min(to, j+width)
		if from < to && !hidden(a, i, rows, from, to) {
			gradTile(a, i, rows, j, width, from, to-from)
		}
	}
}

// gradTile adds the products of a tile.
func gradTile(a U32, query, rows, block, width, key, n uint32) {
	dim, vdim := wordAt(a, attDim), wordAt(a, attVDim)
	dout, doutRow := F32(gradHeadAt(a, gradDOut, false)), wordAt(a, gradDOut+sideRow)
	dout += F32(query * doutRow)
	scale := gradScores(a, query, rows, block, key, n)
	weights, slopes := F32(wordAt(a, gradWeights)), F32(wordAt(a, gradSlopes))
	gemmBlock(slopes, dout, F32(wordAt(a, attValues)+4*vdim*(key-block)), rows, vdim, n, doutRow, 4*keyBlock, 4*panelCols*vdim, false)
	for i := range rows {
		at := 4 * (query + i)
		gradRow(weights+F32(4*keyBlock*i), slopes+F32(4*keyBlock*i), n, scale, F32(wordAt(a, gradTops)+at).Load(0),
			F32(wordAt(a, gradInverses)+at).Load(0), F32(wordAt(a, gradDots)+at).Load(0), scaleOf(a, query+i))
	}
	if numberAt(a, attSoftcap) != 0 {
		gradCap(a, query, rows, block, key, n)
	}
	dqRow, qRow := wordAt(a, gradDQ+sideRow), wordAt(a, attQRow)
	gemmBlock(F32(gradHeadAt(a, gradDQ, false)+query*dqRow), slopes, F32(wordAt(a, gradKeys)+4*panelCols*(key-block)),
		rows, n, dim, 4*keyBlock, dqRow, 4*panelCols*width, true)
	gradTurn(a, gradDV, weights, dout, rows, key, n, vdim, doutRow)
	gradTurn(a, gradDK, slopes, F32(wordAt(a, atQ)+query*qRow), rows, key, n, dim, qRow)
}

// gradCap multiplies dS of a tile by the slope of the soft cap,
// 1 - tanh²(x/softcap), of scores x that are computed once more.
func gradCap(a U32, query, rows, block, key, n uint32) {
	scores, slopes, dim, qRow := F32(wordAt(a, gradTurned)), F32(wordAt(a, gradSlopes)), wordAt(a, attDim), wordAt(a, attQRow)
	gemmBlock(scores, F32(wordAt(a, atQ)+query*qRow), F32(wordAt(a, attKeys)+4*dim*(key-block)), rows, dim, n,
		qRow, 4*keyBlock, 4*panelCols*dim, false)
	one := BroadcastFloat32x4(1)
	for i := range rows {
		by := BroadcastFloat32x4(scaleOf(a, query+i) / numberAt(a, attSoftcap))
		for j := F32(0); j < F32(4*n); j += 16 {
			t := tanhOf(LoadFloat32x4(scores+j, 0).Mul(by))
			LoadFloat32x4(slopes+j, 0).Mul(one.Sub(t.Mul(t))).Store(slopes+j, 0)
		}
		scores += 4 * keyBlock
		slopes += 4 * keyBlock
	}
}

// gradTurn adds to dk or dv, from a key on, the transpose of a tile times
// rows of dim elements.
func gradTurn(a U32, side uint32, tile, rows F32, count, key, n, dim, row uint32) {
	turned, packed := F32(wordAt(a, gradTurned)), F32(wordAt(a, gradRows))
	transposeTile(turned, tile, count, n)
	packRows(packed, rows, count, dim, row)
	out, outRow := gradHeadAt(a, side, true), wordAt(a, side+sideRow)
	gemmBlock(F32(out+key*outRow), turned, packed, n, count, dim, 4*gradBlock, outRow, 4*panelCols*count, true)
}

// gradRow turns a query's n scores, to be multiplied by scale, into its
// weights, and dP, by slope, into dS. Both rows have room for whole vectors.
func gradRow(weights, slopes F32, n uint32, scale, top, inverse, dot, slope float32) {
	unit, power := inPowers(weights, n, scale, top)
	u, t := BroadcastFloat32x4(unit), BroadcastFloat32x4(-power)
	inv, d, s := BroadcastFloat32x4(inverse), BroadcastFloat32x4(dot), BroadcastFloat32x4(slope)
	for range (n + 3) / 4 {
		p := exp2Decay(LoadFloat32x4(weights, 0).MulAdd(u, t)).Mul(inv)
		p.Store(weights, 0)
		p.Mul(LoadFloat32x4(slopes, 0).Sub(d)).Mul(s).Store(slopes, 0)
		weights += 16
		slopes += 16
	}
}

// transposeTile writes the transpose of rows of n elements, keyBlock apart,
// to rows gradBlock apart, in blocks of four by four: both have the room.
func transposeTile(dst, src F32, rows, n uint32) {
	for i := uint32(0); i < rows; i += 4 {
		from, to := src+F32(4*keyBlock*i), dst+F32(4*i)
		for range (n + 3) / 4 {
			v0, v1 := LoadFloat32x4(from, 0), LoadFloat32x4(from, 4*keyBlock)
			v2, v3 := LoadFloat32x4(from, 8*keyBlock), LoadFloat32x4(from, 12*keyBlock)
			lo01, hi01 := v0.SelectFromPair(0, 4, 1, 5, v1), v0.SelectFromPair(2, 6, 3, 7, v1)
			lo23, hi23 := v2.SelectFromPair(0, 4, 1, 5, v3), v2.SelectFromPair(2, 6, 3, 7, v3)
			lo01.SelectFromPair(0, 1, 4, 5, lo23).Store(to, 0)
			lo01.SelectFromPair(2, 3, 6, 7, lo23).Store(to, 4*gradBlock)
			hi01.SelectFromPair(0, 1, 4, 5, hi23).Store(to, 8*gradBlock)
			hi01.SelectFromPair(2, 3, 6, 7, hi23).Store(to, 12*gradBlock)
			from += 16
			to += 16 * gradBlock
		}
	}
}
