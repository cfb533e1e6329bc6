package use

import (
	"fmt"

	"github.com/fovea-run/fovea/wasm/models/tfjs"
)

// checkConstants compares the numbers that the published graph keeps as weights
// with those that the programs are built from, so that another variant of the
// model is refused instead of converted wrongly.
func checkConstants(m *tfjs.Model) error {
	const (
		clip    = "module_apply_default/Encoder_en/KonaTransformer/ClipToMaxLength/Less/y"
		epsilon = stackNames + "Layer_1/TransformerLayer/FFN/layer_prepostprocess/layer_norm/Cast/x"
		unit    = "module_apply_default/Encoder_en/hidden_layers/l2_normalize/Maximum/y"
		split   = "MultiheadAttention/split_heads/split_last_dimension/Reshape/shape/"
	)
	attention := func(i int) string { return fmt.Sprintf("%sLayer_%d/TransformerLayer/", stackNames, i) }
	check := &constants{m: m}
	check.int32(clip, MaxTokens)
	check.float32(epsilon, normEpsilon)
	check.float32(unit, unitEpsilon)
	check.int32(attention(1)+split+"2", heads)
	for i, l := range layers {
		width := int32(heads * l.dim)
		check.int32(attention(i)+split+"3", int32(l.dim))
		check.int32(attention(i)+"MultiheadAttention/Const", width, width, width)
		check.float32(attention(i)+"MultiheadAttention/mul/y", l.scale)
	}
	return check.err
}

// constants keeps the first disagreement.
type constants struct {
	m   *tfjs.Model
	err error
}

func (c *constants) float32(name string, want float32) {
	got, err := c.m.Float32(name)
	c.keep(name, err, err == nil && got[0] == want, got, want)
}

// int32 checks a scalar, or a vector where more than one value is wanted.
func (c *constants) int32(name string, want ...int32) {
	var shape []int
	if len(want) > 1 {
		shape = []int{len(want)}
	}
	got, err := c.m.Int32(name, shape...)
	equal := err == nil
	for i := range got {
		equal = equal && got[i] == want[i]
	}
	c.keep(name, err, equal, got, want)
}

func (c *constants) keep(name string, err error, equal bool, got, want any) {
	if c.err != nil || equal {
		return
	}
	if c.err = err; err == nil {
		c.err = fmt.Errorf("the graph's constant %q is %v, want %v", name, got, want)
	}
}
