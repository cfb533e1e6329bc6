package paint

import (
	"image/color"
	"math"
	"testing"
)

// TestLab compares with the values that the article on OKLab gives, and goes
// there and back.
func TestLab(t *testing.T) {
	for c, want := range map[color.NRGBA]lab{
		Hex(0xffffff): {1, 0, 0},
		Hex(0x000000): {0, 0, 0},
		Hex(0xff0000): {0.62796, 0.22486, 0.12585},
		Hex(0x0000ff): {0.45201, -0.03246, -0.31153},
	} {
		if got := toLab(c); !(got.distance(want) <= 2e-4) {
			t.Errorf("%v is %v, want %v", c, got, want)
		}
	}
	for rgb := uint32(0); rgb < 1<<24; rgb += 4099 {
		if c := Hex(rgb); toLab(c).rgb() != c {
			t.Errorf("%v comes back as %v", c, toLab(c).rgb())
		}
	}
}

func TestRampEnds(t *testing.T) {
	r := NewRamp(Hex(0xffffff), Hex(0x808080), Hex(0x000000))
	for v, want := range map[float64]color.NRGBA{
		0: Hex(0xffffff), 1: Hex(0), -1: Hex(0xffffff), 7: Hex(0), math.NaN(): Hex(0xffffff), math.Inf(1): Hex(0),
	} {
		if got := r.At(v); got != want {
			t.Errorf("at %v: %v, want %v", v, got, want)
		}
	}
}

func TestFade(t *testing.T) {
	if got := Fade(Hex(0x102030), 0.5); got != (color.NRGBA{0x10, 0x20, 0x30, 128}) {
		t.Errorf("half of it is %v", got)
	}
	if got := Fade(Hex(0), 9); got.A != 255 {
		t.Errorf("too much of it is %v", got)
	}
}

// TestRampIsEven asks that equal parts of a ramp look equally long, however far
// apart its stops are.
func TestRampIsEven(t *testing.T) {
	r := NewRamp(Hex(0xfffdf8), Hex(0xf3dc8f), Hex(0x123349))
	whole := 0.0
	var parts []float64
	for i := 0; i+15 < len(r); i += 15 {
		part := 0.0
		for k := i; k < i+15; k += 5 {
			part += toLab(r[k]).distance(toLab(r[k+5]))
		}
		parts, whole = append(parts, part), whole+part
	}
	mean := whole / float64(len(parts))
	for i, part := range parts {
		if !(math.Abs(part-mean) <= 0.15*mean) {
			t.Errorf("part %d of %d is %.4f long, the mean is %.4f", i, len(parts), part, mean)
		}
	}
}
