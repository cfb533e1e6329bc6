package page

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/fovea-run/fovea/demo/lens/view"
	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

const (
	lensAlone   = `document`
	lensInFrame = `document.querySelector('#lens iframe')?.contentDocument`
)

// A lens is a visit's lens, by itself or in the frame of the demo's page.
type lens struct {
	*visit
	document string // a JS expression
}

// fetchLens lets the demo build the lens, which may take longer than a page waits, and returns its program.
func fetchLens(t *testing.T, origin string) []byte {
	t.Helper()
	answer, err := http.Get(origin + "/lens/lens.wasm")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	program, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("the demo has no lens: %s, %.300s, %v", answer.Status, program, err)
	}
	return program
}

// alone opens the lens by itself.
func (v *visit) alone(text, theme string) *lens {
	v.Helper()
	l := &lens{v, lensAlone}
	address := v.origin + "/lens/#" + url.Values{"text": {text}, "theme": {theme}}.Encode()
	v.must(chromedp.Navigate("about:blank"), chromedp.Navigate(strings.ReplaceAll(address, "+", "%20")))
	l.until(`s.words !== 'Getting ready.'`)
	return l
}

// fromPage opens the lens by the page's button.
func (v *visit) fromPage() *lens {
	v.Helper()
	l := &lens{v, lensInFrame}
	begin := time.Now()
	v.must(chromedp.Click(chromedp.CSS("#attention")))
	l.until(`s.screen === 'overview'`)
	v.Logf("from the button to the maps: %d ms", time.Since(begin).Milliseconds())
	return l
}

// until waits until a condition on the state s, in JS, holds, and returns the state.
func (l *lens) until(condition string) view.State {
	l.Helper()
	said, err := browser.Eval[string](l.Page, `new Promise((done) => {
		const see = () => {
			const d = `+l.document+`?.documentElement?.dataset;
			const s = d?.lens && JSON.parse(d.lens);
			if (d?.lensError) done(d.lensError);
			else if (s && (`+condition+`)) done(d.lens);
			else setTimeout(see, 10);
		};
		see();
	})`)
	var s view.State
	if err == nil {
		err = json.Unmarshal([]byte(said), &s)
	}
	if err != nil {
		l.Fatalf("waiting for %s in the lens: %s, %v", condition, said, err)
	}
	return s
}

func (l *lens) state() view.State { return l.until("true") }

// frames waits until the page has shown n more pictures, so that what polls its input has seen it.
func (l *lens) frames(n int) {
	l.Helper()
	get[bool](l.visit, fmt.Sprintf(`new Promise((done) => {
		let n = %d;
		const next = () => n-- > 0 ? requestAnimationFrame(next) : done(true);
		next();
	})`, n))
}

// press presses a key and waits until the lens shows something else.
func (l *lens) press(name string, code int64) view.State {
	l.Helper()
	before, err := json.Marshal(l.state())
	if err != nil {
		l.Fatal(err)
	}
	key := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: name, Code: name, WindowsVirtualKeyCode: code}
	do(l.visit, input.DispatchKeyEvent, key)
	s := l.until("JSON.stringify(s) !== JSON.stringify(" + string(before) + ")")
	key.Type = input.DispatchKeyEventTypeKeyUp
	do(l.visit, input.DispatchKeyEvent, key)
	l.frames(2)
	return s
}

// do runs a command of the protocol that answers nothing.
func do[P any](v *visit, cmd cdp.Command[P, cdp.Empty], params P) {
	v.Helper()
	if _, err := browser.Call(v.Page, cmd, params); err != nil {
		v.Fatal(err)
	}
}

// touch puts fingers on the screen, moves or lifts them: those given are down afterwards.
func (l *lens) touch(typ input.DispatchTouchEventType, fingers ...input.TouchPoint) {
	l.Helper()
	points := []*input.TouchPoint{}
	for i := range fingers {
		id := float64(i + 1)
		fingers[i].ID = &id
		points = append(points, &fingers[i])
	}
	do(l.visit, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: typ, TouchPoints: points})
	l.frames(2)
}

func (l *lens) tapAt(x, y float64) {
	l.Helper()
	l.touch(input.DispatchTouchEventTypeTouchStart, input.TouchPoint{X: x, Y: y})
	l.touch(input.DispatchTouchEventTypeTouchEnd)
}

func (l *lens) mouse(typ input.DispatchMouseEventType, x, y float64, more ...func(*input.DispatchMouseEventParams)) {
	l.Helper()
	p := input.DispatchMouseEventParams{Type: typ, X: x, Y: y}
	for _, f := range more {
		f(&p)
	}
	do(l.visit, input.DispatchMouseEvent, p)
	l.frames(2)
}

// TestLensSize weighs the program that the page loads.
func TestLensSize(t *testing.T) {
	whole.Only(t, "the lens in browsers")
	origin, _ := serve(t)
	program := fetchLens(t, origin)
	// More effort packs it tighter, in minutes.
	cmd := exec.Command("node", "-e", `
		const { brotliCompressSync, constants: c } = require('node:zlib');
		const chunks = [];
		process.stdin.on('data', (d) => chunks.push(d)).on('end', () => console.log(
			brotliCompressSync(Buffer.concat(chunks), { params: { [c.BROTLI_PARAM_QUALITY]: 5, [c.BROTLI_PARAM_LGWIN]: 24 } }).length))`)
	cmd.Stdin = bytes.NewReader(program)
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("node packs nothing here: %v", err)
	}
	var packed int
	if _, err := fmt.Sscan(string(out), &packed); err != nil {
		t.Fatal(err)
	}
	t.Logf("the lens is %d bytes, %d with brotli at quality 5 (limit 3,000,000)", len(program), packed)
	if packed > 3_000_000 {
		t.Errorf("the lens is %d bytes with brotli, want at most 3,000,000", packed)
	}
}

// TestLensDependencies asks what the lens and everything else are built of.
func TestLensDependencies(t *testing.T) {
	list := func(env []string, args ...string) string {
		t.Helper()
		cmd := exec.Command("go", append([]string{"list", "-deps"}, args...)...)
		cmd.Dir, cmd.Env = engine.Root(), append(cmd.Environ(), env...)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	inPage := list([]string{"GOOS=js", "GOARCH=wasm"}, "./demo/lens")
	if strings.Contains(inPage, "wazero") || !strings.Contains(inPage, "ebiten") {
		t.Errorf("in the page the lens is built of\n%s", inPage)
	}
	if all := list(nil, "./..."); strings.Contains(all, "ebiten") {
		t.Error("go build ./... compiles Ebitengine")
	}
	for _, pkg := range strings.Fields(list([]string{"CGO_ENABLED=1"}, "-f", "{{if and .CgoFiles (not .Standard)}}{{.ImportPath}}{{end}}", "./...")) {
		t.Errorf("go build ./... needs cgo for %s", pkg)
	}
}

// TestLensFromPage opens the lens for sentences of the page with a mouse and keys. It comes with its first opening, computes
// with the model of the page, and goes when it is closed.
func TestLensFromPage(t *testing.T) {
	whole.Only(t, "the lens in browsers")
	v := open(t)
	fetchLens(t, v.origin)
	for _, asked := range v.watch.all() {
		if strings.Contains(asked, "/lens/") {
			t.Errorf("the page asks for %s before the lens is opened", asked)
		}
	}
	v.ask("Is fire something so hot that it gives off light?")
	l := v.fromPage()
	sentence := v.found()[0]
	if s := l.state(); s.Tokens < 10 {
		t.Errorf("the lens shows %+v for %q", s, sentence)
	}
	v.shoot("lens-in-page")
	l.press("ArrowRight", 39)
	if s := l.press("Enter", 13); s.Screen != "head" {
		t.Errorf("Enter shows %+v", s)
	}
	l.press("Escape", 27)
	do(v, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "Escape", Code: "Escape", WindowsVirtualKeyCode: 27})
	get[bool](v, `new Promise((done) => {
		const dialog = document.querySelector('#lens'), see = () => dialog.open || dialog.querySelector('iframe') ? setTimeout(see, 10) : done(true);
		see();
	})`)
	v.must(chromedp.Click(chromedp.CSS("#ranked li:nth-child(3) button")))
	l = v.fromPage()
	if words := get[string](v, lensInFrame+`.querySelector('#words').textContent`); words != l.state().Words {
		t.Errorf("the page says %q to those who hear it, the lens %q", words, l.state().Words)
	}
	// A browser may take the canvas's GPU away at any time.
	v.must(chromedp.Evaluate[chromedp.Void](`{
		const lens = ` + lensInFrame + `;
		lens.documentElement.dataset.lost = true;
		lens.querySelector('canvas').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext();
	}`))
	l.until(`!d.lost && s.screen === 'overview'`)
	v.must(chromedp.Click(chromedp.CSS("#lens > button")))
	models := 0
	for _, asked := range v.watch.all() {
		if strings.HasSuffix(asked, "/model.safetensors") {
			models++
		}
	}
	// A request is seen as the page's and as the browser's, and once more as the service worker's.
	if models == 0 || models > 3 {
		t.Errorf("the model is asked for %d times", models)
	}
	dropStalls(v.watch)
}

// dropStalls forgets what Chromium's software compositor says about how it reads canvases.
func dropStalls(w *watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := w.complaints[:0]
	for _, c := range w.complaints {
		if !strings.Contains(c, "GPU stall due to ReadPixels") {
			kept = append(kept, c)
		}
	}
	w.complaints = kept
}

// TestLensGestures uses the lens with fingers, and reads what it does from what it tells.
func TestLensGestures(t *testing.T) {
	whole.Only(t, "the lens in browsers")
	v := &visit{T: t, watch: &watch{}}
	v.origin, _ = serve(t)
	fetchLens(t, v.origin)
	v.Page = start(t, browser.Options{})
	t.Cleanup(v.Page.Close)
	v.must(phone)
	l := v.alone(lensSentence, "light")
	tile := l.state().Tiles[3].Centre()
	l.tapAt(tile.X, tile.Y)
	s := l.until(`s.screen === 'head'`)
	if s.Head != 3 || s.Panel != "map" {
		t.Fatalf("a tap on map 3 shows %+v", s)
	}
	cell := func(i, j int) (x, y float64) {
		g := l.state().Map
		return g.X + (float64(j)+0.5)*g.Pitch, g.Y + (float64(i)+0.5)*g.Pitch
	}
	x, y := cell(4, 6)
	l.tapAt(x, y)
	s = l.until(`s.pinned`)
	weights := readingOf(t, lensSentence).Head(0, 3)
	n := s.Tokens
	if want := fmt.Sprintf("%.2f of its attention", weights[4*n+6]); s.From != 4 || s.To != 6 || !strings.Contains(strings.ReplaceAll(s.Words, "<0.01", "0.00"), want) {
		t.Errorf("a tap on cell 4, 6 shows %+v, want %q", s, want)
	}

	c := s.Map.View.Centre()
	l.touch(input.DispatchTouchEventTypeTouchStart, input.TouchPoint{X: c.X - 30, Y: c.Y}, input.TouchPoint{X: c.X + 30, Y: c.Y})
	l.touch(input.DispatchTouchEventTypeTouchMove, input.TouchPoint{X: c.X - 45, Y: c.Y}, input.TouchPoint{X: c.X + 45, Y: c.Y})
	l.touch(input.DispatchTouchEventTypeTouchMove, input.TouchPoint{X: c.X - 60, Y: c.Y}, input.TouchPoint{X: c.X + 60, Y: c.Y})
	s = l.until(`s.zoom > 1.5`)
	l.touch(input.DispatchTouchEventTypeTouchEnd)
	if !(s.Zoom > 1.9 && s.Zoom < 2.1) || l.state().From != 4 {
		t.Errorf("a pinch by 2 shows %+v", s)
	}
	before := l.state().Map
	l.touch(input.DispatchTouchEventTypeTouchStart, input.TouchPoint{X: c.X, Y: c.Y})
	l.touch(input.DispatchTouchEventTypeTouchMove, input.TouchPoint{X: c.X - 25, Y: c.Y + 20})
	l.touch(input.DispatchTouchEventTypeTouchMove, input.TouchPoint{X: c.X - 50, Y: c.Y + 40})
	l.touch(input.DispatchTouchEventTypeTouchEnd)
	if after := l.state().Map; !(abs(after.X-before.X+50) <= 1 && abs(after.Y-before.Y-40) <= 1) {
		t.Errorf("a drag by -50, 40 moves the map from %+v to %+v", before, after)
	}
	v.shoot("lens-phone")

	tab := l.state().Tabs[1].Centre()
	l.tapAt(tab.X, tab.Y)
	s = l.until(`s.panel === 'arcs'`)
	l.tapAt(s.List.X+10, s.List.Y+8.5*s.List.Pitch)
	if s = l.until(`s.from === 8`); !s.Pinned {
		t.Errorf("a tap on row 8 shows %+v", s)
	}
	v.shoot("lens-phone-arcs")
	back := s.Back.Centre()
	l.tapAt(back.X, back.Y)
	l.until(`s.screen === 'overview'`)
}

// TestLensMouse points, drags and turns the wheel.
func TestLensMouse(t *testing.T) {
	whole.Only(t, "the lens in browsers")
	v := &visit{T: t, watch: &watch{}}
	v.origin, _ = serve(t)
	fetchLens(t, v.origin)
	v.Page = start(t, browser.Options{})
	t.Cleanup(v.Page.Close)
	v.must(chromedp.EmulateViewport(1280, 800))
	l := v.alone(lensSentence, "light")
	tile := l.state().Tiles[5].Centre()
	l.mouse(input.DispatchMouseEventTypeMouseMoved, tile.X, tile.Y)
	left := func(p *input.DispatchMouseEventParams) { p.Button, p.Buttons, p.ClickCount = "left", 1, 1 }
	l.mouse(input.DispatchMouseEventTypeMousePressed, tile.X, tile.Y, left)
	l.mouse(input.DispatchMouseEventTypeMouseReleased, tile.X, tile.Y, left)
	s := l.until(`s.screen === 'head'`)
	x, y := s.Map.X+2.5*s.Map.Pitch, s.Map.Y+7.5*s.Map.Pitch
	l.mouse(input.DispatchMouseEventTypeMouseMoved, x, y)
	if s = l.until(`s.from === 7`); s.To != 2 || s.Pinned || s.Head != 5 {
		t.Errorf("the mouse on cell 7, 2 shows %+v", s)
	}
	// A delta of 0 would be left out of the message.
	l.mouse(input.DispatchMouseEventTypeMouseWheel, x, y, func(p *input.DispatchMouseEventParams) { p.DeltaX, p.DeltaY = 1e-3, -300 })
	if s = l.until(`s.zoom > 1`); !(abs(s.Zoom-1.728) <= 0.01) || s.From != 7 || s.To != 2 {
		t.Errorf("three notches show %+v, want 1.2³ times and the same cell", s)
	}
	l.mouse(input.DispatchMouseEventTypeMouseMoved, s.List.X+10, s.List.Y+3.5*s.List.Pitch)
	if s = l.until(`s.from === 3`); s.To != -1 {
		t.Errorf("the mouse on row 3 shows %+v", s)
	}
	l.mouse(input.DispatchMouseEventTypeMouseMoved, 640, 30)
	l.until(`s.from === -1`)
}

// TestLensOffline opens the lens once, ends the server, and opens it again.
func TestLensOffline(t *testing.T) {
	whole.Only(t, "the lens in browsers")
	v, stop := openPhone(t)
	fetchLens(t, v.origin)
	v.arrive()
	v.settle("d.offline === 'kept'")
	v.fromPage()
	stop()
	v.arrive()
	l := v.fromPage()
	if s := l.state(); s.Tokens == 0 {
		t.Errorf("without the server the lens shows %+v", s)
	}
	tile, top := l.state().Tiles[2].Centre(), get[float64](v, `document.querySelector('#lens iframe').getBoundingClientRect().top`)
	l.tapAt(tile.X, tile.Y+top)
	if s := l.until(`s.screen === 'head'`); s.Head != 2 {
		t.Errorf("a tap on map 2 shows %+v", s)
	}
	v.shoot("lens-offline")
}

func abs(v float64) float64 { return max(v, -v) }

// picturePath is where the picture of that name is kept.
func picturePath(name string) string {
	return filepath.Join(engine.Root(), "runtime_test/page/testdata/lens", name+".png")
}

// TestLensWithoutWebGL opens the lens where there is nothing that it could draw with. It says so in words.
func TestLensWithoutWebGL(t *testing.T) {
	whole.Only(t, "the lens in browsers")
	v := &visit{T: t, watch: &watch{}}
	v.origin, _ = serve(t)
	fetchLens(t, v.origin)
	v.Page = start(t, browser.Options{})
	t.Cleanup(v.Page.Close)
	script := page.AddScriptToEvaluateOnNewDocumentParams{Source: `HTMLCanvasElement.prototype.getContext = () => null;`}
	if _, err := browser.Call(v.Page, page.AddScriptToEvaluateOnNewDocument, script); err != nil {
		t.Fatal(err)
	}
	v.must(chromedp.Navigate(v.origin + "/lens/#text=light"))
	said := get[string](v, `new Promise((done) => {
		const see = () => document.documentElement.dataset.lensError ? done(document.querySelector('#status').innerText) : setTimeout(see, 10);
		see();
	})`)
	t.Log(said)
	if !strings.Contains(said, "cannot be shown") || !strings.Contains(said, "WebGL 2") {
		t.Errorf("without WebGL the lens says %q", said)
	}
}

// TestLensElsewhere opens the lens in the other browsers. Where a headless one has no WebGL, the lens has to say so.
func TestLensElsewhere(t *testing.T) {
	whole.Only(t, "the lens in browsers")
	origin, _ := serve(t)
	fetchLens(t, origin)
	type other interface {
		Navigate(url string) error
		Eval(js string) (string, error)
		Close() error
	}
	for name, open := range map[string]func() (other, error){
		"Firefox": func() (other, error) { return browser.OpenFirefox(t.Context(), browser.Options{}) },
		"WebKit":  func() (other, error) { return browser.OpenWebKit(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			b, err := open()
			if missing := (browser.NotInstalled{}); errors.As(err, &missing) {
				whole.Lacks(t, err)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			if err := b.Navigate(origin + "/lens/#text=" + url.PathEscape(lensSentence)); err != nil {
				t.Fatal(err)
			}
			said, err := b.Eval(`new Promise((done) => {
				const see = () => {
					const { lens, lensError } = document.documentElement.dataset;
					if (lensError) done(lensError);
					else if (lens && JSON.parse(lens).screen !== 'message') done(lens);
					else setTimeout(see, 20);
				};
				see();
			})`)
			if err == nil && strings.Contains(said, "WebGL 2, which this browser does not have") {
				t.Logf("the lens says: %s", said)
				return
			}
			var s view.State
			if err == nil {
				err = json.Unmarshal([]byte(said), &s)
			}
			t.Logf("shows %d tokens and %d heads", s.Tokens, len(s.Tiles))
			if err != nil || s.Tokens != 20 || len(s.Tiles) != 8 {
				t.Errorf("the lens says %s (%v), want an overview of 20 tokens and 8 heads", said, err)
			}
		})
	}
}

// TestLensSaysWhatFails gives the lens models that it cannot use. It says so where the maps would be.
func TestLensSaysWhatFails(t *testing.T) {
	whole.Only(t, "the lens in browsers")
	v := &visit{T: t, watch: &watch{}}
	v.origin, _ = serve(t)
	fetchLens(t, v.origin)
	v.Page = start(t, browser.Options{})
	t.Cleanup(v.Page.Close)
	v.must(chromedp.Navigate(v.origin + "/lens/lens.css")) // a page of that origin, with nothing else
	for _, c := range []struct{ model, want string }{
		{`{ id: 1, card: { name: 'other' }, programs: [], call() {} }`, `the model "other" has no program attend`},
		{`{ id: 1, card: {}, programs: [{ name: 'attend', dims: [], inputs: [], outputs: [{ name: 'weights0', dtype: 'f32', shape: [] }] }],
			call: async () => { throw new Error('the worker is gone'); } }`, "the worker is gone"},
		{`null`, "an object with a function call is needed"},
	} {
		v.must(chromedp.Evaluate[chromedp.Void](`{
			const frame = document.createElement('iframe');
			frame.src = '/lens/';
			frame.addEventListener('load', () => frame.contentWindow.openLens({ text: 'light', model: { bridge: ` + c.model + ` } }));
			document.body.replaceChildren(frame);
		}`))
		l := &lens{v, `document.querySelector('iframe')?.contentDocument`}
		s := l.until(`s.screen === 'message' && s.words !== 'Getting ready.'`)
		t.Log(s.Words)
		if !strings.Contains(s.Words, "cannot be looked at") || !strings.Contains(s.Words, c.want) {
			t.Errorf("with the model %.30s… the lens says %q, want %q", c.model, s.Words, c.want)
		}
	}
}
