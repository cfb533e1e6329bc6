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
	built map[string][]byte // the bundles and what they load
	mu    sync.Mutex
	asked map[string]int
}

func newSite(t *testing.T) *site {
	built, err := bundle.Files()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{built: built, asked: map[string]int{}}
	files := http.FileServer(http.Dir(engine.Root()))
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked[r.URL.Path]++
		s.mu.Unlock()
		w.Header().Set("Content-Security-Policy",
			"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'")
		w.Header().Set("Cache-Control", "no-store")
		if data, ok := s.built[strings.TrimPrefix(r.URL.Path, "/bundle/")]; ok {
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
		whole.Lacks(t, err)
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
const proofs = 26

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

// TestFetched checks what a page loads for WebGPU, and that it is nothing where there is no adapter, or none that is worth it.
func TestFetched(t *testing.T) {
	code := map[string]string{"page": "device.js", "script": bundle.WebGPU, "module": bundle.WebGPU}
	for _, c := range whole.Some(t, []struct {
		name    string
		open    func(context.Context, browser.Options) (browser.Tab, error)
		page    string // of the modules or of a bundle
		webgpu  bool
		worker  bool   // computes in one
		backend string // as asked for
		got     string
		fetched int    // times that code and shaders are
		lost    bool   // the code is not there
		warns   string // in the only warning
	}{
		{"chromium", browser.OpenChromium, "page", true, true, "webgpu", "webgpu", 1, false, ""},
		{"chromium", browser.OpenChromium, "script", true, true, "webgpu", "webgpu", 1, false, ""},
		{"chromium", browser.OpenChromium, "module", true, true, "webgpu", "webgpu", 1, false, ""},
		{"firefox", openFirefox, "script", true, true, "webgpu", "webgpu", 1, false, ""},
		{"firefox", openFirefox, "module", true, false, "webgpu", "webgpu", 1, false, ""},
		{"chromium", browser.OpenChromium, "script", true, false, "webgpu", "webgpu", 1, false, ""},
		{"chromium", browser.OpenChromium, "module", true, true, "webgpu", "wasm", 1, true, "WebGPU cannot be used"},
		{"chromium", browser.OpenChromium, "script", true, true, "auto", "wasm", 0, false, ""},
		{"chromium", browser.OpenChromium, "page", true, true, "auto", "wasm", 0, false, ""}, // a software adapter
		{"chromium", browser.OpenChromium, "page", true, true, "wasm", "wasm", 0, false, ""},
		{"chromium", browser.OpenChromium, "page", false, true, "auto", "wasm", 0, false, ""},
		{"chromium", browser.OpenChromium, "page", false, true, "webgpu", "wasm", 0, false, "there is no WebGPU adapter"},
		{"webkit", openWebKit, "page", false, true, "auto", "wasm", 0, false, ""},
		{"webkit", openWebKit, "page", false, true, "webgpu", "wasm", 0, false, "there is no WebGPU adapter"},
	}, 7, "pages") {
		t.Run(fmt.Sprintf("%s/%s/gpu=%t/worker=%t/%s/lost=%t", c.name, c.page, c.webgpu, c.worker, c.backend, c.lost), func(t *testing.T) {
			var got struct {
				Backend   string
				Warnings  []string
				Sum       float64
				Fallbacks int
			}
			s := newSite(t)
			if c.lost {
				delete(s.built, bundle.WebGPU)
			}
			visit(t, s, c.open, browser.Options{WebGPU: c.webgpu}, "page.html", "fetched.js", fmt.Sprintf("compute(%q, %t, %q)", c.page, c.worker, c.backend), &got)
			if got.Backend != c.got || got.Sum != 3 || got.Fallbacks != 0 {
				t.Errorf("%+v, want backend %s and sum 3", got, c.got)
			}
			for _, name := range []string{code[c.page], "fovea-wgsl.json"} {
				if n := s.times(name); n != c.fetched {
					t.Errorf("%s was fetched %d times, want %d", name, n, c.fetched)
				}
			}
			if warned := strings.Join(got.Warnings, "\n"); warned == "" != (c.warns == "") || !strings.Contains(warned, c.warns) || len(got.Warnings) > 1 {
				t.Errorf("warnings %q, want one with %q", got.Warnings, c.warns)
			}
			t.Logf("computes on %s, warnings %q", got.Backend, got.Warnings)
		})
	}
}

// TestServiceWorker asks for WebGPU where its code may not be loaded.
func TestServiceWorker(t *testing.T) {
	var got struct {
		Backend  string
		Warnings []string
		Sum      float64
	}
	visit(t, newSite(t), browser.OpenChromium, browser.Options{WebGPU: true}, "page.html", "fetched.js", "computeInServiceWorker()", &got)
	if got.Backend != "wasm" || got.Sum != 3 || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "WebGPU cannot be used") {
		t.Errorf("%+v, want wasm, sum 3 and one warning that WebGPU cannot be used", got)
	}
	t.Logf("%q", got.Warnings)
}
