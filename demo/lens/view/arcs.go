package view

import (
	"cmp"
	"math"
	"slices"

	"github.com/fovea-run/fovea/demo/lens/paint"
)

// The arcs stand beside a column of tokens: those on the right go to tokens
// further down, those on the left to tokens further up. A dot is a token that
// looks at itself.

const (
	leastRow = 22.0
	mostRow  = 34.0
	fitRow   = 17.0 // rows may be this small if all are in sight then
	mostArcs = 300  // shown at once, the strongest

	numbers     = 52.0 // where a row's label begins, behind a weight or a dot
	besideLabel = numbers + 10
)

// A listLayout says where the tokens and their arcs are.
type listLayout struct {
	panel paint.Rect
	pitch float64    // of the rows
	top   float64    // where the first row begins, scrolled
	chip  paint.Rect // the column of labels, as high as the panel
	over  float64    // how far the list can be scrolled
}

func (v *View) layoutList(panel paint.Rect) listLayout {
	n := float64(len(v.labels))
	l := listLayout{panel: panel, pitch: v.pitch}
	if l.pitch == 0 {
		l.pitch = min(panel.H/n, mostRow)
		if l.pitch < fitRow {
			l.pitch = leastRow
		}
	}
	width := v.widest(14, 130) + besideLabel
	width = min(width, panel.W*0.5)
	l.chip = paint.Rect{X: panel.X + (panel.W-width)/2, Y: panel.Y, W: width, H: panel.H}
	l.over = max(n*l.pitch-panel.H, 0)
	l.top = panel.Y - v.scroll
	if l.over == 0 {
		l.top = panel.Y + (panel.H-n*l.pitch)/2
	}
	return l
}

// row is the token at a place, or -1.
func (l listLayout) row(at paint.Point, n int) int {
	if !l.panel.Contains(at) || at.Y < l.top {
		return -1
	}
	if i := int((at.Y - l.top) / l.pitch); i < n {
		return i
	}
	return -1
}

// middle is the height of a token.
func (l listLayout) middle(token int) float64 { return l.top + (float64(token)+0.5)*l.pitch }

// An arc goes from a token to one that it looks at.
type arc struct {
	from, to int
	weight   float32
}

// strongest returns the arcs of a head that are shown while no token is chosen,
// weakest first.
func strongest(weights []float32, n int) []arc {
	arcs := make([]arc, 0, len(weights))
	for from := range n {
		arcs = appendArcs(arcs, weights, n, from)
	}
	sortArcs(arcs)
	return slices.Clone(arcs[max(len(arcs)-mostArcs, 0):])
}

// appendArcs appends the arcs of one token.
func appendArcs(arcs []arc, weights []float32, n, from int) []arc {
	for to, w := range weights[from*n : (from+1)*n] {
		if to != from {
			arcs = append(arcs, arc{from, to, w})
		}
	}
	return arcs
}

// sortArcs puts the strongest last, on top of the others.
func sortArcs(arcs []arc) {
	slices.SortFunc(arcs, func(a, b arc) int {
		return cmp.Or(cmp.Compare(a.weight, b.weight), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
}

// reach is how far an arc over so many tokens bends away from the labels, as a
// share of the room that there is.
func reach(over, n int) float64 {
	return 0.12 + 0.88*math.Sqrt(float64(over)/float64(max(n-1, 1)))
}

func (v *View) drawList(l listLayout) {
	p, h, at := v.painter, v.heads[v.up], v.focus()
	p.Clip(l.panel, func() {
		arcs, most := h.arcs, h.most
		if at.from >= 0 {
			arcs, most = appendArcs(nil, h.weights, len(v.labels), at.from), 0
			sortArcs(arcs)
		}
		if len(arcs) > 0 {
			most = arcs[len(arcs)-1].weight
		}
		for _, a := range arcs {
			v.drawArc(l, a, float64(a.weight/most), at)
		}
		for i := range v.labels {
			if y := l.middle(i); y > l.panel.Y-l.pitch && y < l.panel.Y+l.panel.H+l.pitch {
				v.drawToken(l, i, y, at)
			}
		}
	})
	v.drawScrollbar(l)
}

// drawArc draws an arc of a strength from 0 to 1.
func (v *View) drawArc(l listLayout, a arc, strength float64, at spot) {
	room := (l.panel.W-l.chip.W)/2 - 8
	x, out := l.chip.X+l.chip.W+2, 1.0
	if a.to < a.from {
		x, out = l.chip.X-2, -1
	}
	over := a.to - a.from
	if over < 0 {
		over = -over
	}
	bend := x + out*room*reach(over, len(v.labels))*4/3
	y0, y1 := l.middle(a.from), l.middle(a.to)
	ink := paint.Fade(v.theme.Accent, math.Pow(strength, 0.7)*0.9)
	width := 0.75 + 5*strength
	if a.to == at.to && at.to >= 0 {
		ink, width = v.theme.Warm, max(width, 2)
	}
	v.painter.Curve(paint.Point{X: x, Y: y0}, paint.Point{X: bend, Y: y0}, paint.Point{X: bend, Y: y1}, paint.Point{X: x, Y: y1}, width, ink)
}

// drawToken draws a token's label behind the dot of its weight on itself or,
// where one token is looked from, the weight that it gets of that.
func (v *View) drawToken(l listLayout, i int, y float64, at spot) {
	p, t, h, n := v.painter, v.theme, v.heads[v.up], len(v.labels)
	size := min(14, l.pitch*0.78)
	style := paint.Style{Font: paint.Regular, Size: size, Ink: t.Ink}
	row := paint.Rect{X: l.chip.X, Y: y - l.pitch/2, W: l.chip.W, H: l.pitch}
	if i == at.from {
		p.Round(row.Inset(0, min(1, l.pitch/8)), 6, t.Accent)
		style.Font, style.Ink = paint.Medium, t.Ground
	} else if i == at.to {
		style.Font, style.Ink = paint.Medium, t.Warm
	}
	p.Label(style.Font.Fit(v.labels[i], size, l.chip.W-besideLabel), paint.Point{X: l.chip.X + numbers, Y: y}, style)
	if at.from < 0 {
		v.drawSelf(paint.Point{X: l.chip.X + numbers - 16, Y: y}, l.pitch, float64(h.weights[i*n+i]/h.most))
		return
	}
	w := h.weights[at.from*n+i]
	style.Size, style.Align = min(tiny, size), paint.End
	if i != at.from && i != at.to && w < h.most/4 {
		style.Ink = t.Faint
	}
	p.Label(number(w), paint.Point{X: l.chip.X + numbers - 10, Y: y}, style)
}

// drawSelf draws the dot of a token's weight on itself, whose area is the
// weight.
func (v *View) drawSelf(at paint.Point, pitch, strength float64) {
	radius := math.Sqrt(strength) * min(pitch*0.3, 8)
	v.painter.Disc(at, radius, paint.Fade(v.theme.Accent, 0.35+0.65*strength))
}

func (v *View) drawScrollbar(l listLayout) {
	if l.over == 0 {
		return
	}
	whole := l.over + l.panel.H
	r := paint.Rect{X: l.panel.X + l.panel.W - 4, Y: l.panel.Y + v.scroll/whole*l.panel.H, W: 4, H: l.panel.H / whole * l.panel.H}
	v.painter.Round(r, 2, paint.Fade(v.theme.Faint, 0.5))
}
