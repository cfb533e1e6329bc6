package view

import "github.com/fovea-run/fovea/demo/lens/paint"

// A State is what a view shows, for tests and for those who cannot see it.
// Tokens and heads count from 0; -1 is none.
type State struct {
	Screen  string       `json:"screen"` // "message", "overview" or "head"
	Words   string       `json:"words"`  // what the line at the bottom, or the message, says
	Theme   string       `json:"theme"`  // "light" or "dark"
	Tokens  int          `json:"tokens"`
	Head    int          `json:"head"`   // up close, or chosen in the overview
	From    int          `json:"from"`   // the token that is looked from
	To      int          `json:"to"`     // the token that is looked at
	Pinned  bool         `json:"pinned"` // whether From stays without the pointer
	Panel   string       `json:"panel"`  // "both", "map" or "arcs"
	Zoom    float64      `json:"zoom"`
	Scroll  float64      `json:"scroll"` // of the overview or the list
	Tiles   []paint.Rect `json:"tiles"`  // the overview's maps
	Map     *Grid        `json:"map"`    // where the cells are; nil if no map is shown
	List    *Grid        `json:"list"`   // where the rows beside the arcs are
	Back    paint.Rect   `json:"back"`
	NextOne paint.Rect   `json:"next"`
	Tabs    []paint.Rect `json:"tabs"`
}

// A Grid says where cell i, j is: at X + j·Pitch, Y + i·Pitch, if that is in
// View.
type Grid struct {
	X     float64    `json:"x"`
	Y     float64    `json:"y"`
	Pitch float64    `json:"pitch"`
	View  paint.Rect `json:"view"`
}

// State returns what v shows.
func (v *View) State() State {
	at := v.focus()
	s := State{
		Screen: "message", Words: v.readout(), Theme: "light", Tokens: len(v.labels), Head: v.selected,
		From: at.from, To: at.to, Pinned: v.pinned.from >= 0, Zoom: v.zoom, Scroll: v.overview,
	}
	if v.theme == Dark {
		s.Theme = "dark"
	}
	switch {
	case v.reading == nil:
	case v.up < 0:
		s.Screen, s.Tiles = "overview", v.layoutOverview().tiles
	default:
		s.Screen, s.Head, s.Scroll = "head", v.up, v.scroll
		v.describeHead(&s)
	}
	return s
}

func (v *View) describeHead(s *State) {
	l := v.layoutHead()
	s.Back, s.NextOne, s.Panel = l.back, l.next, "both"
	if v.w < compact {
		s.Tabs, s.Panel = l.tabs[:], "map"
		if v.arcs {
			s.Panel = "arcs"
		}
	}
	if l.mapPanel.W > 0 {
		s.Map = &Grid{l.grid.origin.X, l.grid.origin.Y, l.grid.pitch, l.grid.view}
	}
	if l.listPanel.W > 0 {
		s.List = &Grid{l.list.chip.X, l.list.top, l.list.pitch, l.list.panel}
	}
}
