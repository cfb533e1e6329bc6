package cases

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// Ops returns cases of every operation, over sizes around and away from the kernels' tiles.
func Ops() []Case { return slices.Clone(ops()) }

var ops = sync.OnceValue(func() (all []Case) {
	for _, family := range []func(source) []Case{
		matmuls, gathers, timings, layerNorms, attentions, attentionWeights, receiveds, maskedMeans, rowwise, scores, elementwise,
		attends, quantizedAttends, otherAttentions, neighbours, lowScores,
	} {
		all = append(all, family(newSource(uint64(len(all))))...)
	}
	return all
})

func matmuls(s source) (all []Case) {
	for m := 1; m <= 9; m++ {
		for n := 1; n <= 18; n++ {
			all = append(all, matmul(s, m, 1+s.IntN(40), n))
		}
	}
	for _, size := range [][3]int{{1, 512, 512}, {5, 1, 1}, {13, 300, 67}, {33, 129, 65}} {
		all = append(all, matmul(s, size[0], size[1], size[2]))
	}
	return all
}

func matmul(s source, m, k, n int) Case {
	x, w, bias, residual := s.normal(m, k), s.normal(k, n), s.normal(n), s.normal(m, n)
	inputs := map[string]any{"x": x, "w": w}
	var b, r *array
	if s.IntN(2) == 0 {
		inputs["bias"], b = bias, &bias
	}
	if s.IntN(2) == 0 {
		inputs["residual"], r = residual, &residual
	}
	act := s.IntN(7)
	name := fmt.Sprintf("%d×%d×%d bias %t residual %t act %d", m, k, n, b != nil, r != nil, act)
	// Rounding errors of a sum of k products of unit size grow with √k·√k at worst; twice that is still far below a wrong term.
	tol := 4e-7 * float64(k+8)
	return op(name, "matmul", map[string]float64{"act": float64(act)}, inputs, refMatMul(x, w, b, r, act), tol)
}

func gathers(s source) (all []Case) {
	for cols := 1; cols <= 19; cols += 3 {
		table := s.normal(11, cols)
		ids := []int32{10, 0, 3, 3, 7}
		all = append(all, op(fmt.Sprintf("11×%d", cols), "gather", map[string]float64{"scale": 2},
			map[string]any{"table": table, "ids": ids}, refGather(table, ids, 2), 1e-7))
	}
	return all
}

func timings(s source) (all []Case) {
	for _, size := range [][3]int{{1, 1, 2}, {2, 5, 6}, {3, 128, 10}, {1, 17, 64}} {
		x, inv := s.normal(size[0], size[1], size[2]), zeros(size[2]/2)
		for i := range inv.v {
			inv.v[i] = float64(float32(math.Pow(10000, -float64(i)/float64(len(inv.v)))))
		}
		all = append(all, op(fmt.Sprint(size), "add_timing", nil, map[string]any{"x": x, "inv": inv}, refTiming(x, inv), 1e-5))
	}
	return all
}

func layerNorms(s source) (all []Case) {
	for d := 2; d <= 21; d++ {
		x, scale, bias := s.normal(2, 3, d), s.normal(d), s.normal(d)
		all = append(all, op(fmt.Sprintf("6 rows of %d", d), "layer_norm", map[string]float64{"eps": 1e-6},
			map[string]any{"x": x, "scale": scale, "bias": bias}, refLayerNorm(x, scale, bias, float64(float32(1e-6))), 2e-5))
	}
	return all
}

// layouts of attention: fused rows of q, k and v, separate operands, and heads away from the row's start.
func layouts(s source, n, dim, vdim, batch, tq, tk int) (q, k, v array, h heads) {
	h = heads{n: n, dim: dim, vdim: vdim, scale: float64(float32(1 / math.Sqrt(float64(dim))))}
	if tq == tk {
		qkv := s.normal(batch, tq, n*(2*dim+vdim))
		h.kCol, h.vCol = n*dim, 2*n*dim
		return qkv, qkv, qkv, h
	}
	h.qCol, h.kCol, h.vCol = 3, 1, 2
	return s.normal(batch, tq, n*dim+5), s.normal(batch, tk, n*dim+1), s.normal(batch, tk, n*vdim+2), h
}

// attentionSizes are {heads, dim, vdim, batch, tq, tk}.
var attentionSizes = [][6]int{
	{1, 1, 1, 1, 1, 1}, {2, 3, 5, 4, 4, 4}, {4, 64, 64, 2, 19, 19}, {4, 128, 128, 1, 33, 33}, {3, 7, 9, 3, 5, 17},
	{1, 8, 4, 2, 1, 65}, {2, 16, 16, 2, 9, 8}, {4, 20, 12, 3, 31, 31}, {1, 4, 4, 1, 2, 128},
}

func attentions(s source) (all []Case) {
	for _, z := range attentionSizes {
		for _, masked := range []bool{false, true} {
			q, k, v, h := layouts(s, z[0], z[1], z[2], z[3], z[4], z[5])
			inputs := map[string]any{"q": q, "k": k, "v": v}
			var lengths []int32
			if masked {
				lengths = s.lengths(z[3], z[5])
				inputs["lengths"] = lengths
			}
			all = append(all, op(fmt.Sprint(z, " lengths ", lengths), "attention", h.attrs(), inputs,
				refAttention(q, k, v, lengths, h), 2e-5))
		}
	}
	return all
}

func attentionWeights(s source) (all []Case) {
	for _, z := range attentionSizes {
		q, k, _, h := layouts(s, z[0], z[1], z[2], z[3], z[4], z[5])
		lengths := s.lengths(z[3], z[5])
		want := refWeights(q, k, lengths, h)
		if z[4] == z[5] {
			dropPaddedQueries(want, lengths)
		}
		attrs := h.attrs()
		delete(attrs, "vdim")
		delete(attrs, "v_col")
		all = append(all, op(fmt.Sprint(z, " lengths ", lengths), "attention_weights", attrs,
			map[string]any{"q": q, "k": k, "lengths": lengths}, want, 2e-5))
	}
	return all
}

// dropPaddedQueries clears the rows of queries from each length on.
func dropPaddedQueries(w array, lengths []int32) {
	n, t := w.shape[1], w.shape[2]
	for b, length := range lengths {
		for head := range n {
			clear(w.v[((b*n+head)*t+int(length))*t : (b*n+head+1)*t*t])
		}
	}
}

func receiveds(s source) (all []Case) {
	for t := 1; t <= 13; t += 3 {
		w, lengths := s.normal(3, 2, t, t), s.lengths(3, t)
		all = append(all, op(fmt.Sprint(t, " tokens, lengths ", lengths), "attention_received", nil,
			map[string]any{"w": w, "lengths": lengths}, refReceived(w, lengths), 1e-5))
	}
	return all
}

func maskedMeans(s source) (all []Case) {
	for d := 1; d <= 17; d += 4 {
		x, lengths := s.normal(3, 7, d), s.lengths(3, 7)
		all = append(all, op(fmt.Sprintf("3×7×%d lengths %v", d, lengths), "masked_mean", nil,
			map[string]any{"x": x, "lengths": lengths}, refMaskedMean(x, lengths), 1e-5))
	}
	return all
}

// rowwise are the operations along the last axis that have one operand.
func rowwise(s source) (all []Case) {
	for d := 1; d <= 35; d++ {
		x := s.normal(3, d)
		soft := x.clone()
		soft.rows(softmax)
		all = append(all,
			op(fmt.Sprintf("3×%d", d), "softmax", nil, map[string]any{"x": x}, soft, 1e-5),
			op(fmt.Sprintf("3×%d", d), "l2_normalize", map[string]float64{"eps": 1e-12}, map[string]any{"x": x},
				refNormalize(x, 1e-12), 1e-5))
	}
	return all
}

func scores(s source) (all []Case) {
	for _, size := range [][3]int{{1, 1, 1}, {1, 7, 5}, {3, 9, 17}, {2, 5, 512}, {5, 33, 31}} {
		q, keys := s.normal(size[0], size[2]), s.normal(size[1], size[2])
		all = append(all, op(fmt.Sprint(size), "scores", nil, map[string]any{"q": q, "keys": keys},
			refScores(q, keys), 4e-7*float64(size[2]+8)))
	}
	return all
}

func elementwise(s source) (all []Case) {
	for n := 1; n <= 17; n++ {
		x, y := s.normal(n), s.normal(n)
		sum := x.clone()
		for i := range sum.v {
			sum.v[i] += y.v[i]
		}
		all = append(all, op(fmt.Sprint(n), "add", nil, map[string]any{"x": x, "y": y}, sum, 1e-6))
		for act := range 7 {
			want := x.clone()
			for i, v := range want.v {
				want.v[i] = refActivate(v, act)
			}
			all = append(all, op(fmt.Sprintf("%d act %d", n, act), "activation", map[string]float64{"act": float64(act)},
				map[string]any{"x": x}, want, 2e-6))
		}
	}
	return all
}

// Special returns every case of Ops in a few sizes again, with NaN, infinities, −0, subnormal, huge and tiny values strewn into
// the inputs. Their answers are for comparing engines only.
func Special() []Case { return spoiled(Ops()) }

// SpecialTraining is Special of Training.
func SpecialTraining() []Case { return spoiled(Training()) }

func spoiled(sound []Case) []Case {
	s := newSource(99)
	var all []Case
	for i, c := range sound {
		if i%7 != 0 {
			continue
		}
		c.Name, c.Want, c.Also = c.Name+" special", nil, nil
		inputs := map[string]engine.Tensor{}
		for _, name := range slices.Sorted(maps.Keys(c.Inputs)) {
			inputs[name] = strew(s, c.Inputs[name])
		}
		c.Inputs = inputs
		all = append(all, c)
	}
	return all
}

var specials = []float32{
	float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.Copysign(0, -1)), 0,
	math.SmallestNonzeroFloat32, -3e-39, math.MaxFloat32, -math.MaxFloat32, 1e-20, 88.8, -104, 1e10,
}

// strew replaces about one value in eight of an f32 tensor.
func strew(s source, t engine.Tensor) engine.Tensor {
	if t.DType != "f32" {
		return t
	}
	v := t.Float32s()
	for i := range v {
		if s.IntN(8) == 0 {
			v[i] = specials[s.IntN(len(specials))]
		}
	}
	return engine.F32(v, t.Shape...)
}
