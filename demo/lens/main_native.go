//go:build lens && !js

// Command lens shows what the heads of the demo's model look at in a text. It is
// built and started by `go run ./demo lens`, and for the page by its server.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"strings"

	"github.com/hajimehoshi/ebiten/v2"

	"github.com/fovea-run/fovea/demo/lens/attention"
	"github.com/fovea-run/fovea/demo/lens/view"
	"github.com/fovea-run/fovea/demo/model"
	"github.com/fovea-run/fovea/wasm"
)

// wheelNotch is what Ebitengine reports for a notch of the wheel.
const wheelNotch = 1

func main() {
	if err := start(); err != nil {
		fmt.Fprintln(os.Stderr, "lens:", err)
		os.Exit(1)
	}
}

// options are the command line. `demo lens` has the same, see demo/lens.go.
type options struct {
	theme, size, keys, screenshot string
	scale                         float64
}

func parse() (o options) {
	flag.StringVar(&o.theme, "theme", "auto", "auto, light or dark")
	flag.StringVar(&o.size, "size", "1200x800", "of the window, in pixels")
	flag.Float64Var(&o.scale, "scale", 0, "pixels of the screen in one of the layout; 0 asks the monitor")
	flag.StringVar(&o.keys, "keys", "", "keys to press at first, such as \"Right Enter Down\"")
	flag.StringVar(&o.screenshot, "screenshot", "", "write the picture to this PNG file and end")
	flag.Parse()
	return o
}

// start shows the text that it reads from the standard input.
func start() error {
	o := parse()
	t, err := theme(o.theme)
	if err != nil {
		return err
	}
	var w, h int
	if _, err := fmt.Sscanf(o.size, "%dx%d", &w, &h); err != nil || w < 200 || h < 200 || w > 8192 || h > 8192 {
		return fmt.Errorf("-size is %q, want a width and height from 200 to 8192, such as 1200x800", o.size)
	}
	if !(o.scale == 0 || o.scale >= 0.5 && o.scale <= 4) {
		return fmt.Errorf("-scale is %v, want 0.5 to 4, or 0 for the monitor's", o.scale)
	}
	presses, err := parseKeys(o.keys)
	if err != nil {
		return err
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	ebiten.SetWindowTitle("Fovea – the lens")
	ebiten.SetWindowSize(w, h)
	ebiten.SetWindowResizingMode(ebiten.WindowResizingModeEnabled)
	g := newGame()
	g.scale = o.scale
	g.SetTheme(t)
	g.Close = func() { g.ended = true }
	ready := false
	go func() {
		g.read(context.Background(), openReader, string(text))
		g.soon(func() {
			for _, k := range presses {
				g.Key(k)
			}
			ready = true
		})
	}()
	if o.screenshot == "" {
		return g.run()
	}
	var saved error
	g.blind = true
	g.drawn = func(screen *ebiten.Image) {
		if ready && !g.ended {
			g.ended = true
			saved = save(o.screenshot, screen)
		}
	}
	return errors.Join(g.run(), saved)
}

// parseKeys reads names of keys.
func parseKeys(names string) ([]view.Key, error) {
	known := map[string]view.Key{
		"left": view.Left, "right": view.Right, "up": view.Up, "down": view.Down, "home": view.Home, "end": view.End,
		"enter": view.Enter, "escape": view.Escape, "plus": view.ZoomIn, "minus": view.ZoomOut, "next": view.Next, "panel": view.Panel,
	}
	var all []view.Key
	for _, name := range strings.Fields(names) {
		k, ok := known[strings.ToLower(name)]
		if !ok {
			return nil, fmt.Errorf("-keys: there is no key %q", name)
		}
		all = append(all, k)
	}
	return all, nil
}

// openReader opens the demo's model on wazero.
func openReader(ctx context.Context) (*attention.Reader, error) {
	rt, err := wasm.Open(ctx, wasm.Options{})
	if err != nil {
		return nil, err
	}
	m, err := rt.Load(ctx, strings.NewReader(model.File), int64(len(model.File)))
	if err != nil {
		return nil, err
	}
	return attention.NewReader(m)
}

// save writes a picture of the screen.
func save(path string, screen *ebiten.Image) error {
	picture := image.NewRGBA(screen.Bounds())
	screen.ReadPixels(picture.Pix)
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, picture), f.Close())
}
