package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// A batch of at least planFull rows is closed before a sequence that would
// make more than 1/planWaste of its rows padding. Smaller batches take the
// padding: below planFull rows reading the weights costs more than the rows.
const (
	planFull  = 64
	planWaste = 8
)

// Plan puts n sequences into batches for encoding. lens holds their lengths in
// tokens; longer ones count as maxTokens, where the model clips them. The
// sequences are sorted by clipped length, stably, so that a batch holds little
// padding.
//
// The result, in scratch, is [batches, batches × {first, count, tokens}, n ×
// index]: a batch encodes the sequences index[first : first+count], padded to
// tokens, the longest clipped length among them. It has at most maxBatch
// sequences; 0 counts as 1. The result is 0 after an error.
//
//wasm:export plan
func Plan(lens U32, n, maxBatch, maxTokens uint32) uint32 {
	clearError()
	order := allocOrder(n)
	if order == 0 {
		return 0
	}
	keys := order + U32(4*n)
	for i := range n {
		setWord(keys, i, min(word(lens, i), maxTokens))
	}
	sortByKey(order, keys, n)
	batches := uint32(0)
	for first := uint32(0); first < n; batches++ {
		first += nextBatch(order, keys, first, n, maxBatch)
	}
	out := U32(alloc(4 + 12*uint64(batches) + 4*uint64(n)))
	if out == 0 {
		return 0
	}
	out.Store(0, batches)
	p := out + 4
	for first := uint32(0); first < n; p += 12 {
		count := nextBatch(order, keys, first, n, maxBatch)
		p.Store(0, first)
		p.Store(4, count)
		first += count
		p.Store(8, word(keys, word(order, first-1)))
	}
	MemoryCopy(uint32(p), uint32(order), 4*n)
	return uint32(out)
}

// nextBatch returns how many sequences from order[first] on make a batch, at
// least one. Lengths rise along order, so each sequence that joins pads all
// those before it to its own length.
func nextBatch(order, lens U32, first, n, maxBatch uint32) uint32 {
	filled := uint64(word(lens, word(order, first)))
	rows := filled // with padding
	count := uint32(1)
	for count < maxBatch && first+count < n {
		length := uint64(word(lens, word(order, first+count)))
		wider := length * uint64(count+1)
		if rows >= planFull && (wider-filled-length)*planWaste > wider {
			break
		}
		rows = wider
		filled += length
		count++
	}
	return count
}

// Select chooses the sequences to keep of n with the given scores and lengths:
// by falling score (of equal ones the earlier; NaN last), for as long as the
// sum of their lengths is at most budget of the whole, rounded up. A budget
// above zero keeps at least one; zero, less or NaN keeps none. It stops at the
// first that does not fit, so a larger budget only ever adds sequences.
//
// The result, in scratch, is [kept, kept × index], indices rising. It is 0
// after an error.
//
//wasm:export select
func Select(scores F32, lens U32, n uint32, budget float32) uint32 {
	clearError()
	order := allocOrder(n)
	if order == 0 {
		return 0
	}
	out := U32(alloc(4 + 4*uint64(n)))
	if out == 0 {
		return 0
	}
	keys := order + U32(4*n)
	total := uint64(0)
	for i := range n {
		setWord(keys, i, fallingKey((scores + F32(4*i)).Load(0)))
		total += uint64(word(lens, i))
	}
	sortByKey(order, keys, n)
	kept := fitting(order, lens, n, total, budget)
	for i := range n {
		setWord(keys, i, 0)
	}
	for i := range kept {
		setWord(keys, word(order, i), 1)
	}
	out.Store(0, kept)
	p := out + 4
	for i := range n {
		if word(keys, i) != 0 {
			p.Store(0, i)
			p += 4
		}
	}
	return uint32(out)
}

// fitting returns how many sequences from the start of order fit into budget
// of total, at least one if budget is above zero.
func fitting(order, lens U32, n uint32, total uint64, budget float32) uint32 {
	if !(budget > 0) || n == 0 {
		return 0
	}
	limit := float64(float64(budget) * float64(total))
	sum := uint64(word(lens, word(order, 0)))
	count := uint32(1)
	for count < n {
		sum += uint64(word(lens, word(order, count)))
		// For an integer, sum <= ceil(limit) is sum-1 < limit.
		if sum != 0 && float64(sum-1) >= limit {
			break
		}
		count++
	}
	return count
}

// fallingKey maps a score to a key that rises as the score falls. Both zeros
// have one key; NaN has the largest.
func fallingKey(score float32) uint32 {
	if score != score {
		return 0xFFFFFFFF
	}
	if score == 0 {
		return 0x7FFFFFFF
	}
	bits := Bits32(score)
	if bits>>31 != 0 {
		return bits
	}
	return 0x7FFFFFFF - bits
}

// allocOrder returns the address of 3*n words for [sortByKey]: the order
// 0..n-1, room for n keys and n words that the sort works in; 0 after an
// error.
func allocOrder(n uint32) U32 {
	order := U32(alloc(12 * uint64(n)))
	if order == 0 {
		return 0
	}
	for i := range n {
		setWord(order, i, i)
	}
	return order
}

// sortByKey sorts the n indices at order by their keys, rising, with a stable
// merge sort from the bottom up. It works in the n words that follow the keys.
func sortByKey(order, keys U32, n uint32) {
	from, to := order, keys+U32(4*n)
	for width := uint32(1); width < n; width *= 2 {
		for lo := uint32(0); lo < n; lo += 2 * width {
			merge(to, from, keys, lo, min(lo+width, n), min(lo+2*width, n))
		}
		from, to = to, from
	}
	if from != order {
		MemoryCopy(uint32(order), uint32(from), 4*n)
	}
}

// merge merges the sorted runs from[lo:mid] and from[mid:hi] into to[lo:hi].
func merge(to, from, keys U32, lo, mid, hi uint32) {
	left, right := lo, mid
	for i := lo; i < hi; i++ {
		takeLeft := left < mid
		if takeLeft && right < hi {
			takeLeft = word(keys, word(from, left)) <= word(keys, word(from, right))
		}
		if takeLeft {
			setWord(to, i, word(from, left))
			left++
		} else {
			setWord(to, i, word(from, right))
			right++
		}
	}
}

// word returns the word at index i of p.
//
//wasm:inline
func word(p U32, i uint32) uint32 { return (p + U32(4*i)).Load(0) }

// setWord sets the word at index i of p.
//
//wasm:inline
func setWord(p U32, i, v uint32) { (p + U32(4*i)).Store(0, v) }
