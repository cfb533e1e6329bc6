package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// How relative_bias finds the row of its table for a key that stands d
// tokens behind the query.
const (
	relativeClipped = iota // d clipped to ±(rows-1)/2
	relativeBoth           // buckets: half for each direction, exact near by, then logarithmic
	relativeCausal         // buckets for keys before the query alone
	relativeKinds
)

// mostBuckets is the most rows of a table of buckets: the place of each
// distance takes a step a row.
const mostBuckets = 4096

// relativeBias writes to out[tq, tk] the bias of one head: for query i, which
// stands at offset + i, and key j the entry of table[rows, heads], column
// head, for their distance. line has room for tq+tk-1 elements.
func relativeBias(out, table, line F32, tq, tk, rows, heads, head, kind, farthest, offset uint32) {
	for i := range tq + tk - 1 {
		distance := int32(i) - int32(tq-1) - int32(offset)
		row := relativeRow(distance, rows, kind, farthest)
		(line + F32(4*i)).Store(0, (table + F32(4*(row*heads+head))).Load(0))
	}
	for i := range tq {
		MemoryCopy(uint32(out), uint32(line)+4*(tq-1-i), 4*tk)
		out += F32(4 * tk)
	}
}

// relativeRow returns the row of a table of so many for a distance.
func relativeRow(distance int32, rows, kind, farthest uint32) uint32 {
	before := uint32(max(-distance, 0))
	behind := uint32(max(distance, 0))
	switch kind {
	case relativeClipped:
		middle := (rows - 1) / 2
		return middle + least(behind, middle) - least(before, middle)
	case relativeCausal:
		return relativeBucket(before, rows, farthest)
	}
	half := rows / 2
	if behind != 0 {
		return half + relativeBucket(behind, half, farthest)
	}
	return relativeBucket(before, half, farthest)
}

// relativeBucket returns one of n buckets: the first half are distances, the
// others grow in proportion up to farthest, from where on all are the last:
// half + ⌊ln(d/half)/ln(farthest/half)·(n - half)⌋. Powers are compared in
// place of logarithms, so that distances on the border fall on its right side
// for every rounding.
func relativeBucket(distance, n, farthest uint32) uint32 {
	half := n / 2
	if distance < half || n < 2 {
		return least(distance, n-1)
	}
	if distance >= farthest {
		return n - 1
	}
	steps := n - half
	growth, ratio := float64(farthest)/float64(half), float64(distance)/float64(half)
	power, large := float64(1), uint32(0) // the power is this one times huge**large
	for range steps {
		power = float64(power * ratio)
		if power >= huge {
			power = float64(power / huge)
			large++
		}
	}
	bucket, border := half, growth
	for (large > 0 || border <= power) && bucket < n-1 {
		bucket++
		border = float64(border * growth)
		if border >= huge && large > 0 {
			border = float64(border / huge)
			large--
		}
	}
	return bucket
}

// huge is taken out of powers, which would overflow, without rounding.
const huge = 0x1p512
