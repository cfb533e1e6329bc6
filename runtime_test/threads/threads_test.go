// Package threads proves the variants for threads with real workers: in node, in browsers, under wazero.
package threads

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

// proofs is how many proof.js has.
const proofs = 11

// report prints the proofs, given as JSON.
func report(t *testing.T, text string) {
	t.Helper()
	var all []struct {
		Name, Said string
		OK         bool
		MS         int
	}
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
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
}

func TestNode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		whole.Lacks(t, "node is not installed; run: apt-get install nodejs (version 20 or later)")
	}
	cmd := exec.CommandContext(t.Context(), node, "runtime_test/threads/node.mjs")
	cmd.Dir, cmd.Stderr = engine.Root(), os.Stderr
	line, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	report(t, string(line))
}

func openChromium(ctx context.Context) (browser.Tab, error) {
	return browser.OpenChromium(ctx, browser.Options{})
}

func openFirefox(ctx context.Context) (browser.Tab, error) {
	return browser.OpenFirefox(ctx, browser.Options{})
}

func TestBrowsers(t *testing.T) {
	server := httptest.NewServer(engine.Isolated(strict(http.FileServer(http.Dir(engine.Root())))))
	defer server.Close()
	for _, b := range whole.Some(t, []struct {
		name    string
		open    func(context.Context) (browser.Tab, error)
		variant string
		grace   int // ms that a terminated worker goes on if it does not come back to its event loop
	}{
		{"chromium", openChromium, "simd", 2000},
		{"chromium", openChromium, "relaxed", 2000},
		{"firefox", openFirefox, "simd", 0},
		{"firefox", openFirefox, "relaxed", 0},
	}, 4, "browsers and variants") {
		t.Run(b.name+"/"+b.variant, func(t *testing.T) {
			page := visit(t, b.open, fmt.Sprintf("%s/runtime_test/threads/page.html?variant=%s&grace=%d", server.URL, b.variant, b.grace))
			report(t, eval(t, page, "prove()"))
		})
	}
}

// visit opens a browser with a page, and closes it after the test.
func visit(t *testing.T, open func(context.Context) (browser.Tab, error), url string) browser.Tab {
	t.Helper()
	page, err := open(t.Context())
	if missing := (browser.NotInstalled{}); errors.As(err, &missing) {
		whole.Lacks(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { page.Close() })
	if err := page.Navigate(url); err != nil {
		t.Fatal(err)
	}
	return page
}

// eval calls a function of page.js, which may still be on its way.
func eval(t *testing.T, page browser.Tab, call string) string {
	t.Helper()
	text, err := page.Eval("import('./page.js').then(() => " + call + ")")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestDefaults opens the bridge as most callers do: with a thread a processor where the page is isolated, elsewhere with one.
// It says why where more were asked for.
func TestDefaults(t *testing.T) {
	const inPage = `"1,fovea: computing on one thread: more need a page, and there worker: true"`
	site := strict(http.FileServer(http.Dir(engine.Root())))
	plain, isolated := httptest.NewServer(site), httptest.NewServer(engine.Isolated(site))
	defer plain.Close()
	defer isolated.Close()
	for name, open := range map[string]func(context.Context) (browser.Tab, error){"chromium": openChromium, "firefox": openFirefox} {
		if name == "firefox" && !whole.Asked() {
			continue
		}
		for _, c := range []struct{ name, site, call, want string }{
			{"isolated", isolated.URL, "opened({})", "Math.min(navigator.hardwareConcurrency, 8)"},
			{"in the page's thread", isolated.URL, "opened({ worker: false, threads: 4 })", inPage},
			{"not isolated", plain.URL, "opened({ threads: 4 })", `"1,fovea: computing on one thread: the page is not cross-origin isolated. Serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp"`},
			{"service worker", isolated.URL, "served({ threads: 4 })", inPage},
		} {
			t.Run(name+"/"+c.name, func(t *testing.T) {
				page := visit(t, open, c.site+"/runtime_test/threads/page.html")
				if got, want := eval(t, page, c.call), eval(t, page, "String("+c.want+")"); got != want {
					t.Errorf("%s: threads and warnings %q, want %q", c.call, got, want)
				}
			})
		}
	}
}

// strict adds the content security policy under which Fovea must work.
func strict(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy",
			"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'")
		w.Header().Set("Cache-Control", "no-store")
		h.ServeHTTP(w, r)
	})
}
