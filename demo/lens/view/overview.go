package view

import (
	"fmt"
	"image/color"

	"github.com/fovea-run/fovea/demo/lens/paint"
)

// colour is the colour of a weight in a head's maps: the ramp's ends are 0 and
// the head's largest weight.
func (v *View) colour(h headInfo, w float32) color.NRGBA {
	return v.theme.Ramp.At(float64(w / h.most))
}

// Measures of the overview.
const (
	layerName = 30.0 // the height of a layer's name above its maps
	caption   = 24.0 // that of a head's name below its map
	leastTile = 150.0
	mostTile  = 300.0
)

// An overviewLayout says where the overview's parts are.
type overviewLayout struct {
	text  []string // the lines of the text
	grid  paint.Rect
	tiles []paint.Rect // the maps, scrolled
	names []paint.Rect // of the layers
	over  float64      // how far the grid can be scrolled
}

func (v *View) layoutOverview() overviewLayout {
	m := v.margin()
	var l overviewLayout
	l.text = paint.Regular.Wrap(v.text, body, min(v.w-2*m, 1100), 2)
	top := m + 40 + 22*float64(len(l.text))
	if v.clipNote() != "" {
		top += 22
	}
	l.grid = paint.Rect{X: m, Y: top, W: v.w - 2*m, H: max(v.h-top-footBar, 0)}
	columns, side := v.tileSide(l.grid)
	rows := (v.reading.Heads + columns - 1) / columns
	gap := v.gap()
	width := float64(columns)*side + float64(columns-1)*gap
	left := l.grid.X + (l.grid.W-width)/2
	y := l.grid.Y - v.overview
	for layer := range v.reading.Layers {
		l.names = append(l.names, paint.Rect{X: left, Y: y, W: width, H: layerName})
		y += layerName
		for head := range v.reading.Heads {
			x := left + float64(head%columns)*(side+gap)
			l.tiles = append(l.tiles, paint.Rect{X: x, Y: y + float64(head/columns)*(side+caption+gap/2), W: side, H: side})
		}
		if layer < v.reading.Layers {
			y += float64(rows) * (side + caption + gap/2)
		}
	}
	l.over = max(y+v.overview-l.grid.Y-l.grid.H, 0)
	return l
}

func (v *View) gap() float64 {
	if v.w < compact {
		return 14
	}
	return 24
}

// tileSide chooses how many maps stand beside each other, and how large: so
// that they are as large as can be with all of them in sight, or, where they
// would be small then, so that the grid scrolls.
func (v *View) tileSide(grid paint.Rect) (columns int, side float64) {
	gap, heads := v.gap(), v.reading.Heads
	wide := func(c int) float64 { return (grid.W - float64(c-1)*gap) / float64(c) }
	for c := 1; c <= heads; c++ {
		if heads%c != 0 {
			continue // the last row would have holes
		}
		rows := float64(heads / c * v.reading.Layers)
		tall := (grid.H-float64(v.reading.Layers)*layerName)/rows - caption - gap/2
		if s := min(wide(c), tall); s > side {
			columns, side = c, s
		}
	}
	if side < leastTile {
		for c := 1; c <= heads; c++ {
			if heads%c == 0 && (c == 1 || wide(c) >= leastTile) {
				columns, side = c, wide(c)
			}
		}
	}
	return columns, max(min(side, mostTile), 16)
}

func (v *View) drawOverview() {
	l, p, t, m := v.layoutOverview(), v.painter, v.theme, v.margin()
	y := m + 20
	x := l.names[0].X
	p.Text(paint.Medium.Fit("What each head looks at", title, v.w-x-m), paint.Point{X: x, Y: y}, paint.Style{Font: paint.Medium, Size: title, Ink: t.Ink})
	y += 8
	for _, line := range l.text {
		y += 22
		p.Text(line, paint.Point{X: x, Y: y}, paint.Style{Font: paint.Regular, Size: body, Ink: t.Soft})
	}
	if note := v.clipNote(); note != "" {
		p.Text(paint.Regular.Fit(note, small, v.w-x-m), paint.Point{X: x, Y: y + 22}, paint.Style{Font: paint.Regular, Size: small, Ink: t.Warm})
	}
	p.Clip(paint.Rect{Y: l.grid.Y, W: v.w, H: l.grid.H}, func() {
		for i, name := range l.names {
			p.Text(fmt.Sprintf("Layer %d", i+1), paint.Point{X: name.X, Y: name.Y + 20}, paint.Style{Font: paint.Medium, Size: small, Ink: t.Soft})
		}
		for i, tile := range l.tiles {
			v.drawTile(i, tile)
		}
	})
	v.drawFoot()
}

func (v *View) drawTile(i int, r paint.Rect) {
	p, t, h := v.painter, v.theme, v.heads[i]
	chosen := i == v.selected
	p.Fill(grow(r, 1), t.Line)
	p.Image(v.heat(i, r.W), r)
	ink := t.Soft
	if chosen {
		p.Frame(grow(r, 5), 6, 2, t.Accent)
		ink = t.Accent
	}
	y := r.Y + r.H + caption/2 + 2
	p.Label(fmt.Sprintf("Head %d", h.head+1), paint.Point{X: r.X, Y: y}, paint.Style{Font: paint.Medium, Size: small, Ink: ink})
	if r.W > 120 {
		p.Label("up to "+number(h.most), paint.Point{X: r.X + r.W, Y: y}, paint.Style{Font: paint.Regular, Size: tiny, Ink: t.Faint, Align: paint.End})
	}
}

// grow is r with a rim.
func grow(r paint.Rect, rim float64) paint.Rect {
	return paint.Rect{X: r.X - rim, Y: r.Y - rim, W: r.W + 2*rim, H: r.H + 2*rim}
}
