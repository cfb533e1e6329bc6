package paint

import (
	"image/color"
	"math"
)

// Hex is the opaque colour 0xRRGGBB.
func Hex(rgb uint32) color.NRGBA {
	return color.NRGBA{uint8(rgb >> 16), uint8(rgb >> 8), uint8(rgb), 0xff}
}

// Fade is c with alpha scaled by opacity, 0 to 1.
func Fade(c color.NRGBA, opacity float64) color.NRGBA {
	c.A = uint8(math.Round(float64(c.A) * min(max(opacity, 0), 1)))
	return c
}

// lab is a colour in OKLab, a space in which equal distances look equal
// (Björn Ottosson, "A perceptual color space for image processing", 2020).
type lab struct{ l, a, b float64 }

func toLab(c color.NRGBA) lab {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return lab{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

func (c lab) rgb() color.NRGBA {
	l := cube(c.l + 0.3963377774*c.a + 0.2158037573*c.b)
	m := cube(c.l - 0.1055613458*c.a - 0.0638541728*c.b)
	s := cube(c.l - 0.0894841775*c.a - 1.2914855480*c.b)
	return color.NRGBA{
		encode(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		encode(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		encode(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
		0xff,
	}
}

func (c lab) distance(d lab) float64 {
	return math.Sqrt((c.l-d.l)*(c.l-d.l) + (c.a-d.a)*(c.a-d.a) + (c.b-d.b)*(c.b-d.b))
}

func (c lab) mix(d lab, t float64) lab {
	return lab{c.l + t*(d.l-c.l), c.a + t*(d.a-c.a), c.b + t*(d.b-c.b)}
}

func cube(x float64) float64 { return x * x * x }

// linear undoes sRGB's transfer function, encode does it.
func linear(v uint8) float64 {
	x := float64(v) / 255
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

func encode(x float64) uint8 {
	x = min(max(x, 0), 1)
	if x <= 0.0031308 {
		x *= 12.92
	} else {
		x = 1.055*math.Pow(x, 1/2.4) - 0.055
	}
	return uint8(math.Round(255 * x))
}

// A Ramp is a scale of colours from 0 to 1 with even steps to the eye.
type Ramp [256]color.NRGBA

// NewRamp returns a ramp through stops. Steps are even in OKLab. Where the
// stops' lightness only falls, or only rises, the ramp reads in grey and with
// any kind of colour blindness.
func NewRamp(stops ...color.NRGBA) *Ramp {
	labs := make([]lab, len(stops))
	along := make([]float64, len(stops)) // the way from the first stop
	for i, c := range stops {
		labs[i] = toLab(c)
		if i > 0 {
			along[i] = along[i-1] + labs[i].distance(labs[i-1])
		}
	}
	var r Ramp
	next := 1
	for i := range r {
		at := along[len(along)-1] * float64(i) / float64(len(r)-1)
		for next < len(along)-1 && along[next] < at {
			next++
		}
		r[i] = labs[next-1].mix(labs[next], (at-along[next-1])/(along[next]-along[next-1])).rgb()
	}
	return &r
}

// At returns the colour of v, which is taken as 0 or 1 beyond them and as 0 if
// it is NaN.
func (r *Ramp) At(v float64) color.NRGBA {
	if !(v > 0) {
		return r[0]
	}
	return r[int(math.Round(min(v, 1)*float64(len(r)-1)))]
}
