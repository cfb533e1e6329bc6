package view

import (
	"image/color"
	"math"
	"testing"

	"github.com/fovea-run/fovea/demo/lens/paint"
)

// luminance is the relative luminance of WCAG 2.2.
func luminance(c [3]float64) float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] }

// linear undoes sRGB's transfer function, as WCAG has it.
func linear(c color.NRGBA) (out [3]float64) {
	for i, v := range [3]uint8{c.R, c.G, c.B} {
		x := float64(v) / 255
		if x <= 0.04045 {
			out[i] = x / 12.92
		} else {
			out[i] = math.Pow((x+0.055)/1.055, 2.4)
		}
	}
	return out
}

func contrast(a, b color.NRGBA) float64 {
	x, y := luminance(linear(a))+0.05, luminance(linear(b))+0.05
	return max(x, y) / min(x, y)
}

// TestContrast asks for the contrast of WCAG AA where text stands.
func TestContrast(t *testing.T) {
	for name, th := range map[string]*Theme{"light": Light, "dark": Dark} {
		for _, ink := range []color.NRGBA{th.Ink, th.Soft, th.Faint, th.Accent, th.Warm} {
			if got := contrast(ink, th.Ground); !(got >= 4.5) {
				t.Errorf("%s: %v on the ground has a contrast of %.2f", name, ink, got)
			}
		}
	}
}

// sights are how people see linear colours whom a kind of cone is missing, by
// Machado, Oliveira and Fernandes, "A physiologically-based model for
// simulation of color vision deficiency", 2009, severity 1.
var sights = map[string][3][3]float64{
	"all cones":  {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"no L cones": {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"no M cones": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"no S cones": {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

// TestRampReads asks that each step of the ramps is darker than the one before
// it (lighter in the dark), for everyone.
func TestRampReads(t *testing.T) {
	for name, th := range map[string]*Theme{"light": Light, "dark": Dark} {
		if th.Ramp.At(0) != th.Paper {
			t.Errorf("%s: the ramp begins at %v, want the paper", name, th.Ramp.At(0))
		}
		for who, m := range sights {
			const steps = 24
			last := math.NaN()
			for i := range steps + 1 {
				c := linear(th.Ramp.At(float64(i) / steps))
				var seen [3]float64
				for k := range seen {
					seen[k] = min(max(m[k][0]*c[0]+m[k][1]*c[1]+m[k][2]*c[2], 0), 1)
				}
				y := math.Cbrt(luminance(seen)) // about as light as it looks
				if name == "light" {
					y = -y
				}
				if !(i == 0 || y > last+0.008) {
					t.Errorf("%s, %s: step %d of %d changes lightness by %.3f only", name, who, i, steps, y-last)
				}
				last = y
			}
		}
	}
}

func TestToggleTheme(t *testing.T) {
	v := shown(reading(5, 1, 1), 800, 600, 1)
	v.Draw()
	v.ToggleTheme()
	if !v.Changed() || v.State().Theme != "dark" {
		t.Error("the theme is not dark")
	}
	first := v.Draw()[0].Vertices[0]
	if want := paint.Hex(0x14171a); math.Abs(float64(first.R)*255-float64(want.R)) > 0.5 {
		t.Errorf("the ground is drawn with %v", first)
	}
}
