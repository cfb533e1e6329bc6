package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// topK writes the k ≤ n greatest of n elements to values and their indices
// to indices, in descending order, the lower index first among equals, NaN
// behind all numbers. values or indices may be 0 for not wanted.
//
// A heap is kept whose first is the last of them; an element that does not
// belong in it costs one comparison with that, four elements at a time.
func topK(values F32, indices I32, x F32, scratch uint32, n, k uint32) {
	keys, list := U32(scratch), I32(scratch+4*k)
	count := uint32(0)
	for i := uint32(0); i < n; i += 4 {
		v := orderVec(loadUpTo4(x+F32(4*i), n-i))
		if count == k && !v.Greater(BroadcastInt32x4(int32(keys.Load(0)))).AnyTrue() {
			continue
		}
		for j := range least(n-i, 4) {
			key := int32(v.GetElem(0))
			v = v.SelectFromPair(1, 2, 3, 3, v)
			if count < k {
				raiseKey(keys, list, key, i+j, count)
				count++
			} else if key > int32(keys.Load(0)) {
				sinkKey(keys, list, key, int32(i+j), k)
			}
		}
	}
	for last := k - 1; last > 0; last-- {
		key, index := int32(word(keys, last)), (list + I32(4*last)).Load(0)
		putKey(keys, list, last, int32(keys.Load(0)), list.Load(0))
		sinkKey(keys, list, key, index, last)
	}
	for i := range k {
		index := uint32((list + I32(4*i)).Load(0))
		if values != 0 {
			(values + F32(4*i)).Store(0, (x + F32(4*index)).Load(0))
		}
		if indices != 0 {
			(indices + I32(4*i)).Store(0, int32(index))
		}
	}
}

// topKScratch returns the bytes of scratch that topK needs.
func topKScratch(k uint32) uint64 { return 8 * uint64(k) }

// orderVec returns integers in the order of x's lanes, the zeros alike and
// NaN least.
//
//wasm:inline
func orderVec(x Float32x4) Int32x4 {
	x = x.Add(BroadcastFloat32x4(0)) // -0 becomes 0
	bits := x.AsInt32x4()
	ordered := bits.Xor(bits.ShiftAllRight(31).And(BroadcastInt32x4(0x7FFFFFFF)))
	return ordered.Merge(BroadcastInt32x4(-1<<31), x.Equal(x))
}

// putKey writes an entry of the heap.
func putKey(keys U32, list I32, at uint32, key, index int32) {
	setWord(keys, at, uint32(key))
	(list + I32(4*at)).Store(0, index)
}

// raiseKey adds the key of an index above all others to a heap of count.
func raiseKey(keys U32, list I32, key int32, index, count uint32) {
	at := count
	for at > 0 && int32(word(keys, (at-1)/2)) >= key {
		up := (at - 1) / 2
		putKey(keys, list, at, int32(word(keys, up)), (list + I32(4*up)).Load(0))
		at = up
	}
	putKey(keys, list, at, key, int32(index))
}

// sinkKey puts a key in the place of the first of a heap of n.
func sinkKey(keys U32, list I32, key, index int32, n uint32) {
	at := uint32(0)
	for 2*at+1 < n {
		down := 2*at + 1
		if down+1 < n && comesAfter(keys, list, down+1, int32(word(keys, down)), (list+I32(4*down)).Load(0)) {
			down++
		}
		if !comesAfter(keys, list, down, key, index) {
			break
		}
		putKey(keys, list, at, int32(word(keys, down)), (list + I32(4*down)).Load(0))
		at = down
	}
	putKey(keys, list, at, key, index)
}

// comesAfter reports whether an entry of the heap comes after another one in
// the order of the result.
func comesAfter(keys U32, list I32, at uint32, key, index int32) bool {
	own := int32(word(keys, at))
	return own < key || own == key && (list+I32(4*at)).Load(0) > index
}
