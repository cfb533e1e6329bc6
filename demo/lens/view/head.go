package view

import (
	"math"

	"github.com/fovea-run/fovea/demo/lens/paint"
)

// Measures of the head up close.
const (
	headBar   = 60.0
	footBar   = 56.0
	mostLabel = 110.0 // the longest label beside the map
	lineStep  = 15.0  // between labels
	mostPitch = 88.0  // of a map's cells when all are in sight
	topPitch  = 64.0  // when zoomed
	tilt      = -math.Pi / 3
	legendBar = 46.0
)

// A headLayout says where the parts of the head up close are. A narrow view
// has either panel empty.
type headLayout struct {
	back, previous, next paint.Rect
	tabs                 [2]paint.Rect // of a narrow view: the map's and the arcs'
	mapPanel, listPanel  paint.Rect
	grid                 mapLayout
	list                 listLayout
}

// A mapLayout says where the map's cells are.
type mapLayout struct {
	view   paint.Rect // the part of the screen through which the map is seen
	origin paint.Point
	pitch  float64 // of cells
	label  float64 // the width of the longest label
}

func (v *View) layoutHead() headLayout {
	m := v.margin()
	var l headLayout
	l.back = paint.Rect{X: m - 8, Y: 8, W: 116, H: finger}
	l.next = paint.Rect{X: v.w - m - finger + 8, Y: 8, W: finger, H: finger}
	l.previous = paint.Rect{X: l.next.X - finger, Y: 8, W: finger, H: finger}
	inside := paint.Rect{X: m, Y: headBar, W: v.w - 2*m, H: max(v.h-headBar-footBar, 0)}
	if v.w < compact {
		half := inside.W / 2
		l.tabs = [2]paint.Rect{{X: m, Y: headBar, W: half, H: finger}, {X: m + half, Y: headBar, W: half, H: finger}}
		inside.Y += finger + 8
		inside.H = max(inside.H-finger-8, 0)
		if v.arcs {
			l.listPanel = inside
		} else {
			l.mapPanel = inside
		}
	} else {
		list := min(max(inside.W*0.36, 320), 480)
		l.mapPanel = paint.Rect{X: inside.X, Y: inside.Y, W: inside.W - list - m, H: inside.H}
		l.listPanel = paint.Rect{X: inside.X + inside.W - list, Y: inside.Y, W: list, H: inside.H}
	}
	l.grid = v.layoutMap(l.mapPanel)
	l.list = v.layoutList(l.listPanel)
	return l
}

// widest is the width of the longest label, at most most.
func (v *View) widest(size, most float64) float64 {
	w := 0.0
	for _, s := range v.labels {
		w = max(w, paint.Medium.Width(s, size)+1)
	}
	return min(w, most)
}

func (v *View) layoutMap(panel paint.Rect) mapLayout {
	n := float64(len(v.labels))
	l := mapLayout{label: v.widest(small, min(mostLabel, panel.W*0.26))}
	left, top := l.label+10, l.label*math.Sin(-tilt)+12
	right := l.label * math.Cos(tilt)
	space := paint.Rect{X: panel.X + left, Y: panel.Y + top, W: panel.W - left - right, H: panel.H - top - legendBar}
	side := max(min(space.W, space.H, n*mostPitch), 1)
	if px := math.Floor(side * v.scale / n); px >= 4 {
		side = px * n / v.scale // cells of the same size
	}
	l.view = paint.Rect{X: space.X + (space.W-side)/2, Y: space.Y + (space.H-side)/2, W: side, H: side}
	if v.w < compact { // a tall panel looks better with less room above than below
		l.view.Y = space.Y + (space.H-side)*0.3
	}
	l.pitch = side / n * v.zoom
	l.origin = paint.Point{X: l.view.X - v.pan.X, Y: l.view.Y - v.pan.Y}
	return l
}

// mostZoom is how far the map may be zoomed: until cells are large.
func (v *View) mostZoom(l mapLayout) float64 {
	return max(topPitch/(l.view.W/float64(len(v.labels))), 1)
}

// cell is the spot at a place, nowhere if it is outside of the map.
func (l mapLayout) cell(at paint.Point, n int) spot {
	if !l.view.Contains(at) {
		return nowhere
	}
	s := spot{int((at.Y - l.origin.Y) / l.pitch), int((at.X - l.origin.X) / l.pitch)}
	if s.from >= n || s.to >= n {
		return nowhere
	}
	return s
}

// row is the token whose label at the map's left is at a place, or -1.
func (l mapLayout) row(at paint.Point, n int) int {
	if at.X >= l.view.X || at.X < l.view.X-l.label-10 || at.Y < l.view.Y || at.Y >= l.view.Y+l.view.H {
		return -1
	}
	if i := int((at.Y - l.origin.Y) / l.pitch); i < n {
		return i
	}
	return -1
}

func (v *View) drawHead() {
	l, p, t, h := v.layoutHead(), v.painter, v.theme, v.heads[v.up]
	p.Label("‹  All heads", paint.Point{X: l.back.X + 8, Y: l.back.Centre().Y}, paint.Style{Font: paint.Medium, Size: body, Ink: t.Accent})
	p.Label(h.name(), paint.Point{X: v.w / 2, Y: l.back.Centre().Y}, paint.Style{Font: paint.Medium, Size: 17, Ink: t.Ink, Align: paint.Middle})
	v.drawStep(l.previous, "‹", v.up > 0)
	v.drawStep(l.next, "›", v.up < len(v.heads)-1)
	if v.w < compact {
		v.drawTab(l.tabs[0], "Map", !v.arcs)
		v.drawTab(l.tabs[1], "Arcs", v.arcs)
	}
	if l.mapPanel.W > 0 {
		v.drawMap(l.grid)
		v.drawLegend(l)
	}
	if l.listPanel.W > 0 {
		v.drawList(l.list)
	}
	v.drawFoot()
}

func (v *View) drawStep(r paint.Rect, sign string, on bool) {
	ink := v.theme.Accent
	if !on {
		ink = paint.Fade(v.theme.Faint, 0.5)
	}
	v.painter.Label(sign, r.Centre(), paint.Style{Font: paint.Medium, Size: 24, Ink: ink, Align: paint.Middle})
}

func (v *View) drawTab(r paint.Rect, name string, on bool) {
	p, t := v.painter, v.theme
	ink := t.Soft
	p.Fill(paint.Rect{X: r.X, Y: r.Y + r.H - 1, W: r.W, H: 1}, t.Line)
	if on {
		ink = t.Accent
		p.Fill(paint.Rect{X: r.X, Y: r.Y + r.H - 3, W: r.W, H: 3}, t.Accent)
	}
	p.Label(name, r.Centre(), paint.Style{Font: paint.Medium, Size: body, Ink: ink, Align: paint.Middle})
}

// drawFoot draws the line at the bottom that says what the view is about.
func (v *View) drawFoot() {
	p, t, m := v.painter, v.theme, v.margin()
	r := paint.Rect{Y: v.h - footBar, W: v.w, H: footBar}
	p.Fill(r, t.Ground)
	p.Fill(paint.Rect{Y: r.Y, W: r.W, H: 1}, t.Line)
	ink := t.Soft
	if v.focus().from >= 0 || v.up < 0 && v.selected >= 0 {
		ink = t.Ink
	}
	lines := paint.Regular.Wrap(v.readout(), body, r.W-2*m, 2)
	y := r.Centre().Y - 10*float64(len(lines)-1)
	for _, line := range lines {
		p.Label(line, paint.Point{X: m, Y: y}, paint.Style{Font: paint.Regular, Size: body, Ink: ink})
		y += 20
	}
}

func (v *View) drawMap(l mapLayout) {
	p, t, n := v.painter, v.theme, float64(len(v.labels))
	whole := paint.Rect{X: l.origin.X, Y: l.origin.Y, W: n * l.pitch, H: n * l.pitch}
	at := v.focus()
	p.Fill(grow(l.view, 1), t.Line)
	p.Clip(l.view, func() {
		p.Image(v.heat(v.up, whole.W), whole)
		if l.pitch >= 12 {
			p.Grid(whole, len(v.labels), t.Paper)
		}
		if at.from >= 0 {
			row := paint.Rect{X: whole.X, Y: whole.Y + float64(at.from)*l.pitch, W: whole.W, H: l.pitch}
			p.Frame(grow(row, 1), 0, 2, t.Warm)
		}
		if at.from >= 0 && at.to >= 0 {
			cell := paint.Rect{X: whole.X + float64(at.to)*l.pitch, Y: whole.Y + float64(at.from)*l.pitch, W: l.pitch, H: l.pitch}
			p.Frame(grow(cell, 2), 2, 3, t.Warm)
		}
	})
	v.drawLabels(l, at)
}

// labelled returns the tokens, of n, whose labels are drawn along one side: all
// if there is room, else every second, third … The token pointed at, if one
// is, has its label in any case, and those too near give way.
func labelled(l mapLayout, n, token int) []int {
	step := int(math.Ceil(lineStep / l.pitch))
	var out []int
	for i := range n {
		gives := token >= 0 && math.Abs(float64(i-token))*l.pitch < lineStep
		if i == token || i%step == 0 && !gives {
			out = append(out, i)
		}
	}
	return out
}

// drawLabels draws the labels of rows and columns.
func (v *View) drawLabels(l mapLayout, at spot) {
	n := len(v.labels)
	for _, i := range labelled(l, n, at.from) {
		if y := l.origin.Y + (float64(i)+0.5)*l.pitch; inside(y, l.view.Y, l.view.H) {
			v.drawLabel(l, i, i == at.from, paint.Point{X: l.view.X - 8, Y: y}, paint.Style{Align: paint.End})
		}
	}
	for _, i := range labelled(l, n, at.to) {
		if x := l.origin.X + (float64(i)+0.5)*l.pitch; inside(x, l.view.X, l.view.W) {
			v.drawLabel(l, i, i == at.to, paint.Point{X: x, Y: l.view.Y - 8}, paint.Style{Turn: tilt})
		}
	}
}

func (v *View) drawLabel(l mapLayout, token int, on bool, at paint.Point, style paint.Style) {
	style.Font, style.Size, style.Ink = paint.Regular, small, v.theme.Soft
	if on {
		style.Font, style.Ink = paint.Medium, v.theme.Warm
	}
	v.painter.Label(style.Font.Fit(v.labels[token], small, l.label), at, style)
}

func inside(v, from, length float64) bool { return v >= from && v <= from+length }

// drawLegend draws the scale of colours below the map.
func (v *View) drawLegend(l headLayout) {
	p, t, g := v.painter, v.theme, l.grid
	bar := paint.Rect{X: g.view.X, Y: g.view.Y + g.view.H + 18, W: min(g.view.W*0.4, 160), H: 10}
	if bar.W < 60 {
		bar.W = 60
	}
	steps := 64
	p.Fill(grow(bar, 1), t.Line)
	for i := range steps {
		part := paint.Rect{X: bar.X + bar.W*float64(i)/float64(steps), Y: bar.Y, W: bar.W / float64(steps), H: bar.H}
		p.Fill(part, t.Ramp.At(float64(i)/float64(steps-1)))
	}
	style := paint.Style{Font: paint.Regular, Size: tiny, Ink: t.Faint}
	y := bar.Centre().Y
	style.Align = paint.End
	p.Label("0", paint.Point{X: bar.X - 6, Y: y}, style)
	style.Align = paint.Start
	most := number(v.heads[v.up].most)
	p.Label(most, paint.Point{X: bar.X + bar.W + 6, Y: y}, style)
	words := "each row is one token’s attention"
	x := bar.X + bar.W + 6 + paint.Regular.Width(most, tiny) + 14
	if x+paint.Regular.Width(words, tiny) <= l.mapPanel.X+l.mapPanel.W {
		p.Label(words, paint.Point{X: x, Y: y}, style)
	}
}
