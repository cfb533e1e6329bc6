package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Attentions of other scores than a product of queries and keys.

// A query's scratch memory: its running maximum and sum, as weighRow has
// them, then the scores of a block of keys.
const (
	otherScores = blockSums + 16
	otherBytes  = otherScores + 4*keyBlock
)

// attendAdditive writes to out[e] the mean of the values v[n, e] weighted by
// the softmax of w·tanh(q + k), keys k[n, d]: Bahdanau's attention, once
// queries and keys are projected.
func attendAdditive(out, q, k, v, w, s F32, n, d, e uint32) {
	startOther(out, s, e)
	for j := uint32(0); j < n; j += keyBlock {
		width := min(n-j, keyBlock)
		scores := s + otherScores
		for i := range width {
			(scores + F32(4*i)).Store(0, additiveScore(q, k+F32(4*d*(j+i)), w, d))
		}
		weighRow(s, scores, out, width, e, 1)
		addWeighted(out, scores, v+F32(4*e*j), 0, 4*e, e, width)
	}
	finishOther(out, s, e)
}

// startOther begins a row of e weighted sums.
func startOther(out, s F32, e uint32) {
	fillZero(out, e)
	s.Store(0, FromBits32(negativeInf))
	s.Store(blockSums, 0)
}

// finishOther divides a row by the sum of its weights.
func finishOther(out, s F32, e uint32) {
	if sum := s.Load(blockSums); sum != 0 {
		divide(out, e, sum)
	}
}

// additiveScore returns w·tanh(q + k), d elements.
func additiveScore(q, k, w F32, d uint32) float32 {
	var sum Float32x4
	for i := d; i != 0; i -= min(i, 4) {
		sum = sum.Add(loadUpTo4(w, i).Mul(tanhVec(loadUpTo4(q, i).Add(loadUpTo4(k, i)))))
		q += 16
		k += 16
		w += 16
	}
	return sumLanes(sum)
}

// attendFlow writes to out[t, 4d] bidirectional attention flow of one batch
// row: context c[t, d], of which contexts tokens count, and question q[j, d],
// of which questions do. The similarity of tokens is w[3d]·[c, q, c∘q]; a
// row of out is [c, u, c∘u, c∘h], u the question as the token attends to it,
// and h the context as the question does to each token's best match.
func attendFlow(out, c, q, w, s F32, t, contexts, questions, d uint32) {
	scaled, best := s+otherBytes, s+otherBytes+F32(4*d)
	h := best + F32(4*t)
	for i := range contexts {
		row, from := out+F32(16*d*i), c+F32(4*d*i)
		multiplyRows(scaled, from, w+F32(8*d), d)
		top := flowToQuestion(row+F32(4*d), scaled, q, w+F32(4*d), s, questions, d)
		(best + F32(4*i)).Store(0, top+sumLanes(dotLanes(from, w, d)))
	}
	startOther(h, s, d)
	for j := uint32(0); j < contexts; j += keyBlock {
		n := min(contexts-j, keyBlock)
		MemoryCopy(uint32(s+otherScores), uint32(best+F32(4*j)), 4*n)
		weighRow(s, s+otherScores, h, n, d, 1)
		addWeighted(h, s+otherScores, c+F32(4*d*j), 0, 4*d, d, n)
	}
	finishOther(h, s, d)
	for i := range contexts {
		row, from := out+F32(16*d*i), c+F32(4*d*i)
		MemoryCopy(uint32(row), uint32(from), 4*d)
		multiplyRows(row+F32(8*d), from, row+F32(4*d), d)
		multiplyRows(row+F32(12*d), from, h, d)
	}
	fillZero(out+F32(16*d*contexts), 4*d*(t-contexts))
}

// flowScratch returns the bytes of scratch memory that attendFlow needs.
func flowScratch(t, d uint32) uint64 {
	return otherBytes + 4*(uint64(t)+2*uint64(d))
}

// flowToQuestion writes to u[d] the question's tokens q[n, d] weighted by the
// softmax of q·scaled + q·w, and returns the greatest of these scores, -Inf
// if there are none.
func flowToQuestion(u, scaled, q, w, s F32, n, d uint32) float32 {
	startOther(u, s, d)
	top := FromBits32(negativeInf)
	for j := uint32(0); j < n; j += keyBlock {
		width := min(n-j, keyBlock)
		scores, rows := s+otherScores, q+F32(4*d*j)
		for i := range width {
			row := rows + F32(4*d*i)
			(scores + F32(4*i)).Store(0, sumLanes(dotLanes(row, scaled, d).Add(dotLanes(row, w, d))))
		}
		top = Max32(top, greatest(scores, width))
		weighRow(s, scores, u, width, d, 1)
		addWeighted(u, scores, rows, 0, 4*d, d, width)
	}
	finishOther(u, s, d)
	return top
}

// multiplyRows writes x·y to out, n elements each.
func multiplyRows(out, x, y F32, n uint32) {
	for i := n; i != 0; i -= min(i, 4) {
		storeUpTo4(out, loadUpTo4(x, i).Mul(loadUpTo4(y, i)), i)
		out += 16
		x += 16
		y += 16
	}
}
