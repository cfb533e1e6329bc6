package page

import (
	"context"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/fovea-run/fovea/demo/lens/attention"
	"github.com/fovea-run/fovea/demo/lens/view"
	"github.com/fovea-run/fovea/demo/model"
	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/whole"
	"github.com/fovea-run/fovea/wasm"
)

var update = flag.Bool("update", false, "write testdata/lens/*.png anew, from the native lens")

const lensSentence = "Is not Fire a Body heated so hot as to emit Light copiously?"

// A picture is one that the lens draws natively and in the page.
type picture struct {
	name  string
	text  string
	theme string
	w, h  int // in device-independent pixels
	scale int
	keys  []string // pressed at first
}

var pictures = []picture{
	{"overview", lensSentence, "light", 1280, 800, 1, nil},
	{"head", lensSentence, "light", 1280, 800, 1, []string{"Right", "Enter", "Down", "Down", "Down"}},
	{"dark", lensSentence, "dark", 1280, 800, 1, []string{"Right", "End", "Enter"}},
	{"empty", "", "light", 800, 600, 1, nil},
	{"one-token", "light", "light", 800, 600, 1, []string{"Right", "Enter", "Down"}},
	{"128-tokens", long, "light", 1280, 800, 1, []string{"Right", "End", "Enter", "Down"}},
	{"128-tokens-overview", long, "dark", 1280, 800, 1, nil},
	{"phone", lensSentence, "light", 390, 844, 2, nil},
	{"phone-arcs", lensSentence, "dark", 390, 844, 2, []string{"Right", "Enter", "Enter", "Down"}},
}

// long is a text of more than 128 tokens.
var long = strings.Repeat("The Colours of Bubbles with which Children play are various, and change their Situation variously. ", 12)

// keyCodes are Chromium's names and numbers of keys.
var keyCodes = map[string]struct {
	name string
	code int64
}{"Right": {"ArrowRight", 39}, "Down": {"ArrowDown", 40}, "End": {"End", 35}, "Enter": {"Enter", 13}}

// Two pictures are the same if few pixels differ: engines round positions and blend edges in their own ways. Measured are 0.05 %
// of them, all at the edges of cells, and a mean of 0.09.
const (
	faint  = 24    // of 255: what counts as a difference, in any channel
	differ = 0.002 // share of the pixels that may
	blend  = 0.3   // of 255: the mean of all differences
)

// TestLensPictures compares the native lens, the lens in the page and the pictures in testdata with each other, and the
// colours of all cells in both with the weights that package wasm computes.
func TestLensPictures(t *testing.T) {
	whole.Only(t, "the lens in browsers")
	screen, err := browser.OpenScreen(2000, 1800)
	if err != nil {
		whole.Lacks(t, err)
	}
	defer screen.Close()
	v := &visit{T: t, watch: &watch{}}
	v.origin, _ = serve(t)
	fetchLens(t, v.origin)
	v.Page = start(t, browser.Options{Events: v.watch.event})
	t.Cleanup(v.Page.Close)
	for _, p := range pictures {
		t.Run(p.name, func(t *testing.T) {
			v := *v
			v.T = t
			native := p.native(t, screen)
			inPage := p.inPage(&v)
			if *update {
				writePicture(t, picturePath(p.name), native)
			}
			golden := readPicture(t, picturePath(p.name))
			compare(t, "native and golden", native, golden)
			compare(t, "page and golden", inPage, golden)
			compare(t, "page and native", inPage, native)
			p.checkCells(t, "native", native)
			p.checkCells(t, "page", inPage)
		})
	}
	dropStalls(v.watch)
	for _, complaint := range v.watch.takeComplaints() {
		t.Error("the page complained: ", complaint)
	}
}

// native draws p by the demo's command.
func (p picture) native(t *testing.T, screen *browser.Screen) *image.RGBA {
	t.Helper()
	demo, err := build()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "lens.png")
	cmd := exec.Command(demo, "lens", "-text", p.text, "-theme", p.theme, "-size", fmt.Sprintf("%dx%d", p.w*p.scale, p.h*p.scale),
		"-scale", fmt.Sprint(p.scale), "-keys", strings.Join(p.keys, " "), "-screenshot", file)
	cmd.Dir = engine.Root()
	cmd.Env = append(os.Environ(), "DISPLAY="+screen.Display, "LIBGL_ALWAYS_SOFTWARE=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("demo lens: %v\n%s", err, out)
	}
	return readPicture(t, file)
}

// inPage draws p in Chromium.
func (p picture) inPage(v *visit) *image.RGBA {
	v.Helper()
	v.must(chromedp.EmulateViewport(int64(p.w), int64(p.h), chromedp.EmulateScale(float64(p.scale))))
	l := v.alone(p.text, p.theme)
	for _, key := range p.keys {
		l.press(keyCodes[key].name, keyCodes[key].code)
	}
	l.frames(3)
	shot, err := browser.Get(v.Page, chromedp.CaptureScreenshot())
	if err != nil {
		v.Fatal(err)
	}
	decoded, err := png.Decode(strings.NewReader(string(shot)))
	if err != nil {
		v.Fatal(err)
	}
	return toRGBA(decoded)
}

// compare fails if more pixels differ than may.
func compare(t *testing.T, what string, a, b *image.RGBA) {
	t.Helper()
	if a.Rect != b.Rect {
		t.Errorf("%s: %v and %v", what, a.Rect, b.Rect)
		return
	}
	different, sum := 0, 0.0
	for i := 0; i < len(a.Pix); i += 4 {
		most := 0
		for c := range 3 {
			d := int(a.Pix[i+c]) - int(b.Pix[i+c])
			most = max(most, d, -d)
		}
		sum += float64(most)
		if most > faint {
			different++
		}
	}
	pixels := len(a.Pix) / 4
	share, mean := float64(different)/float64(pixels), sum/float64(pixels)
	t.Logf("%s: %.4f %% of the pixels differ by more than %d; mean difference %.4f", what, 100*share, faint, mean)
	if !(share <= differ && mean <= blend) {
		t.Errorf("%s: %.3f %% of the pixels differ, by %.3f in the mean; want at most %.3f %% and %.3f", what, 100*share, mean, 100*differ, blend)
	}
}

// checkCells compares the middle of each cell of the map up close with the colour of its weight, or its neighbours on the ramp:
// the page computes with relaxed SIMD, whose weights differ a little.
func (p picture) checkCells(t *testing.T, what string, m *image.RGBA) {
	t.Helper()
	r := readingOf(t, p.text)
	v := view.New()
	v.Resize(float64(p.w), float64(p.h), float64(p.scale))
	v.Show(r)
	for _, key := range p.keys {
		v.Key(map[string]view.Key{"Right": view.Right, "Down": view.Down, "End": view.End, "Enter": view.Enter}[key])
	}
	s := v.State()
	if s.Screen != "head" || s.Map == nil {
		return
	}
	ramp := view.Light.Ramp
	if p.theme == "dark" {
		ramp = view.Dark.Ramp
	}
	n := s.Tokens
	weights := r.Head(s.Head/r.Heads, s.Head%r.Heads)
	most := slices.Max(weights)
	cells, worst := 0, 0
	for i := range n {
		for j := range n {
			if i == s.From && s.Map.Pitch < 12 || s.From >= 0 && (i == s.From-1 || i == s.From+1) && s.Map.Pitch < 12 {
				continue // under the frame of the row
			}
			at := func(from float64, k int) int { return int((from + (float64(k)+0.5)*s.Map.Pitch) * float64(p.scale)) }
			got := m.RGBAAt(at(s.Map.X, j), at(s.Map.Y, i))
			off := 255
			for step := -1.0; step <= 1; step++ {
				off = min(off, distance(got, ramp.At(float64(weights[i*n+j]/most)+step/255)))
			}
			cells++
			worst = max(worst, off)
			if off > 1 {
				t.Fatalf("%s: cell %d, %d has the colour %v, want %v", what, i, j, got, ramp.At(float64(weights[i*n+j]/most)))
			}
		}
	}
	t.Logf("%s: %d cells have the colours of their weights, or the next, off by %d of 255 at most", what, cells, worst)
}

func distance(a color.RGBA, b color.NRGBA) int {
	off := 0
	for _, d := range []int{int(a.R) - int(b.R), int(a.G) - int(b.G), int(a.B) - int(b.B)} {
		off = max(off, d, -d)
	}
	return off
}

var openReader = sync.OnceValues(func() (*attention.Reader, error) {
	rt, err := wasm.Open(context.Background(), wasm.Options{})
	if err != nil {
		return nil, err
	}
	m, err := rt.Load(context.Background(), strings.NewReader(model.File), int64(len(model.File)))
	if err != nil {
		return nil, err
	}
	return attention.NewReader(m)
})

// readingOf computes the weights of a text by package wasm.
func readingOf(t *testing.T, text string) *attention.Reading {
	t.Helper()
	r, err := openReader()
	if err != nil {
		t.Fatal(err)
	}
	reading, err := r.Read(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	return reading
}

func readPicture(t *testing.T, path string) *image.RGBA {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v; go test -run LensPictures -update writes it", err)
	}
	defer f.Close()
	m, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return toRGBA(m)
}

func writePicture(t *testing.T, path string, m image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, m); err != nil {
		t.Fatal(err)
	}
}

func toRGBA(m image.Image) *image.RGBA {
	out := image.NewRGBA(m.Bounds())
	draw.Draw(out, out.Rect, m, m.Bounds().Min, draw.Src)
	return out
}
