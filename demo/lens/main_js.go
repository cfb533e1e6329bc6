//go:build js

// Command lens in the page: see demo/web/lens/lens.js, which starts it.
package main

import (
	"context"
	"encoding/json"
	"syscall/js"

	"github.com/hajimehoshi/ebiten/v2"

	"github.com/fovea-run/fovea/demo/lens/attention"
	"github.com/fovea-run/fovea/demo/lens/view"
	"github.com/fovea-run/fovea/wasm"
)

// wheelNotch is what browsers report for a notch of the wheel, in pixels.
const wheelNotch = 100

// main shows the text that the page has put into globalThis.lens:
//
//	text: string       what to look at
//	model: object      the property bridge of the page's model
//	theme: string      "light", "dark" or "auto"
//	shown(json)        called with the view's state after each picture
//	failed(message)    called if there can be no picture
//	close()            called when the person is done
func main() {
	given := js.Global().Get("lens")
	g := newGame()
	if t, err := theme(given.Get("theme").String()); err == nil {
		g.SetTheme(t)
	}
	g.Close = func() { given.Call("close") }
	g.shown = func(s view.State) {
		state, err := json.Marshal(s)
		if err == nil {
			given.Call("shown", string(state))
		}
	}
	listen(js.Global().Get("document").Get("documentElement"), "mouseleave", func() { g.soon(g.Leave) })
	listen(js.Global(), "touchcancel", func() { g.soon(g.Cancel) })
	go g.read(context.Background(), func(context.Context) (*attention.Reader, error) {
		m, err := wasm.Attach(given.Get("model"))
		if err != nil {
			return nil, err
		}
		return attention.NewReader(m)
	}, given.Get("text").String())
	if err := g.run(); err != nil && err != ebiten.Termination {
		given.Call("failed", err.Error())
	}
}

// listen calls f on an event, out of the browser's own call, which must not
// wait.
func listen(target js.Value, event string, f func()) {
	target.Call("addEventListener", event, js.FuncOf(func(js.Value, []js.Value) any {
		go f()
		return nil
	}))
}
