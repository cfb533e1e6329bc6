package cases

import (
	"fmt"
	"math"
)

// otherAttentions are attentions of other scores than a product of queries and keys.
func otherAttentions(s source) (all []Case) {
	for _, z := range [][5]int{{1, 1, 1, 1, 1}, {2, 5, 9, 7, 3}, {1, 3, 150, 6, 40}, {3, 4, 4, 16, 33}} {
		for _, masked := range []bool{false, true} {
			all = append(all, additive(s, z, masked), flow(s, z, masked))
		}
	}
	for _, z := range [][5]int{{1, 1, 1, 1, 1}, {2, 3, 70, 9, 5}, {1, 2, 130, 16, 8}, {2, 1, 64, 7, 17}, {1, 3, 200, 33, 15}} {
		for _, masked := range []bool{false, true} {
			for _, causal := range []bool{false, true} {
				all = append(all, linear(s, z, masked, causal))
			}
		}
	}
	return all
}

// lengthsOr draws lengths, or takes all of limit.
func (s source) lengthsOr(masked bool, batch, limit int, inputs map[string]any, name string) []int32 {
	if masked {
		l := s.lengths(batch, limit)[:batch]
		inputs[name] = l
		return l
	}
	l := make([]int32, batch)
	for i := range l {
		l[i] = int32(limit)
	}
	return l
}

// mean returns the mean of rows of v weighted by the softmax of scores; zeros for none.
func mean(scores []float64, dim int, v func(j, d int) float64) []float64 {
	out := make([]float64, dim)
	if len(scores) == 0 {
		return out
	}
	w := append([]float64(nil), scores...)
	softmax(w)
	for j, x := range w {
		for d := range out {
			out[d] += x * v(j, d)
		}
	}
	return out
}

func additive(s source, z [5]int, masked bool) Case {
	batch, tq, tk, d, e := z[0], z[1], z[2], z[3], z[4]
	q, k, v, w := s.normal(batch, tq, d), s.normal(batch, tk, d), s.normal(batch, tk, e), s.normal(d)
	inputs := map[string]any{"q": q, "k": k, "v": v, "w": w}
	lengths := s.lengthsOr(masked, batch, tk, inputs, "lengths")
	want := zeros(batch, tq, e)
	for b := range batch {
		for i := range tq {
			scores := make([]float64, lengths[b])
			for j := range scores {
				for x := range d {
					scores[j] += w.v[x] * math.Tanh(q.at(b, i, x)+k.at(b, j, x))
				}
			}
			copy(want.v[(b*tq+i)*e:], mean(scores, e, func(j, x int) float64 { return v.at(b, j, x) }))
		}
	}
	c := op(fmt.Sprint(z, " lengths ", masked), "additive_attention", nil, inputs, want, 3e-5)
	return c.masked(masked, false)
}

// masked notes which masks a case has.
func (c Case) masked(lengths, causal bool) Case {
	if lengths {
		c.Masks = append(c.Masks, "lengths")
	}
	if causal {
		c.Masks = append(c.Masks, "causal")
	}
	return c
}

func flow(s source, z [5]int, masked bool) Case {
	batch, t, n, d := z[0], z[2], z[1], z[3]
	c, q, w := s.normal(batch, t, d), s.normal(batch, n, d), s.normal(3*d)
	inputs := map[string]any{"c": c, "q": q, "w": w}
	contexts := s.lengthsOr(masked, batch, t, inputs, "lengths")
	questions := s.lengthsOr(masked, batch, n, inputs, "q_lengths")
	want := zeros(batch, t, 4*d)
	for b := range batch {
		if questions[b] == 0 && masked {
			questions[b] = 1 // that no question matches any token is left to the kernel's own tests
			inputs["q_lengths"] = questions
		}
		best := make([]float64, contexts[b])
		rows := make([][]float64, contexts[b])
		for i := range best {
			scores := make([]float64, questions[b])
			best[i] = math.Inf(-1)
			for j := range scores {
				for x := range d {
					scores[j] += w.v[x]*c.at(b, i, x) + w.v[d+x]*q.at(b, j, x) + w.v[2*d+x]*c.at(b, i, x)*q.at(b, j, x)
				}
				best[i] = math.Max(best[i], scores[j])
			}
			rows[i] = mean(scores, d, func(j, x int) float64 { return q.at(b, j, x) })
		}
		h := mean(best, d, func(i, x int) float64 { return c.at(b, i, x) })
		for i, u := range rows {
			for x := range d {
				v := c.at(b, i, x)
				for part, y := range []float64{v, u[x], v * u[x], v * h[x]} {
					want.v[((b*t+i)*4+part)*d+x] = y
				}
			}
		}
	}
	return op(fmt.Sprint(z, " lengths ", masked), "attention_flow", nil, inputs, want, 5e-5).masked(masked, false)
}

func linear(s source, z [5]int, masked, causal bool) Case {
	batch, heads, tk, dim, vdim := z[0], z[1], z[2], z[3], z[4]
	tq := tk
	if !causal {
		tq = tk/2 + 1
	}
	q, k, v := s.normal(batch, tq, heads*dim+2), s.normal(batch, tk, heads*dim), s.normal(batch, tk, heads*vdim+1)
	inputs := map[string]any{"q": q, "k": k, "v": v}
	lengths := s.lengthsOr(masked, batch, tk, inputs, "lengths")
	attrs := map[string]float64{"heads": float64(heads), "dim": float64(dim), "vdim": float64(vdim), "q_col": 2, "k_col": 0, "v_col": 1}
	if causal {
		attrs["causal"] = 1
	}
	feature := func(x float64) float64 {
		if x > 0 {
			return x + 1
		}
		return math.Exp(x)
	}
	want := zeros(batch, tq, heads*vdim)
	for i := range batch * heads * tq {
		b, h, row := i/heads/tq, i/tq%heads, i%tq
		sum, out := 0.0, want.v[((b*tq+row)*heads+h)*vdim:][:vdim]
		for j := range int(lengths[b]) {
			if causal && j > row {
				break
			}
			weight := 0.0
			for d := range dim {
				weight += feature(q.at(b, row, 2+h*dim+d)) * feature(k.at(b, j, h*dim+d))
			}
			sum += weight
			for d := range out {
				out[d] += weight * v.at(b, j, 1+h*vdim+d)
			}
		}
		for d := range out {
			if sum != 0 {
				out[d] /= sum
			}
		}
	}
	return op(fmt.Sprint(z, " lengths ", masked, " causal ", causal), "linear_attention", attrs, inputs, want, 3e-5).masked(masked, causal)
}
