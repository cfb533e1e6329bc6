package view

import (
	"math"
	"slices"

	"github.com/fovea-run/fovea/demo/lens/paint"
)

// Mouse is the pointer that hovers; all others are fingers.
const Mouse = -1

// slop is how far a pointer may stray and still tap.
const slop = 6.0

// A zone is what a drag or pinch that begins in it moves.
type zone int

const (
	noZone zone = iota
	overviewZone
	mapZone
	listZone
)

// gestures are the pointers that are down.
type gestures struct {
	down  map[int]*contact
	moved bool // since the first went down: no tap any more
	zone  zone // where the first went down
}

type contact struct{ start, at paint.Point }

// Press puts a pointer down.
func (v *View) Press(id int, at paint.Point) {
	g := &v.touches
	if len(g.down) == 0 {
		*g = gestures{down: map[int]*contact{}, zone: v.zone(at)}
	}
	g.down[id] = &contact{at, at}
	g.moved = g.moved || len(g.down) > 1
	if id != Mouse {
		v.Leave()
	}
}

// Move moves a pointer. The mouse hovers unless it is down.
func (v *View) Move(id int, at paint.Point) {
	g := &v.touches
	c := g.down[id]
	if c == nil {
		if id == Mouse {
			v.point(at)
		}
		return
	}
	if c.at == at {
		return
	}
	if !g.moved {
		g.moved = math.Hypot(at.X-c.start.X, at.Y-c.start.Y) > slop
	}
	before, spread := g.middle(), g.spread()
	c.at = at
	if !g.moved {
		return
	}
	after := g.middle()
	if now := g.spread(); spread > 0 && now > 0 {
		v.zoomBy(g.zone, before, now/spread)
	}
	v.panBy(g.zone, after.X-before.X, after.Y-before.Y)
}

// Release lifts a pointer: a tap if it has not moved.
func (v *View) Release(id int) {
	g := &v.touches
	c := g.down[id]
	if c == nil {
		return
	}
	delete(g.down, id)
	if len(g.down) == 0 && !g.moved {
		v.tap(c.at)
	}
}

// Cancel forgets the pointers that are down: the system took them.
func (v *View) Cancel() { v.touches = gestures{} }

// Leave says that the mouse is elsewhere.
func (v *View) Leave() { v.setHover(nowhere) }

func (v *View) setHover(s spot) {
	if v.hover != s {
		v.hover, v.changed = s, true
	}
}

// middle is the middle of the pointers that are down.
func (g *gestures) middle() paint.Point {
	var sum paint.Point
	for _, c := range g.down {
		sum.X += c.at.X / float64(len(g.down))
		sum.Y += c.at.Y / float64(len(g.down))
	}
	return sum
}

// spread is the distance of two pointers that are down, 0 for any other
// number.
func (g *gestures) spread() float64 {
	if len(g.down) != 2 {
		return 0
	}
	var at []paint.Point
	for _, c := range g.down {
		at = append(at, c.at)
	}
	return math.Hypot(at[0].X-at[1].X, at[0].Y-at[1].Y)
}

// Wheel turns the wheel by notches, positive away from the person: it zooms
// the map and scrolls all else.
func (v *View) Wheel(at paint.Point, notches float64) {
	switch z := v.zone(at); z {
	case mapZone:
		v.zoomBy(z, at, math.Pow(1.2, notches))
	default:
		v.panBy(z, 0, 60*notches)
	}
	v.point(at)
}

// point answers the mouse over a place.
func (v *View) point(at paint.Point) {
	v.setHover(v.spotAt(at))
	if i := v.tileAt(at); i >= 0 && i != v.selected {
		v.selected, v.changed = i, true
	}
}

// tileAt is the head whose map in the overview is at a place, or -1.
func (v *View) tileAt(at paint.Point) int {
	if v.reading == nil || v.up >= 0 {
		return -1
	}
	l := v.layoutOverview()
	return slices.IndexFunc(l.tiles, func(r paint.Rect) bool {
		r.H += caption
		return r.Contains(at) && l.grid.Contains(at)
	})
}

// Tappable reports whether a tap at a place would do something.
func (v *View) Tappable(at paint.Point) bool {
	if v.reading == nil || v.up < 0 {
		return v.tileAt(at) >= 0
	}
	l := v.layoutHead()
	return slices.ContainsFunc([]paint.Rect{l.back, l.previous, l.next, l.tabs[0], l.tabs[1]}, func(r paint.Rect) bool {
		return r.Contains(at)
	}) || v.spotAt(at) != nowhere
}

// zone is what a drag from a place moves.
func (v *View) zone(at paint.Point) zone {
	switch {
	case v.reading == nil:
		return noZone
	case v.up < 0:
		return overviewZone
	}
	switch l := v.layoutHead(); {
	case l.mapPanel.Contains(at):
		return mapZone
	case l.listPanel.Contains(at):
		return listZone
	}
	return noZone
}

// panBy moves what a zone holds.
func (v *View) panBy(z zone, dx, dy float64) {
	switch z {
	case overviewZone:
		v.overview -= dy
	case mapZone:
		v.pan.X -= dx
		v.pan.Y -= dy
	case listZone:
		v.scroll -= dy
	}
	v.clamp()
	v.changed = true
}

// zoomBy makes what a zone holds larger around a place.
func (v *View) zoomBy(z zone, at paint.Point, factor float64) {
	switch l := v.layoutHead(); z {
	case mapZone:
		g := l.grid
		zoom := min(max(v.zoom*factor, 1), v.mostZoom(g))
		factor, v.zoom = zoom/v.zoom, zoom
		v.pan.X = (at.X-g.origin.X)*factor - (at.X - g.view.X)
		v.pan.Y = (at.Y-g.origin.Y)*factor - (at.Y - g.view.Y)
	case listZone:
		pitch := min(max(l.list.pitch*factor, fitRow), 2*leastRow)
		factor, v.pitch = pitch/l.list.pitch, pitch
		v.scroll = (at.Y-l.list.top)*factor - (at.Y - l.list.panel.Y)
	}
	v.clamp()
	v.changed = true
}

// clamp brings what is scrolled and panned back to where there is something.
func (v *View) clamp() {
	if v.reading == nil {
		return
	}
	if v.up < 0 {
		v.overview = min(max(v.overview, 0), v.layoutOverview().over)
		return
	}
	l := v.layoutHead()
	most := l.grid.view.W * (v.zoom - 1)
	v.pan = paint.Point{X: min(max(v.pan.X, 0), most), Y: min(max(v.pan.Y, 0), most)}
	v.scroll = min(max(v.scroll, 0), l.list.over)
}

// spotAt is what the mouse points at.
func (v *View) spotAt(at paint.Point) spot {
	if v.reading == nil || v.up < 0 {
		return nowhere
	}
	l, n := v.layoutHead(), len(v.labels)
	if s := l.grid.cell(at, n); l.mapPanel.W > 0 && s != nowhere {
		return s
	}
	if i := l.grid.row(at, n); l.mapPanel.W > 0 && i >= 0 {
		return spot{i, -1}
	}
	return spot{l.list.row(at, n), -1}
}

// tap answers a tap or click.
func (v *View) tap(at paint.Point) {
	if v.reading == nil {
		return
	}
	if v.up < 0 {
		if i := v.tileAt(at); i >= 0 {
			v.open(i)
		}
		return
	}
	switch l := v.layoutHead(); {
	case l.back.Contains(at):
		v.pinned = nowhere
		v.back()
	case l.previous.Contains(at):
		v.step(-1)
	case l.next.Contains(at):
		v.step(1)
	case l.tabs[0].Contains(at), l.tabs[1].Contains(at):
		v.arcs, v.changed = l.tabs[1].Contains(at), true
		v.clamp()
	default:
		v.pin(v.spotAt(at))
	}
}

// step goes to another head, if there is one.
func (v *View) step(by int) {
	if to := v.up + by; to >= 0 && to < len(v.heads) {
		v.open(to)
	}
}
