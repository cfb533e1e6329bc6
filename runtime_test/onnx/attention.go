package onnx

import (
	"fmt"
	"math"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// attention maps https://onnx.ai/onnx/operators/onnx__Attention.html.
func attention(t test) (engine.Case, []string, error) {
	n := t.node
	q, k, v := t.input(0), t.input(1), t.input(2)
	heads, kvHeads := int(n.Int("q_num_heads", 0)), int(n.Int("kv_num_heads", 0))
	dim, vdim := 0, 0
	if len(q.Shape) == 4 {
		heads, kvHeads, dim, vdim = q.Shape[1], k.Shape[1], q.Shape[3], v.Shape[3]
	} else {
		dim, vdim = q.Shape[2]/heads, v.Shape[2]/kvHeads
	}
	c := engine.Case{
		Target: "attention",
		Attrs: map[string]float64{
			"heads": float64(heads), "kv_heads": float64(kvHeads), "dim": float64(dim), "vdim": float64(vdim),
			"q_col": 0, "k_col": 0, "v_col": 0,
			"scale": n.Float("scale", 1/math.Sqrt(float64(dim))), "softcap": n.Float("softcap", 0),
			"causal": float64(n.Int("is_causal", 0)), "qk_mode": float64(n.Int("qk_matmul_output_mode", 0)),
		},
		Inputs: map[string]engine.Tensor{"q": q.F32(), "k": k.Stored(), "v": v.Stored()},
	}
	if mask := t.input(3); mask != nil {
		c.Inputs["mask"] = mask.F32()
		if mask.Type == typeBool {
			c.Inputs["mask"] = mask.Flags()
		}
	}
	if past := t.input(4); past != nil {
		c.Inputs["past_k"], c.Inputs["past_v"] = past.Stored(), t.input(5).Stored()
	}
	if lengths := t.input(6); lengths != nil {
		c.Inputs["lengths"] = lengths.I32()
		c.Attrs["from_end"] = 1
	}
	outputs := []string{"out", "present_k", "present_v", "qk"}[:len(n.Outputs)]
	for i, name := range outputs {
		if n.Outputs[i] == "" {
			outputs[i] = ""
		} else if i > 0 {
			c.Wanted = append(c.Wanted, name)
		}
	}
	if len(q.Shape) != 3 && len(q.Shape) != 4 {
		return c, nil, fmt.Errorf("q has shape %v", q.Shape)
	}
	return c, outputs, nil
}
