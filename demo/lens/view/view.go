// Package view lays out and draws the lens, and answers pointers and keys. It
// is plain Go: what it draws is a [paint.List].
//
// There are two screens: the overview, with a map a head, and one head up
// close, with its map and with arcs between the tokens.
package view

import (
	"slices"

	"github.com/fovea-run/fovea/demo/lens/attention"
	"github.com/fovea-run/fovea/demo/lens/paint"
)

// A View is what a person sees of a text's attention. It is used by one
// goroutine at a time.
type View struct {
	// Close is called when the person is done; nil if nothing can be closed.
	Close func()

	painter *paint.Painter
	theme   *Theme
	w, h    float64
	scale   float64
	changed bool // since the last picture

	heading, message string // shown in place of a reading
	reading          *attention.Reading
	text             string // as much of it as is looked at, as it can be shown
	labels           []string
	heads            []headInfo // by layer, then head
	textures         map[textureKey]*paint.Texture

	up       int  // the head up close, -1 in the overview
	selected int  // the head that keys have moved to in the overview, or -1
	arcs     bool // which of the two panels a narrow view shows
	pinned   spot
	hover    spot
	overview float64 // how far the overview is scrolled
	zoom     float64 // of the map: 1 shows all of it
	pan      paint.Point
	pitch    float64 // of the list's rows; 0 lets the layout choose
	scroll   float64 // of the list
	touches  gestures
}

// A spot is a token that looks and one that it looks at, -1 for none.
type spot struct{ from, to int }

var nowhere = spot{-1, -1}

// headInfo is what a view knows of a head.
type headInfo struct {
	layer, head int
	weights     []float32
	most        float32 // the largest weight
	arcs        []arc   // the strongest; nil until the head has been up close
}

// New returns a view that says that it is getting ready.
func New() *View {
	v := &View{painter: paint.NewPainter(), theme: Light, scale: 1}
	v.Say("Getting ready", "")
	return v
}

// Say shows words in place of a reading.
func (v *View) Say(heading, message string) {
	v.heading, v.message = heading, message
	v.reading, v.labels, v.heads = nil, nil, nil
	v.reset()
}

// Show shows a reading.
func (v *View) Show(r *attention.Reading) {
	if len(r.Tokens) == 0 {
		v.Say("Nothing to look at", "There is no word in this text. Give the lens a sentence, and it shows what the model’s heads look at in it.")
		return
	}
	v.Say("", "")
	v.reading, v.text = r, beginning(r)
	for i := range r.Tokens {
		v.labels = append(v.labels, label(r, i))
	}
	for layer := range r.Layers {
		for head := range r.Heads {
			weights := r.Head(layer, head)
			v.heads = append(v.heads, headInfo{layer, head, weights, slices.Max(weights), nil})
		}
	}
}

// reset goes back to the overview as it is at first.
func (v *View) reset() {
	v.textures = map[textureKey]*paint.Texture{}
	v.Cancel()
	v.up, v.selected, v.overview = -1, -1, 0
	v.resetHead()
}

// resetHead forgets what was pointed at and moved in the head up close.
func (v *View) resetHead() {
	v.pinned, v.hover = nowhere, nowhere
	v.zoom, v.pan, v.pitch, v.scroll = 1, paint.Point{}, 0, 0
	v.changed = true
}

// SetTheme changes the colours.
func (v *View) SetTheme(t *Theme) {
	if v.theme != t {
		v.theme, v.changed = t, true
		v.textures = map[textureKey]*paint.Texture{}
	}
}

// ToggleTheme changes between light and dark.
func (v *View) ToggleTheme() {
	if v.theme == Light {
		v.SetTheme(Dark)
	} else {
		v.SetTheme(Light)
	}
}

// Resize sets the size in device-independent pixels and how many device pixels
// are in one.
func (v *View) Resize(w, h, scale float64) {
	if v.w == w && v.h == h && v.scale == scale {
		return
	}
	if v.scale != scale {
		v.textures = map[textureKey]*paint.Texture{}
	}
	v.w, v.h, v.scale, v.changed = w, h, scale, true
	v.clamp()
}

// Scale is the number of device pixels in a device-independent one.
func (v *View) Scale() float64 { return v.scale }

// Changed reports whether the picture differs from the last that Draw gave.
func (v *View) Changed() bool { return v.changed }

// Draw returns the picture.
func (v *View) Draw() paint.List {
	v.changed = false
	return v.painter.Picture(v.w, v.h, v.scale, func() {
		v.painter.Fill(paint.Rect{W: v.w, H: v.h}, v.theme.Ground)
		switch {
		case v.reading == nil:
			v.drawMessage()
		case v.up < 0:
			v.drawOverview()
		default:
			v.drawHead()
		}
	})
}

// focus is the spot that the head up close is about: under the pointer, else
// pinned.
func (v *View) focus() spot {
	if v.hover.from >= 0 {
		return v.hover
	}
	return v.pinned
}

// open shows a head up close. What is pinned stays, so that heads can be
// compared.
func (v *View) open(head int) {
	v.Cancel()
	v.up, v.selected, v.hover, v.changed = head, head, nowhere, true
	if h := &v.heads[head]; h.arcs == nil {
		h.arcs = strongest(h.weights, len(v.labels))
	}
	v.clamp()
}

// back undoes one step: it lets go of a token, or leaves the head, or closes
// the lens.
func (v *View) back() {
	v.Cancel()
	switch {
	case v.up >= 0 && v.pinned.from >= 0:
		v.pinned, v.hover, v.changed = nowhere, nowhere, true
	case v.up >= 0:
		v.up = -1
		v.resetHead()
	case v.Close != nil:
		v.Close()
	}
}

// pin keeps the view about a spot, or lets go if it does so already.
func (v *View) pin(s spot) {
	if s == v.pinned {
		s = nowhere
	}
	v.pinned, v.hover, v.changed = s, nowhere, true
}

func (v *View) margin() float64 {
	if v.w < compact {
		return 14
	}
	return 24
}

// drawMessage draws words in the middle.
func (v *View) drawMessage() {
	width := min(v.w-2*v.margin(), 480)
	lines := paint.Regular.Wrap(paint.Printable(v.message), body, width, 8)
	y := v.h/2 - 12*float64(len(lines))
	mid := v.w / 2
	v.painter.Text(v.heading, paint.Point{X: mid, Y: y}, paint.Style{Font: paint.Medium, Size: title, Ink: v.theme.Ink, Align: paint.Middle})
	for _, line := range lines {
		y += 24
		v.painter.Text(line, paint.Point{X: mid, Y: y + 8}, paint.Style{Font: paint.Regular, Size: body, Ink: v.theme.Soft, Align: paint.Middle})
	}
}
