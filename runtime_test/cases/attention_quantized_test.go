package cases

import (
	"strings"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// TestQuantizedAttend holds attention on int8 keys and values against plain arithmetic on what they are worth.
func TestQuantizedAttend(t *testing.T) {
	e := native(t)
	for _, c := range quantizedAttends(newSource(1)) {
		if err := c.Check(ask(t, e, c.Case)); err != nil {
			t.Error(err)
		}
	}
}

// TestQuantizedAttendRefuses asks for errors of what does not go together.
func TestQuantizedAttendRefuses(t *testing.T) {
	e := native(t)
	f32 := engine.F32(make([]float32, 3*64), 1, 3, 64)
	for _, bad := range []struct {
		what, code, says string
		change           func(c *engine.Case)
	}{
		{"no scales", "operand-missing", "k_scales", func(c *engine.Case) { delete(c.Inputs, "k_scales") }},
		{"scales of f32", "operand-type", "k", func(c *engine.Case) { c.Inputs["k"] = f32 }},
		{"no whole block a head", "shape", "v", func(c *engine.Case) { c.Attrs["vdim"] = 16 }},
		{"a column within a block", "attr-multiple", "k_col", func(c *engine.Case) { c.Attrs["k_col"] = 16 }},
		{"scales of another width", "shape", "v_scales", func(c *engine.Case) {
			c.Inputs["v_scales"] = engine.Tensor{DType: "f16", Shape: []int{1, 3, 3}, Data: make([]byte, 18)}
		}},
		{"scales of other tokens", "shape", "k_scales", func(c *engine.Case) {
			c.Inputs["k_scales"] = engine.Tensor{DType: "f16", Shape: []int{1, 2, 2}, Data: make([]byte, 8)}
		}},
		{"past keys", "operand-type", "past_k", func(c *engine.Case) {
			past := engine.F32(make([]float32, 32), 1, 1, 1, 32)
			c.Inputs["past_k"], c.Inputs["past_v"] = past, past
		}},
		{"output present", "operand-type", "k", func(c *engine.Case) { c.Wanted = []string{"present_k"} }},
	} {
		scales := engine.Tensor{DType: "f16", Shape: []int{1, 3, 2}, Data: make([]byte, 12)}
		bytes := engine.Tensor{DType: "u8", Shape: []int{1, 3, 64}, Data: make([]byte, 3*64)}
		c := engine.Case{Name: bad.what, Do: engine.Op, Target: "attention", Attrs: map[string]float64{
			"heads": 1, "dim": 32, "vdim": 32, "q_col": 0, "k_col": 32, "v_col": 0, "scale": 1,
		}, Inputs: map[string]engine.Tensor{"q": f32, "k": bytes, "v": bytes, "k_scales": scales, "v_scales": scales}}
		if failure := ask(t, e, c).Failure; failure != nil {
			t.Fatal(failure)
		}
		bad.change(&c)
		failure := ask(t, e, c).Failure
		if failure == nil || failure.Code != bad.code || !strings.Contains(failure.Message, bad.says) {
			t.Errorf("%s: error %v, want %s that says %s", bad.what, failure, bad.code, bad.says)
		}
	}
}
