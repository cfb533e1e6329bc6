package cases

import (
	"fmt"
	"math"
	"strings"
	"sync"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// Training returns cases of the operations of level 1 but for attention's gradient. The gradients wanted are central differences
// of what the operation before them, or the loss, gives in float64.
func Training() []Case { return trainings() }

var trainings = sync.OnceValue(func() (all []Case) {
	for _, family := range []func(source) []Case{
		matmulGrads, activationGrads, gatedGrads, normGrads, softmaxGrads, poolGrads, gatherGrads,
		crossEntropies, squaredErrors, contrastives, rankings, globalNorms, sgds, adams, attentionGrads, lowGrads,
	} {
		all = append(all, family(newSource(uint64(2000+len(all))))...)
	}
	return all
})

// differences returns the derivatives of f by each of x, which f reads.
func differences(x []float64, f func() float64) []float64 {
	d := make([]float64, len(x))
	for i, v := range x {
		const h = 1e-5
		x[i] = v + h
		up := f()
		x[i] = v - h
		d[i] = (up - f()) / (2 * h)
		x[i] = v
	}
	return d
}

// A training makes a case with several outputs.
type training struct {
	target, name string
	attrs        map[string]float64
	inputs       map[string]any
	want         map[string][]float64
	optional     []string // outputs to ask for
	tol          float64
}

func (c training) asCase() Case {
	out := op(c.name, c.target, c.attrs, c.inputs, array{}, c.tol)
	out.Also, out.Wanted, out.WasmOnly = c.want, c.optional, true
	return out
}

func matmulGrads(s source) (all []Case) {
	for _, z := range [][4]int{{1, 1, 1, 1}, {1, 3, 5, 7}, {2, 4, 9, 18}, {1, 5, 11, 67}, {1, 50, 4, 3}} {
		x, w, dout := s.normal(z[0], z[1], z[2]), s.normal(z[2], z[3]), s.normal(z[0], z[1], z[3])
		bias := zeros(z[3])
		value := func() float64 { return dot(refMatMul(x, w, &bias, nil, 0).v, dout.v) }
		all = append(all, training{
			"matmul_grad", fmt.Sprint(z), nil, map[string]any{"x": x, "w": w, "dout": dout},
			map[string][]float64{"dx": differences(x.v, value), "dw": differences(w.v, value), "dbias": differences(bias.v, value)},
			[]string{"dx", "dw", "dbias"}, 5e-6,
		}.asCase())
	}
	c := all[2]
	c.Name, c.Wanted, c.Also = "matmul_grad dw alone", []string{"dw"}, map[string][]float64{"dw": c.Also["dw"]}
	return append(all, c)
}

// slopes are dout·f'(x), element by element.
func slopes(x, dout array, f func(x float64) float64) []float64 {
	d := make([]float64, len(x.v))
	for i, v := range x.v {
		const h = 1e-5
		d[i] = dout.v[i] * (f(v+h) - f(v-h)) / (2 * h)
	}
	return d
}

// attentionGradMasks are what a call of attention can have for its gradient, beside its sizes.
var attentionGradMasks = []string{
	"plain", "lengths", "causal", "window", "prefix causal", "flags", "added", "bias", "documents", "alibi", "softcap", "sinks",
	"temperature", "offset causal", "from_end causal lengths", "pool", "one", "softcap temperature documents alibi sinks", "pool documents lengths",
}

// cost is about how many products the differences of a call take.
func (c *attend) cost() int {
	return c.heads * c.batch * c.tq * c.tk * (c.dim + c.vdim) * (len(c.q.v) + len(c.k.v) + len(c.v.v))
}

func attentionGrads(s source) (all []Case) {
	for _, name := range attentionGradMasks {
		c := s.attend(strings.Fields(name), false)
		for c.cost() > 700_000 {
			c = s.attend(strings.Fields(name), false)
		}
		all = append(all, c.asGrad(s))
	}
	tiles := &attend{batch: 1, heads: 2, kvHeads: 1, tq: 52, tk: 133, dim: 2, vdim: 1} // more than one
	s.fill(tiles)
	s.hide(tiles, map[string]bool{"softcap": true, "temperature": true, "documents": true, "alibi": true, "sinks": true})
	return append(all, tiles.asGrad(s))
}

// asGrad makes the gradient of the call a case.
func (c *attend) asGrad(s source) Case {
	grad := c.asCase()
	out, _ := c.answer()
	dout := s.normal(out.shape...)
	value := func() float64 {
		out, _ := c.answer()
		return dot(out.v, dout.v)
	}
	grad.Inputs["out"], grad.Inputs["dout"] = out.tensor(), dout.tensor()
	grad.Name, grad.Target = "attention_grad "+c.String(), "attention_grad"
	delete(grad.Attrs, "top_k")
	want := map[string][]float64{}
	for name, a := range map[string]array{"dq": c.q, "dk": c.k, "dv": c.v} {
		want[name] = c.laidOut(array{a.shape, differences(a.v, value)}).v
	}
	grad.Want, grad.Also, grad.Tol = nil, want, 1e-4
	return grad
}

func activationGrads(s source) (all []Case) {
	for act := range 7 {
		for _, n := range []int{1, 2, 3, 5, 4, 8191} {
			x, dout := s.normal(n), s.normal(n)
			for i := range x.v {
				x.v[i] = float64(float32(3 * x.v[i]))
			}
			attrs := map[string]float64{"act": float64(act)}
			f := func(v float64) float64 { return refActivate(v, act) }
			if act == 5 && n == 5 {
				attrs["alpha"] = 1.75
				f = func(v float64) float64 { return v / (1 + math.Exp(-1.75*v)) }
			}
			all = append(all, training{
				"activation_grad", fmt.Sprint(attrs, n), attrs, map[string]any{"x": x, "dout": dout},
				map[string][]float64{"dx": slopes(x, dout, f)}, nil, 3e-6,
			}.asCase())
		}
	}
	return all
}

func gatedGrads(s source) (all []Case) {
	for act := range 7 {
		rows, cols := 3, 1+5*act
		gate, up, dout := s.normal(rows, cols+2), s.normal(rows, cols+5), s.normal(rows, cols)
		dgate, dup := zeros(rows, cols), zeros(rows, cols)
		for i := range dout.v {
			r, c := i/cols, i%cols
			g, u := gate.v[r*(cols+2)+1+c], up.v[r*(cols+5)+4+c]
			const h = 1e-5
			dgate.v[i] = dout.v[i] * u * (refActivate(g+h, act) - refActivate(g-h, act)) / (2 * h)
			dup.v[i] = dout.v[i] * refActivate(g, act)
		}
		all = append(all, training{
			"gated_grad", fmt.Sprint("act ", act), map[string]float64{"act": float64(act), "cols": float64(cols), "gate_col": 1, "up_col": 4},
			map[string]any{"gate": gate, "up": up, "dout": dout}, map[string][]float64{"dgate": dgate.v, "dup": dup.v}, nil, 3e-6,
		}.asCase())
	}
	return all
}

// refRMSNorm scales rows by 1/√(mean of x² + eps) and scale.
func refRMSNorm(x, scale array, eps float64) array {
	out := x.clone()
	array{[]int{len(scale.v)}, out.v}.rows(func(row []float64) {
		inverse := 1 / math.Sqrt(dot(row, row)/float64(len(row))+eps)
		for i := range row {
			row[i] *= inverse * scale.v[i]
		}
	})
	return out
}

func normGrads(s source) (all []Case) {
	const eps = 1.0 / 1024
	attrs := map[string]float64{"eps": eps}
	for d := 1; d <= 73; d += 6 {
		x, scale, dout, bias := s.normal(4, d), s.normal(d), s.normal(4, d), zeros(d)
		x.v[0] *= 100
		in := map[string]any{"x": x, "scale": scale, "dout": dout}
		layer := func() float64 { return dot(refLayerNorm(x, scale, bias, eps).v, dout.v) }
		rms := func() float64 { return dot(refRMSNorm(x, scale, eps).v, dout.v) }
		length := func() float64 { return dot(refNormalize(x, eps).v, dout.v) }
		x.v[0] = float64(float32(x.v[0]))
		all = append(all, training{
			"layer_norm_grad", fmt.Sprint("4 rows of ", d), attrs, in,
			map[string][]float64{"dx": differences(x.v, layer), "dscale": differences(scale.v, layer), "dbias": differences(bias.v, layer)},
			[]string{"dx", "dscale", "dbias"}, 3e-5,
		}.asCase(), training{
			"rms_norm_grad", fmt.Sprint("4 rows of ", d), attrs, in,
			map[string][]float64{"dx": differences(x.v, rms), "dscale": differences(scale.v, rms)}, []string{"dx", "dscale"}, 1e-5,
		}.asCase(), training{
			"l2_normalize_grad", fmt.Sprint("4 rows of ", d), attrs, map[string]any{"x": x, "dout": dout},
			map[string][]float64{"dx": differences(x.v, length)}, nil, 1e-5,
		}.asCase())
	}
	x, scale, dout := s.normal(2, 3, 5), s.normal(3, 5), s.normal(2, 3, 5)
	rms := func() float64 { return dot(refRMSNorm(x, scale, eps).v, dout.v) }
	short := zeros(1, 3)
	short.v[0] = 1.0 / 128 // below √eps
	shortOut := s.normal(1, 3)
	length := func() float64 { return dot(refNormalize(short, eps).v, shortOut.v) }
	return append(all, training{
		"rms_norm_grad", "along two axes", attrs, map[string]any{"x": x, "scale": scale, "dout": dout},
		map[string][]float64{"dscale": differences(scale.v, rms)}, []string{"dscale"}, 1e-5,
	}.asCase(), training{
		"l2_normalize_grad", "a row of almost no length", attrs, map[string]any{"x": short, "dout": shortOut},
		map[string][]float64{"dx": differences(short.v, length)}, nil, 1e-5,
	}.asCase())
}

// softmaxAlong is the softmax of x[outer, n, inner] along n, or its logarithm.
func softmaxAlong(x []float64, n, inner int, log bool) []float64 {
	out, sums := make([]float64, len(x)), make([]float64, len(x)/n)
	line := func(i int) int { return i/(n*inner)*inner + i%inner }
	for i, v := range x {
		sums[line(i)] += math.Exp(v)
	}
	for i := range sums {
		sums[i] = math.Log(sums[i])
	}
	for i, v := range x {
		if out[i] = v - sums[line(i)]; !log {
			out[i] = math.Exp(out[i])
		}
	}
	return out
}

func softmaxGrads(s source) (all []Case) {
	for _, z := range [][3]int{{3, 1, 1}, {2, 7, 1}, {3, 33, 1}, {2, 5, 3}, {2, 4, 9}, {1, 70, 6}} {
		for log := range 2 {
			x, dout := s.normal(z[0], z[1], z[2]), s.normal(z[0], z[1], z[2])
			axis := 1.0
			if z[2] == 1 {
				x.shape, dout.shape, axis = x.shape[:2], dout.shape[:2], 0
			}
			value := func() float64 { return dot(softmaxAlong(x.v, z[1], z[2], log == 1), dout.v) }
			out := array{x.shape, softmaxAlong(x.v, z[1], z[2], log == 1)}
			all = append(all, training{
				"softmax_grad", fmt.Sprint(z, " log ", log), map[string]float64{"axis_from_last": axis, "log": float64(log)},
				map[string]any{"out": out, "dout": dout}, map[string][]float64{"dx": differences(x.v, value)}, nil, 1e-5,
			}.asCase())
		}
	}
	return all
}

func poolGrads(s source) (all []Case) {
	const batch, tokens = 4, 5
	lengths, mask := []int32{5, 0, 3, 4}, []int32{1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 1, 0, 1, 1}
	for kind := range 5 {
		for given := range 4 {
			d := 1 + 3*given
			x, dout := s.normal(batch, tokens, d), s.normal(batch, d)
			in := map[string]any{"x": x, "dout": dout}
			l, m := []int32{tokens, tokens, tokens, tokens}, make([]int32, len(mask))
			for i := range m {
				m[i] = 1
			}
			if given&1 != 0 {
				in["lengths"], l = lengths, lengths
			}
			if given&2 != 0 {
				in["mask"], m = engine.I32(mask, batch, tokens), mask
			}
			all = append(all, training{
				"pool_grad", fmt.Sprint("kind ", kind, " given ", given), map[string]float64{"kind": float64(kind)}, in,
				map[string][]float64{"dx": differences(x.v, func() float64 { return dot(pooled(x, l, m, kind), dout.v) })}, nil, 1e-6,
			}.asCase())
		}
	}
	// Of equal maxima the first token that counts has the gradient.
	even, dout, want := zeros(1, 3, 2), s.normal(1, 2), zeros(1, 3, 2)
	copy(want.v[2:], dout.v)
	return append(all, training{
		"pool_grad", "equal maxima", map[string]float64{"kind": 1},
		map[string]any{"x": even, "dout": dout, "mask": engine.I32([]int32{0, 1, 1}, 1, 3)}, map[string][]float64{"dx": want.v}, nil, 0,
	}.asCase())
}

// pooled is the mean, maximum, first, last or sum of the tokens that count.
func pooled(x array, lengths, mask []int32, kind int) []float64 {
	tokens, d := x.shape[1], x.shape[2]
	var out []float64
	for i := range x.shape[0] * d {
		b, c := i/d, i%d
		var v []float64
		for t := range int(lengths[b]) {
			if mask[b*tokens+t] != 0 {
				v = append(v, x.v[(b*tokens+t)*d+c])
			}
		}
		out = append(out, poolOf(v, kind))
	}
	return out
}

func poolOf(v []float64, kind int) (r float64) {
	if len(v) == 0 {
		return 0
	}
	top := math.Inf(-1)
	for _, x := range v {
		r += x
		top = max(top, x)
	}
	return []float64{r / float64(len(v)), top, v[0], v[len(v)-1], r}[kind]
}

func gatherGrads(s source) (all []Case) {
	for _, cols := range []int{1, 3, 4, 65, 130} {
		ids, dout, want := []int32{5, 0, 5, 2, 5, 0}, s.normal(2, 3, cols), zeros(6, cols)
		for i := range dout.v {
			want.v[int(ids[i/cols])*cols+i%cols] += 1.5 * dout.v[i]
		}
		all = append(all, training{
			"gather_grad", fmt.Sprint(cols, " columns"), map[string]float64{"scale": 1.5, "rows": 6},
			map[string]any{"ids": engine.I32(ids, 2, 3), "dout": dout}, map[string][]float64{"dtable": want.v}, nil, 1e-6,
		}.asCase())
	}
	return all
}

func crossEntropies(s source) (all []Case) {
	for _, c := range []int{1, 2, 5, 8, 131} {
		for _, smoothing := range []float64{0, 0.125} {
			logits, labels := s.normal(2, 3, c), []int32{0, int32(c - 1), -1, int32(c / 2), 0, -1}
			for i := range c {
				logits.v[i] = float64(float32(30 * logits.v[i]))
			}
			value := func() float64 { return crossEntropy(logits.v, c, labels, smoothing) }
			all = append(all, training{
				"cross_entropy", fmt.Sprint(c, " classes, smoothing ", smoothing), map[string]float64{"smoothing": smoothing},
				map[string]any{"logits": logits, "labels": engine.I32(labels, 2, 3)},
				map[string][]float64{"loss": {value()}, "dlogits": differences(logits.v, value)}, []string{"dlogits"}, 3e-6,
			}.asCase())
		}
	}
	return append(all, training{
		"cross_entropy", "no label", nil, map[string]any{"logits": s.normal(2, 5), "labels": []int32{-1, -1}},
		map[string][]float64{"loss": {0}, "dlogits": make([]float64, 10)}, []string{"dlogits"}, 0,
	}.asCase(), training{
		"cross_entropy", "the loss alone", nil, map[string]any{"logits": zeros(2, 4), "labels": []int32{3, 0}},
		map[string][]float64{"loss": {math.Log(4)}}, nil, 1e-6,
	}.asCase())
}

// crossEntropy is the mean over the rows with a label.
func crossEntropy(logits []float64, classes int, labels []int32, smoothing float64) float64 {
	sum, count := 0.0, 0.0
	logs := softmaxAlong(logits, classes, 1, true)
	for r, label := range labels {
		if label < 0 {
			continue
		}
		count++
		for c, log := range logs[r*classes:][:classes] {
			target := smoothing / float64(classes)
			if c == int(label) {
				target += 1 - smoothing
			}
			sum -= target * log
		}
	}
	return sum / count
}

func squaredErrors(s source) (all []Case) {
	for _, n := range []int{1, 3, 4, 65, 9000} {
		x, target := s.normal(n), s.normal(n)
		loss, dx := 0.0, make([]float64, n)
		for i, v := range x.v {
			d := v - target.v[i]
			loss += d * d / float64(n)
			dx[i] = 2 * d / float64(n)
		}
		all = append(all, training{
			"squared_error", fmt.Sprint(n), nil, map[string]any{"x": x, "target": target},
			map[string][]float64{"loss": {loss}, "dx": dx}, []string{"dx"}, 1e-6,
		}.asCase())
	}
	return all
}

func contrastives(s source) (all []Case) {
	for _, z := range [][2]int{{1, 1}, {2, 2}, {5, 5}, {7, 10}, {66, 66}} {
		for symmetric := range 2 {
			if z[0] > 8 && symmetric == 0 {
				continue // differences take their time
			}
			sim := s.normal(z[0], z[1])
			value := func() float64 { return contrastive(sim, 0.25, symmetric == 1) }
			all = append(all, training{
				"contrastive_loss", fmt.Sprint(z, " symmetric ", symmetric), map[string]float64{"temperature": 0.25, "symmetric": float64(symmetric)},
				map[string]any{"s": sim}, map[string][]float64{"loss": {value()}, "ds": differences(sim.v, value)}, []string{"ds"}, 1e-5,
			}.asCase())
		}
	}
	c := all[len(all)-1]
	c.Name, c.Wanted, c.Also = "contrastive_loss the loss alone", nil, map[string][]float64{"loss": c.Also["loss"]}
	return append(all, c)
}

func contrastive(s array, temperature float64, symmetric bool) (loss float64) {
	n, m := s.shape[0], s.shape[1]
	x := make([]float64, len(s.v))
	for i, v := range s.v {
		x[i] = v / temperature
	}
	rows, columns := softmaxAlong(x, m, 1, true), softmaxAlong(x, n, m, true)
	for i := range n {
		loss -= rows[i*m+i] / float64(n)
	}
	if !symmetric {
		return loss
	}
	for i := range n {
		loss -= columns[i*m+i] / float64(n)
	}
	return loss / 2
}

func rankings(s source) (all []Case) {
	for _, n := range []int{1, 2, 5, 8, 35} {
		for _, margin := range []float64{0, 0.5} {
			scores, relevance := s.normal(3, n), zeros(3, n)
			for i := range relevance.v {
				relevance.v[i] = float64(s.IntN(4))
				if relevance.v[i] == 3 {
					relevance.v[i] = math.NaN()
				}
			}
			value := func() float64 { return ranking(scores, relevance, margin) }
			all = append(all, training{
				"ranking_loss", fmt.Sprint(n, " margin ", margin), map[string]float64{"margin": margin},
				map[string]any{"scores": scores, "relevance": relevance},
				map[string][]float64{"loss": {value()}, "dscores": differences(scores.v, value)}, []string{"dscores"}, 2e-6,
			}.asCase())
		}
	}
	return all
}

func ranking(scores, relevance array, margin float64) float64 {
	sum, count, n := 0.0, 0.0, scores.last()
	for i := range scores.v {
		for j := range n {
			other := i/n*n + j
			if !(relevance.v[i] > relevance.v[other]) {
				continue
			}
			count++
			lead := scores.v[i] - scores.v[other]
			if margin > 0 {
				sum += max(0, margin-lead)
			} else {
				sum += math.Log1p(math.Exp(-lead))
			}
		}
	}
	return sum / max(count, 1)
}

func globalNorms(s source) (all []Case) {
	in, sum := map[string]any{}, 0.0
	for i, name := range "abcdefghijklmnop" {
		x := s.normal(1 + i*300)
		in[string(name)] = x
		sum += dot(x.v, x.v)
		if i%5 == 0 || i == 15 {
			given := map[string]any{}
			for k, v := range in {
				given[k] = v
			}
			all = append(all, training{
				"global_norm", fmt.Sprint(i+1, " tensors"), nil, given, map[string][]float64{"norm": {math.Sqrt(sum)}}, nil, 1e-7,
			}.asCase())
		}
	}
	huge := zeros(2)
	huge.v[0], huge.v[1] = 0x1p126, 0x1p126
	return append(all, training{
		"global_norm", "squares beyond float32", nil, map[string]any{"c": huge, "a": huge},
		map[string][]float64{"norm": {0x1p127}}, nil, 1e-7,
	}.asCase())
}

// clip is what a gradient of that norm is scaled by.
func clip(norm, most float64) float64 { return min(1, most/norm) }

func sgds(s source) (all []Case) {
	for i, a := range []map[string]float64{
		{"rate": 0.125}, {"rate": 0.125, "momentum": 0.75}, {"rate": 0.5, "momentum": 0.5, "decay": 0.25},
		{"rate": 0.125, "momentum": 0.75, "decay": 0.25, "max_norm": 2, "nesterov": 1},
	} {
		n := []int{1, 6, 5003, 7}[i]
		param, grad, velocity, norm := s.normal(n), s.normal(n), s.normal(n), array{[]int{}, []float64{5}}
		in := map[string]any{"param": param, "grad": grad, "velocity": velocity}
		c := 1.0
		if a["max_norm"] > 0 {
			in["norm"], c = norm, clip(5, a["max_norm"])
		}
		p, v := zeros(n), zeros(n)
		for i := range p.v {
			g := c*grad.v[i] + a["decay"]*param.v[i]
			v.v[i] = a["momentum"]*velocity.v[i] + g
			step := v.v[i]
			if a["nesterov"] != 0 {
				step = g + a["momentum"]*step
			}
			p.v[i] = param.v[i] - a["rate"]*step
		}
		all = append(all, training{
			"sgd", fmt.Sprint(a), a, in, map[string][]float64{"param": p.v, "velocity": v.v}, []string{"velocity"}, 1e-6,
		}.asCase())
	}
	return all
}

func adams(s source) (all []Case) {
	for i, a := range []map[string]float64{
		{"rate": 0.125, "beta1": 0.875, "beta2": 0.9375, "eps": 0.0078125},
		{"rate": 0.125, "beta1": 0, "beta2": 0.75, "eps": 0.125, "decay": 0.5, "max_norm": 8},
		{"rate": 0.25, "beta1": 0.875, "beta2": 0.75, "eps": 0.0078125, "decay": 0.5, "max_norm": 2},
		{"rate": 0.25, "beta1": 0.875, "beta2": 0.75, "eps": 0.0078125},
	} {
		n, t := []int{1, 6, 5003, 7}[i], []int32{1, 2, 1000, 100000}[i]
		param, grad, m, v, norm := s.normal(n), s.normal(n), s.normal(n), s.normal(n), array{[]int{}, []float64{5}}
		in := map[string]any{"param": param, "grad": grad, "m": m, "v": v, "step": []int32{t}}
		for i := range v.v {
			v.v[i] *= v.v[i]
			v.v[i] = float64(float32(v.v[i]))
		}
		if t == 1 {
			delete(in, "m")
			delete(in, "v")
			clear(m.v)
			clear(v.v)
		}
		c := 1.0
		if a["max_norm"] > 0 {
			in["norm"], c = norm, clip(5, a["max_norm"])
		}
		p, m1, v1 := zeros(n), zeros(n), zeros(n)
		for i := range p.v {
			g := c * grad.v[i]
			m1.v[i] = a["beta1"]*m.v[i] + (1-a["beta1"])*g
			v1.v[i] = a["beta2"]*v.v[i] + (1-a["beta2"])*g*g
			mean, square := m1.v[i]/(1-math.Pow(a["beta1"], float64(t))), v1.v[i]/(1-math.Pow(a["beta2"], float64(t)))
			p.v[i] = param.v[i]*(1-a["rate"]*a["decay"]) - a["rate"]*mean/(math.Sqrt(square)+a["eps"])
		}
		all = append(all, training{
			"adam", fmt.Sprint(a, " step ", t), a, in, map[string][]float64{"param": p.v, "m": m1.v, "v": v1.v}, nil, 2e-6,
		}.asCase())
	}
	return all
}
