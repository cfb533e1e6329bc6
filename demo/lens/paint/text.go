package paint

import (
	"image"
	"image/color"
	"math"
)

// Align says which end of a line of text stands at its place.
type Align int

const (
	Start Align = iota
	Middle
	End
)

// A Style is how text looks.
type Style struct {
	Font  *Font
	Size  float64 // of an em
	Ink   color.NRGBA
	Align Align
	Turn  float64 // clockwise around its place, in radians
}

// Middle of small letters above the baseline, in ems: text that is drawn this
// far below a line looks centred on it.
const midline = 0.26

// Text draws a line of text with its baseline at at.
func (p *Painter) Text(text string, at Point, s Style) {
	size := s.Size * p.scale
	sin, cos := math.Sincos(s.Turn)
	pen := point{at.X * p.scale, at.Y * p.scale}
	back := s.Font.Width(text, size)
	switch s.Align {
	case Start:
		back = 0
	case Middle:
		back /= 2
	}
	pen.x -= back * cos
	pen.y -= back * sin
	if s.Turn == 0 {
		pen.y = math.Round(pen.y)
	}
	for _, r := range text {
		x, phaseX := quarter(pen.x)
		y, phaseY := quarter(pen.y)
		g := p.atlas.glyph(glyphKey{s.Font, r, size, s.Turn, phaseX, phaseY})
		if !g.at.Empty() {
			dst := image.Rectangle{Max: g.at.Size()}.Add(g.offset).Add(image.Pt(x, y))
			p.quad(p.atlas.Texture, dst, g.at, s.Ink)
		}
		step := s.Font.advance(r) * size
		pen.x += step * cos
		pen.y += step * sin
	}
}

// Label draws a line of text that looks centred on the height of at.
func (p *Painter) Label(text string, at Point, s Style) {
	sin, cos := math.Sincos(s.Turn)
	at.X -= midline * s.Size * sin
	at.Y += midline * s.Size * cos
	p.Text(text, at, s)
}

// quarter splits v into a whole number and quarters.
func quarter(v float64) (whole int, quarters uint8) {
	q := int(math.Round(v * 4))
	return q >> 2, uint8(q & 3)
}
