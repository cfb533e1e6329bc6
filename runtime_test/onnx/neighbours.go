package onnx

import "github.com/fovea-run/fovea/runtime_test/engine"

// softmax maps https://onnx.ai/onnx/operators/onnx__Softmax.html.
func softmax(t test) (engine.Case, []string, error) {
	x := t.input(0)
	axis := axisOf(t, len(x.Shape))
	return engine.Case{
		Target: "softmax",
		Attrs:  map[string]float64{"axis_from_last": float64(len(x.Shape) - 1 - axis)},
		Inputs: map[string]engine.Tensor{"x": x.F32()},
	}, []string{"out"}, nil
}

// layerNorm maps https://onnx.ai/onnx/operators/onnx__LayerNormalization.html.
func layerNorm(t test) (engine.Case, []string, error) {
	c := norm(t, "layer_norm")
	if bias := t.input(2); bias != nil {
		c.Inputs["bias"] = bias.F32()
	}
	outputs := []string{"out", "mean", "inv_std"}[:len(t.node.Outputs)]
	c.Wanted = outputs[1:]
	return c, outputs, nil
}

// rmsNorm maps https://onnx.ai/onnx/operators/onnx__RMSNormalization.html.
func rmsNorm(t test) (engine.Case, []string, error) {
	return norm(t, "rms_norm"), []string{"out"}, nil
}

// norm is what the normalizations have in common. Their axis is the first of scale's.
func norm(t test, target string) engine.Case {
	return engine.Case{
		Target: target,
		Attrs:  map[string]float64{"eps": t.node.Float("epsilon", 1e-5)},
		Inputs: map[string]engine.Tensor{"x": t.input(0).F32(), "scale": t.input(1).F32()},
	}
}

// gelu maps https://onnx.ai/onnx/operators/onnx__Gelu.html.
func gelu(t test) (engine.Case, []string, error) {
	act := 2.0
	if t.node.Strings["approximate"] == "tanh" {
		act = 3
	}
	return activation(t, map[string]float64{"act": act})
}

// swish maps https://onnx.ai/onnx/operators/onnx__Swish.html.
func swish(t test) (engine.Case, []string, error) {
	return activation(t, map[string]float64{"act": 5, "alpha": t.node.Float("alpha", 1)})
}

func activation(t test, attrs map[string]float64) (engine.Case, []string, error) {
	return engine.Case{
		Target: "activation", Attrs: attrs, Inputs: map[string]engine.Tensor{"x": t.input(0).F32()},
	}, []string{"out"}, nil
}

// rotary maps https://onnx.ai/onnx/operators/onnx__RotaryEmbedding.html.
func rotary(t test) (engine.Case, []string, error) {
	x, n := t.input(0), t.node
	heads, dim := 1, x.Shape[len(x.Shape)-1]
	if len(x.Shape) == 3 {
		heads = int(n.Int("num_heads", 1))
		dim /= heads
	}
	c := engine.Case{
		Target: "rope",
		Attrs: map[string]float64{
			"heads": float64(heads), "dim": float64(dim), "col": 0,
			"rotary": float64(n.Int("rotary_embedding_dim", 0)), "interleaved": float64(n.Int("interleaved", 0)),
		},
		Inputs: map[string]engine.Tensor{"x": x.F32(), "cos": t.input(1).F32(), "sin": t.input(2).F32()},
	}
	if positions := t.input(3); positions != nil {
		c.Inputs["positions"] = positions.I32()
	}
	return c, []string{"out"}, nil
}

// axisOf returns the axis that the node names, the last if it names none, counted from the first.
func axisOf(t test, rank int) int {
	axis := int(t.node.Int("axis", -1))
	if axis < 0 {
		axis += rank
	}
	return axis
}
