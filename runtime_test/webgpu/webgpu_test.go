// Package webgpu proves what happens where a WebGPU device fails, in browsers, with real devices and calls that are changed on
// their way to them.
package webgpu

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fovea-run/fovea/js/bundle"
	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

func openFirefox(ctx context.Context, o browser.Options) (browser.Tab, error) {
	return browser.OpenFirefox(ctx, o)
}

func openWebKit(ctx context.Context, _ browser.Options) (browser.Tab, error) {
	return browser.OpenWebKit(ctx)
}

// A site serves the repository under the strict policy, and counts what is asked for.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	asked map[string]int
}

func newSite(t *testing.T) *site {
	s := &site{asked: map[string]int{}}
	built, err := bundle.Files()
	if err != nil {
		t.Fatal(err)
	}
	files := http.FileServer(http.Dir(engine.Root()))
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked[r.URL.Path]++
		s.mu.Unlock()
		w.Header().Set("Content-Security-Policy",
			"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'")
		w.Header().Set("Cache-Control", "no-store")
		if data, ok := built[strings.TrimPrefix(r.URL.Path, "/bundle/")]; ok {
			http.ServeContent(w, r, r.URL.Path, time.Time{}, bytes.NewReader(data))
			return
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// times is how often files of that name were asked for.
func (s *site) times(name string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for path, times := range s.asked {
		if strings.HasSuffix(path, "/"+name) {
			n += times
		}
	}
	return n
}

// visit opens a page, loads a script in it and decodes the JSON that a call of its function gives.
func visit(t *testing.T, s *site, open func(context.Context, browser.Options) (browser.Tab, error), o browser.Options, html, script, call string, result any) {
	t.Helper()
	page, err := open(t.Context(), o)
	if missing := (browser.NotInstalled{}); errors.As(err, &missing) {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	folder := s.URL + "/runtime_test/webgpu/"
	if err := page.Navigate(folder + html); err != nil {
		t.Fatal(err)
	}
	text, err := page.Eval(fmt.Sprintf("import(%q).then(() => %s)", folder+script, call))
	if err == nil {
		err = json.Unmarshal([]byte(text), result)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

var browsers = []struct {
	name string
	open func(context.Context, browser.Options) (browser.Tab, error)
}{{"chromium", browser.OpenChromium}, {"firefox", openFirefox}}

// proofs is how many faults.js has.
const proofs = 17

func TestFaults(t *testing.T) {
	for _, b := range whole.Some(t, browsers, len(browsers), "browsers") {
		t.Run(b.name, func(t *testing.T) {
			var all []struct {
				Name, Said string
				OK         bool
				MS         int
			}
			visit(t, newSite(t), b.open, browser.Options{WebGPU: true}, "page.html", "page.js", "prove()", &all)
			if len(all) != proofs {
				t.Errorf("%d proofs were made, want %d", len(all), proofs)
			}
			for _, p := range all {
				if p.OK {
					t.Logf("%s: %s (%d ms)", p.Name, p.Said, p.MS)
				} else {
					t.Errorf("%s: %s", p.Name, p.Said)
				}
			}
		})
	}
}

// TestLostDevice destroys a device ten times at each of four moments.
func TestLostDevice(t *testing.T) {
	for _, b := range whole.Some(t, browsers, len(browsers), "browsers") {
		t.Run(b.name, func(t *testing.T) {
			var all map[string]struct {
				FellBack int
				Wrong    []string
			}
			visit(t, newSite(t), b.open, browser.Options{WebGPU: true}, "page.html", "page.js", "losses()", &all)
			sum := 0
			for moment, l := range all {
				t.Logf("%s: 10 devices destroyed, %d runtimes fell back", moment, l.FellBack)
				sum += l.FellBack
				for _, w := range l.Wrong {
					t.Errorf("%s: %s", moment, w)
				}
			}
			if len(all) != 4 || sum < 30 {
				t.Errorf("%d moments, %d runtimes fell back, want 4 and at least 30 of 40", len(all), sum)
			}
		})
	}
}

// TestFetched checks what a page loads for WebGPU: nothing where there is no adapter, or none that is worth it.
func TestFetched(t *testing.T) {
	const code, shaders = "device.js", "fovea-wgsl.json"
	for _, c := range whole.Some(t, []struct {
		name    string
		open    func(context.Context, browser.Options) (browser.Tab, error)
		page    string // of the modules or of the bundle
		webgpu  bool
		backend string // as asked for
		got     string
		shaders int    // times that they are fetched
		warns   string // in the only warning
	}{
		{"chromium", browser.OpenChromium, "page", true, "webgpu", "webgpu", 1, ""},
		{"chromium", browser.OpenChromium, "bundle", true, "webgpu", "webgpu", 1, ""},
		{"chromium", browser.OpenChromium, "bundle", true, "auto", "wasm", 0, ""},
		{"chromium", browser.OpenChromium, "page", true, "auto", "wasm", 0, ""}, // a software adapter
		{"chromium", browser.OpenChromium, "page", true, "wasm", "wasm", 0, ""},
		{"chromium", browser.OpenChromium, "page", false, "auto", "wasm", 0, ""},
		{"chromium", browser.OpenChromium, "page", false, "webgpu", "wasm", 0, "there is no WebGPU adapter"},
		{"webkit", openWebKit, "page", false, "auto", "wasm", 0, ""},
		{"webkit", openWebKit, "page", false, "webgpu", "wasm", 0, "there is no WebGPU adapter"},
	}, 4, "pages") {
		t.Run(fmt.Sprintf("%s/%s/%t/%s", c.name, c.page, c.webgpu, c.backend), func(t *testing.T) {
			var got struct {
				Backend   string
				Warnings  []string
				Sum       float64
				Fallbacks int
			}
			s := newSite(t)
			visit(t, s, c.open, browser.Options{WebGPU: c.webgpu}, c.page+".html", "worker.js", fmt.Sprintf("inWorker(%q, globalThis.fovea)", c.backend), &got)
			if got.Backend != c.got || got.Sum != 3 || got.Fallbacks != 0 || s.times(shaders) != c.shaders {
				t.Errorf("%+v, the shaders fetched %d times; want backend %s, sum 3 and %d times", got, s.times(shaders), c.got, c.shaders)
			}
			if warned := strings.Join(got.Warnings, "\n"); warned == "" != (c.warns == "") || !strings.Contains(warned, c.warns) {
				t.Errorf("warnings %q, want one with %q", got.Warnings, c.warns)
			}
			t.Logf("computes on %s; %s fetched %d times, %s %d times; warnings %q", got.Backend, shaders, s.times(shaders), code, s.times(code), got.Warnings)
		})
	}
}
