package cases

import (
	"fmt"
	"math"
)

// Only -Inf hides a key. All that is finite, however low, is a score: where a row has no other, it is a softmax of these.

const lowest = -math.MaxFloat32 // what PyTorch's masks add

// lowRows are masks of a query over its keys, by the key's number.
var lowRows = []func(j int) float64{
	func(int) float64 { return lowest },
	func(j int) float64 { return []float64{lowest, lowest, math.Inf(-1)}[j%3] },
	func(int) float64 { return -1e30 },
	func(int) float64 { return -1e9 },
	func(j int) float64 { return []float64{-2.4e38, -2.3e38, -2.4e38, -2.4e38}[j%4] },
	func(int) float64 { return 3e38 },
	func(int) float64 { return math.Inf(-1) },
	func(j int) float64 { return []float64{lowest, 0}[j%2] },
}

// lowMask returns a mask with each of lowRows, in turn, from a number on.
func lowMask(tq, tk, from int) *array {
	a := zeros(tq, tk)
	for i := range a.v {
		a.v[i] = lowRows[(i/tk+from)%len(lowRows)](i % tk)
	}
	return &a
}

// lowCalls are calls of attention whose scores lie at the ends of the range.
func lowCalls(s source) (all []*attend) {
	call := func(tq, tk int) *attend {
		c := &attend{batch: 1, heads: 2, kvHeads: 1, tq: tq, tk: tk, dim: 4, vdim: 5}
		s.fill(c)
		all = append(all, c)
		return c
	}
	masked := func(tq, tk, from int) *attend {
		c := call(tq, tk)
		c.mask = lowMask(tq, tk, from)
		return c
	}
	_ = masked(30, 150, 0)
	for i := range lowRows {
		_ = masked(1, 9+i, i)
	}
	masked(9, 20, 0).topK = 5
	masked(9, 20, 0).qk = 4
	for _, sink := range []float64{0.5, lowest, math.Inf(-1)} {
		for _, c := range []*attend{masked(9, 140, 0), masked(9, 20, 0)} {
			c.sinks = &array{[]int{2}, []float64{sink, sink}}
		}
		all[len(all)-1].topK = 20
	}
	// Two that are finite may have a sum that is not.
	over := masked(5, 20, 0)
	over.bias = &array{[]int{1, 20}, make([]float64, 20)}
	for j := 1; j < 20; j += 2 {
		over.bias.v[j] = lowest
	}
	// Products, without a mask.
	for _, scale := range []float64{1, 2} {
		for _, tq := range []int{1, 7} {
			c := call(tq, 20)
			c.dim, c.scale = 1, scale
			c.q, c.k = zeros(1, 2, tq, 1), zeros(1, 1, 20, 1)
			for i := range c.q.v {
				c.q.v[i] = -1.5 * 0x1p64
			}
			for j := range c.k.v {
				c.k.v[j] = []float64{0x1p63, 0x1p63, 0x1.fp62}[min(2, j*(tq+int(scale))%7)]
			}
		}
	}
	return all
}

// lowScores are the cases of lowCalls, and of other operations that weigh by scores.
func lowScores(s source) (all []Case) {
	for i, c := range lowCalls(s) {
		low := c.asCase()
		low.Name = fmt.Sprint(low.Name, " low ", i)
		all = append(all, low)
	}
	rows := zeros(len(lowRows), 70)
	for i := range rows.v {
		rows.v[i] = lowRows[i/70](i % 70)
	}
	rows.v[6*70] = -3e38 // not hidden altogether
	soft := rows.clone()
	soft.rows(softmax)
	all = append(all, op("low", "softmax", nil, map[string]any{"x": rows}, soft, 1e-5))

	q, k := zeros(1, 2, 1), zeros(1, 3, 1)
	q.v, k.v = []float64{-1.5 * 0x1p64, 1}, []float64{0x1p63, 0x1p63, 0x1p63}
	for i, first := range []float64{1. / 3, 0} { // of the first query: at twice the scale its scores overflow
		scale := float64(1 + i)
		attrs := map[string]float64{"heads": 1, "dim": 1, "q_col": 0, "k_col": 0, "scale": scale}
		want := array{[]int{1, 1, 2, 3}, []float64{first, first, first, 1. / 3, 1. / 3, 1. / 3}}
		all = append(all, op(fmt.Sprint("low by ", scale), "attention_weights", attrs, map[string]any{"q": q, "k": k}, want, 1e-5))
	}
	return all
}

// lowGrads are the gradients of lowCalls.
func lowGrads(s source) (all []Case) {
	for i, c := range lowCalls(s) {
		if c.topK != 0 || c.qk != 0 {
			continue
		}
		grad := c.asCase()
		out, _ := c.answer()
		dout := s.normal(out.shape...)
		grad.Inputs["out"], grad.Inputs["dout"] = out.tensor(), dout.tensor()
		grad.Name, grad.Target = fmt.Sprint("attention_grad ", c, " low ", i), "attention_grad"
		delete(grad.Attrs, "top_k")
		grad.Want, grad.Also, grad.Tol = nil, c.gradients(dout), 1e-4
		if c.mask == nil { // of keys so great only dv is of unit size
			grad.Also = map[string][]float64{"dv": grad.Also["dv"]}
		}
		all = append(all, grad)
	}
	return all
}

// gradients computes dq, dk and dv from the weights, of a call without a soft cap and temperatures: differences would not show
// what rounding to large numbers hides.
func (c *attend) gradients(dout array) map[string][]float64 {
	dq, dk, dv := zeros(c.q.shape...), zeros(c.k.shape...), zeros(c.v.shape...)
	douts := func(h, i, d int) float64 { return dout.v[(i*c.heads+h)*c.vdim+d] } // one batch row, heads as columns
	for h := range c.heads {
		shared := h / (c.heads / c.kvHeads)
		for i := range c.tq {
			_, _, scores := c.row(0, h, i)
			weights := c.weigh(scores, h)
			slopes, mean := make([]float64, c.tk), 0.0
			for j, w := range weights {
				for d := range c.vdim {
					slopes[j] += douts(h, i, d) * c.value(0, h, j, d)
					dv.v[(shared*c.tk+j)*c.vdim+d] += w * douts(h, i, d)
				}
				mean += w * slopes[j]
			}
			for j, w := range weights {
				ds := w * (slopes[j] - mean) * c.scale
				for d := range c.dim {
					dq.v[(h*c.tq+i)*c.dim+d] += ds * c.key(0, h, j, d)
					dk.v[(shared*c.tk+j)*c.dim+d] += ds * c.q.at(0, h, i, d)
				}
			}
		}
	}
	return map[string][]float64{"dq": c.laidOut(dq).v, "dk": c.laidOut(dk).v, "dv": c.laidOut(dv).v}
}
