package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Attention works on blocks of queries × keys whose scores stay in the
// first-level cache.
const (
	// queryBlock is a multiple of 4 and of 6, the heights of the tiles.
	queryBlock = 24
	// keyBlock is a multiple of panelCols.
	keyBlock = 128
)

// attention writes to out[batch, tq, heads·vdim], for every head, the mean of
// the values weighted by softmax(scale·q·kᵀ) over the first lengths[b] keys,
// or over all if lengths is 0. Without keys it writes zeros.
//
// Row t of batch row b starts at q + 4·(b·tq+t)·qStride, head h's part of it
// dim elements later for each; k and v (vdim) are alike, with tk rows. So
// the three may be columns of one fused tensor. out aliases none of them.
//
// The softmax is online: scratch (attentionScratch bytes) holds one head's
// packed keys and values and one block of scores.
func attention(out, q, k, v F32, lengths I32, scratch F32, batch, tq, tk, heads, dim, vdim, qStride, kStride, vStride uint32, scale float32) {
	for i := range batch * heads {
		attendTo(i, out, q, k, v, lengths, scratch, tq, tk, heads, dim, vdim, qStride, kStride, vStride, scale)
	}
}

// attendTo is attention of head i, counted through all batch rows.
func attendTo(i uint32, out, q, k, v F32, lengths I32, scratch F32, tq, tk, heads, dim, vdim, qStride, kStride, vStride uint32, scale float32) {
	b, h := i/heads, i%heads
	row := 4 * heads * vdim
	attendHead(out+F32(b*tq*row+4*h*vdim),
		q+F32(4*(b*tq*qStride+h*dim)), k+F32(4*(b*tk*kStride+h*dim)), v+F32(4*(b*tk*vStride+h*vdim)),
		scratch, tq, keyCount(lengths, b, tk), dim, vdim, row, 4*qStride, 4*kStride, 4*vStride, scale)
}

// attentionScratch returns the bytes of scratch that attention needs; with
// vdim 0 those that attentionWeights needs. A size past 4 GiB comes back as
// 0xFFFFFFFF, which no memory has free.
func attentionScratch(tk, dim, vdim uint32) uint32 {
	keys := roundUp64(uint64(tk)) * uint64(dim)
	values := roundUp64(uint64(vdim)) * uint64(tk)
	block := queryBlock * (keyBlock + uint64(vdim) + 2)
	bytes := 4 * (keys + values + block)
	if keys>>32 != 0 || values>>32 != 0 || bytes>>32 != 0 {
		return 0xFFFFFFFF
	}
	return uint32(bytes)
}

// roundUp64 returns n rounded up to whole panels.
func roundUp64(n uint64) uint64 {
	return (n + panelCols - 1) &^ (panelCols - 1)
}

// keyCount returns how many keys batch row b attends to.
func keyCount(lengths I32, b, tk uint32) uint32 {
	if lengths == 0 {
		return tk
	}
	return uint32((lengths + I32(4*b)).Load(0))
}

// attendHead is attention of one head of one batch row; strides are in bytes.
func attendHead(out, q, k, v, scratch F32, tq, keys, dim, vdim, outStride, qStride, kStride, vStride uint32, scale float32) {
	if keys == 0 {
		for range tq {
			fillZero(out, vdim)
			out += F32(outStride)
		}
		return
	}
	values := scratch + F32(4*roundUp(keys, panelCols)*dim)
	block := values + F32(4*roundUp(vdim, panelCols)*keys)
	packColumns(scratch, k, dim, keys, kStride)
	packRows(values, v, keys, vdim, vStride)
	for i := uint32(0); i < tq; i += queryBlock {
		n := least(tq-i, queryBlock)
		attendBlock(block, q, scratch, values, n, keys, dim, vdim, qStride, scale)
		divideRows(out, block, n, vdim, outStride)
		out += F32(n * outStride)
		q += F32(n * qStride)
	}
}

// A block in scratch is queryBlock running maxima, then as many running sums
// of weights, then rows of keyBlock scores, then rows of vdim weighted sums
// of values.
const (
	blockSums   = 4 * queryBlock
	blockScores = 2 * blockSums
	blockOut    = blockScores + 4*queryBlock*keyBlock
)

// attendBlock computes the weighted sums of n ≤ queryBlock queries over all
// keys, not yet divided by the sums of their weights.
func attendBlock(block, q, packedKeys, packedValues F32, n, keys, dim, vdim, qStride uint32, scale float32) {
	for j := uint32(0); j < keys; j += keyBlock {
		width := least(keys-j, keyBlock)
		gemmBlock(block+blockScores, q, packedKeys+F32(4*j*dim), n, dim, width, qStride, 4*keyBlock, 4*panelCols*dim, false)
		for i := range n {
			weighRow(block+F32(4*i), block+blockScores+F32(4*i*keyBlock), block+blockOut+F32(4*i*vdim), width, vdim, scale, j == 0)
		}
		gemmBlock(block+blockOut, block+blockScores, packedValues+F32(4*panelCols*j), n, width, vdim, 4*keyBlock, 4*vdim, 4*panelCols*keys, j != 0)
	}
}

// weighRow turns one query's scores of n keys into weights relative to the
// greatest score so far, and brings the query's running maximum, sum and out
// to that maximum.
func weighRow(stats, scores, out F32, n, vdim uint32, scale float32, first bool) {
	top := maxRow(scores, n, scale)
	if first {
		stats.Store(0, top)
		stats.Store(blockSums, expRow(scores, scores, n, scale, top))
		return
	}
	old := stats.Load(0)
	top = Max32(top, old)
	sum := expRow(scores, scores, n, scale, top)
	if top != old {
		shrink := expDecay(BroadcastFloat32x4(old - top)).GetElem(0)
		sum += float32(stats.Load(blockSums) * shrink)
		multiply(out, vdim, shrink)
		stats.Store(0, top)
	} else {
		sum += stats.Load(blockSums)
	}
	stats.Store(blockSums, sum)
}

// multiply multiplies n elements by s, in place.
func multiply(x F32, n uint32, s float32) {
	by := BroadcastFloat32x4(s)
	for i := uint32(0); i < n; i += 4 {
		storeUpTo4(x, loadUpTo4(x, n-i).Mul(by), n-i)
		x += 16
	}
}

// divideRows writes the weighted sums of n queries, divided by the sums of
// their weights, to rows of out that lie stride bytes apart.
func divideRows(out, block F32, n, vdim, stride uint32) {
	for i := range n {
		from := block + blockOut + F32(4*i*vdim)
		sum := (block + F32(4*i)).Load(blockSums)
		if sum != 0 {
			divide(from, vdim, sum)
		}
		MemoryCopy(uint32(out), uint32(from), 4*vdim)
		out += F32(stride)
	}
}
