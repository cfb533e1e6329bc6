//go:build js || lens

package main

import (
	"context"
	"fmt"
	"image"

	"github.com/hajimehoshi/ebiten/v2"
	"github.com/hajimehoshi/ebiten/v2/inpututil"

	"github.com/fovea-run/fovea/demo/lens/attention"
	"github.com/fovea-run/fovea/demo/lens/paint"
	"github.com/fovea-run/fovea/demo/lens/view"
)

// A game shows a view in Ebitengine. It draws only what has changed, so that a
// lens that is looked at costs little.
type game struct {
	*view.View
	scale    float64     // device pixels in a device-independent one; 0 asks the monitor
	news     chan func() // what other goroutines want done between frames
	shown    func(view.State)
	drawn    func(*ebiten.Image) // called after each new picture
	textures map[*paint.Texture]*uploaded
	touches  map[ebiten.TouchID]bool
	cursor   paint.Point
	ended    bool
	blind    bool // to the mouse, for pictures that must not depend on where it is
}

// An uploaded texture is a version of one on the GPU.
type uploaded struct {
	*ebiten.Image
	version int
}

func newGame() *game {
	return &game{
		View: view.New(), news: make(chan func(), 16), shown: func(view.State) {}, drawn: func(*ebiten.Image) {},
		textures: map[*paint.Texture]*uploaded{}, touches: map[ebiten.TouchID]bool{},
	}
}

// run shows the window or canvas until the game ends.
func (g *game) run() error {
	ebiten.SetScreenClearedEveryFrame(false)
	return ebiten.RunGameWithOptions(g, &ebiten.RunGameOptions{X11ClassName: "Fovea", X11InstanceName: "lens"})
}

// soon calls f between frames.
func (g *game) soon(f func()) { g.news <- f }

// read opens the model and shows what it looks at in text.
func (g *game) read(ctx context.Context, open func(context.Context) (*attention.Reader, error), text string) {
	r, err := open(ctx)
	var reading *attention.Reading
	if err == nil {
		reading, err = r.Read(ctx, text)
	}
	g.soon(func() {
		if err != nil {
			g.Say("This text cannot be looked at", err.Error())
			return
		}
		g.Show(reading)
	})
}

// Layout makes the screen as many pixels as the device has. The window's size
// is in pixels already where the scale is given.
func (g *game) Layout(w, h int) (int, int) {
	if g.scale > 0 {
		g.Resize(float64(w)/g.scale, float64(h)/g.scale, g.scale)
		return w, h
	}
	scale := ebiten.Monitor().DeviceScaleFactor()
	g.Resize(float64(w), float64(h), scale)
	return int(float64(w) * scale), int(float64(h) * scale)
}

func (g *game) Update() error {
	for {
		select {
		case f := <-g.news:
			f()
			continue
		default:
		}
		break
	}
	if !g.blind {
		g.updateMouse()
	}
	g.updateTouches()
	g.updateKeys()
	if g.ended {
		return ebiten.Termination
	}
	return nil
}

// place is a place on the screen in device-independent pixels.
func (g *game) place(x, y int) paint.Point {
	s := g.Scale()
	return paint.Point{X: float64(x) / s, Y: float64(y) / s}
}

func (g *game) updateMouse() {
	at := g.place(ebiten.CursorPosition())
	if inpututil.IsMouseButtonJustPressed(ebiten.MouseButtonLeft) {
		g.Press(view.Mouse, at)
	}
	if at != g.cursor {
		g.cursor = at
		g.Move(view.Mouse, at)
		shape := ebiten.CursorShapeDefault
		if g.Tappable(at) {
			shape = ebiten.CursorShapePointer
		}
		ebiten.SetCursorShape(shape)
	}
	if inpututil.IsMouseButtonJustReleased(ebiten.MouseButtonLeft) {
		g.Release(view.Mouse)
	}
	if _, dy := ebiten.Wheel(); dy != 0 {
		g.Wheel(at, dy/wheelNotch)
	}
}

func (g *game) updateTouches() {
	for _, id := range inpututil.AppendJustPressedTouchIDs(nil) {
		g.touches[id] = true
		g.Press(int(id), g.place(ebiten.TouchPosition(id)))
	}
	for id := range g.touches {
		if inpututil.IsTouchJustReleased(id) {
			delete(g.touches, id)
			g.Release(int(id))
			continue
		}
		g.Move(int(id), g.place(ebiten.TouchPosition(id)))
	}
}

// keys are the keys that the view answers.
var keys = map[ebiten.Key]view.Key{
	ebiten.KeyArrowLeft: view.Left, ebiten.KeyArrowRight: view.Right, ebiten.KeyArrowUp: view.Up, ebiten.KeyArrowDown: view.Down,
	ebiten.KeyHome: view.Home, ebiten.KeyEnd: view.End, ebiten.KeyTab: view.Next,
	ebiten.KeyEnter: view.Enter, ebiten.KeyNumpadEnter: view.Enter, ebiten.KeySpace: view.Enter,
	ebiten.KeyEscape: view.Escape, ebiten.KeyBackspace: view.Escape,
	ebiten.KeyEqual: view.ZoomIn, ebiten.KeyNumpadAdd: view.ZoomIn, ebiten.KeyMinus: view.ZoomOut, ebiten.KeyNumpadSubtract: view.ZoomOut,
	ebiten.Key0: view.ZoomAll, ebiten.KeyNumpad0: view.ZoomAll, ebiten.KeyM: view.Panel, ebiten.KeyD: view.Colour,
}

// A key that is held repeats, after a while and then at intervals in frames.
const (
	repeatAfter = 24
	repeatEvery = 4
)

func (g *game) updateKeys() {
	for key, meaning := range keys {
		held := inpututil.KeyPressDuration(key)
		if held != 1 && (held < repeatAfter || held%repeatEvery != 0) {
			continue
		}
		if meaning == view.Next && ebiten.IsKeyPressed(ebiten.KeyShift) {
			meaning = view.Previous
		}
		g.Key(meaning)
	}
}

func (g *game) Draw(screen *ebiten.Image) {
	if !g.Changed() {
		return
	}
	list := g.View.Draw()
	used := map[*paint.Texture]bool{}
	for _, b := range list {
		used[b.Texture] = true
		g.drawBatch(screen, b)
	}
	for t, u := range g.textures {
		if !used[t] {
			u.Deallocate()
			delete(g.textures, t)
		}
	}
	g.shown(g.State())
	g.drawn(screen)
}

func (g *game) drawBatch(screen *ebiten.Image, b paint.Batch) {
	vertices := make([]ebiten.Vertex, len(b.Vertices))
	for i, v := range b.Vertices {
		vertices[i] = ebiten.Vertex{DstX: v.X, DstY: v.Y, SrcX: v.U, SrcY: v.V, ColorR: v.R, ColorG: v.G, ColorB: v.B, ColorA: v.A}
	}
	clip := screen.SubImage(b.Clip.Intersect(screen.Bounds())).(*ebiten.Image)
	clip.DrawTriangles32(vertices, b.Indices, g.upload(b.Texture), &ebiten.DrawTrianglesOptions{
		ColorScaleMode: ebiten.ColorScaleModePremultipliedAlpha,
	})
}

// upload returns a texture as it is now, on the GPU.
func (g *game) upload(t *paint.Texture) *ebiten.Image {
	u := g.textures[t]
	if u == nil {
		size := t.Rect.Size()
		u = &uploaded{ebiten.NewImageWithOptions(image.Rectangle{Max: size}, &ebiten.NewImageOptions{Unmanaged: true}), t.Version - 1}
		g.textures[t] = u
	}
	if u.version != t.Version {
		u.version = t.Version
		u.WritePixels(t.Pix)
	}
	return u.Image
}

// theme is the view's theme of that name: "light", "dark" or "auto", which
// asks the system.
func theme(name string) (*view.Theme, error) {
	switch name {
	case "light":
		return view.Light, nil
	case "dark":
		return view.Dark, nil
	case "auto", "":
		if ebiten.SystemColorMode() == ebiten.ColorModeDark {
			return view.Dark, nil
		}
		return view.Light, nil
	}
	return nil, fmt.Errorf("theme %q: auto, light or dark", name)
}
