package view

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/fovea-run/fovea/demo/lens/paint"
)

// click presses and releases the mouse at a place.
func click(v *View, at paint.Point) {
	v.Move(Mouse, at)
	v.Press(Mouse, at)
	v.Release(Mouse)
}

// cell is the middle of a cell of the map, by what State says.
func cell(v *View, i, j int) paint.Point {
	g := v.State().Map
	return paint.Point{X: g.X + (float64(j)+0.5)*g.Pitch, Y: g.Y + (float64(i)+0.5)*g.Pitch}
}

func row(v *View, i int) paint.Point {
	g := v.State().List
	return paint.Point{X: g.X + 5, Y: g.Y + (float64(i)+0.5)*g.Pitch}
}

func TestTapOpensEachHead(t *testing.T) {
	v := shown(reading(19, 2, 4), 1280, 800, 1)
	for i, tile := range v.State().Tiles {
		click(v, tile.Centre())
		if s := v.State(); s.Screen != "head" || s.Head != i {
			t.Errorf("a tap on map %d shows %s %d", i, s.Screen, s.Head)
		}
		click(v, v.State().Back.Centre())
		if s := v.State(); s.Screen != "overview" {
			t.Errorf("a tap on back shows %s", s.Screen)
		}
	}
	click(v, paint.Point{X: 3, Y: 3})
	if s := v.State(); s.Screen != "overview" {
		t.Errorf("a tap beside the maps shows %s", s.Screen)
	}
}

func TestHoverAndPin(t *testing.T) {
	v := shown(reading(19, 2, 4), 1280, 800, 1)
	v.open(2)
	v.Move(Mouse, cell(v, 3, 7))
	if s := v.State(); s.From != 3 || s.To != 7 || s.Pinned {
		t.Errorf("the mouse on cell 3, 7: %+v", s)
	}
	v.Move(Mouse, row(v, 12))
	if s := v.State(); s.From != 12 || s.To != -1 {
		t.Errorf("the mouse on row 12: %+v", s)
	}
	click(v, row(v, 5))
	v.Leave()
	if s := v.State(); s.From != 5 || !s.Pinned {
		t.Errorf("after a click on row 5: %+v", s)
	}
	v.Move(Mouse, cell(v, 1, 2))
	if s := v.State(); s.From != 1 || !s.Pinned {
		t.Errorf("the mouse elsewhere: %+v, want what it points at", s)
	}
	click(v, row(v, 5))
	v.Leave()
	if s := v.State(); s.From != -1 || s.Pinned {
		t.Errorf("after another click on row 5: %+v", s)
	}
	g := v.State().Map
	v.Move(Mouse, paint.Point{X: g.View.X - 10, Y: cell(v, 9, 0).Y})
	if s := v.State(); s.From != 9 {
		t.Errorf("the mouse on a label: %+v", s)
	}
}

func TestDragPans(t *testing.T) {
	v := shown(reading(128, 2, 4), 1280, 800, 1)
	v.open(0)
	centre := v.State().Map.View.Centre()
	v.Wheel(centre, 6)
	before := *v.State().Map
	if v.State().Zoom < 2 {
		t.Fatalf("six notches zoom %v times", v.State().Zoom)
	}
	v.Press(Mouse, centre)
	v.Move(Mouse, paint.Point{X: centre.X + 30, Y: centre.Y - 20})
	v.Release(Mouse)
	after := *v.State().Map
	if !near(after.X-before.X, 30) || !near(after.Y-before.Y, -20) {
		t.Errorf("a drag by 30, -20 moves the map by %v, %v", after.X-before.X, after.Y-before.Y)
	}
	if v.State().Pinned {
		t.Error("a drag pins a token")
	}
	v.Press(Mouse, centre)
	v.Move(Mouse, paint.Point{X: centre.X + 9999, Y: centre.Y + 9999})
	v.Release(Mouse)
	if g := v.State().Map; !near(g.X, g.View.X) || !near(g.Y, g.View.Y) {
		t.Errorf("a long drag takes the map out of sight: %+v", g)
	}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-6 }

// TestZoomKeepsThePlace asks that what is under the pointer stays there.
func TestZoomKeepsThePlace(t *testing.T) {
	v := shown(reading(40, 2, 4), 1280, 800, 1)
	v.open(0)
	at := cell(v, 13, 27)
	for _, notches := range []float64{1, 3, 2, -1, -2} {
		v.Wheel(at, notches)
		if s := v.State(); s.From != 13 || s.To != 27 {
			t.Fatalf("zoomed %v times, the pointer is on %d, %d", s.Zoom, s.From, s.To)
		}
	}
	v.Wheel(at, 999)
	if p := v.State().Map.Pitch; p > topPitch+1e-6 {
		t.Errorf("cells are %v wide", p)
	}
	v.Wheel(at, -999)
	if z := v.State().Zoom; z != 1 {
		t.Errorf("zoomed out it is %v", z)
	}
}

func TestPinch(t *testing.T) {
	v := shown(reading(40, 2, 4), 390, 844, 3)
	v.open(0)
	c := v.State().Map.View.Centre()
	v.Press(1, paint.Point{X: c.X - 40, Y: c.Y})
	v.Press(2, paint.Point{X: c.X + 40, Y: c.Y})
	v.Move(1, paint.Point{X: c.X - 80, Y: c.Y})
	v.Move(2, paint.Point{X: c.X + 80, Y: c.Y})
	if z := v.State().Zoom; !near(z, 2) {
		t.Errorf("fingers twice as far apart zoom %v times, want 2", z)
	}
	v.Release(1)
	before := *v.State().Map
	v.Move(2, paint.Point{X: c.X + 70, Y: c.Y})
	if after := v.State().Map; !near(after.X-before.X, -10) {
		t.Errorf("the finger that stays moves the map by %v, want -10", after.X-before.X)
	}
	v.Release(2)
	if s := v.State(); s.Pinned {
		t.Errorf("a pinch pins: %+v", s)
	}
	v.Press(1, c)
	v.Release(1)
	if s := v.State(); !s.Pinned {
		t.Errorf("a tap after a pinch pins nothing: %+v", s)
	}
}

func TestListScrolls(t *testing.T) {
	v := shown(reading(128, 2, 4), 390, 844, 3)
	v.open(0)
	click(v, v.layoutHead().tabs[1].Centre())
	s := v.State()
	if s.Panel != "arcs" || s.Map != nil || s.List == nil {
		t.Fatalf("after a tap on the arcs' tab: %+v", s)
	}
	c := s.List.View.Centre()
	v.Press(7, c)
	v.Move(7, paint.Point{X: c.X, Y: c.Y - 100})
	v.Release(7)
	if got := v.State().Scroll; !near(got, 100) {
		t.Errorf("a drag by -100 scrolls by %v", got)
	}
	v.Wheel(c, -9999)
	if got, most := v.State().Scroll, v.layoutHead().list.over; got != most || most < 500 {
		t.Errorf("scrolled to %v of %v", got, most)
	}
	v.Press(1, paint.Point{X: c.X, Y: c.Y - 50})
	v.Press(2, paint.Point{X: c.X, Y: c.Y + 50})
	v.Move(2, paint.Point{X: c.X, Y: c.Y + 100})
	if got := v.State().List.Pitch; !near(got, 33) {
		t.Errorf("a pinch by 1.5 makes rows %v high, want 33", got)
	}
	v.Cancel()
}

func TestOverviewScrolls(t *testing.T) {
	v := shown(reading(19, 6, 12), 390, 844, 3)
	v.Wheel(paint.Point{X: 200, Y: 400}, -3)
	if got := v.State().Scroll; !near(got, 180) {
		t.Errorf("three notches scroll by %v, want 180", got)
	}
	tile := v.State().Tiles[5]
	v.Press(1, tile.Centre())
	v.Release(1)
	if s := v.State(); s.Head != 5 || s.Screen != "head" {
		t.Errorf("a tap on map 5 after scrolling shows %+v", s)
	}
}

func TestKeys(t *testing.T) {
	v := shown(reading(19, 2, 4), 1280, 800, 1)
	closed := 0
	v.Close = func() { closed++ }
	for _, step := range []struct {
		key  Key
		want string // screen, head, token
	}{
		{Enter, "overview -1 -1"}, {Right, "overview 0 -1"}, {Right, "overview 1 -1"}, {Down, "overview 5 -1"}, {Left, "overview 4 -1"},
		{End, "overview 7 -1"}, {Next, "overview 7 -1"}, {Up, "overview 3 -1"}, {Home, "overview 0 -1"}, {Previous, "overview 0 -1"},
		{Enter, "head 0 -1"}, {Down, "head 0 0"}, {Down, "head 0 1"}, {Next, "head 1 1"}, {Right, "head 2 1"}, {Previous, "head 1 1"},
		{End, "head 1 18"}, {Down, "head 1 18"}, {Home, "head 1 0"}, {Up, "head 1 0"}, {Escape, "head 1 -1"}, {Escape, "overview 1 -1"},
		{Escape, "overview 1 -1"},
	} {
		v.Key(step.key)
		s := v.State()
		if got := fmt.Sprint(s.Screen, " ", s.Head, " ", s.From); got != step.want {
			t.Fatalf("after key %d: %s, want %s", step.key, got, step.want)
		}
	}
	if closed != 1 {
		t.Errorf("closed %d times, want by the last Escape alone", closed)
	}
	v.open(0)
	v.Key(ZoomIn)
	v.Key(ZoomIn)
	if z := v.State().Zoom; !near(z, 1.25*1.25) {
		t.Errorf("zoomed %v times", z)
	}
	v.Key(ZoomAll)
	if z := v.State().Zoom; z != 1 {
		t.Errorf("all of it is zoomed %v times", z)
	}
}

// TestKeysBringIntoSight goes through the tokens with the keys.
func TestKeysBringIntoSight(t *testing.T) {
	v := shown(reading(128, 2, 4), 1280, 800, 1)
	v.open(0)
	v.Wheel(v.State().Map.View.Centre(), 5)
	for i := range 128 {
		v.Key(Down)
		s := v.State()
		if s.From != i {
			t.Fatalf("key %d pins %d", i, s.From)
		}
		if y := row(v, i).Y; y < s.List.View.Y || y > s.List.View.Y+s.List.View.H {
			t.Errorf("row %d is at %v, out of %+v", i, y, s.List.View)
		}
		if y := cell(v, i, 0).Y; y < s.Map.View.Y || y > s.Map.View.Y+s.Map.View.H {
			t.Errorf("row %d of the map is at %v, out of %+v", i, y, s.Map.View)
		}
	}
}

// TestAnything does what nobody would do. Nothing may break, and what State
// says stays within bounds.
func TestAnything(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 4))
		v := New()
		for range 400 {
			at := paint.Point{X: r.Float64() * 1300, Y: r.Float64() * 900}
			switch r.IntN(14) {
			case 0:
				s := screens[r.IntN(len(screens))]
				v.Resize(s.w, s.h, s.scale)
			case 1:
				if r.IntN(4) == 0 {
					v.Show(reading([]int{0, 1, 7, 128}[r.IntN(4)], 1+r.IntN(3), 1+r.IntN(5)))
				}
			case 2, 3:
				v.Press(r.IntN(4)-1, at)
			case 4, 5, 6:
				v.Move(r.IntN(4)-1, at)
			case 7, 8:
				v.Release(r.IntN(4) - 1)
			case 9:
				v.Wheel(at, r.NormFloat64()*5)
			case 10:
				v.Key(Key(r.IntN(int(Colour) + 1)))
			case 11:
				click(v, at)
			case 12:
				v.Leave()
			case 13:
				v.Cancel()
			}
			if v.w > 0 && r.IntN(20) == 0 {
				sound(t, fmt.Sprint("seed ", seed), v.Draw())
			}
			s := v.State()
			if s.From >= s.Tokens || s.To >= s.Tokens || s.Head >= len(v.heads) || !(s.Zoom >= 1) || !(s.Scroll >= 0) {
				t.Fatalf("seed %d: %+v", seed, s)
			}
		}
	}
}
