package view

import "github.com/fovea-run/fovea/demo/lens/paint"

// A Key is one that the view answers.
type Key int

const (
	Left Key = iota
	Right
	Up
	Down
	Home
	End
	Next     // the tabulator
	Previous // the tabulator with shift
	Enter
	Escape
	ZoomIn
	ZoomOut
	ZoomAll
	Panel  // switches a narrow view between map and arcs
	Colour // switches between light and dark
)

// Key answers a key: Escape goes back, the tabulator goes through the heads,
// and the arrows through heads or, up close, tokens.
func (v *View) Key(k Key) {
	switch {
	case k == Escape:
		v.back()
	case k == Colour:
		v.ToggleTheme()
	case v.reading == nil:
	case v.up < 0:
		v.overviewKey(k)
	default:
		v.headKey(k)
	}
}

func (v *View) overviewKey(k Key) {
	columns, _ := v.tileSide(v.layoutOverview().grid)
	last := len(v.heads) - 1
	switch k {
	case Enter:
		if v.selected >= 0 {
			v.open(v.selected)
		}
	case Left, Previous:
		v.choose(v.selected - 1)
	case Right, Next:
		v.choose(v.selected + 1)
	case Up:
		v.choose(v.selected - columns)
	case Down:
		v.choose(v.selected + columns)
	case Home:
		v.choose(0)
	case End:
		v.choose(last)
	}
}

// choose moves the frame in the overview to a head and brings it into sight.
// The first key only shows it.
func (v *View) choose(head int) {
	if v.selected < 0 {
		head = 0
	}
	v.selected = min(max(head, 0), len(v.heads)-1)
	l := v.layoutOverview()
	tile := grow(l.tiles[v.selected], caption+6)
	v.overview += into(tile.Y, tile.H, l.grid.Y, l.grid.H)
	v.clamp()
	v.changed = true
}

// into is how far to scroll so that a part is in sight.
func into(at, length, from, room float64) float64 {
	switch {
	case at < from:
		return at - from
	case at+length > from+room:
		return min(at+length-from-room, at-from)
	}
	return 0
}

func (v *View) headKey(k Key) {
	switch k {
	case Left, Previous:
		v.step(-1)
	case Right, Next:
		v.step(1)
	case Up:
		v.goTo(v.pinned.from - 1)
	case Down:
		v.goTo(v.pinned.from + 1)
	case Home:
		v.goTo(0)
	case End:
		v.goTo(len(v.labels) - 1)
	case Enter, Panel:
		v.arcs, v.changed = !v.arcs, true
		v.clamp()
	case ZoomIn:
		v.zoomBy(mapZone, v.layoutHead().grid.view.Centre(), 1.25)
	case ZoomOut:
		v.zoomBy(mapZone, v.layoutHead().grid.view.Centre(), 1/1.25)
	case ZoomAll:
		v.zoom, v.pitch = 1, 0
		v.clamp()
		v.changed = true
	}
}

// goTo pins a token and brings it into sight in the list and the map.
func (v *View) goTo(token int) {
	token = min(max(token, 0), len(v.labels)-1)
	v.pinned, v.hover, v.changed = spot{token, -1}, nowhere, true
	l := v.layoutHead()
	v.scroll += into(l.list.middle(token)-l.list.pitch, 2*l.list.pitch, l.list.panel.Y, l.list.panel.H)
	row := paint.Rect{Y: l.grid.origin.Y + float64(token)*l.grid.pitch, H: l.grid.pitch}
	v.pan.Y += into(row.Y, row.H, l.grid.view.Y, l.grid.view.H)
	v.clamp()
}
