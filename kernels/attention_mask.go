package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// maskBlock queries × maskBlock keys are what an element of the operand
// blocks shows or hides.
const maskBlock = 64

// sees returns which keys, from..to-1, query i of the head at work sees by
// its position and the number of keys. Those of the prefix it sees besides.
func sees(a U32, i uint32) (from, to uint32) {
	keys, at := wordAt(a, atKeys), int64(int32(wordAt(a, atShift)+i))
	if n := wordAt(a, attWindow); n != 0 {
		from = inRange(at+1-int64(n), keys)
	}
	if n := wordAt(a, attCausal); n != 0 {
		return from, inRange(at+int64(n), keys)
	}
	return from, keys
}

// inRange returns the number in 0..most that is nearest to v.
func inRange(v int64, most uint32) uint32 {
	return uint32(max(0, min(v, int64(most))))
}

// prefixOf returns how many keys every query sees.
func prefixOf(a U32) uint32 { return min(wordAt(a, attPrefix), wordAt(a, atKeys)) }

// keysSeen returns the range of the keys that at least one of n queries from
// one on sees.
func keysSeen(a U32, first, n uint32) (from, to uint32) {
	from, _ = sees(a, first)
	_, to = sees(a, first+n-1)
	if prefix := prefixOf(a); prefix != 0 {
		return 0, max(to, prefix)
	}
	return from, to
}

// hideUnseen gives scores of -Inf to the keys that a query does not see; the
// n keys are those from key on, the rows keyBlock scores apart.
func hideUnseen(a U32, query uint32, scores F32, rows, key, n uint32) {
	from, _ := sees(a, query+rows-1)
	_, to := sees(a, query)
	if from <= key && to >= key+n {
		return
	}
	for i := range rows {
		hideRow(a, query+i, scores, key, n)
		scores += 4 * keyBlock
	}
}

// hideRow is hideUnseen of one row.
func hideRow(a U32, query uint32, scores F32, key, n uint32) {
	from, to := sees(a, query)
	prefix := prefixOf(a)
	hideKeys(scores, key, n, prefix, max(from, prefix))
	hideKeys(scores, key, n, max(to, prefix), key+n)
}

// hideKeys gives scores of -Inf to those of the n keys from key on that are
// in from..to-1.
func hideKeys(scores F32, key, n, from, to uint32) {
	from, to = max(from, key), min(to, key+n)
	low := FromBits32(negativeInf)
	for ; from < to; from++ {
		(scores + F32(4*(from-key))).Store(0, low)
	}
}

// hidden reports whether rows queries see none of the keys from..to-1 by
// their documents, the sparse blocks or the mask.
func hidden(a U32, query, rows, from, to uint32) bool {
	if wordAt(a, atPrepared) == 0 {
		return false
	}
	return wordAt(a, attQDocs) != 0 && documentsApart(a, query, rows, from, to) ||
		wordAt(a, attBlocks) != 0 && blocksHidden(a, query, rows, from, to) ||
		wordAt(a, attMaskBytes) == 1 && wordAt(a, attMaskKeys) > 1 && flagsHidden(a, query, rows, from, to)
}

// documentsApart reports whether all documents of the queries come before
// those of the keys, or behind them.
func documentsApart(a U32, query, rows, from, to uint32) bool {
	q, k := documents(a, query)
	qLow, qHigh := extremes(q, rows)
	kLow, kHigh := extremes(k+I32(4*from), to-from)
	return qHigh < kLow || kHigh < qLow
}

// documents returns the addresses of the documents of a query and of the
// keys of its batch row.
func documents(a U32, query uint32) (q, k I32) {
	b := wordAt(a, atB)
	keys := wordAt(a, attPast) + wordAt(a, attTk)
	return I32(wordAt(a, attQDocs) + 4*(b*wordAt(a, attTq)+query)), I32(wordAt(a, attKDocs) + 4*b*keys)
}

// extremes returns the least and the greatest of n ≥ 1 numbers.
func extremes(p I32, n uint32) (low, high int32) {
	low = p.Load(0)
	high = low
	for range n {
		x := p.Load(0)
		low, high = min(low, x), max(high, x)
		p += 4
	}
	return low, high
}

// blocksHidden reports whether every sparse block of the tile is hidden.
func blocksHidden(a U32, query, rows, from, to uint32) bool {
	for i := query / maskBlock; i <= (query+rows-1)/maskBlock; i++ {
		row := blocksAt(a, i*maskBlock)
		for j := from / maskBlock; j <= (to-1)/maskBlock; j++ {
			if (row + U8(j)).Load(0) != 0 {
				return false
			}
		}
	}
	return true
}

// blocksAt returns the address of the row of sparse blocks that a query is
// in.
func blocksAt(a U32, query uint32) U8 {
	return U8(wordAt(a, attBlocks) + wordAt(a, atB)*wordAt(a, attBlocksBatch) + wordAt(a, atHead)*wordAt(a, attBlocksHead) +
		query/maskBlock*wordAt(a, attBlocksRow))
}

// flagsHidden reports whether every flag of the tile is 0.
func flagsHidden(a U32, query, rows, from, to uint32) bool {
	for i := range rows {
		at := maskRow(a, attMask, query+i)
		for j := from; j < to; j += 16 {
			if anyFlag(U8(at+j), to-j) {
				return false
			}
		}
	}
	return true
}

// anyFlag reports whether one of the first 16 of n flags is not 0.
func anyFlag(p U8, n uint32) bool {
	if n >= 16 {
		return LoadUint8x16(p, 0).AnyTrue()
	}
	for i := range n {
		if (p + U8(i)).Load(0) != 0 {
			return true
		}
	}
	return false
}

// maskRow returns the address of a query's row of the mask (side attMask) or
// of the bias (attBias).
func maskRow(a U32, side, query uint32) uint32 {
	return wordAt(a, side) + wordAt(a, atB)*wordAt(a, side+4) + wordAt(a, atHead)*wordAt(a, side+8) + query*wordAt(a, side+12)
}

// prepareTile turns the products of a tile into scores: prepareRow of each
// row, keyBlock apart.
func prepareTile(a U32, query uint32, scores F32, rows, key, n uint32) {
	for i := range rows {
		scaleRow(a, scores, query+i, n)
		capRow(scores, n, numberAt(a, attSoftcap))
		biasRow(a, scores, query+i, key, n)
		hideRow(a, query+i, scores, key, n)
		scores += 4 * keyBlock
	}
}

// scaleRow multiplies a query's n products by the scale, over its
// temperature.
func scaleRow(a U32, x F32, query, n uint32) { multiply(x, n, scaleOf(a, query)) }

// scaleOf returns the scale of a query's products, over its temperature.
func scaleOf(a U32, query uint32) float32 {
	scale := numberAt(a, attScale)
	if t := wordAt(a, attTemperature); t != 0 {
		scale /= F32(t + wordAt(a, atB)*wordAt(a, attTemperatureBatch) + 4*query).Load(0)
	}
	return scale
}

// capRow keeps n scores softly within ±limit: limit·tanh(x/limit). A limit of
// 0 is none.
func capRow(x F32, n uint32, limit float32) {
	if limit == 0 {
		return
	}
	by, one := BroadcastFloat32x4(limit), BroadcastFloat32x4(1/limit)
	for i := uint32(0); i < n; i += 4 {
		storeUpTo4(x, tanhVec(loadUpTo4(x, n-i).Mul(one)).Mul(by), n-i)
		x += 16
	}
}

// biasRow adds to a query's scores of n keys from key on what the mask, the
// bias and the distance say, and hides what mask, blocks and documents hide.
func biasRow(a U32, x F32, query, key, n uint32) {
	if wordAt(a, attMask) != 0 {
		if wordAt(a, attMaskBytes) == 4 {
			addBias(a, attMask, x, query, key, n)
		} else {
			hideFlags(x, U8(maskRow(a, attMask, query)), wordAt(a, attMaskKeys), key, n)
		}
	}
	if wordAt(a, attBias) != 0 {
		addBias(a, attBias, x, query, key, n)
	}
	if slopes := wordAt(a, attSlopes); slopes != 0 {
		addDistance(x, F32(slopes+4*wordAt(a, atHead)).Load(0), int32(key-wordAt(a, atShift)-query), n)
	}
	if wordAt(a, attBlocks) != 0 {
		hideBlocks(x, blocksAt(a, query), key, n)
	}
	if wordAt(a, attQDocs) != 0 {
		q, k := documents(a, query)
		hideOthers(x, q.Load(0), k+I32(4*key), n)
	}
}

// addBias adds a query's row of numbers, one for each key or one for all.
func addBias(a U32, side uint32, x F32, query, key, n uint32) {
	row := F32(maskRow(a, side, query))
	if wordAt(a, side+16) == 1 {
		y := BroadcastFloat32x4(row.Load(0))
		for i := uint32(0); i < n; i += 4 {
			storeUpTo4(x, loadUpTo4(x, n-i).Add(y), n-i)
			x += 16
		}
		return
	}
	// Behind the end of the mask keys are hidden, whatever is added.
	if end := wordAt(a, side+16); key < end {
		add(x, x, row+F32(4*key), min(n, end-key))
	}
}

// hideFlags hides the keys whose flag, of a row of so many or of one for all,
// is 0.
func hideFlags(x F32, row U8, flags, key, n uint32) {
	if flags == 1 {
		if row.Load(0) == 0 {
			hideKeys(x, key, n, key, key+n)
		}
		return
	}
	low := BroadcastFloat32x4(FromBits32(negativeInf))
	zero := BroadcastUint32x4(0)
	row += U8(key)
	if key < flags {
		n = min(n, flags-key)
	}
	for range n / 4 {
		flags := LoadZeroUint32x4(U32(row), 0).AsUint8x16().ExtendLo8ToUint16().ExtendLo4ToUint32()
		low.Merge(LoadFloat32x4(x, 0), flags.Equal(zero)).Store(x, 0)
		x += 16
		row += 4
	}
	for range n % 4 {
		if row.Load(0) == 0 {
			x.Store(0, FromBits32(negativeInf))
		}
		x += 4
		row++
	}
}

// addDistance subtracts slope·|distance| from n scores; the first key lies
// distance behind the query, the others on from there.
func addDistance(x F32, slope float32, distance int32, n uint32) {
	by := BroadcastFloat32x4(slope)
	d := BroadcastInt32x4(distance).Add(BroadcastInt32x4(0).SetElem(1, 1).SetElem(2, 2).SetElem(3, 3))
	for i := uint32(0); i < n; i += 4 {
		storeUpTo4(x, loadUpTo4(x, n-i).Sub(d.Abs().ConvertToFloat32().Mul(by)), n-i)
		d = d.Add(BroadcastInt32x4(4))
		x += 16
	}
}

// hideBlocks hides the keys of sparse blocks, of which row has a flag each.
func hideBlocks(x F32, row U8, key, n uint32) {
	for j := key / maskBlock; j <= (key+n-1)/maskBlock; j++ {
		if (row + U8(j)).Load(0) == 0 {
			hideKeys(x, key, n, j*maskBlock, (j+1)*maskBlock)
		}
	}
}

// hideOthers hides the keys of other documents than doc.
func hideOthers(x F32, doc int32, docs I32, n uint32) {
	low, own := BroadcastFloat32x4(FromBits32(negativeInf)), BroadcastInt32x4(doc)
	for i := uint32(0); i < n; i += 4 {
		other := loadUpTo4(F32(docs), n-i).AsInt32x4().NotEqual(own)
		storeUpTo4(x, low.Merge(loadUpTo4(x, n-i), other), n-i)
		x += 16
		docs += 16
	}
}
