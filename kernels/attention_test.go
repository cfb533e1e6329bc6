package kernels

import (
	"fmt"
	"math"
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// An attentionCase is one call of attention; a nil lengths means all keys.
type attentionCase struct {
	batch, tq, tk, heads, dim, vdim int
	scale                           float32
	lengths                         []int32
}

func attentionCases() []attentionCase {
	var cases []attentionCase
	for tq := 1; tq <= 8; tq++ {
		for tk := 1; tk <= 10; tk++ {
			cases = append(cases, attentionCase{1, tq, tk, 2, 1 + tk%5, 1 + tq%9, 0.7, []int32{int32(tk * tq % (tk + 1))}})
		}
	}
	for _, tq := range []int{queryBlock - 1, queryBlock, queryBlock + 1, 2*queryBlock + 5} {
		cases = append(cases, attentionCase{1, tq, 13, 1, 6, 10, 0.3, nil})
	}
	for _, tk := range []int{keyBlock - 1, keyBlock, keyBlock + 1, 2*keyBlock + 3} {
		cases = append(cases, attentionCase{1, 7, tk, 1, 6, 10, 1, nil}, attentionCase{2, 3, tk, 2, 4, 8, -1, []int32{int32(tk), int32(tk - 1)}})
	}
	return append(cases,
		attentionCase{3, 9, 9, 4, 8, 8, 0.35, []int32{9, 0, 5}},
		attentionCase{1, 5, 300, 1, 3, 5, 30, []int32{290}})
}

// attentionInputs are q, k and v of a case, each with a few columns between
// the heads' and the next row's.
type attentionInputs struct {
	q, k, v       []float32
	qs, ks, vs    int
	weights, want []float64
}

// inputs makes a case's operands and computes its weights and results in
// float64.
func (c attentionCase) inputs() *attentionInputs {
	in := &attentionInputs{qs: c.heads*c.dim + 3, ks: c.heads*c.dim + 1, vs: c.heads*c.vdim + 2}
	in.q, in.k, in.v = randoms(1, c.batch*c.tq*in.qs), randoms(2, c.batch*c.tk*in.ks), randoms(3, c.batch*c.tk*in.vs)
	c.refer(in)
	return in
}

func (c attentionCase) refer(in *attentionInputs) {
	in.weights = make([]float64, c.batch*c.heads*c.tq*c.tk)
	in.want = make([]float64, c.batch*c.tq*c.heads*c.vdim)
	for b := range c.batch {
		for h := range c.heads {
			for i := range c.tq {
				w := in.weights[((b*c.heads+h)*c.tq+i)*c.tk:][:c.keys(b)]
				for j := range w {
					for d := range c.dim {
						w[j] += float64(in.q[(b*c.tq+i)*in.qs+h*c.dim+d]) * float64(in.k[(b*c.tk+j)*in.ks+h*c.dim+d])
					}
					w[j] *= float64(c.scale)
				}
				softmaxReference(w)
				for d := range c.vdim {
					for j := range w {
						in.want[(b*c.tq+i)*c.heads*c.vdim+h*c.vdim+d] += w[j] * float64(in.v[(b*c.tk+j)*in.vs+h*c.vdim+d])
					}
				}
			}
		}
	}
}

func (c attentionCase) keys(b int) int {
	if c.lengths == nil {
		return c.tk
	}
	return int(c.lengths[b])
}

func softmaxReference(x []float64) {
	top, sum := math.Inf(-1), 0.0
	for _, v := range x {
		top = max(top, v)
	}
	for i, v := range x {
		x[i] = math.Exp(v - top)
		sum += x[i]
	}
	for i := range x {
		x[i] /= sum
	}
}

func (g *guarded) lengths(x []int32) I32 {
	if x == nil {
		return 0
	}
	return g.i32(x...)
}

// run returns attention's result.
func (c attentionCase) run(t *testing.T, in *attentionInputs) []float32 {
	t.Helper()
	n := c.batch * c.tq * c.heads * c.vdim
	scratch := uint32(attentionScratch(uint32(c.heads), uint32(c.tq), uint32(c.dim), uint32(c.vdim), 0))
	g := newGuarded(t, 4*(len(in.q)+len(in.k)+len(in.v)+n)+int(scratch)+1<<12)
	out, s := g.result(n), F32(g.writable(scratch))
	q, k, l := g.f32(in.q), g.f32(in.k), g.lengths(c.lengths)
	v := g.last(in.v)
	g.run(func() {
		attention(out, q, k, v, l, s, uint32(c.batch), uint32(c.tq), uint32(c.tk), uint32(c.heads),
			uint32(c.dim), uint32(c.vdim), uint32(in.qs), uint32(in.ks), uint32(in.vs), c.scale)
	})
	return g.read(out, n)
}

// runWeights returns attentionWeights' result.
func (c attentionCase) runWeights(t *testing.T, in *attentionInputs) []float32 {
	t.Helper()
	n := c.batch * c.heads * c.tq * c.tk
	scratch := uint32(weightsScratch(uint32(c.tk), uint32(c.dim)))
	g := newGuarded(t, 4*(len(in.q)+len(in.k)+n)+int(scratch)+1<<12)
	out, s := g.result(n), F32(g.writable(scratch))
	q, l := g.f32(in.q), g.lengths(c.lengths)
	k := g.last(in.k)
	g.run(func() {
		attentionWeights(out, q, k, l, s, uint32(c.batch), uint32(c.tq), uint32(c.tk), uint32(c.heads),
			uint32(c.dim), uint32(in.qs), uint32(in.ks), c.scale)
	})
	return g.read(out, n)
}

// attention calls the kernel on tokens of heads side by side, strides in
// elements.
func attention(out, q, k, v F32, lengths I32, scratch F32, batch, tq, tk, heads, dim, vdim, qStride, kStride, vStride uint32, scale float32) {
	a := U32(scratch)
	MemoryFill(uint32(a), 0, attBytes)
	for at, v := range map[U32]uint32{
		attBatch: batch, attHeads: heads, attKVHeads: heads, attTq: tq, attTk: tk, attDim: dim, attVDim: vdim,
		attKBytes: 4, attVBytes: 4, attScale: Bits32(scale), attLengths: uint32(lengths),
	} {
		(a + at).Store(0, v)
	}
	tokens := func(side U32, at F32, tokens, stride, dim uint32) {
		for i, v := range []uint32{uint32(at), 4 * tokens * stride, 4 * dim, 4 * stride} {
			(a + side + U32(4*i)).Store(0, v)
		}
	}
	tokens(attQ, q, tq, qStride, dim)
	tokens(attK, k, tk, kStride, dim)
	tokens(attV, v, tk, vStride, vdim)
	tokens(attOut, out, tq, heads*vdim, vdim)
	if scale <= 0 {
		(a + atPrepared).Store(0, 1)
	}
	layOutAttention(a)
	for i := range attentionTasks(a) {
		attendTask(a, i)
	}
}

func TestAttention(t *testing.T) {
	decoded := attentionCase{2, 1, 2*decodeBlock + 7, 2, 37, 34, 0.5, []int32{2*decodeBlock + 6, decodeBlock}}
	for _, c := range append(attentionCases(), decoded) {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			in := c.inputs()
			closeTo(t, c.run(t, in), in.want, 3e-5)
		})
	}
}

// TestAttentionOfWideScores has rising scores that differ by hundreds, so
// that each block of keys shrinks the sums before it to nothing.
func TestAttentionOfWideScores(t *testing.T) {
	for _, c := range []attentionCase{{1, 5, 3*keyBlock + 1, 1, 2, 3, 1, nil}, {1, 1, 2*decodeBlock + 1, 1, 2, 3, 1, nil}} {
		in := c.inputs()
		for j := range c.tk {
			in.k[j*in.ks] = float32(j)
			in.k[j*in.ks+1] = 0
		}
		c.refer(in)
		closeTo(t, c.run(t, in), in.want, 1e-3)
	}
}

func TestAttentionWeights(t *testing.T) {
	for _, c := range attentionCases() {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			in := c.inputs()
			if c.tq == c.tk {
				for i := range in.weights {
					if b := i / (c.heads * c.tq * c.tk); i/c.tk%c.tq >= c.keys(b) {
						in.weights[i] = 0
					}
				}
			}
			closeTo(t, c.runWeights(t, in), in.weights, 3e-5)
		})
	}
}

// TestAttentionPermutation permutes keys and values alike, which leaves
// attention as it is, and queries, which permutes it.
func TestAttentionPermutation(t *testing.T) {
	c := attentionCase{1, 29, keyBlock + 21, 2, 5, 7, 0.5, nil}
	in := c.inputs()
	want := c.run(t, in)
	flipped := *in
	flipped.q, flipped.k, flipped.v = reverseRows(in.q, in.qs), reverseRows(in.k, in.ks), reverseRows(in.v, in.vs)
	for i, y := range reverseRows(c.run(t, &flipped), c.heads*c.vdim) {
		if !(Abs32(y-want[i]) <= 2e-6) {
			t.Fatalf("element %d is %v after permuting, %v before", i, y, want[i])
		}
	}
}

func reverseRows(x []float32, cols int) []float32 {
	y := make([]float32, 0, len(x))
	for i := len(x) - cols; i >= 0; i -= cols {
		y = append(y, x[i:i+cols]...)
	}
	return y
}

// TestAttentionIgnoresPadding finds the same bits for a batch row alone, cut
// to its length, as among others with NaN as padding.
func TestAttentionIgnoresPadding(t *testing.T) {
	const tokens, length = 2*keyBlock + 9, keyBlock + 33
	c := attentionCase{2, 31, tokens, 2, 5, 7, 0.5, []int32{tokens, length}}
	in := c.inputs()
	k, v := in.k[tokens*in.ks:], in.v[tokens*in.vs:]
	for i := length * in.ks; i < len(k); i++ {
		k[i] = float32(math.NaN())
	}
	for i := length * in.vs; i < len(v); i++ {
		v[i] = float32(math.NaN())
	}
	all := c.run(t, in)
	alone := attentionCase{1, c.tq, length, 2, 5, 7, 0.5, nil}
	got := alone.run(t, &attentionInputs{q: in.q[c.tq*in.qs:], k: k[:length*in.ks], v: v[:length*in.vs], qs: in.qs, ks: in.ks, vs: in.vs})
	sameBits(t, got, all[len(all)/2:])
}

// TestAttentionOfNonFinite gives one query a NaN score and lets another, for
// a whole block of keys, have scores of -Inf: those count for nothing.
func TestAttentionOfNonFinite(t *testing.T) {
	c := attentionCase{1, 3, keyBlock + 5, 1, 1, 2, 1, nil}
	in := c.inputs()
	in.q[0], in.q[in.qs], in.q[2*in.qs] = float32(math.NaN()), 1, 0.5
	for j := range keyBlock {
		in.k[j*in.ks] = -inf32
	}
	got := c.run(t, in)
	if got[0] == got[0] {
		t.Errorf("query with NaN gives %v", got[0])
	}
	last := attentionCase{1, 3, 5, 1, 1, 2, 1, nil}
	tail := &attentionInputs{q: in.q, k: in.k[keyBlock*in.ks:], v: in.v[keyBlock*in.vs:], qs: in.qs, ks: in.ks, vs: in.vs}
	last.refer(tail)
	closeTo(t, got[2:], tail.want[2:], 1e-5)
}

func TestAttentionReceived(t *testing.T) {
	for _, c := range attentionCases() {
		w := randoms(9, c.batch*c.heads*c.tq*c.tk)
		want := make([]float64, c.batch*c.tk)
		for b := range c.batch {
			queries := c.tq
			if c.tq == c.tk {
				queries = c.keys(b)
			}
			for h := range c.heads {
				for i := range queries {
					for j := range c.tk {
						want[b*c.tk+j] += float64(w[((b*c.heads+h)*c.tq+i)*c.tk+j]) / float64(c.heads*queries)
					}
				}
			}
		}
		g := newGuarded(t, 4*len(w)+1<<14)
		out, pw, l := g.result(c.batch*c.tk), g.f32(w), g.lengths(c.lengths)
		g.run(func() {
			attentionReceived(out, pw, l, uint32(c.batch), uint32(c.heads), uint32(c.tq), uint32(c.tk))
		})
		closeTo(t, g.read(out, c.batch*c.tk), want, 1e-5)
	}
}

// TestAttentionOfManyTokens attends over 16,384 tokens: all memory that the
// call takes beside its operands is below a megabyte, whatever it sees, and
// what a window sees of so many is right.
func TestAttentionOfManyTokens(t *testing.T) {
	const tokens, dim, window = 16384, 64, 20
	q, k, v := ramp(1, tokens, dim), ramp(1, tokens, dim), ramp(1, tokens, dim)
	h := newHost(t, 600)
	list := attrs(1, dim, dim, 0, 0, 0, 0.125)
	h.op("attention", list, q, k, v, nil)
	all := MemorySize() * PageSize
	if most := uint32(4*4*tokens*dim + 1<<20); all > most {
		t.Errorf("the instance has %d bytes of memory, want at most %d", all, most)
	}
	table := h.op("attention", append(list, attrs(0, 1, window)...), q, k, v, nil)
	h.run(table)
	got := h.output(table)
	for _, i := range []int{0, 1, window, 5000, tokens - 1} {
		first := max(0, i-window+1)
		w := make([]float64, i-first+1)
		for j := range w {
			for d := range dim {
				w[j] += float64(q.floats[i*dim+d]) * float64(k.floats[(first+j)*dim+d]) / 8
			}
		}
		softmaxReference(w)
		want := make([]float64, dim)
		for j, x := range w {
			for d := range dim {
				want[d] += x * float64(v.floats[(first+j)*dim+d])
			}
		}
		closeTo(t, got[i*dim:][:dim], want, 1e-5)
	}
}
