package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Kinds of pooling.
const (
	poolMean = iota
	poolMax
	poolFirst
	poolLast
	poolSum
	poolKinds
)

// pool reduces each x[b] of x[batch, tokens, cols] to a row of
// out[batch, cols]: the tokens that count are the first lengths[b], or all if
// lengths is 0, and of them those whose mask[b, token] is not 0, or all if
// mask is 0. Without any the row is zeros.
func pool(out, x F32, lengths, mask I32, batch, tokens, cols, kind uint32) {
	for b := range batch {
		rows := keyCount(lengths, b, tokens)
		at := mask
		if mask != 0 {
			at += I32(4 * b * tokens)
		}
		poolRows(out, x, at, rows, cols, kind)
		out += F32(4 * cols)
		x += F32(4 * tokens * cols)
	}
}

// poolRows is pool of the first rows rows of one batch row.
func poolRows(out, x F32, mask I32, rows, cols, kind uint32) {
	fillZero(out, cols)
	count := uint32(0)
	for i := range rows {
		if mask == 0 || (mask+I32(4*i)).Load(0) != 0 {
			poolRow(out, x+F32(4*i*cols), cols, kind, count == 0)
			count++
			if kind == poolFirst {
				return
			}
		}
	}
	if kind == poolMean && count != 0 {
		divide(out, cols, float32(count))
	}
}

// poolRow takes one more row into out.
func poolRow(out, x F32, cols, kind uint32, first bool) {
	if first || kind == poolLast {
		MemoryCopy(uint32(out), uint32(x), 4*cols)
	} else if kind == poolMax {
		raise(out, x, cols)
	} else {
		add(out, out, x, cols)
	}
}

// raise raises n elements of out to those of x; a NaN stays.
func raise(out, x F32, n uint32) {
	for i := uint32(0); i < n; i += 4 {
		storeUpTo4(out, loadUpTo4(out, n-i).Max(loadUpTo4(x, n-i)), n-i)
		out += 16
		x += 16
	}
}
