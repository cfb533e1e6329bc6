package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// One query a head, as when a text is written token by token, reads each key
// and value once: there is nothing to win by packing them. What counts is to
// read memory in order, and long stretches of it. Scores of a block of keys
// come first, then their weights, then the values; keys and values are taken
// decodeStep rows at a time, by all heads of a task while these rows are at
// hand. Where the heads of a token lie side by side, a task is all heads of a
// batch row; else the heads that share keys and values. Among threads it is
// always that.

const (
	// decodeStep is how many rows of keys or values are read at a time.
	decodeStep = 8
	// decodeBlock keys have their scores and weights at hand. Maxima and sums
	// go from block to block, so that it is the same for all builds.
	decodeBlock = 4096
)

// decodes reports whether the call is of this kind.
func decodes(a U32) bool { return wordAt(a, attTq) == 1 && !wholeRows(a) }

// decodeHeads returns how many heads of keys a task has.
func decodeHeads(a U32) uint32 {
	if Threads || wordAt(a, attKRow) == wordAt(a, attDim)*wordAt(a, attKBytes) {
		return 1
	}
	return wordAt(a, attKVHeads)
}

// decodeTask is attendTask of so many heads of keys, and of the queries that
// share them.
func decodeTask(a U32, task uint32) {
	group := wordAt(a, attHeads) / wordAt(a, attKVHeads)
	heads := decodeHeads(a) * group
	first := task * heads
	for i := range heads {
		beginHead(a, first+i)
		fillZero(F32(wordAt(a, atOut)), wordAt(a, attVDim))
		startStats(a, i)
	}
	from, to := keysSeen(a, 0, 1)
	for from < to {
		n := min(to-from, decodeBlock)
		decode(a, first, heads, group, from, n)
		from += n
	}
	for i := range heads {
		beginHead(a, first+i)
		if sum := statsOf(a, i).Load(blockSums); sum != 0 {
			divide(F32(wordAt(a, atOut)), wordAt(a, attVDim), sum)
		}
	}
}

// decode adds what heads heads from the first on see of n ≤ decodeBlock keys
// from one on. Their scores are rows decodeBlock apart.
func decode(a U32, first, heads, group, key, n uint32) {
	scores := F32(wordAt(a, attScores))
	beginHead(a, first)
	for i := uint32(0); i < n; {
		rows := together(a, key+i, n-i)
		decodeKeys(a, scores+F32(4*i), heads, group, key+i, rows)
		i += rows
	}
	for i := range heads {
		beginHead(a, first+i)
		x, scale := scores+F32(4*decodeBlock*i), numberAt(a, attScale)
		if wordAt(a, atPrepared) != 0 {
			prepareTile(a, 0, x, 1, key, n)
			scale = 1
		} else {
			hideUnseen(a, 0, x, 1, key, n)
		}
		weighRow(statsOf(a, i), x, F32(wordAt(a, atOut)), n, wordAt(a, attVDim), scale)
	}
	beginHead(a, first)
	for i := uint32(0); i < n; {
		rows := together(a, key+i, n-i)
		decodeValues(a, scores+F32(4*i), heads, group, key+i, rows)
		i += rows
	}
}

// together returns how many of n keys from one on lie at one distance from
// each other: those of a page, the past ones or the new ones.
func together(a U32, key, n uint32) uint32 {
	if wordAt(a, attPages) != 0 {
		size := wordAt(a, attPageSize)
		return min(n, size-key%size)
	}
	if past := wordAt(a, attPast); key < past {
		return min(n, past-key)
	}
	return n
}

// decodeKeys writes the products of a task's queries with n keys that lie
// together.
func decodeKeys(a U32, scores F32, heads, group, key, n uint32) {
	dim, qHead, sums := wordAt(a, attDim), wordAt(a, attQHead), F32(wordAt(a, attKeys))
	at, row, apart := rowOf(a, attK, key), rowStride(a, attK, key), headStride(a, attK, key)
	for n != 0 {
		rows := min(n, decodeStep)
		x, q, head := scores, F32(wordAt(a, atQ)), at
		for range heads / group {
			k, kRow := rowsAt(a, attK, head, row, rows)
			for range group {
				dotKeys(x, q, k, sums, scalesOf(a, attK, head), kRow, dim, rows)
				x += 4 * decodeBlock
				q += F32(qHead)
			}
			head += apart
		}
		scores += 4 * decodeStep
		at += decodeStep * row
		n -= rows
	}
}

// decodeValues adds to a task's results n values that lie together, each
// times its weight.
func decodeValues(a U32, weights F32, heads, group, key, n uint32) {
	vdim, outHead := wordAt(a, attVDim), wordAt(a, attOutHead)
	at, row, apart := rowOf(a, attV, key), rowStride(a, attV, key), headStride(a, attV, key)
	for n != 0 {
		rows := min(n, decodeStep)
		w, out, head := weights, F32(wordAt(a, atOut)), at
		for range heads / group {
			v, vRow := rowsAt(a, attV, head, row, rows)
			for range group {
				addWeighted(out, w, v, scalesOf(a, attV, head), vRow, vdim, rows)
				w += 4 * decodeBlock
				out += F32(outHead)
			}
			head += apart
		}
		weights += 4 * decodeStep
		at += decodeStep * row
		n -= rows
	}
}

// rowsAt returns where n keys or values, row bytes apart from an address on,
// lie as f32 or int8, and how far apart: there, or f16 converted to attRows.
func rowsAt(a U32, side, at, row, n uint32) (F32, uint32) {
	if sideBytes(a, side) != 2 {
		return F32(at), row
	}
	rows, dim := F32(wordAt(a, attRows)), sideDim(a, side)
	for i := range n {
		widenHalves(rows+F32(4*dim*i), U16(at+row*i), dim)
	}
	return rows, 4 * dim
}

// dotKeys writes the dot products of q with n rows of dim elements, row bytes
// apart, which with scales are int8. The lanes of each sum are kept at sums.
func dotKeys(out, q, k, sums F32, scales U16, row, dim, n uint32) {
	zero := BroadcastFloat32x4(0)
	for i := range n {
		zero.Store(sums+F32(16*i), 0)
	}
	for ; dim >= 32; dim -= 32 {
		if scales != 0 {
			dotBlocks(sums, q, I8(k), scales, row, n)
			k += blockLen
			scales += 2
		} else {
			dotKeys32(sums, q, k, row, n)
			k += 4 * 32
		}
		q += 4 * 32
	}
	for ; dim != 0; dim -= min(dim, 4) {
		x, p := loadUpTo4(q, dim), k
		for i := range n {
			to := sums + F32(16*i)
			x.MulAdd(loadUpTo4(p, dim), LoadFloat32x4(to, 0)).Store(to, 0)
			p += F32(row)
		}
		q += 16
		k += 16
	}
	for range n / 4 {
		sumFour(LoadFloat32x4(sums, 0), LoadFloat32x4(sums, 16), LoadFloat32x4(sums, 32), LoadFloat32x4(sums, 48)).Store(out, 0)
		sums += 64
		out += 16
	}
	for range n % 4 {
		out.Store(0, sumLanes(LoadFloat32x4(sums, 0)))
		sums += 16
		out += 4
	}
}

// dotKeys32 adds to the sums of n rows the products of 32 columns, of which
// those of q stay in registers.
func dotKeys32(sums, q, k F32, row, n uint32) {
	q0, q1, q2, q3 := LoadFloat32x4(q, 0), LoadFloat32x4(q, 16), LoadFloat32x4(q, 32), LoadFloat32x4(q, 48)
	q4, q5, q6, q7 := LoadFloat32x4(q, 64), LoadFloat32x4(q, 80), LoadFloat32x4(q, 96), LoadFloat32x4(q, 112)
	for range n {
		x := q0.MulAdd(LoadFloat32x4(k, 0), LoadFloat32x4(sums, 0))
		y := q1.Mul(LoadFloat32x4(k, 16))
		x = q2.MulAdd(LoadFloat32x4(k, 32), x)
		y = q3.MulAdd(LoadFloat32x4(k, 48), y)
		x = q4.MulAdd(LoadFloat32x4(k, 64), x)
		y = q5.MulAdd(LoadFloat32x4(k, 80), y)
		x = q6.MulAdd(LoadFloat32x4(k, 96), x)
		y = q7.MulAdd(LoadFloat32x4(k, 112), y)
		x.Add(y).Store(sums, 0)
		sums += 16
		k += F32(row)
	}
}

// dotBlocks is dotKeys32 of a block of int8 in each row, widened in registers.
// Scales lie as the blocks do, two bytes for 32.
func dotBlocks(sums, q F32, k I8, scales U16, row, n uint32) {
	q0, q1, q2, q3 := LoadFloat32x4(q, 0), LoadFloat32x4(q, 16), LoadFloat32x4(q, 32), LoadFloat32x4(q, 48)
	q4, q5, q6, q7 := LoadFloat32x4(q, 64), LoadFloat32x4(q, 80), LoadFloat32x4(q, 96), LoadFloat32x4(q, 112)
	for range n {
		k0, k1, k2, k3 := LoadExtendInt16x8(k, 0), LoadExtendInt16x8(k, 8), LoadExtendInt16x8(k, 16), LoadExtendInt16x8(k, 24)
		x := q0.Mul(lowFloats(k0))
		y := q1.Mul(highFloats(k0))
		x = q2.MulAdd(lowFloats(k1), x)
		y = q3.MulAdd(highFloats(k1), y)
		x = q4.MulAdd(lowFloats(k2), x)
		y = q5.MulAdd(highFloats(k2), y)
		x = q6.MulAdd(lowFloats(k3), x)
		y = q7.MulAdd(highFloats(k3), y)
		scale := BroadcastFloat32x4(f16ToF32(scales.Load(0)))
		x.Add(y).MulAdd(scale, LoadFloat32x4(sums, 0)).Store(sums, 0)
		sums += 16
		k += I8(row)
		scales += U16(row / blockLen * 2)
	}
}

//wasm:inline
func lowFloats(x Int16x8) Float32x4 { return x.ExtendLo4ToInt32().ConvertToFloat32() }

//wasm:inline
func highFloats(x Int16x8) Float32x4 { return x.ExtendHi4ToInt32().ConvertToFloat32() }

// addWeighted adds to out[cols] the n rows of v, row bytes apart, each times
// its weight. With scales they are int8.
func addWeighted(out, weights, v F32, scales U16, row, cols, n uint32) {
	for cols >= 32 {
		if scales != 0 {
			addBlocks(out, weights, I8(v), scales, row, n)
			v += blockLen
			scales += 2
		} else {
			addWeighted32(out, weights, v, row, n)
			v += 4 * 32
		}
		out += 4 * 32
		cols -= 32
	}
	for i := cols; i != 0; i -= min(i, 4) {
		sum, w, x := loadUpTo4(out, i), weights, v
		for range n {
			sum = LoadSplatFloat32x4(w, 0).MulAdd(loadUpTo4(x, i), sum)
			w += 4
			x += F32(row)
		}
		storeUpTo4(out, sum, i)
		out += 16
		v += 16
	}
}

// addWeighted32 is addWeighted of 32 columns, whose sums stay in registers.
func addWeighted32(out, weights, v F32, row, n uint32) {
	s0, s1, s2, s3 := LoadFloat32x4(out, 0), LoadFloat32x4(out, 16), LoadFloat32x4(out, 32), LoadFloat32x4(out, 48)
	s4, s5, s6, s7 := LoadFloat32x4(out, 64), LoadFloat32x4(out, 80), LoadFloat32x4(out, 96), LoadFloat32x4(out, 112)
	for range n {
		w := LoadSplatFloat32x4(weights, 0)
		s0 = w.MulAdd(LoadFloat32x4(v, 0), s0)
		s1 = w.MulAdd(LoadFloat32x4(v, 16), s1)
		s2 = w.MulAdd(LoadFloat32x4(v, 32), s2)
		s3 = w.MulAdd(LoadFloat32x4(v, 48), s3)
		s4 = w.MulAdd(LoadFloat32x4(v, 64), s4)
		s5 = w.MulAdd(LoadFloat32x4(v, 80), s5)
		s6 = w.MulAdd(LoadFloat32x4(v, 96), s6)
		s7 = w.MulAdd(LoadFloat32x4(v, 112), s7)
		weights += 4
		v += F32(row)
	}
	s0.Store(out, 0)
	s1.Store(out, 16)
	s2.Store(out, 32)
	s3.Store(out, 48)
	s4.Store(out, 64)
	s5.Store(out, 80)
	s6.Store(out, 96)
	s7.Store(out, 112)
}

// addBlocks is addWeighted32 of a block of int8 in each row, widened in
// registers.
func addBlocks(out, weights F32, v I8, scales U16, row, n uint32) {
	s0, s1, s2, s3 := LoadFloat32x4(out, 0), LoadFloat32x4(out, 16), LoadFloat32x4(out, 32), LoadFloat32x4(out, 48)
	s4, s5, s6, s7 := LoadFloat32x4(out, 64), LoadFloat32x4(out, 80), LoadFloat32x4(out, 96), LoadFloat32x4(out, 112)
	for range n {
		v0, v1, v2, v3 := LoadExtendInt16x8(v, 0), LoadExtendInt16x8(v, 8), LoadExtendInt16x8(v, 16), LoadExtendInt16x8(v, 24)
		w := LoadSplatFloat32x4(weights, 0).Mul(BroadcastFloat32x4(f16ToF32(scales.Load(0))))
		s0 = w.MulAdd(lowFloats(v0), s0)
		s1 = w.MulAdd(highFloats(v0), s1)
		s2 = w.MulAdd(lowFloats(v1), s2)
		s3 = w.MulAdd(highFloats(v1), s3)
		s4 = w.MulAdd(lowFloats(v2), s4)
		s5 = w.MulAdd(highFloats(v2), s5)
		s6 = w.MulAdd(lowFloats(v3), s6)
		s7 = w.MulAdd(highFloats(v3), s7)
		weights += 4
		v += I8(row)
		scales += U16(row / blockLen * 2)
	}
	s0.Store(out, 0)
	s1.Store(out, 16)
	s2.Store(out, 32)
	s3.Store(out, 48)
	s4.Store(out, 64)
	s5.Store(out, 80)
	s6.Store(out, 96)
	s7.Store(out, 112)
}
