package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// One query a head, as when a text is written token by token, reads each key
// and value once: there is nothing to win by packing them. What counts is to
// read memory in order. Where the heads of a token lie side by side, a task
// is therefore all heads of a batch row, a block of keys after the other;
// else the heads that share keys and values. Among threads it is always that.

// decodeHalves is how many keys of float16 are widened at a time, so that
// they stay in the first-level cache.
const decodeHalves = 32

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
	kvHeads := decodeHeads(a)
	group := wordAt(a, attHeads) / wordAt(a, attKVHeads)
	first := task * kvHeads * group
	for i := range kvHeads * group {
		beginHead(a, first+i)
		fillZero(F32(wordAt(a, atOut)), wordAt(a, attVDim))
		startStats(a, i)
	}
	block := uint32(keyBlock)
	if wordAt(a, attKBytes) == 2 {
		block = decodeHalves
	}
	from, to := keysSeen(a, 0, 1)
	for from < to {
		n := min(to-from, block-from%block)
		for i := uint32(0); i < kvHeads; i++ {
			decodeKeys(a, first, i*group, group, from, n)
		}
		from += n
	}
	for i := range kvHeads * group {
		beginHead(a, first+i)
		if sum := statsOf(a, i).Load(blockSums); sum != 0 {
			divide(F32(wordAt(a, atOut)), wordAt(a, attVDim), sum)
		}
	}
}

// decodeKeys adds what group heads of a task, from number head on, see of n ≤
// keyBlock keys from one on.
func decodeKeys(a U32, first, head, group, key, n uint32) {
	dim, vdim := wordAt(a, attDim), wordAt(a, attVDim)
	scores := F32(wordAt(a, attScores))
	beginHead(a, first+head)
	at, row := blockOf(a, attK, key, n)
	for i := range group {
		beginHead(a, first+head+i)
		x := scores + F32(4*keyBlock*i)
		dotKeys(x, F32(wordAt(a, atQ)), at, row, dim, n)
		scale := numberAt(a, attScale)
		if wordAt(a, atPrepared) != 0 {
			prepareTile(a, 0, x, 1, key, n)
			scale = 1
		} else {
			hideUnseen(a, 0, x, 1, key, n)
		}
		weighRow(statsOf(a, head+i), x, F32(wordAt(a, atOut)), n, vdim, scale)
	}
	at, row = blockOf(a, attV, key, n)
	for i := range group {
		beginHead(a, first+head+i)
		addWeighted(F32(wordAt(a, atOut)), scores+F32(4*keyBlock*i), at, row, vdim, n)
	}
}

// dotKeys writes the dot products of q with n rows of dim elements, row bytes
// apart.
func dotKeys(out, q, k F32, row, dim, n uint32) {
	for range n / 4 {
		dotFour(out, q, k, row, dim)
		out += 16
		k += F32(4 * row)
	}
	for range n % 4 {
		out.Store(0, sumLanes(dotRow(q, k, dim)))
		out += 4
		k += F32(row)
	}
}

// dotFour is dotKeys of four rows.
func dotFour(out, q, k F32, row, dim uint32) {
	k1 := k + F32(row)
	k2 := k1 + F32(row)
	k3 := k2 + F32(row)
	var a0, a1, a2, a3 Float32x4
	for range dim / 8 {
		x, y := LoadFloat32x4(q, 0), LoadFloat32x4(q, 16)
		a0 = x.MulAdd(LoadFloat32x4(k, 0), a0)
		a1 = x.MulAdd(LoadFloat32x4(k1, 0), a1)
		a2 = x.MulAdd(LoadFloat32x4(k2, 0), a2)
		a3 = x.MulAdd(LoadFloat32x4(k3, 0), a3)
		a0 = y.MulAdd(LoadFloat32x4(k, 16), a0)
		a1 = y.MulAdd(LoadFloat32x4(k1, 16), a1)
		a2 = y.MulAdd(LoadFloat32x4(k2, 16), a2)
		a3 = y.MulAdd(LoadFloat32x4(k3, 16), a3)
		q += 32
		k += 32
		k1 += 32
		k2 += 32
		k3 += 32
	}
	for i := dim % 8; i != 0; i -= min(i, 4) {
		x := loadUpTo4(q, i)
		a0 = x.MulAdd(loadUpTo4(k, i), a0)
		a1 = x.MulAdd(loadUpTo4(k1, i), a1)
		a2 = x.MulAdd(loadUpTo4(k2, i), a2)
		a3 = x.MulAdd(loadUpTo4(k3, i), a3)
		q += 16
		k += 16
		k1 += 16
		k2 += 16
		k3 += 16
	}
	// Each lane of the sum is that of one row, added as sumLanes does.
	s01 := a0.SelectFromPair(0, 4, 1, 5, a1).Add(a0.SelectFromPair(2, 6, 3, 7, a1))
	s23 := a2.SelectFromPair(0, 4, 1, 5, a3).Add(a2.SelectFromPair(2, 6, 3, 7, a3))
	s01.SelectFromPair(0, 1, 4, 5, s23).Add(s01.SelectFromPair(2, 3, 6, 7, s23)).Store(out, 0)
}

// dotRow returns the products of n elements, summed in four lanes as
// dotFour does.
func dotRow(x, y F32, n uint32) Float32x4 {
	var sum Float32x4
	for i := n; i != 0; i -= min(i, 4) {
		sum = loadUpTo4(x, i).MulAdd(loadUpTo4(y, i), sum)
		x += 16
		y += 16
	}
	return sum
}

// addWeighted adds to out[cols] the n rows of v, row bytes apart, each times
// its weight.
func addWeighted(out, weights, v F32, row, cols, n uint32) {
	for cols >= 32 {
		addWeighted32(out, weights, v, row, n)
		out += 4 * 32
		v += 4 * 32
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
