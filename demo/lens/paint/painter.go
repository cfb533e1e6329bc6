package paint

import (
	"image"
	"image/color"
	"math"
)

// A Painter makes pictures. It keeps what they share, such as drawn glyphs.
type Painter struct {
	atlas *atlas
	scale float64 // device pixels in a device-independent one
	clip  image.Rectangle
	list  List
	spare List // the last picture, whose memory the next takes
}

// NewPainter returns a Painter.
func NewPainter() *Painter { return &Painter{atlas: newAtlas()} }

// Picture returns what draw draws, on w × h device-independent pixels with
// scale device pixels in each. It may call draw twice. What it returns is valid
// until the next picture.
func (p *Painter) Picture(w, h, scale float64, draw func()) List {
	for range 2 {
		p.scale, p.list, p.spare = scale, p.spare[:0], p.list
		p.clip = image.Rect(0, 0, int(math.Ceil(w*scale)), int(math.Ceil(h*scale)))
		draw()
		if !p.atlas.full {
			break
		}
		p.atlas.reset() // the glyphs of this picture alone have room
	}
	return p.list
}

// Scale is the number of device pixels in a device-independent one.
func (p *Painter) Scale() float64 { return p.scale }

// Clip draws what draw draws, within r.
func (p *Painter) Clip(r Rect, draw func()) {
	before := p.clip
	p.clip = before.Intersect(p.pixels(r))
	draw()
	p.clip = before
}

// pixels is r in device pixels, its edges on whole ones.
func (p *Painter) pixels(r Rect) image.Rectangle {
	round := func(v float64) int { return int(math.Round(v * p.scale)) }
	return image.Rect(round(r.X), round(r.Y), round(r.X+r.W), round(r.Y+r.H))
}

// batch is the batch that takes more triangles over a texture.
func (p *Painter) batch(t *Texture) *Batch {
	if n := len(p.list); n > 0 && p.list[n-1].Texture == t && p.list[n-1].Clip == p.clip {
		return &p.list[n-1]
	}
	b := Batch{Clip: p.clip, Texture: t}
	if i := len(p.list); i < len(p.spare) {
		b.Vertices, b.Indices = p.spare[i].Vertices[:0], p.spare[i].Indices[:0]
	}
	p.list = append(p.list, b)
	return &p.list[len(p.list)-1]
}

// quad adds a rectangle of device pixels over a part of a texture.
func (p *Painter) quad(t *Texture, dst image.Rectangle, src image.Rectangle, c color.NRGBA) {
	if dst.Intersect(p.clip).Empty() {
		return
	}
	b := p.batch(t)
	n := uint32(len(b.Vertices))
	for _, k := range [4][2]bool{{false, false}, {true, false}, {false, true}, {true, true}} {
		x, y, u, v := dst.Min.X, dst.Min.Y, src.Min.X, src.Min.Y
		if k[0] {
			x, u = dst.Max.X, src.Max.X
		}
		if k[1] {
			y, v = dst.Max.Y, src.Max.Y
		}
		b.Vertices = append(b.Vertices, vertex(float64(x), float64(y), float32(u), float32(v), c, 1))
	}
	b.Indices = append(b.Indices, n, n+1, n+2, n+1, n+3, n+2)
}

func vertex(x, y float64, u, v float32, c color.NRGBA, cover float64) Vertex {
	a := float32(c.A) / 255 * float32(cover)
	return Vertex{float32(x), float32(y), u, v, float32(c.R) / 255 * a, float32(c.G) / 255 * a, float32(c.B) / 255 * a, a}
}

// white is the texels of the atlas that leave a vertex's colour as it is.
var white = image.Rect(0, 0, 2, 2)

// Fill fills r, its edges on whole device pixels.
func (p *Painter) Fill(r Rect, c color.NRGBA) {
	p.quad(p.atlas.Texture, p.pixels(r), white, c)
}

// Image draws a texture over r, its edges on whole device pixels.
func (p *Painter) Image(t *Texture, r Rect) {
	p.quad(t, p.pixels(r), t.Rect, color.NRGBA{255, 255, 255, 255})
}

// Grid draws lines one device pixel wide between the cells of an image of n × n
// texels that is drawn over r: at the first pixel of each row and column but
// the first.
func (p *Painter) Grid(r Rect, n int, c color.NRGBA) {
	px := p.pixels(r)
	for i := 1; i < n; i++ {
		// A pixel shows the texel that its middle lies in.
		x := px.Min.X + int(math.Ceil(float64(i*px.Dx())/float64(n)-0.5))
		y := px.Min.Y + int(math.Ceil(float64(i*px.Dy())/float64(n)-0.5))
		p.quad(p.atlas.Texture, image.Rect(x, px.Min.Y, x+1, px.Max.Y), white, c)
		p.quad(p.atlas.Texture, image.Rect(px.Min.X, y, px.Max.X, y+1), white, c)
	}
}

// Disc fills a disc.
func (p *Painter) Disc(centre Point, radius float64, c color.NRGBA) {
	x, y, r := centre.X*p.scale, centre.Y*p.scale, radius*p.scale
	inner, outer, cover := max(r-0.5, 0), max(r, 0.5)+0.5, min(4*r*r, 1)
	steps := max(12, int(math.Ceil(r*2)))
	b := p.batch(p.atlas.Texture)
	first := uint32(len(b.Vertices))
	b.Vertices = append(b.Vertices, vertex(x, y, 1, 1, c, cover))
	for i := range steps {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(steps))
		b.Vertices = append(b.Vertices,
			vertex(x+inner*cos, y+inner*sin, 1, 1, c, cover),
			vertex(x+outer*cos, y+outer*sin, 1, 1, c, 0))
		a, z := first+1+2*uint32(i), first+1+2*uint32((i+1)%steps)
		b.Indices = append(b.Indices, first, a, z, a, a+1, z, z, a+1, z+1)
	}
}

// Round fills r with round corners.
func (p *Painter) Round(r Rect, radius float64, c color.NRGBA) {
	p.polygon(p.corners(r, radius), c)
}

// corners is the outline of a round rectangle in device pixels, clockwise.
func (p *Painter) corners(r Rect, radius float64) []point {
	px := p.pixels(r)
	x0, y0, x1, y1 := float64(px.Min.X), float64(px.Min.Y), float64(px.Max.X), float64(px.Max.Y)
	rad := min(radius*p.scale, (x1-x0)/2, (y1-y0)/2)
	steps := max(2, int(math.Ceil(math.Sqrt(rad)*2)))
	var out []point
	for i, c := range [4]point{{x1 - rad, y0 + rad}, {x1 - rad, y1 - rad}, {x0 + rad, y1 - rad}, {x0 + rad, y0 + rad}} {
		for k := range steps + 1 {
			sin, cos := math.Sincos(math.Pi / 2 * (float64(i-1) + float64(k)/float64(steps)))
			out = append(out, point{c.x + rad*cos, c.y + rad*sin})
		}
	}
	return out
}

// polygon fills a convex outline, with a rim of one pixel in which it fades.
func (p *Painter) polygon(outline []point, c color.NRGBA) {
	n := len(outline)
	b := p.batch(p.atlas.Texture)
	first := uint32(len(b.Vertices))
	for i, at := range outline {
		out := normal(outline[(i+n-1)%n], outline[(i+1)%n])
		b.Vertices = append(b.Vertices,
			vertex(at.x-out.x/2, at.y-out.y/2, 1, 1, c, 1),
			vertex(at.x+out.x/2, at.y+out.y/2, 1, 1, c, 0))
	}
	at := func(i int, rim uint32) uint32 { return first + 2*uint32(i%n) + rim }
	for i := range n {
		if i >= 2 {
			b.Indices = append(b.Indices, at(0, 0), at(i-1, 0), at(i, 0))
		}
		b.Indices = append(b.Indices, at(i, 0), at(i, 1), at(i+1, 0), at(i+1, 0), at(i, 1), at(i+1, 1))
	}
}

// normal is the direction of length 1 to the left of the way from a to b (as
// seen with y upwards): outwards for a clockwise outline.
func normal(a, b point) point {
	x, y := b.x-a.x, b.y-a.y
	length := math.Hypot(x, y)
	if length == 0 {
		return point{}
	}
	return point{y / length, -x / length}
}

// Frame draws the edge of a round rectangle, width wide, inside of it.
func (p *Painter) Frame(r Rect, radius, width float64, c color.NRGBA) {
	w := max(1, math.Round(width*p.scale)) / p.scale
	if radius == 0 {
		in := r.Inset(0, w)
		p.Fill(Rect{r.X, r.Y, r.W, w}, c)
		p.Fill(Rect{r.X, r.Y + r.H - w, r.W, w}, c)
		p.Fill(Rect{in.X, in.Y, w, in.H}, c)
		p.Fill(Rect{r.X + r.W - w, in.Y, w, in.H}, c)
		return
	}
	line := p.corners(r.Inset(w/2, w/2), radius-w/2)
	p.stroke(append(line, line[0], line[1]), w*p.scale, c)
}

// Curve draws a cubic curve.
func (p *Painter) Curve(a, b, c, d Point, width float64, ink color.NRGBA) {
	s := p.scale
	length := (math.Hypot(b.X-a.X, b.Y-a.Y) + math.Hypot(c.X-b.X, c.Y-b.Y) + math.Hypot(d.X-c.X, d.Y-c.Y)) * s
	steps := min(max(int(length/6), 6), 48)
	line := make([]point, steps+1)
	for i := range line {
		t := float64(i) / float64(steps)
		t *= t * (3 - 2*t) // shorter steps at the ends, where curves bend
		u := 1 - t
		wa, wb, wc, wd := u*u*u, 3*u*u*t, 3*u*t*t, t*t*t
		line[i] = point{(wa*a.X + wb*b.X + wc*c.X + wd*d.X) * s, (wa*a.Y + wb*b.Y + wc*c.Y + wd*d.Y) * s}
	}
	p.stroke(line, width*s, ink)
}

// Line draws a straight line.
func (p *Painter) Line(a, b Point, width float64, ink color.NRGBA) {
	s := p.scale
	p.stroke([]point{{a.X * s, a.Y * s}, {b.X * s, b.Y * s}}, width*s, ink)
}

// stroke draws a line through points, all in device pixels, that fades in a
// rim of one pixel. A line thinner than a pixel is fainter instead.
func (p *Painter) stroke(line []point, width float64, c color.NRGBA) {
	if len(line) < 2 || !p.near(line, width) {
		return
	}
	inner, outer, cover := max(width/2-0.5, 0), max(width/2, 0.5)+0.5, min(width, 1)
	b := p.batch(p.atlas.Texture)
	for i, at := range line {
		n := normal(line[max(i-1, 0)], line[min(i+1, len(line)-1)])
		first := uint32(len(b.Vertices))
		for _, k := range [4]struct{ off, cover float64 }{{-outer, 0}, {-inner, cover}, {inner, cover}, {outer, 0}} {
			b.Vertices = append(b.Vertices, vertex(at.x+n.x*k.off, at.y+n.y*k.off, 1, 1, c, k.cover))
		}
		if i == len(line)-1 {
			return
		}
		for k := first; k < first+3; k++ {
			b.Indices = append(b.Indices, k, k+1, k+4, k+1, k+5, k+4)
		}
	}
}

// near reports whether a line may touch what is drawn.
func (p *Painter) near(line []point, width float64) bool {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, at := range line {
		x0, y0, x1, y1 = min(x0, at.x), min(y0, at.y), max(x1, at.x), max(y1, at.y)
	}
	c := p.clip
	return x1+width > float64(c.Min.X) && x0-width < float64(c.Max.X) && y1+width > float64(c.Min.Y) && y0-width < float64(c.Max.Y)
}
