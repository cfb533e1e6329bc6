package paint

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// An atlas keeps pictures of glyphs in one texture, in rows. The texel at 0, 0
// is white, for shapes.
type atlas struct {
	*Texture
	glyphs  map[glyphKey]glyph
	x, y    int // where the next glyph goes
	rowSize int
	full    bool
}

// atlasSize is enough for some 2,000 glyphs of 24 pixels.
const atlasSize = 1024

// A glyphKey says how a rune looks: sizes are in device pixels, and phase is
// the quarter of a pixel at which its pen stands.
type glyphKey struct {
	font           *Font
	rune           rune
	size, turn     float64
	phaseX, phaseY uint8
}

// A glyph is a part of the atlas, to be drawn at an offset from the pen.
type glyph struct {
	at     image.Rectangle
	offset image.Point
}

func newAtlas() *atlas {
	a := &atlas{Texture: NewTexture(atlasSize, atlasSize)}
	a.reset()
	return a
}

func (a *atlas) reset() {
	clear(a.Pix)
	a.glyphs = map[glyphKey]glyph{}
	a.x, a.y, a.rowSize, a.full = 4, 0, 4, false
	for y := range 2 {
		for x := range 2 {
			a.SetRGBA(x, y, color.RGBA{255, 255, 255, 255})
		}
	}
	a.Version++
}

// glyph returns the picture of a rune, drawing it if it is new. An atlas with
// no room left says so in full, and the glyph is empty.
func (a *atlas) glyph(key glyphKey) glyph {
	if g, ok := a.glyphs[key]; ok {
		return g
	}
	g := a.draw(key)
	a.glyphs[key] = g
	return g
}

func (a *atlas) draw(key glyphKey) glyph {
	outline := key.outline()
	bounds := outline.bounds()
	if bounds.Empty() {
		return glyph{}
	}
	at, ok := a.place(bounds.Size())
	if !ok {
		a.full = true
		return glyph{}
	}
	raster := vector.NewRasterizer(bounds.Dx(), bounds.Dy())
	outline.fill(raster, bounds.Min)
	raster.DrawOp = draw.Src
	raster.Draw(a.RGBA, at, image.White, image.Point{})
	a.Version++
	return glyph{at, bounds.Min}
}

// place finds room for a picture, with an empty pixel around it.
func (a *atlas) place(size image.Point) (image.Rectangle, bool) {
	if a.x+size.X+1 > atlasSize {
		a.x, a.y, a.rowSize = 0, a.y+a.rowSize+1, 0
	}
	if a.y+size.Y+1 > atlasSize || size.X+1 > atlasSize {
		return image.Rectangle{}, false
	}
	at := image.Rectangle{Max: size}.Add(image.Pt(a.x, a.y))
	a.x += size.X + 1
	a.rowSize = max(a.rowSize, size.Y)
	return at, true
}

// An outline is a glyph's curves in device pixels, turned and at its phase.
type outline []sfnt.Segment

type point struct{ x, y float64 }

func (k glyphKey) outline() outline {
	f := k.font
	index, err := f.sfnt.GlyphIndex(&f.buffer, k.rune)
	if err != nil {
		return nil
	}
	segments, err := f.sfnt.LoadGlyph(&f.buffer, index, fixed.Int26_6(math.Round(k.size*64)), nil)
	if err != nil {
		return nil
	}
	out := make(outline, len(segments))
	sin, cos := math.Sincos(k.turn)
	for i, s := range segments {
		out[i].Op = s.Op
		for j, p := range s.Args {
			x, y := float64(p.X), float64(p.Y)
			out[i].Args[j] = fixed.Point26_6{
				X: fixed.Int26_6(math.Round(x*cos-y*sin)) + 16*fixed.Int26_6(k.phaseX),
				Y: fixed.Int26_6(math.Round(x*sin+y*cos)) + 16*fixed.Int26_6(k.phaseY),
			}
		}
	}
	return out
}

// each calls f with each segment's points, in pixels.
func (o outline) each(f func(op sfnt.SegmentOp, p []point)) {
	for _, s := range o {
		n := 1
		switch s.Op {
		case sfnt.SegmentOpQuadTo:
			n = 2
		case sfnt.SegmentOpCubeTo:
			n = 3
		}
		var p [3]point
		for i := range n {
			p[i] = point{float64(s.Args[i].X) / 64, float64(s.Args[i].Y) / 64}
		}
		f(s.Op, p[:n])
	}
}

// bounds is the pixels that an outline may touch.
func (o outline) bounds() image.Rectangle {
	var r image.Rectangle
	o.each(func(_ sfnt.SegmentOp, points []point) {
		for _, p := range points {
			x, y := int(math.Floor(p.x)), int(math.Floor(p.y))
			r = r.Union(image.Rect(x, y, x+1, y+1))
		}
	})
	return r
}

func (o outline) fill(r *vector.Rasterizer, origin image.Point) {
	at := func(p point) (x, y float32) {
		return float32(p.x - float64(origin.X)), float32(p.y - float64(origin.Y))
	}
	open := false
	o.each(func(op sfnt.SegmentOp, p []point) {
		ax, ay := at(p[0])
		switch op {
		case sfnt.SegmentOpMoveTo:
			if open {
				r.ClosePath()
			}
			open = true
			r.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			r.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			bx, by := at(p[1])
			r.QuadTo(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			bx, by := at(p[1])
			cx, cy := at(p[2])
			r.CubeTo(ax, ay, bx, by, cx, cy)
		}
	})
	if open {
		r.ClosePath()
	}
}
