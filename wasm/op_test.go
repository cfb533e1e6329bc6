package wasm_test

import (
	"math"
	"testing"

	"github.com/fovea-run/fovea/wasm"
)

// attend is softmax(q·kᵀ·scale)·v for one head in float64. Keys from length
// on are masked.
func attend(q, k, v []float32, tq, tk, dim, length int, scale float64) []float64 {
	out := make([]float64, tq*dim)
	for i := range tq {
		weights, sum := make([]float64, length), 0.0
		for j := range weights {
			dot := 0.0
			for c := range dim {
				dot += float64(q[i*dim+c]) * float64(k[j*dim+c])
			}
			weights[j] = math.Exp(dot * scale)
			sum += weights[j]
		}
		for j, w := range weights {
			for c := range dim {
				out[i*dim+c] += w / sum * float64(v[j*dim+c])
			}
		}
	}
	return out
}

func ramp(n int, step float64) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = float32(math.Sin(float64(i) * step))
	}
	return v
}

var oneHead = wasm.Attrs{"heads": 1, "dim": 4, "vdim": 4, "q_col": 0, "k_col": 0, "v_col": 0, "scale": 0.5}

func TestOpAgainstFloat64(t *testing.T) {
	const tq, tk, dim = 3, 5, 4
	q, k, v := ramp(tq*dim, 1), ramp(tk*dim, 2), ramp(tk*dim, 3)
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		in := wasm.Tensors{"q": wasm.F32(q, 1, tq, dim), "k": wasm.F32(k, 1, tk, dim), "v": wasm.F32(v, 1, tk, dim)}
		got, err := rt.Op(background, "attention", oneHead, in)
		if err != nil {
			t.Fatal(err)
		}
		near(t, got["out"].Float32s(), attend(q, k, v, tq, tk, dim, tk, .5), 1e-6)
		in["lengths"] = wasm.I32([]int32{2})
		if got, err = rt.Op(background, "attention", oneHead, in); err != nil {
			t.Fatal(err)
		}
		near(t, got["out"].Float32s(), attend(q, k, v, tq, tk, dim, 2, .5), 1e-6)
	})
}

func TestOpErrors(t *testing.T) {
	x := func(shape ...int) wasm.Tensor {
		n := 1
		for _, d := range shape {
			n *= d
		}
		return wasm.F32(make([]float32, n), shape...)
	}
	qkv := func(q, k, v wasm.Tensor) wasm.Tensors { return wasm.Tensors{"q": q, "k": k, "v": v} }
	good := qkv(x(1, 3, 4), x(1, 5, 4), x(1, 5, 4))
	attrs := func(name string, value float64) wasm.Attrs {
		a := wasm.Attrs{name: value}
		for k, v := range oneHead {
			if k != name {
				a[k] = v
			}
		}
		return a
	}
	few := attrs("heads", 1)
	delete(few, "scale")
	cases := []struct {
		name, op string
		attrs    wasm.Attrs
		in       wasm.Tensors
		want     wasm.Error
	}{
		{"op", "atention", nil, nil, wasm.Error{Code: "unknown", Op: "op", Arg: "atention"}},
		{"operand", "attention", oneHead, qkv(x(1), x(1), x(1)), wasm.Error{Code: "operand-rank", Op: "attention", Arg: "q", Got: "1", Want: "3"}},
		{"missing", "attention", oneHead, wasm.Tensors{"q": x(1, 3, 4)}, wasm.Error{Code: "missing", Op: "attention", Arg: "k"}},
		{"extra", "softmax", nil, wasm.Tensors{"y": x(1)}, wasm.Error{Code: "unknown", Op: "softmax", Arg: "y", Want: "x"}},
		{"shape", "attention", oneHead, qkv(x(1, 3, 4), x(1, 5, 4), x(1, 6, 4)), wasm.Error{Code: "shape", Op: "attention", Arg: "v", Got: "6", Want: "5"}},
		{"rank 7", "softmax", nil, wasm.Tensors{"x": x(1, 1, 1, 1, 1, 1, 1)}, wasm.Error{Code: "input-shape", Op: "softmax", Arg: "x", Got: "[1 1 1 1 1 1 1]", Want: "at most 6 axes"}},
		{"dtype", "softmax", nil, wasm.Tensors{"x": wasm.I32([]int32{1})}, wasm.Error{Code: "operand-type", Op: "softmax", Arg: "x", Got: "2", Want: "0"}},
		{"attribute", "attention", few, good, wasm.Error{Code: "missing", Op: "attention", Arg: "scale"}},
		{"extra attribute", "attention", attrs("head", 1), good, wasm.Error{Code: "unknown", Op: "attention", Arg: "head", Want: "heads, dim, vdim, q_col, k_col, v_col, scale, kv_heads, causal, window, offset, from_end, prefix, softcap, top_k, qk_mode"}},
		{"fraction", "attention", attrs("heads", 1.5), good, wasm.Error{Code: "value", Op: "attention", Arg: "heads", Got: "1.5", Want: "a 32-bit integer"}},
		{"NaN heads", "attention", attrs("heads", math.NaN()), good, wasm.Error{Code: "value", Op: "attention", Arg: "heads", Got: "NaN", Want: "a 32-bit integer"}},
		{"negative", "attention", attrs("heads", -1), good, wasm.Error{Code: "attr-value", Op: "attention", Arg: "heads", Got: "-1", Want: "0"}},
	}
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		for _, c := range cases {
			if c.name == "op" {
				_, err := rt.Op(background, c.op, nil, nil)
				var names = err.(*wasm.Error)
				c.want.Want = names.Want
			}
			_, err := rt.Op(background, c.op, c.attrs, c.in)
			wantError(t, c.name, err, c.want)
		}
	})
}

// A single operation is made anew each time; what the last one left in
// memory does not show.
func TestOpTwice(t *testing.T) {
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		for _, n := range []int{1, 1000, 3} {
			x := make([]float32, n)
			got, err := rt.Op(background, "softmax", nil, wasm.Tensors{"x": wasm.F32(x)})
			if err != nil {
				t.Fatal(err)
			}
			want := make([]float64, n)
			for i := range want {
				want[i] = 1 / float64(n)
			}
			near(t, got["out"].Float32s(), want, 1e-7)
		}
	})
}
