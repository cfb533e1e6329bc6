package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// topK writes the k ≤ n greatest of n elements to values and their indices
// to indices, in descending order, the lower index first among equals, NaN
// behind all numbers. values or indices may be 0 for not wanted.
//
// A sorted list is kept; an element that does not belong in it costs one
// comparison with its last, four elements at a time.
func topK(values F32, indices I32, x F32, scratch uint32, n, k uint32) {
	keys, list := U32(scratch), I32(scratch+4*k)
	count := uint32(0)
	for i := uint32(0); i < n; i += 4 {
		v := orderVec(loadUpTo4(x+F32(4*i), n-i))
		if count == k && !v.Greater(BroadcastInt32x4(int32((keys + U32(4*(k-1))).Load(0)))).AnyTrue() {
			continue
		}
		for j := range least(n-i, 4) {
			key := int32(v.GetElem(0))
			v = v.SelectFromPair(1, 2, 3, 3, v)
			count = insertKey(keys, list, key, i+j, count, k)
		}
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

// insertKey puts key behind those of the count sorted ones that are not
// less, and returns the new count, at most k.
func insertKey(keys U32, list I32, key int32, index, count, k uint32) uint32 {
	low, high := uint32(0), count
	for low < high {
		mid := (low + high) / 2
		if int32((keys + U32(4*mid)).Load(0)) < key {
			high = mid
		} else {
			low = mid + 1
		}
	}
	if low == k {
		return count
	}
	last := least(count, k-1)
	at := 4 * low
	MemoryCopy(uint32(keys)+at+4, uint32(keys)+at, 4*(last-low))
	MemoryCopy(uint32(list)+at+4, uint32(list)+at, 4*(last-low))
	(keys + U32(at)).Store(0, uint32(key))
	(list + I32(at)).Store(0, int32(index))
	return last + 1
}
