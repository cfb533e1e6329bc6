package paint

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"
)

var ink = color.NRGBA{10, 20, 30, 255}

// picture draws on 200 × 100 with a scale of 2.
func picture(draw func(p *Painter)) List {
	p := NewPainter()
	return p.Picture(200, 100, 2, func() { draw(p) })
}

// covered is the sum of alpha over the triangles of a list, in device pixels.
func covered(l List) (sum float64) {
	for _, b := range l {
		for i := 0; i < len(b.Indices); i += 3 {
			x, y, z := b.Vertices[b.Indices[i]], b.Vertices[b.Indices[i+1]], b.Vertices[b.Indices[i+2]]
			area := math.Abs(float64((y.X-x.X)*(z.Y-x.Y)-(z.X-x.X)*(y.Y-x.Y))) / 2
			sum += area * float64(x.A+y.A+z.A) / 3
		}
	}
	return sum
}

// TestAreas compares how much ink a shape takes with its area by geometry.
func TestAreas(t *testing.T) {
	rect := Rect{10, 10, 40, 20}
	for _, c := range []struct {
		name string
		draw func(p *Painter)
		want float64 // in device pixels
	}{
		{"fill", func(p *Painter) { p.Fill(rect, ink) }, 80 * 40},
		{"half", func(p *Painter) { p.Fill(rect, Fade(ink, 0.5)) }, 80 * 40 * 128. / 255},
		{"round", func(p *Painter) { p.Round(rect, 5, ink) }, 80*40 - (4-math.Pi)*100},
		{"disc", func(p *Painter) { p.Disc(Point{50, 50}, 10, ink) }, math.Pi * 400},
		{"dot", func(p *Painter) { p.Disc(Point{50, 50}, 1, ink) }, math.Pi * 4},
		{"line", func(p *Painter) { p.Line(Point{10, 10}, Point{70, 90}, 3, ink) }, 200 * 6},
		{"hair", func(p *Painter) { p.Line(Point{10, 10}, Point{70, 90}, 0.25, ink) }, 200 * 0.5},
		{"frame", func(p *Painter) { p.Frame(rect, 0, 2, ink) }, 2 * 4 * (80 + 40 - 2*4)},
		{"round frame", func(p *Painter) { p.Frame(rect, 5, 2, ink) }, 4 * (2*(80+40) - 8*10 + 2*math.Pi*8)},
		{"curve", func(p *Painter) {
			p.Curve(Point{10, 10}, Point{20, 10}, Point{30, 10}, Point{40, 10}, 2, ink) // straight
		}, 60 * 4},
	} {
		if got := covered(picture(c.draw)); !(math.Abs(got-c.want) <= 0.08*c.want) {
			t.Errorf("%s takes %v, want %v", c.name, got, c.want)
		}
	}
}

// TestGridLines asks that a line of a grid is the first pixel of a texel as a
// nearest sampler sees it.
func TestGridLines(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 20, 64} {
		for _, side := range []float64{40, 61.5, 77.3} {
			r := Rect{3.2, 7.7, side, side}
			var px image.Rectangle
			list := picture(func(p *Painter) {
				px = p.pixels(r)
				p.Grid(r, n, ink)
			})
			lines := map[int]bool{}
			for _, b := range list {
				for i := 0; i < len(b.Vertices); i += 4 {
					if v := b.Vertices[i:]; v[1].X-v[0].X == 1 {
						lines[int(v[0].X)] = true
					}
				}
			}
			for x := px.Min.X; x < px.Max.X; x++ {
				texel := func(x int) int {
					return int((float64(x-px.Min.X) + 0.5) * float64(n) / float64(px.Dx()))
				}
				first := x > px.Min.X && texel(x) != texel(x-1)
				if lines[x] != first {
					t.Fatalf("%d texels on %v: pixel %d has a line: %v, begins a texel: %v", n, px, x, lines[x], first)
				}
			}
		}
	}
}

func TestImage(t *testing.T) {
	tex := NewTexture(3, 3)
	list := picture(func(p *Painter) { p.Image(tex, Rect{10.3, 20, 30, 30}) })
	if len(list) != 1 || list[0].Texture != tex {
		t.Fatalf("%d batches, want one of the texture", len(list))
	}
	first, last := list[0].Vertices[0], list[0].Vertices[3]
	if first != (Vertex{21, 40, 0, 0, 1, 1, 1, 1}) || last != (Vertex{81, 100, 3, 3, 1, 1, 1, 1}) {
		t.Errorf("from %v to %v", first, last)
	}
}

func TestClip(t *testing.T) {
	list := picture(func(p *Painter) {
		p.Clip(Rect{10, 10, 50, 50}, func() {
			p.Clip(Rect{40, 0, 50, 50}, func() { p.Fill(Rect{0, 0, 200, 100}, ink) })
			p.Fill(Rect{100, 0, 10, 10}, ink) // out of it
		})
		p.Fill(Rect{0, 0, 1, 1}, ink)
	})
	want := []image.Rectangle{image.Rect(80, 20, 120, 100), image.Rect(0, 0, 400, 200)}
	if len(list) != 2 || list[0].Clip != want[0] || list[1].Clip != want[1] {
		t.Errorf("%d batches %v, want clips %v", len(list), list, want)
	}
}

// TestAtlasFills draws more glyphs than the atlas has room for, picture after
// picture. Every glyph that is drawn must still be in the atlas.
func TestAtlasFills(t *testing.T) {
	p := NewPainter()
	for size := 20.0; size < 60; size++ {
		text := "Is not Fire a Body heated so hot as to emit Light copiously?"
		list := p.Picture(4000, 100, 2, func() { p.Text(text, Point{0, 50}, Style{Font: Regular, Size: size, Ink: ink}) })
		quads := 0
		for _, b := range list {
			quads += len(b.Vertices) / 4
			for i := 0; i < len(b.Vertices); i += 4 {
				v := b.Vertices[i:]
				r := image.Rect(int(v[0].U), int(v[0].V), int(v[3].U), int(v[3].V))
				if !r.In(b.Texture.Rect) || blank(b.Texture.SubImage(r).(*image.RGBA)) {
					t.Fatalf("size %v: a glyph at %v of the atlas, where nothing is", size, r)
				}
			}
		}
		if want := 48; quads != want { // its letters and the question mark
			t.Fatalf("size %v: %d glyphs, want %d", size, quads, want)
		}
	}
}

func blank(m *image.RGBA) bool {
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
			if m.RGBAAt(x, y).A > 0 {
				return false
			}
		}
	}
	return true
}

// TestTextStands measures where the ink of a text is.
func TestTextStands(t *testing.T) {
	bounds := func(s Style, at Point, text string) image.Rectangle {
		p := NewPainter()
		var r image.Rectangle
		for _, b := range p.Picture(400, 400, 1, func() { p.Text(text, at, s) }) {
			for i := 0; i < len(b.Vertices); i += 4 {
				v := b.Vertices[i:]
				r = r.Union(image.Rect(int(v[0].X), int(v[0].Y), int(v[3].X), int(v[3].Y)))
			}
		}
		return r
	}
	at, text := Point{200, 200}, "HHHH"
	w := int(Regular.Width(text, 20))
	for _, c := range []struct {
		align Align
		turn  float64
		want  image.Rectangle
	}{
		{Start, 0, image.Rect(200, 185, 200+w, 200)},
		{End, 0, image.Rect(200-w, 185, 200, 200)},
		{Middle, 0, image.Rect(200-w/2, 185, 200+w/2, 200)},
		{Start, -math.Pi / 2, image.Rect(185, 200-w, 200, 200)},
	} {
		got := bounds(Style{Font: Regular, Size: 20, Ink: ink, Align: c.align, Turn: c.turn}, at, text)
		for _, d := range []int{got.Min.X - c.want.Min.X, got.Min.Y - c.want.Min.Y, got.Max.X - c.want.Max.X, got.Max.Y - c.want.Max.Y} {
			if d < -3 || d > 3 {
				t.Errorf("align %v, turn %v: %v, want about %v", c.align, c.turn, got, c.want)
				break
			}
		}
	}
}

func TestQuarter(t *testing.T) {
	for v, want := range map[float64]string{0: "0 0", 1.24: "1 1", 1.9: "2 0", -0.3: "-1 3", -1: "-1 0"} {
		whole, quarters := quarter(v)
		if got := fmt.Sprint(whole, quarters); got != want {
			t.Errorf("%v is %s, want %s", v, got, want)
		}
	}
}
