package kernels

import (
	"fmt"
	"math"
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// A gradCase is one call of attention's gradient on one batch row, heads as
// an axis.
type gradCase struct {
	heads, kvHeads, tq, tk, dim, vdim int
	causal, window, lengths           int // lengths 0: all
	masked                            bool
}

// gradInputs are its operands, [head, token, element] each.
type gradInputs struct {
	q, k, v, dout, mask []float64
}

func (c gradCase) inputs() gradInputs {
	wide := func(seed uint64, n int) (w []float64) {
		for _, x := range randoms(seed, n) {
			w = append(w, float64(x))
		}
		return w
	}
	in := gradInputs{
		q: wide(1, c.heads*c.tq*c.dim), k: wide(2, c.kvHeads*c.tk*c.dim), v: wide(3, c.kvHeads*c.tk*c.vdim),
		dout: wide(4, c.heads*c.tq*c.vdim),
	}
	if c.masked {
		in.mask = wide(5, c.tq*c.tk)
		in.mask[0] = math.Inf(-1)
	}
	return in
}

const gradScale = 0.375

// forward returns the weights [head, tq, tk] and the result.
func (c gradCase) forward(in gradInputs) (weights, out []float64) {
	weights, out = make([]float64, c.heads*c.tq*c.tk), make([]float64, c.heads*c.tq*c.vdim)
	keys := c.tk
	if c.lengths > 0 {
		keys = c.lengths
	}
	for i := range c.heads * c.tq {
		h, row, w := i/c.tq/(c.heads/c.kvHeads), i%c.tq, weights[i*c.tk:][:c.tk]
		sum := 0.0
		for j := range w {
			if j >= keys || c.causal > 0 && j >= row+c.causal || c.window > 0 && j <= row-c.window {
				continue
			}
			s := 0.0
			for d := range c.dim {
				s += in.q[i*c.dim+d] * in.k[(h*c.tk+j)*c.dim+d]
			}
			s *= gradScale
			if in.mask != nil {
				s += in.mask[row*c.tk+j]
			}
			w[j] = math.Exp(s)
			sum += w[j]
		}
		for j := range w {
			if sum > 0 {
				w[j] /= sum
			}
			for d := range c.vdim {
				out[i*c.vdim+d] += w[j] * in.v[(h*c.tk+j)*c.vdim+d]
			}
		}
	}
	return weights, out
}

// gradients returns the gradients of Σ dout·out by q, k and v.
func (c gradCase) gradients(in gradInputs) (dq, dk, dv []float64) {
	weights, out := c.forward(in)
	dq, dk, dv = make([]float64, len(in.q)), make([]float64, len(in.k)), make([]float64, len(in.v))
	for i := range c.heads * c.tq {
		h := i / c.tq / (c.heads / c.kvHeads)
		dot := 0.0
		for d := range c.vdim {
			dot += in.dout[i*c.vdim+d] * out[i*c.vdim+d]
		}
		for j := range c.tk {
			w, slope, at := weights[i*c.tk+j], -dot, h*c.tk+j
			for d := range c.vdim {
				slope += in.dout[i*c.vdim+d] * in.v[at*c.vdim+d]
				dv[at*c.vdim+d] += w * in.dout[i*c.vdim+d]
			}
			for d := range c.dim {
				dq[i*c.dim+d] += w * slope * gradScale * in.k[at*c.dim+d]
				dk[at*c.dim+d] += w * slope * gradScale * in.q[i*c.dim+d]
			}
		}
	}
	return dq, dk, dv
}

// TestAttentionGradReference checks the reference by central differences.
func TestAttentionGradReference(t *testing.T) {
	c := gradCase{heads: 2, kvHeads: 1, tq: 4, tk: 5, dim: 3, vdim: 2, causal: 2, masked: true}
	in := c.inputs()
	value := func() (sum float64) {
		_, out := c.forward(in)
		for i, x := range out {
			sum += x * in.dout[i]
		}
		return sum
	}
	dq, dk, dv := c.gradients(in)
	for name, pair := range map[string][2][]float64{"q": {in.q, dq}, "k": {in.k, dk}, "v": {in.v, dv}} {
		for i := range pair[0] {
			const h = 1e-5
			x := pair[0][i]
			pair[0][i] = x + h
			up := value()
			pair[0][i] = x - h
			down := value()
			pair[0][i] = x
			if want := (up - down) / (2 * h); !(math.Abs(pair[1][i]-want) <= 1e-7) {
				t.Errorf("d%s[%d] is %v, by differences %v", name, i, pair[1][i], want)
			}
		}
	}
}

func TestAttentionGrad(t *testing.T) {
	for _, c := range []gradCase{
		{heads: 1, kvHeads: 1, tq: 1, tk: 1, dim: 1, vdim: 1},
		{heads: 2, kvHeads: 2, tq: 5, tk: 7, dim: 3, vdim: 4},
		{heads: 4, kvHeads: 2, tq: gradBlock + 3, tk: keyBlock + 9, dim: 5, vdim: 9},
		{heads: 3, kvHeads: 1, tq: 2*gradBlock + 1, tk: 2*gradBlock + 1, dim: 8, vdim: 8, causal: 1},
		{heads: 1, kvHeads: 1, tq: 200, tk: 300, dim: 15, vdim: 16, causal: 20, window: 70},
		{heads: 2, kvHeads: 1, tq: 50, tk: 140, dim: 6, vdim: 7, lengths: 131},
		{heads: 2, kvHeads: 1, tq: 61, tk: 150, dim: 6, vdim: 7, masked: true, window: 30, causal: 3},
	} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) { c.run(t) })
	}
}

// run compares the kernel's gradients with the reference's.
func (c gradCase) run(t *testing.T) {
	in := c.inputs()
	narrow := func(x []float64) (n []float32) {
		for _, v := range x {
			n = append(n, float32(v))
		}
		return n
	}
	_, out := c.forward(in)
	scratch := uint32(gradScratch(uint32(c.tq), uint32(c.dim), uint32(c.vdim)))
	g := newGuarded(t, int(scratch)+16*(len(in.q)+len(in.k)+len(in.v)+len(out)+len(in.mask))+1<<13)
	a := U32(g.writable(scratch))
	dq, dk, dv := g.result(len(in.q)), g.result(len(in.k)), g.result(len(in.v))
	q, k, v := g.f32(narrow(in.q)), g.f32(narrow(in.k)), g.f32(narrow(in.v))
	o, dout, mask := g.f32(narrow(out)), g.f32(narrow(in.dout)), g.f32(narrow(in.mask))
	lengths := g.i32(int32(c.lengths))
	g.run(func() {
		MemoryFill(uint32(a), 0, gradBytes)
		for at, x := range map[U32]int{
			attBatch: 1, attHeads: c.heads, attKVHeads: c.kvHeads, attTq: c.tq, attTk: c.tk, attDim: c.dim, attVDim: c.vdim,
			attKBytes: 4, attVBytes: 4, attScale: int(Bits32(gradScale)), attCausal: c.causal, attWindow: c.window,
		} {
			(a + at).Store(0, uint32(x))
		}
		if c.lengths > 0 {
			a.Store(attLengths, uint32(lengths))
		}
		if c.masked {
			for i, x := range []uint32{uint32(mask), 0, 0, uint32(4 * c.tk), uint32(c.tk), 4} {
				(a + attMask + U32(4*i)).Store(0, x)
			}
			a.Store(atPrepared, 1)
		}
		for side, x := range map[U32][3]uint32{
			attQ: {uint32(q), uint32(c.tq), uint32(c.dim)}, attK: {uint32(k), uint32(c.tk), uint32(c.dim)},
			attV: {uint32(v), uint32(c.tk), uint32(c.vdim)}, gradOut: {uint32(o), uint32(c.tq), uint32(c.vdim)},
			gradDOut: {uint32(dout), uint32(c.tq), uint32(c.vdim)}, gradDQ: {uint32(dq), uint32(c.tq), uint32(c.dim)},
			gradDK: {uint32(dk), uint32(c.tk), uint32(c.dim)}, gradDV: {uint32(dv), uint32(c.tk), uint32(c.vdim)},
		} {
			for i, word := range []uint32{x[0], 0, 4 * x[1] * x[2], 4 * x[2]} {
				(a + side + U32(4*i)).Store(0, word)
			}
		}
		layOutGrad(a)
		for task := range uint32(c.kvHeads) {
			gradTask(a, task)
		}
	})
	wantQ, wantK, wantV := c.gradients(in)
	closeTo(t, g.read(dq, len(in.q)), wantQ, 3e-5)
	closeTo(t, g.read(dk, len(in.k)), wantK, 5e-5)
	closeTo(t, g.read(dv, len(in.v)), wantV, 3e-5)
}
