//go:build !js

package wasm_test

import (
	"maps"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/fovea-run/fovea/wasm"
)

// must runs an operation that cannot fail.
func must(t *testing.T, rt *wasm.Runtime, name string, attrs wasm.Attrs, in wasm.Tensors, outputs ...string) wasm.Tensors {
	t.Helper()
	out, err := rt.Op(background, name, attrs, in, outputs...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A bowl is Σ weights·(x - centre)²/2, whose gradient is simple.
type bowl struct{ weights, centre []float64 }

func newBowl(n int) (b bowl) {
	for i := range n {
		b.weights = append(b.weights, 0.05+0.9*float64(i)/float64(n))
		b.centre = append(b.centre, math.Sin(float64(i)))
	}
	return b
}

func (b bowl) grad(x []float64) []float64 {
	g := make([]float64, len(x))
	for i, v := range x {
		g[i] = b.weights[i] * (v - b.centre[i])
	}
	return g
}

func widen(x []float32) (w []float64) {
	for _, v := range x {
		w = append(w, float64(v))
	}
	return w
}

func narrow(x []float64) wasm.Tensor {
	n := make([]float32, len(x))
	for i, v := range x {
		n[i] = float32(v)
	}
	return wasm.F32(n)
}

// norm is √Σx².
func norm(x []float64) (n float64) {
	for _, v := range x {
		n = math.Hypot(n, v)
	}
	return n
}

// Three hundred steps of each optimiser end where a plain float64 loop does.
func TestOptimiserSteps(t *testing.T) {
	const n, steps, most = 37, 300, 1.5
	b := newBowl(n)
	eachTraining(t, func(t *testing.T, rt *wasm.Runtime) {
		for _, c := range []struct {
			name    string
			attrs   wasm.Attrs
			outputs []string
			step    func(at int, g []float64, p, first, second []float64)
		}{
			{"sgd", wasm.Attrs{"rate": 0.25, "momentum": 0.875, "decay": 0.0078125, "max_norm": most, "nesterov": 1}, []string{"velocity"},
				func(_ int, g, p, velocity, _ []float64) {
					for i := range p {
						d := g[i] + 0.0078125*p[i]
						velocity[i] = 0.875*velocity[i] + d
						p[i] -= 0.25 * (d + 0.875*velocity[i])
					}
				}},
			{"adam", wasm.Attrs{
				"rate": 0.03125, "beta1": 0.875, "beta2": 0.96875, "eps": 0.0009765625, "decay": 0.0625, "max_norm": most,
			}, nil,
				func(at int, g, p, mean, square []float64) {
					for i := range p {
						mean[i] = 0.875*mean[i] + 0.125*g[i]
						square[i] = 0.96875*square[i] + 0.03125*g[i]*g[i]
						m, v := mean[i]/(1-math.Pow(0.875, float64(at))), square[i]/(1-math.Pow(0.96875, float64(at)))
						p[i] -= 0.03125 * (0.0625*p[i] + m/(math.Sqrt(v)+0.0009765625))
					}
				}},
		} {
			want, first, second := make([]float64, n), make([]float64, n), make([]float64, n)
			for i := range want {
				want[i] = float64(i - 17)
			}
			state := wasm.Tensors{"param": narrow(want)}
			for at := 1; at <= steps; at++ {
				g := b.grad(want)
				clip := min(1, most/norm(g))
				for i := range g {
					g[i] *= clip
				}
				c.step(at, g, want, first, second)

				grad := narrow(b.grad(widen(state["param"].Float32s())))
				state["grad"], state["norm"] = grad, must(t, rt, "global_norm", nil, wasm.Tensors{"a": grad})["norm"]
				if c.name == "adam" {
					state["step"] = wasm.I32([]int32{int32(at)})
				}
				maps.Copy(state, must(t, rt, c.name, c.attrs, state, c.outputs...))
			}
			near(t, state["param"].Float32s(), want, 2e-5)
		}
	})
}

// What an operation of training does not take it refuses, naming the operand
// or attribute.
func TestTrainingArguments(t *testing.T) {
	row := wasm.F32([]float32{1, 2, 3}, 1, 3)
	one := wasm.F32([]float32{1, 2, 3})
	ints := func(v ...int32) wasm.Tensor { return wasm.I32(v) }
	sgd, adam := wasm.Attrs{"rate": 1}, wasm.Attrs{"rate": 1, "beta1": 0.5, "beta2": 0.5, "eps": 1}
	with := func(a wasm.Attrs, name string, v float64) wasm.Attrs {
		a = maps.Clone(a)
		a[name] = v
		return a
	}
	eachTraining(t, func(t *testing.T, rt *wasm.Runtime) {
		for _, c := range []struct {
			op    string
			attrs wasm.Attrs
			in    wasm.Tensors
			want  wasm.Error
		}{
			{"cross_entropy", nil, wasm.Tensors{"logits": row, "labels": ints(3)},
				wasm.Error{Code: "operand-value", Arg: "labels", Got: "3", Want: "3"}},
			{"cross_entropy", nil, wasm.Tensors{"logits": row, "labels": ints(-2)},
				wasm.Error{Code: "operand-value", Arg: "labels", Got: "-2", Want: "3"}},
			{"cross_entropy", nil, wasm.Tensors{"logits": row, "labels": ints(0, 0)},
				wasm.Error{Code: "shape", Arg: "labels", Got: "2", Want: "1"}},
			{"gather_grad", wasm.Attrs{"scale": 1, "rows": 4}, wasm.Tensors{"ids": ints(4), "dout": row},
				wasm.Error{Code: "operand-value", Arg: "ids", Got: "4", Want: "4"}},
			{"gather_grad", wasm.Attrs{"scale": 1, "rows": 0}, wasm.Tensors{"ids": ints(0), "dout": row},
				wasm.Error{Code: "attr-value", Arg: "rows", Got: "0", Want: "an integer from 1 up"}},
			{"squared_error", nil, wasm.Tensors{"x": row, "target": one},
				wasm.Error{Code: "operand-rank", Arg: "target", Got: "1", Want: "2"}},
			{"squared_error", nil, wasm.Tensors{"x": wasm.F32(nil, 0), "target": wasm.F32(nil, 0)},
				wasm.Error{Code: "shape", Arg: "x", Got: "0", Want: "1"}},
			{"contrastive_loss", wasm.Attrs{"temperature": 1, "symmetric": 0}, wasm.Tensors{"s": wasm.F32(make([]float32, 6), 3, 2)},
				wasm.Error{Code: "shape", Arg: "s", Got: "2", Want: "3"}},
			{"sgd", sgd, wasm.Tensors{"param": row, "grad": one},
				wasm.Error{Code: "operand-rank", Arg: "grad", Got: "1", Want: "2"}},
			{"sgd", with(sgd, "momentum", 0.5), wasm.Tensors{"param": one, "grad": one},
				wasm.Error{Code: "operand-missing", Arg: "velocity", Got: "0", Want: "0"}},
			{"sgd", sgd, wasm.Tensors{"param": one, "grad": one, "norm": one},
				wasm.Error{Code: "shape", Arg: "norm", Got: "3", Want: "1"}},
			{"adam", adam, wasm.Tensors{"param": one, "grad": one, "step": ints(0)},
				wasm.Error{Code: "operand-value", Arg: "step", Got: "0", Want: "1"}},
			{"adam", with(adam, "beta1", 1), wasm.Tensors{"param": one, "grad": one, "step": ints(1)},
				wasm.Error{Code: "attr-value", Arg: "beta1", Got: "1", Want: "0 to below 1"}},
		} {
			_, err := rt.Op(background, c.op, c.attrs, c.in)
			c.want.Op = c.op
			wantError(t, c.op, err, c.want)
		}
	})
}

// A pooling model: one learned query asks tokens of sixteen features by
// attention, and a linear head tells from what it sees how strong the marked
// token's signal is. Only what the query learns to look for can find it.
type pooling struct{ query, head, bias []float32 }

const (
	poolTokens, poolFeatures, poolBatch = 12, 16, 32
	poolScale                           = 0.25
)

var poolAttrs = wasm.Attrs{
	"heads": 1, "dim": poolFeatures, "vdim": poolFeatures, "q_col": 0, "k_col": 0, "v_col": 0, "scale": poolScale,
}

// signals draws a batch: in each row one token has the mark, feature 0, and
// its feature 1 is the target; lengths differ.
func signals(r *rand.Rand) (x, target wasm.Tensor, lengths wasm.Tensor) {
	data := make([]float32, poolBatch*poolTokens*poolFeatures)
	targets, counts := make([]float32, poolBatch), make([]int32, poolBatch)
	for i := range data {
		data[i] = float32(0.5 * r.NormFloat64())
	}
	for b := range targets {
		counts[b] = int32(4 + r.IntN(poolTokens-3))
		for i := range poolTokens {
			data[(b*poolTokens+i)*poolFeatures] = 0
		}
		marked := data[(b*poolTokens+r.IntN(int(counts[b])))*poolFeatures:]
		marked[0] = 2
		targets[b] = marked[1]
	}
	return wasm.F32(data, poolBatch, poolTokens, poolFeatures), wasm.F32(targets, poolBatch, 1), wasm.I32(counts)
}

// step returns the loss of a batch, after a step against it.
func (m *pooling) step(t *testing.T, rt *wasm.Runtime, r *rand.Rand, velocity wasm.Tensors, rate float64) float64 {
	x, target, lengths := signals(r)
	query, head := wasm.F32(m.query, 1, 1, poolFeatures), wasm.F32(m.head, poolFeatures, 1)
	in := wasm.Tensors{"q": query, "k": x, "v": x, "lengths": lengths}
	seen := must(t, rt, "attention", poolAttrs, in)["out"]
	guess := must(t, rt, "matmul", wasm.Attrs{"act": 0}, wasm.Tensors{"x": seen, "w": head, "bias": wasm.F32(m.bias, 1)})["out"]
	guess.Shape = target.Shape
	loss := must(t, rt, "squared_error", nil, wasm.Tensors{"x": guess, "target": target}, "dx")
	loss["dx"] = wasm.F32(loss["dx"].Float32s(), poolBatch, 1, 1)
	linear := must(t, rt, "matmul_grad", nil, wasm.Tensors{"x": seen, "w": head, "dout": loss["dx"]}, "dx", "dw", "dbias")
	in["out"], in["dout"] = seen, linear["dx"]
	asked := must(t, rt, "attention_grad", poolAttrs, in)["dq"]
	sum := make([]float32, poolFeatures) // of the query that all rows share
	for i, v := range asked.Float32s() {
		sum[i%poolFeatures] += v
	}
	grads := map[string]wasm.Tensor{"query": wasm.F32(sum), "head": wasm.F32(linear["dw"].Float32s()), "bias": linear["dbias"]}
	all := must(t, rt, "global_norm", nil, wasm.Tensors{"a": grads["query"], "b": grads["head"], "c": grads["bias"]})["norm"]
	for name, param := range map[string][]float32{"query": m.query, "head": m.head, "bias": m.bias} {
		state := wasm.Tensors{"param": wasm.F32(param), "grad": grads[name], "norm": all}
		if v, ok := velocity[name]; ok {
			state["velocity"] = v
		}
		out := must(t, rt, "sgd", wasm.Attrs{"rate": rate, "momentum": 0.875, "max_norm": 1}, state, "velocity")
		copy(param, out["param"].Float32s())
		velocity[name] = out["velocity"]
	}
	return float64(loss["loss"].Float32s()[0])
}

// TestTrainAttentionPooling trains the model by stochastic gradient descent
// on squared error: without a query that finds the mark the loss stays at
// the variance of the target.
func TestTrainAttentionPooling(t *testing.T) {
	eachTraining(t, func(t *testing.T, rt *wasm.Runtime) {
		r := rand.New(rand.NewPCG(7, 7))
		m := pooling{make([]float32, poolFeatures), make([]float32, poolFeatures), make([]float32, 1)}
		for i := range m.query {
			m.query[i], m.head[i] = float32(0.1*r.NormFloat64()), float32(0.1*r.NormFloat64())
		}
		velocity := wasm.Tensors{}
		var first, last float64
		const steps, mean = 400, 20
		for i := range steps {
			loss := m.step(t, rt, r, velocity, 0.25)
			if i < mean {
				first += loss / mean
			}
			if i >= steps-mean {
				last += loss / mean
			}
		}
		t.Logf("squared error %.4f, after %d steps %.4f", first, steps, last)
		if !(first > 0.15 && last < first/20) {
			t.Errorf("squared error %v, after %d steps %v, want a twentieth", first, steps, last)
		}
	})
}
