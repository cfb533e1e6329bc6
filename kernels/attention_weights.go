package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// attentionWeights writes to out[batch, heads, tq, tk] the weights that
// attention gives each of the first lengths[b] keys, or all if lengths is 0:
// zeros for other keys and, if tq = tk, for queries from there on. Row t of
// batch row b starts at q + 4·(b·tq+t)·qStride, head h's part of it dim
// elements later for each; k is alike, with tk rows. scratch is
// weightsScratch(tk, dim) bytes.
func attentionWeights(out, q, k F32, lengths I32, scratch F32, batch, tq, tk, heads, dim, qStride, kStride uint32, scale float32) {
	for i := range batch * heads {
		weightsOf(i, out, q, k, lengths, scratch, tq, tk, heads, dim, qStride, kStride, scale)
	}
}

// weightsScratch returns the bytes of scratch memory that attentionWeights
// needs, for one head's packed keys.
func weightsScratch(tk, dim uint32) uint64 {
	return 4 * roundUp64(uint64(tk)) * uint64(dim)
}

// keyCount returns how many keys batch row b attends to.
func keyCount(lengths I32, b, tk uint32) uint32 {
	if lengths == 0 {
		return tk
	}
	return uint32((lengths + I32(4*b)).Load(0))
}

// weightsOf is attentionWeights of head i, counted through all batch rows.
func weightsOf(i uint32, out, q, k F32, lengths I32, scratch F32, tq, tk, heads, dim, qStride, kStride uint32, scale float32) {
	b, h := i/heads, i%heads
	keys := keyCount(lengths, b, tk)
	queries := queryCount(keys, tq, tk)
	out += F32(4 * i * tq * tk)
	packColumns(scratch, k+F32(4*(b*tk*kStride+h*dim)), dim, keys, 4*kStride)
	gemmBlock(out, q+F32(4*(b*tq*qStride+h*dim)), scratch, queries, dim, keys, 4*qStride, 4*tk, 4*panelCols*dim, false)
	for range queries {
		softmaxRow(out, out, keys, scale)
		fillZero(out+F32(4*keys), tk-keys)
		out += F32(4 * tk)
	}
	fillZero(out, (tq-queries)*tk)
}

// queryCount returns how many queries are real: in self-attention, where
// queries and keys are the same tokens, those with a key.
func queryCount(keys, tq, tk uint32) uint32 {
	if tq == tk {
		return keys
	}
	return tq
}

// attentionReceived writes to out[batch, tk] the attention that each key
// receives: the mean of w[batch, heads, tq, tk] over heads and real queries
// (as attentionWeights has them), zeros if there are none.
func attentionReceived(out, w F32, lengths I32, batch, heads, tq, tk uint32) {
	for b := range batch {
		queries := queryCount(keyCount(lengths, b, tk), tq, tk)
		fillZero(out, tk)
		for range heads {
			row := w
			for range queries {
				add(out, out, row, tk)
				row += F32(4 * tk)
			}
			w += F32(4 * tq * tk)
		}
		if queries != 0 {
			divide(out, tk, float32(heads*queries))
		}
		out += F32(4 * tk)
	}
}
