package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// gatherGrad writes to n columns of dtable[rows] the sums of scale·dout over
// the count places of each id; rows of both lie stride bytes apart.
func gatherGrad(dtable, dout F32, ids I32, count, rows, n, stride uint32, scale float32) {
	for r := range rows {
		fillZero(dtable+F32(r*stride), n)
	}
	s := BroadcastFloat32x4(scale)
	for range count {
		row, from := dtable+F32(uint32(ids.Load(0))*stride), dout
		for i := n; i != 0; i -= min(i, 4) {
			storeUpTo4(row, loadUpTo4(from, i).MulAdd(s, loadUpTo4(row, i)), i)
			row += 16
			from += 16
		}
		dout += F32(stride)
		ids += 4
	}
}

// runPoolGrad executes pool's gradient of batch row b.
func runPoolGrad(t, op U32, b uint32) {
	tokens, cols := axisOf(t, op, 0, 1), axisOf(t, op, 0, 2)
	mask := i32At(t, op, 3)
	if mask != 0 {
		mask += I32(4 * b * tokens)
	}
	at := F32(4 * b * tokens * cols)
	dx := outAt(t, op) + at
	fillZero(dx, tokens*cols)
	rows := keyCount(i32At(t, op, 2), b, tokens)
	poolGrad(dx, f32At(t, op, 0)+at, f32At(t, op, 1)+F32(4*b*cols), mask, rows, cols, attrBits(op, 0))
}

// poolGrad gives dout to those of the first rows rows of dx, which are zeros,
// that a pooling of x takes.
func poolGrad(dx, x, dout F32, mask I32, rows, cols, kind uint32) {
	if kind == poolMax {
		for j := uint32(0); j < cols; j += 4 {
			c := F32(4 * j)
			poolMaxGrad(dx+c, x+c, dout+c, mask, rows, cols-j, 4*cols)
		}
		return
	}
	count, chosen := uint32(0), uint32(none)
	for i := range rows {
		if tokenCounts(mask, i) {
			count++
			if kind != poolFirst || chosen == none {
				chosen = i
			}
		}
	}
	for i := range rows {
		if tokenCounts(mask, i) && (i == chosen || kind == poolMean || kind == poolSum) {
			row := dx + F32(4*i*cols)
			MemoryCopy(uint32(row), uint32(dout), 4*cols)
			if kind == poolMean {
				divide(row, cols, float32(count))
			}
		}
	}
}

func tokenCounts(mask I32, i uint32) bool {
	return mask == 0 || (mask+I32(4*i)).Load(0) != 0
}

// poolMaxGrad gives dout of the first four of cols columns, or of all if they
// are fewer, to the first row that has the maximum.
func poolMaxGrad(dx, x, dout F32, mask I32, rows, cols, stride uint32) {
	top := BroadcastFloat32x4(FromBits32(negativeInf))
	for i := range rows {
		if tokenCounts(mask, i) {
			top = top.Max(loadUpTo4(x+F32(i*stride), cols))
		}
	}
	left := loadUpTo4(dout, cols)
	zero := BroadcastFloat32x4(0)
	for i := range rows {
		if tokenCounts(mask, i) {
			hit := loadUpTo4(x+F32(i*stride), cols).Equal(top)
			storeUpTo4(dx+F32(i*stride), left.Merge(zero, hit), cols)
			left = zero.Merge(left, hit)
		}
	}
}
