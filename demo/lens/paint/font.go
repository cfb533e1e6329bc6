package paint

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// A Font is one of the embedded Go fonts. They have Latin, Greek and Cyrillic
// letters; see [Printable] for the rest.
type Font struct {
	sfnt     *sfnt.Font
	buffer   sfnt.Buffer
	advances map[rune]float64 // in ems
}

var (
	Regular = parse(goregular.TTF)
	Medium  = parse(gomedium.TTF)
)

func parse(ttf []byte) *Font {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		panic(err) // the font is part of the program
	}
	return &Font{sfnt: f, advances: map[rune]float64{}}
}

// Has reports whether f has a picture of r.
func (f *Font) Has(r rune) bool {
	index, err := f.sfnt.GlyphIndex(&f.buffer, r)
	return err == nil && index != 0
}

// advance is how far r moves the pen, in ems.
func (f *Font) advance(r rune) float64 {
	if a, ok := f.advances[r]; ok {
		return a
	}
	index, err := f.sfnt.GlyphIndex(&f.buffer, r)
	var units fixed.Int26_6
	if err == nil {
		// A pixel a font unit, so that nothing is rounded.
		units, err = f.sfnt.GlyphAdvance(&f.buffer, index, fixed.I(int(f.sfnt.UnitsPerEm())), font.HintingNone)
	}
	if err != nil {
		units = 0
	}
	a := float64(units) / 64 / float64(f.sfnt.UnitsPerEm())
	f.advances[r] = a
	return a
}

// Width is the length of a line of text of that size.
func (f *Font) Width(text string, size float64) float64 {
	w := 0.0
	for _, r := range text {
		w += f.advance(r)
	}
	return w * size
}

// Fit returns text, or its beginning and an ellipsis if it is wider than
// width.
func (f *Font) Fit(text string, size, width float64) string {
	if f.Width(text, size) <= width {
		return text
	}
	const ellipsis = "…"
	room := width - f.Width(ellipsis, size)
	for i, r := range text {
		if room -= f.advance(r) * size; room < 0 {
			return strings.TrimRight(text[:i], " ") + ellipsis
		}
	}
	return text
}

// Wrap breaks text at spaces into at most lines lines of width. What does not
// fit is cut and marked with an ellipsis.
func (f *Font) Wrap(text string, size, width float64, lines int) []string {
	var out []string
	rest := strings.Fields(text)
	for len(rest) > 0 && len(out) < lines {
		n := 1
		for n < len(rest) && f.Width(strings.Join(rest[:n+1], " "), size) <= width {
			n++
		}
		if len(out) == lines-1 {
			n = len(rest)
		}
		out = append(out, f.Fit(strings.Join(rest[:n], " "), size, width))
		rest = rest[n:]
	}
	return out
}

// Printable returns text as the fonts can show it: white space as single
// spaces, and what they have no picture of as its code point, such as U+4E2D.
func Printable(text string) string {
	var b strings.Builder
	hidden := false // whether the last rune is a code point, from which the next stands apart
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			b.WriteByte(' ')
			hidden = false
		case !unicode.IsControl(r) && Regular.Has(r) && Medium.Has(r):
			if hidden {
				b.WriteByte(' ')
			}
			b.WriteRune(r)
			hidden = false
		default:
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "U+%04X", r)
			hidden = true
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
