//go:build !js

package wasm_test

import (
	"testing"

	"github.com/fovea-run/fovea/kernels/simd128"
	"github.com/fovea-run/fovea/wasm"
)

// trainingEngines are the engines that have the operations of level 1.
func trainingEngines() []string {
	if simd128.Training {
		return engines
	}
	return engines[1:]
}

// eachTraining runs a test on every engine with the operations of training.
func eachTraining(t *testing.T, test func(t *testing.T, rt *wasm.Runtime)) {
	for _, engine := range trainingEngines() {
		t.Run(engine, func(t *testing.T) { test(t, open(t, wasm.Options{Engine: engine, Training: true})) })
	}
}

// attentionGrad asks for the gradient of one head of one query, one key and a
// value of one element: that of the value is the result's.
func attentionGrad(rt *wasm.Runtime) (wasm.Tensors, error) {
	one := func(v float32) wasm.Tensor { return wasm.F32([]float32{v}, 1, 1, 1) }
	return rt.Op(background, "attention_grad",
		wasm.Attrs{"heads": 1, "dim": 1, "vdim": 1, "q_col": 0, "k_col": 0, "v_col": 0, "scale": 1},
		wasm.Tensors{"q": one(2), "k": one(3), "v": one(5), "out": one(5), "dout": one(7)})
}

func TestTraining(t *testing.T) {
	eachTraining(t, func(t *testing.T, rt *wasm.Runtime) {
		got, err := attentionGrad(rt)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]float64{"dq": 0, "dk": 0, "dv": 7} {
			near(t, got[name].Float32s(), []float64{want}, 0)
		}
		if got, err = rt.Op(background, "add", nil, wasm.Tensors{"x": wasm.F32([]float32{1}), "y": wasm.F32([]float32{2})}); err != nil {
			t.Fatal(err)
		}
		near(t, got["out"].Float32s(), []float64{3}, 0)
	})
}

// Without Training an operation of training is refused, in words that say
// what is missing.
func TestTrainingRefused(t *testing.T) {
	for _, engine := range engines {
		if engine == "native" && simd128.Training {
			continue // it has what the program was built with
		}
		_, err := attentionGrad(open(t, wasm.Options{Engine: engine}))
		wantError(t, engine, err, wasm.Error{Code: "level", Op: "attention_grad", Got: "1", Want: "0"})
	}
	if !simd128.Training {
		_, err := wasm.Open(background, wasm.Options{Engine: "native", Training: true})
		wantError(t, "native", err, wasm.Error{
			Code: "unsupported", Op: "open", Arg: "Training", Got: "true", Want: "a program built with the tag train, on the native engine",
		})
	}
}
