//go:build lens && !js

// Command lens shows what the heads of the demo's model look at in a text. It
// is started by `go run ./demo lens`.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"strings"

	"github.com/hajimehoshi/ebiten/v2"

	"github.com/fovea-run/fovea/demo/lens/attention"
	"github.com/fovea-run/fovea/demo/lens/view"
	"github.com/fovea-run/fovea/wasm"
)

// wheelNotch is what Ebitengine reports for a notch of the wheel.
const wheelNotch = 1

type options struct {
	model, text, theme, size, keys, screenshot string
	scale                                      float64
}

func main() {
	if err := start(); err != nil {
		fmt.Fprintln(os.Stderr, "lens:", err)
		os.Exit(1)
	}
}

func start() error {
	var o options
	flag.StringVar(&o.model, "model", "demo/model/use-lite-int8.safetensors", "model file")
	flag.StringVar(&o.text, "text", "", "the text to look at")
	flag.StringVar(&o.theme, "theme", "auto", "auto, light or dark")
	flag.StringVar(&o.size, "size", "1200x800", "of the window, in pixels of the device")
	flag.Float64Var(&o.scale, "scale", 0, "pixels of the device in one of the layout; 0 asks the monitor")
	flag.StringVar(&o.keys, "keys", "", "keys to press at first, such as \"Right Enter Down\"")
	flag.StringVar(&o.screenshot, "screenshot", "", "write the picture to this PNG file and end")
	flag.Parse()
	g := newGame()
	t, err := theme(o.theme)
	if err != nil {
		return err
	}
	g.SetTheme(t)
	var w, h int
	if _, err := fmt.Sscanf(o.size, "%dx%d", &w, &h); err != nil || w < 200 || h < 200 || w > 8192 || h > 8192 {
		return fmt.Errorf("-size %q: want a width and height from 200 to 8192, such as 1200x800", o.size)
	}
	if !(o.scale == 0 || o.scale >= 0.5 && o.scale <= 4) {
		return fmt.Errorf("-scale %v: want 0.5 to 4, or 0 for the monitor's", o.scale)
	}
	presses, err := parseKeys(o.keys)
	if err != nil {
		return err
	}
	g.scale = o.scale
	g.Close = func() { g.ended = true }
	ebiten.SetWindowTitle("Fovea – the lens")
	ebiten.SetWindowSize(w, h)
	ebiten.SetWindowResizingMode(ebiten.WindowResizingModeEnabled)
	ready := false
	go func() {
		g.read(context.Background(), openReader(o.model), o.text)
		g.soon(func() {
			for _, k := range presses {
				g.Key(k)
			}
			ready = true
		})
	}()
	var saved error
	if o.screenshot != "" {
		g.blind = true
		g.drawn = func(screen *ebiten.Image) {
			if ready && !g.ended {
				g.ended = true
				saved = save(o.screenshot, screen)
			}
		}
	}
	return errors.Join(g.run(), saved)
}

// parseKeys reads names of keys.
func parseKeys(names string) ([]view.Key, error) {
	known := map[string]view.Key{
		"left": view.Left, "right": view.Right, "up": view.Up, "down": view.Down, "home": view.Home, "end": view.End,
		"enter": view.Enter, "escape": view.Escape, "plus": view.ZoomIn, "minus": view.ZoomOut, "panel": view.Panel,
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

// openReader opens a model file on wazero.
func openReader(path string) func(context.Context) (*attention.Reader, error) {
	return func(ctx context.Context) (*attention.Reader, error) {
		file, err := wasm.OpenModelFile(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		rt, err := wasm.Open(ctx, wasm.Options{})
		if err != nil {
			return nil, err
		}
		m, err := rt.Load(ctx, file, file.Size())
		if err != nil {
			return nil, err
		}
		return attention.NewReader(m)
	}
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
