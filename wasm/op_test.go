package wasm_test

import (
	"bytes"
	"maps"
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
	delete(few, "dim")
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
		{"dtype", "softmax", nil, wasm.Tensors{"x": wasm.I32([]int32{1})}, wasm.Error{Code: "operand-type", Op: "softmax", Arg: "x", Got: "i32", Want: "0"}},
		{"attribute", "attention", few, good, wasm.Error{Code: "missing", Op: "attention", Arg: "dim"}},
		{"extra attribute", "attention", attrs("head", 1), good, wasm.Error{Code: "unknown", Op: "attention", Arg: "head", Want: "heads, dim, vdim, q_col, k_col, v_col, scale, kv_heads, causal, window, offset, from_end, prefix, softcap, top_k, qk_mode"}},
		{"fraction", "attention", attrs("heads", 1.5), good, wasm.Error{Code: "value", Op: "attention", Arg: "heads", Got: "1.5", Want: "an integer from 1 up"}},
		{"NaN heads", "attention", attrs("heads", math.NaN()), good, wasm.Error{Code: "value", Op: "attention", Arg: "heads", Got: "NaN", Want: "an integer from 1 up"}},
		{"negative", "attention", attrs("heads", -1), good, wasm.Error{Code: "attr-value", Op: "attention", Arg: "heads", Got: "-1", Want: "an integer from 1 up"}},
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

// TestOpAttributeWords has every kind of attribute with a value that is none:
// the message has the number as it was given and says what is taken. The same
// words stand in js/fovea.test.js.
func TestOpAttributeWords(t *testing.T) {
	tokens, row := wasm.F32(make([]float32, 32), 1, 4, 8), wasm.F32(make([]float32, 8), 8)
	qkv := wasm.Tensors{"q": tokens, "k": tokens, "v": tokens}
	x := wasm.Tensors{"x": tokens}
	cases := []struct {
		op    string
		attrs wasm.Attrs
		in    wasm.Tensors
		want  string
	}{
		{"rope", wasm.Attrs{"heads": 1, "dim": 8, "base": 0.5}, x, "attribute base is 0.5, not 0 or a number from 1 up"},
		{"rope", wasm.Attrs{"heads": 1, "dim": 8, "rotary": 3}, x, "attribute rotary is 3, not an even integer from 0 up"},
		{"rope", wasm.Attrs{"heads": 1, "dim": 8, "rotary": 10}, x, "attribute rotary is 10, over the limit of 8"},
		{"rope", wasm.Attrs{"heads": 1, "dim": 8, "interleaved": 2}, x, "attribute interleaved is 2, not 0 or 1"},
		{"layer_norm", wasm.Attrs{"eps": -1}, wasm.Tensors{"x": tokens, "scale": row}, "attribute eps is -1, not a number from 0 up"},
		{"rms_norm", wasm.Attrs{"eps": -0.1}, wasm.Tensors{"x": tokens, "scale": row}, "attribute eps is -0.1, not a number from 0 up"},
		{"l2_normalize", wasm.Attrs{"eps": math.NaN()}, x, "attribute eps is NaN, not a number from 0 up"},
		{"l2_normalize", wasm.Attrs{"eps": -1e-7}, x, "attribute eps is -1e-7, not a number from 0 up"},
		{"logarithm", wasm.Attrs{"floor": -3}, x, "attribute floor is -3, not a number from 0 up"},
		{"logarithm", wasm.Attrs{"floor": 0, "offset": math.Inf(1)}, x, "attribute offset is Infinity, not a finite number"},
		{"activation", wasm.Attrs{"act": 99}, x, "attribute act is 99, not none, relu, gelu, gelu_tanh, tanh, silu or sigmoid"},
		{"pool", wasm.Attrs{"kind": 5}, x, "attribute kind is 5, not 0 to 4"},
		{"top_k", wasm.Attrs{"k": 9}, x, "attribute k is 9, over the limit of 8"},
		{"attention", wasm.Attrs{"heads": 4, "dim": 2, "kv_heads": 3}, qkv, "attribute heads is 4, not a multiple of 3"},
		{"attention", wasm.Attrs{"heads": 1, "dim": 8, "qk_mode": 4}, qkv, "attribute qk_mode is 4, not 0 to 3"},
		{"attention", wasm.Attrs{"heads": 1, "dim": 8, "softcap": -2.5}, qkv, "attribute softcap is -2.5, not a number from 0 up"},
		{"attention", wasm.Attrs{"heads": 1, "dim": 8, "scale": math.Inf(-1)}, qkv, "attribute scale is -Infinity, not a finite number"},
		{"softmax", nil, wasm.Tensors{"x": wasm.I32([]int32{1})}, "operand x: dtype i32 is not taken"},
		{"matmul", wasm.Attrs{}, wasm.Tensors{"x": tokens, "w": tokens}, "operand w: rank 3 where 2 is needed"},
	}
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		for _, c := range cases {
			if _, err := rt.Op(background, c.op, c.attrs, c.in); err == nil || err.Error() != "fovea: "+c.op+": "+c.want {
				t.Errorf("%s %v: error %v, want %s", c.op, c.attrs, err, c.want)
			}
		}
	})
}

// TestOpDefaults leaves out what can be left out: the bits are those of the
// documented defaults.
func TestOpDefaults(t *testing.T) {
	values := make([]float32, 3*24)
	for i := range values {
		values[i] = float32(i*i%17)/8 - 1
	}
	tokens, table := wasm.F32(values, 1, 3, 24), wasm.F32(values, 3, 24)
	qkv := wasm.Tensors{"q": tokens, "k": tokens, "v": tokens}
	root := float64(float32(1 / math.Sqrt(12)))
	heads := wasm.Attrs{"heads": 2, "dim": 12}
	cases := []struct {
		op         string
		less, full wasm.Attrs
		in         wasm.Tensors
	}{
		{"attention", heads, attrsWith(heads, "vdim", 12, "q_col", 0, "k_col", 0, "v_col", 0, "scale", root), qkv},
		{"attention", attrsWith(heads, "causal", 1), attrsWith(heads, "vdim", 12, "q_col", 0, "k_col", 0, "v_col", 0, "scale", root, "kv_heads", 0, "causal", 1), qkv},
		{"attention_weights", heads, attrsWith(heads, "q_col", 0, "k_col", 0, "scale", root), wasm.Tensors{"q": tokens, "k": tokens}},
		{"linear_attention", heads, attrsWith(heads, "vdim", 12, "q_col", 0, "k_col", 0, "v_col", 0), qkv},
		{"matmul", nil, wasm.Attrs{"act": 0}, wasm.Tensors{"x": table, "w": wasm.F32(values, 24, 3)}},
		{"gather", nil, wasm.Attrs{"scale": 1}, wasm.Tensors{"table": table, "ids": wasm.I32([]int32{2, 0})}},
		{"rope", heads, attrsWith(heads, "rotary", 0, "col", 0, "interleaved", 0), wasm.Tensors{"x": tokens}},
		{"logarithm", wasm.Attrs{"floor": 1}, wasm.Attrs{"floor": 1, "scale": 1}, wasm.Tensors{"x": table}},
		{"patches", wasm.Attrs{"kernel_h": 2, "kernel_w": 2}, wasm.Attrs{"kernel_h": 2, "kernel_w": 2, "stride_h": 1, "stride_w": 1,
			"pad_top": 0, "pad_left": 0, "pad_bottom": 0, "pad_right": 0}, wasm.Tensors{"x": wasm.F32(values, 1, 3, 8, 3)}},
	}
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		for _, c := range cases {
			less, err := rt.Op(background, c.op, c.less, c.in)
			if err != nil {
				t.Errorf("%s: %v", c.op, err)
				continue
			}
			full, err := rt.Op(background, c.op, c.full, c.in)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(less["out"].Data, full["out"].Data) {
				t.Errorf("%s %v gives other bits than %v", c.op, c.less, c.full)
			}
		}
	})
}

// attrsWith is attrs and more, names and values in turn.
func attrsWith(attrs wasm.Attrs, more ...any) wasm.Attrs {
	all := maps.Clone(attrs)
	for i := 0; i < len(more); i += 2 {
		switch v := more[i+1].(type) {
		case int:
			all[more[i].(string)] = float64(v)
		case float64:
			all[more[i].(string)] = v
		}
	}
	return all
}
