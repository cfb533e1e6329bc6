package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// sample draws one of n tokens by their logits and a number u in 0..1, the
// same for the same bits. The tokens that take part are those with a logit of
// at least the k-th greatest (all if k is 0) and, of them, those with a
// probability of at least that of the last one that a total of p needs;
// equals take part together. A temperature of 0 takes the greatest, as do
// logits with a NaN or +Inf, or of only -Inf.
//
// The weights e**((logit - greatest)/temperature) are added in the order of
// the tokens: the first whose sum exceeds u times the total is drawn. weights
// has room for n.
func sample(logits, weights F32, n, k uint32, temperature, p, u float32) uint32 {
	scale := 1 / temperature
	top := maxRow(logits, n, 1)
	if infinity := FromBits32(positiveInf); !(Abs32(top) < infinity && scale < infinity) {
		return greatestIndex(logits, weights, n)
	}
	scaleBelow(weights, logits, n, 1, top) // before the scale, with which logits may overflow
	_ = expRow(weights, weights, n, scale, 0)
	least := uint32(1) // weights of 0 never take part
	if k != 0 {
		least = threshold(weights, n, least, k, 0)
	}
	if p < 1 {
		_, mass := takingPart(weights, n, least)
		least = threshold(weights, n, least, 1, float32(p*mass))
	}
	return draw(weights, n, FromBits32(least), u)
}

// greatestIndex returns the index of the greatest of n elements; scratch has
// room for three.
func greatestIndex(x, scratch F32, n uint32) uint32 {
	index := I32(scratch)
	topK(0, index, x, uint32(scratch)+4, n, 1)
	return uint32(index.Load(0))
}

// threshold returns the bits of the greatest weight, not below least, so that
// the weights from there on are at least count and their sum at least mass;
// least if there is none. The bits of floats that are not negative are in
// their order.
func threshold(weights F32, n, least, count uint32, mass float32) uint32 {
	found := uint32(0)
	for bit := uint32(1 << 30); bit != 0; bit >>= 1 {
		c, m := takingPart(weights, n, found|bit)
		if c >= count && m >= mass {
			found |= bit
		}
	}
	return max(found, least)
}

// takingPart returns the number and the sum of the weights from that with the
// bits least on.
func takingPart(weights F32, n, least uint32) (uint32, float32) {
	var counts Int32x4
	var sum Float32x4
	from := BroadcastFloat32x4(FromBits32(least))
	for i := uint32(0); i < n; i += 4 {
		w := loadUpTo4(weights, n-i) // what is past the end is 0 and takes no part
		in := w.GreaterEqual(from).ToInt32x4()
		counts = counts.Sub(in)
		sum = sum.Add(w.AsInt32x4().And(in).AsFloat32x4())
		weights += 16
	}
	counts = counts.Add(counts.SelectFromPair(2, 3, 0, 1, counts))
	return uint32(counts.GetElem(0) + counts.GetElem(1)), sumLanes(sum)
}

// draw returns the first of the weights from least on at which their sum
// exceeds u times the sum of all, the last if rounding leaves none.
func draw(weights F32, n uint32, least, u float32) uint32 {
	total := float64(0)
	for i := range n {
		if w := (weights + F32(4*i)).Load(0); w >= least {
			total += float64(w)
		}
	}
	sum, last := float64(0), uint32(0)
	target := float64(float64(u) * total)
	for i := range n {
		if w := (weights + F32(4*i)).Load(0); w >= least {
			sum += float64(w)
			last = i
			if sum > target {
				return i
			}
		}
	}
	return last
}
