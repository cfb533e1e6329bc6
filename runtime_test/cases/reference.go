package cases

import "math"

// The operations of the table in plain float64 arithmetic, one line of mathematics each where that is possible.

func refActivate(x float64, act int) float64 {
	switch act {
	case 1:
		return math.Max(x, 0)
	case 2:
		return x / 2 * (1 + math.Erf(x/math.Sqrt2))
	case 3:
		return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
	case 4:
		return math.Tanh(x)
	case 5:
		return x / (1 + math.Exp(-x))
	case 6:
		return 1 / (1 + math.Exp(-x))
	}
	return x
}

func refMatMul(x, w array, bias, residual *array, act int) array {
	k, n := w.shape[0], w.shape[1]
	m := len(x.v) / k
	out := zeros(m, n)
	for i := range m {
		for j := range n {
			var sum float64
			for l := range k {
				sum += x.v[i*k+l] * w.v[l*n+j]
			}
			if bias != nil {
				sum += bias.v[j]
			}
			sum = refActivate(sum, act)
			if residual != nil {
				sum += residual.v[i*n+j]
			}
			out.v[i*n+j] = sum
		}
	}
	return out
}

func refGather(table array, ids []int32, scale float64) array {
	cols := table.last()
	out := zeros(len(ids), cols)
	for i, id := range ids {
		for j := range cols {
			out.v[i*cols+j] = table.v[int(id)*cols+j] * scale
		}
	}
	return out
}

func refTiming(x, inv array) array {
	out := x.clone()
	tokens, half := x.shape[1], len(inv.v)
	token := 0
	out.rows(func(row []float64) {
		for i, f := range inv.v {
			row[i] += math.Sin(float64(token%tokens) * f)
			row[half+i] += math.Cos(float64(token%tokens) * f)
		}
		token++
	})
	return out
}

func refLayerNorm(x, scale, bias array, eps float64) array {
	out := x.clone()
	out.rows(func(row []float64) {
		mean, variance := 0.0, 0.0
		for _, v := range row {
			mean += v / float64(len(row))
		}
		for _, v := range row {
			variance += (v - mean) * (v - mean) / float64(len(row))
		}
		for i, v := range row {
			row[i] = (v-mean)/math.Sqrt(variance+eps)*scale.v[i] + bias.v[i]
		}
	})
	return out
}

func refNormalize(x array, eps float64) array {
	out := x.clone()
	out.rows(func(row []float64) {
		var sum float64
		for _, v := range row {
			sum += v * v
		}
		for i := range row {
			row[i] /= math.Sqrt(math.Max(sum, eps))
		}
	})
	return out
}

// softmax replaces row by its softmax, subtracting the largest value first as everyone does.
func softmax(row []float64) {
	largest, sum := math.Inf(-1), 0.0
	for _, v := range row {
		largest = math.Max(largest, v)
	}
	for i, v := range row {
		row[i] = math.Exp(v - largest)
		sum += row[i]
	}
	for i := range row {
		row[i] /= sum
	}
}

func refMaskedMean(x array, lengths []int32) array {
	tokens, d := x.shape[1], x.shape[2]
	out := zeros(len(lengths), d)
	for b, length := range lengths {
		for t := range int(length) {
			for i := range d {
				out.v[b*d+i] += x.v[(b*tokens+t)*d+i] / float64(length)
			}
		}
	}
	return out
}

// heads describes where the heads of an attention lie in its operands' rows.
type heads struct {
	n, dim, vdim     int
	qCol, kCol, vCol int
	scale            float64
}

func (h heads) attrs() map[string]float64 {
	return map[string]float64{
		"heads": float64(h.n), "dim": float64(h.dim), "vdim": float64(h.vdim),
		"q_col": float64(h.qCol), "k_col": float64(h.kCol), "v_col": float64(h.vCol), "scale": h.scale,
	}
}

// refWeights returns softmax(q·kᵀ·scale) over the first length keys, [b,heads,tq,tk]; the other keys have weight 0.
func refWeights(q, k array, lengths []int32, h heads) array {
	batch, tq, tk := q.shape[0], q.shape[1], k.shape[1]
	out := zeros(batch, h.n, tq, tk)
	for b := range batch {
		valid := tk
		if lengths != nil {
			valid = int(lengths[b])
		}
		for head := range h.n {
			for i := range tq {
				row := out.v[((b*h.n+head)*tq+i)*tk:][:valid]
				for j := range row {
					a := q.v[(b*tq+i)*q.last()+h.qCol+head*h.dim:][:h.dim]
					c := k.v[(b*tk+j)*k.last()+h.kCol+head*h.dim:][:h.dim]
					row[j] = dot(a, c) * h.scale
				}
				softmax(row)
			}
		}
	}
	return out
}

func refAttention(q, k, v array, lengths []int32, h heads) array {
	batch, tq, tk := q.shape[0], q.shape[1], k.shape[1]
	weights := refWeights(q, k, lengths, h)
	out := zeros(batch, tq, h.n*h.vdim)
	for b := range batch {
		for head := range h.n {
			for i := range tq {
				to := out.v[(b*tq+i)*out.last()+head*h.vdim:][:h.vdim]
				for j := range tk {
					w := weights.v[((b*h.n+head)*tq+i)*tk+j]
					from := v.v[(b*tk+j)*v.last()+h.vCol+head*h.vdim:][:h.vdim]
					for d := range to {
						to[d] += w * from[d]
					}
				}
			}
		}
	}
	return out
}

func refReceived(w array, lengths []int32) array {
	batch, n, tq, tk := w.shape[0], w.shape[1], w.shape[2], w.shape[3]
	out := zeros(batch, tk)
	for b, length := range lengths {
		for head := range n {
			for i := range int(length) {
				for j := range tk {
					out.v[b*tk+j] += w.v[((b*n+head)*tq+i)*tk+j] / float64(n*int(length))
				}
			}
		}
	}
	return out
}

func refScores(q, keys array) array {
	out := zeros(q.shape[0], keys.shape[0])
	d := q.last()
	for i := range q.shape[0] {
		for j := range keys.shape[0] {
			out.v[i*keys.shape[0]+j] = dot(q.v[i*d:][:d], keys.v[j*d:][:d])
		}
	}
	return out
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
