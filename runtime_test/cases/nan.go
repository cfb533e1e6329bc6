package cases

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// NaNs returns cases of Ops with some NaN and infinities among their inputs: which elements of a result are NaN or infinite is the
// same on every device. Values that might or might not overflow, by the order of a sum, are not
// among them, nor values of keys that are hidden, which a device may multiply by 0 or leave out.
func NaNs() []Case {
	s := newSource(98)
	var all []Case
	for i, c := range Ops() {
		if i%3 != 0 {
			continue
		}
		c.Name, c.Want, c.Also = c.Name+" NaN", nil, nil
		hides := slices.ContainsFunc(c.Masks, func(mask string) bool { return mask != "lengths" })
		c.Inputs = maps.Clone(c.Inputs)
		for _, name := range slices.Sorted(maps.Keys(c.Inputs)) {
			t := c.Inputs[name]
			if t.DType != "f32" || hides && (name == "v" || name == "past_v") {
				continue
			}
			c.Inputs[name] = withNaNs(s, t)
		}
		all = append(all, c)
	}
	return all
}

var nonNumbers = []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0}

// withNaNs replaces about one value in eighty, or one of few.
func withNaNs(s source, t engine.Tensor) engine.Tensor {
	v := t.Float32s()
	for range min(len(v), 1+len(v)/40) {
		if at, x := s.IntN(len(v)), nonNumbers[s.IntN(len(nonNumbers))]; s.IntN(2) == 0 {
			v[at] = x
		}
	}
	return engine.F32(v, t.Shape...)
}

// NaNTables returns more of them: activations of what is special to one of them, and rows of NaN and infinities.
func NaNTables() (all []Case) {
	nan, inf := math.NaN(), math.Inf(1)
	ask := func(name, target string, attrs map[string]float64, rows ...[]float64) {
		x := zeros(len(rows), len(rows[0]))
		x.v = slices.Concat(rows...)
		c := op(name, target, attrs, map[string]any{"x": x}, x, 0)
		c.Want = nil
		all = append(all, c)
	}
	for act := range 7 {
		ask(fmt.Sprint("special to act ", act), "activation", map[string]float64{"act": float64(act)},
			[]float64{nan, inf, -inf, 0, math.Copysign(0, -1), 1e20, -1e20, 88.8, -88.8, 104, -104, 9, -9, 1e-6})
	}
	rows := [][]float64{
		{1, 2, nan}, {nan, 2, 3}, {nan, nan, nan}, {1, inf, 2}, {inf, inf, inf}, {-inf, 1, -inf}, {-inf, -inf, -inf}, {-inf, nan, 1}, {inf, -inf, nan}, {0, 0, 0},
	}
	for _, log := range []float64{0, 1} {
		ask(fmt.Sprint("special log ", log), "softmax", map[string]float64{"log": log}, rows...)
	}
	ask("special", "l2_normalize", map[string]float64{"eps": 1e-12}, rows...)
	return all
}
