package view

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/demo/lens/attention"
	"github.com/fovea-run/fovea/demo/lens/paint"
)

// reading makes one of n words whose rows sum to 1 and differ from each other.
func reading(n, layers, heads int) *attention.Reading {
	var text strings.Builder
	tokens := make([]attention.Token, n)
	for i := range tokens {
		if i > 0 {
			text.WriteByte(' ')
		}
		start := text.Len()
		fmt.Fprintf(&text, "word%d", i)
		tokens[i] = attention.Token{Start: start, End: text.Len()}
	}
	r := rand.New(rand.NewPCG(1, uint64(n)))
	weights := make([][]float32, layers)
	for l := range weights {
		for range heads * n {
			row, sum := make([]float32, n), float32(0)
			for j := range row {
				row[j] = float32(math.Exp(4 * r.NormFloat64()))
				sum += row[j]
			}
			for j := range row {
				row[j] /= sum
			}
			weights[l] = append(weights[l], row...)
		}
	}
	return attention.New(text.String(), tokens, heads, weights...)
}

// shown is a view of a reading on a screen.
func shown(r *attention.Reading, w, h, scale float64) *View {
	v := New()
	v.Resize(w, h, scale)
	v.Show(r)
	return v
}

var screens = []struct {
	name        string
	w, h, scale float64
}{
	{"desktop", 1280, 800, 1}, {"HiDPI", 1280, 800, 2}, {"phone", 390, 844, 3}, {"phone on its side", 844, 390, 2.625},
	{"tablet", 768, 1024, 2}, {"tiny", 200, 160, 1}, {"wide", 2560, 500, 1.5},
}

// TestEverySize draws each screen of the lens with all kinds of readings.
// Nothing may be drawn that is not a number, and every head must be reachable.
func TestEverySize(t *testing.T) {
	for _, s := range screens {
		for _, n := range []int{1, 2, 19, 128} {
			for _, grid := range [][2]int{{1, 1}, {2, 4}, {6, 12}, {3, 5}} {
				v := shown(reading(n, grid[0], grid[1]), s.w, s.h, s.scale)
				where := fmt.Sprintf("%s, %d tokens, %d layers of %d heads", s.name, n, grid[0], grid[1])
				sound(t, where, v.Draw())
				if got := len(v.State().Tiles); got != grid[0]*grid[1] {
					t.Fatalf("%s: %d maps", where, got)
				}
				for i, tile := range v.State().Tiles {
					if tile.W < 16 || tile.X < 0 || tile.X+tile.W > s.w+0.01 {
						t.Errorf("%s: map %d is at %+v", where, i, tile)
					}
				}
				v.open(len(v.heads) - 1)
				sound(t, where, v.Draw())
				v.Key(Down)
				v.Key(Panel)
				sound(t, where, v.Draw())
			}
		}
	}
}

// sound fails for a picture with a vertex that is not a number, or an index
// out of range.
func sound(t *testing.T, where string, list paint.List) {
	t.Helper()
	if len(list) == 0 {
		t.Fatalf("%s: nothing is drawn", where)
	}
	for _, b := range list {
		for _, v := range b.Vertices {
			if s := v.X + v.Y + v.U + v.V + v.R + v.G + v.B + v.A; s != s || math.IsInf(float64(s), 0) {
				t.Fatalf("%s: vertex %+v", where, v)
			}
		}
		for _, i := range b.Indices {
			if int(i) >= len(b.Vertices) {
				t.Fatalf("%s: index %d of %d vertices", where, i, len(b.Vertices))
			}
		}
	}
}

// TestCellColours compares the texels of the map with the colours of the
// weights, through the place that State says the cell has.
func TestCellColours(t *testing.T) {
	for _, n := range []int{1, 19, 128} {
		r := reading(n, 2, 4)
		v := shown(r, 1280, 800, 1)
		v.open(5)
		weights := r.Head(1, 1)
		most := float32(0)
		for _, w := range weights {
			most = max(most, w)
		}
		list, g := v.Draw(), v.State().Map
		var m *paint.Batch
		for i := range list {
			if list[i].Texture.Rect.Dx() == n {
				m = &list[i]
			}
		}
		if m == nil {
			t.Fatalf("%d tokens: no map is drawn", n)
		}
		a, z := m.Vertices[0], m.Vertices[3]
		for i := range n {
			for j := range n {
				x, y := g.X+(float64(j)+0.5)*g.Pitch, g.Y+(float64(i)+0.5)*g.Pitch
				u := int((x - float64(a.X)) / float64(z.X-a.X) * float64(n))
				w := int((y - float64(a.Y)) / float64(z.Y-a.Y) * float64(n))
				want := Light.Ramp.At(float64(weights[i*n+j] / most))
				if c := m.Texture.RGBAAt(u, w); c.R != want.R || c.G != want.G || c.B != want.B || c.A != 255 {
					t.Fatalf("%d tokens: cell %d, %d has the colour %v, want %v", n, i, j, c, want)
				}
			}
		}
	}
}

// TestShrink compares with means over whole cells, where side divides n, and
// asks that the mean of all stays.
func TestShrink(t *testing.T) {
	n := 12
	weights := reading(n, 1, 1).Head(0, 0)
	for side := 1; side <= n; side++ {
		got := shrink(weights, n, side)
		sum := 0.0
		for _, w := range got {
			sum += float64(w)
		}
		if !(math.Abs(sum/float64(side*side)-1/float64(n)) <= 1e-6) {
			t.Errorf("side %d: the mean is %v, want %v", side, sum/float64(side*side), 1/float64(n))
		}
		if k := n / side; k*side == n {
			want := 0.0
			for i := range k {
				for j := range k {
					want += float64(weights[i*n+n-1-j]) / float64(k*k)
				}
			}
			if !(math.Abs(float64(got[side-1])-want) <= 1e-6) {
				t.Errorf("side %d: the right upper corner is %v, want %v", side, got[side-1], want)
			}
		}
	}
}

func TestWords(t *testing.T) {
	v := New()
	v.Resize(800, 600, 1)
	if s := v.State(); s.Screen != "message" || s.Words == "" {
		t.Errorf("at first: %+v", s)
	}
	v.Show(&attention.Reading{Text: " "})
	if s := v.State(); s.Screen != "message" || !strings.Contains(s.Words, "Nothing to look at") {
		t.Errorf("an empty text: %+v", s)
	}
	v.Say("This text cannot be looked at", errors.New("no model").Error())
	if s := v.State(); !strings.Contains(s.Words, "no model") {
		t.Errorf("an error: %+v", s)
	}
	v.Show(attention.New("light", []attention.Token{{Start: 0, End: 5}}, 1, []float32{1}))
	v.open(0)
	v.Key(Down)
	if s := v.State(); s.Words != "“light” can only look at itself." {
		t.Errorf("one token: %q", s.Words)
	}
	r := attention.New("Unlike light", []attention.Token{{Start: 0, End: 2}, {Start: 2, End: 6}, {Start: 7, End: 12}}, 1,
		[]float32{.25, .75, 0, .001, .009, .99, .1, .2, .7})
	r.All = 200
	v.Show(r)
	v.open(0)
	for at, want := range map[spot]string{
		{-1, -1}: "Tap a token, or point at it. Arcs lead to later tokens on the right, to earlier ones on the left.",
		{0, -1}:  "“Un” looks most at “·like” 0.75, itself 0.25, “light” <0.01.",
		{1, 2}:   "“·like” gives “light” 0.99 of its attention.",
		{2, 2}:   "“light” gives itself 0.70 of its attention.",
	} {
		v.pinned = at
		if got := v.State().Words; got != want {
			t.Errorf("at %v: %q, want %q", at, got, want)
		}
	}
	if got := v.clipNote(); got != "Only the first 3 of 200 tokens are looked at." {
		t.Errorf("the rest: %q", got)
	}
}

func TestNumber(t *testing.T) {
	for w, want := range map[float32]string{0: "<0.01", 0.0049: "<0.01", 0.0051: "0.01", 0.314: "0.31", 0.994: "0.99", 1: "1"} {
		if got := number(w); got != want {
			t.Errorf("%v is %q, want %q", w, got, want)
		}
	}
}

// TestArcs asks for the arcs of a token, and for the strongest of all.
func TestArcs(t *testing.T) {
	v := shown(reading(40, 1, 1), 1280, 800, 1)
	h := v.heads[0]
	one := appendArcs(nil, h.weights, 40, 7)
	if len(one) != 39 {
		t.Errorf("%d arcs of one token, want one to each other", len(one))
	}
	all := strongest(h.weights, 40)
	if len(all) != mostArcs {
		t.Fatalf("%d arcs of all, want %d", len(all), mostArcs)
	}
	stronger := 0
	for i, w := range h.weights {
		if i/40 != i%40 && w > all[0].weight {
			stronger++
		}
	}
	if stronger >= mostArcs {
		t.Errorf("%d weights are stronger than the weakest arc", stronger)
	}
	for i, a := range all {
		if a.weight != h.weights[a.from*40+a.to] || i > 0 && a.weight < all[i-1].weight {
			t.Errorf("arc %d is %+v after one of %v", i, a, all[max(i-1, 0)].weight)
		}
	}
}

// TestLabelsApart asks that labels of rows stand apart, however many there
// are, and that the one pointed at is among them.
func TestLabelsApart(t *testing.T) {
	for _, s := range screens[:5] {
		for _, n := range []int{1, 19, 128} {
			v := shown(reading(n, 2, 4), s.w, s.h, s.scale)
			v.open(0)
			for _, from := range []int{-1, 0, n / 2, n - 1} {
				l := v.layoutHead()
				if l.mapPanel.W == 0 {
					t.Fatalf("%s: no map at first", s.name)
				}
				rows := labelled(l.grid, n, from)
				if from >= 0 && !contains(rows, from) {
					t.Errorf("%s, %d tokens: %d has no label", s.name, n, from)
				}
				for i := 1; i < len(rows); i++ {
					if gap := float64(rows[i]-rows[i-1]) * l.grid.pitch; gap < lineStep-0.01 {
						t.Errorf("%s, %d tokens: labels %d and %d are %v apart", s.name, n, rows[i-1], rows[i], gap)
					}
				}
			}
		}
	}
}

func contains(list []int, v int) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

func TestBeginning(t *testing.T) {
	tokens := []attention.Token{{Start: 0, End: 5}}
	for _, c := range []struct {
		text string
		all  int
		want string
	}{
		{"light", 1, "light"},
		{"light and so on", 4, "light…"},
		{strings.Repeat("北", 2000), 1, "U+5317…"},
	} {
		r := attention.New(c.text, tokens, 1, []float32{1})
		r.All = c.all
		if r.Text[0] != 'l' {
			r.Tokens = []attention.Token{{Start: 0, End: len(c.text)}}
		}
		got := beginning(r)
		if c.want == "U+5317…" {
			if !strings.HasSuffix(got, "U+5317…") || strings.Count(got, "U+5317") != 1000 {
				t.Errorf("a long text begins with %d letters: %.40s", strings.Count(got, "U+5317"), got)
			}
		} else if got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}
