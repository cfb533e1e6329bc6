// Package threads proves the variants for threads with real workers: in node, in browsers, under wazero.
package threads

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/engine"
)

var timings = flag.Bool("timings", false, "print timings of one worker beside two, prove nothing")

// proofs is how many proof.js has.
const proofs = 8

// try runs the proofs, or the timings, by what calls a function of proof.js and returns its JSON.
func try(t *testing.T, call func(function string) (string, error)) {
	t.Helper()
	if *timings {
		var all map[string]struct{ One, Two, Ratio float64 }
		decode(t, call, "measure", &all)
		for name, ms := range all {
			t.Logf("%s: one worker %.4f ms, two %.4f ms, ratio %.2f", name, ms.One, ms.Two, ms.Ratio)
		}
		return
	}
	var all []struct {
		Name, Said string
		OK         bool
		MS         int
	}
	decode(t, call, "prove", &all)
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

func decode(t *testing.T, call func(string) (string, error), function string, result any) {
	t.Helper()
	text, err := call(function)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(text), result); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

// unlessCI skips a test for want of a program; CI must have it, so there it fails.
func unlessCI(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(why)
	}
	t.Skip(why)
}

func TestNode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		unlessCI(t, "node is not installed; run: apt-get install nodejs (version 20 or later)")
	}
	try(t, func(function string) (string, error) {
		cmd := exec.CommandContext(t.Context(), node, "runtime_test/threads/node.mjs", function)
		cmd.Dir, cmd.Stderr = engine.Root(), os.Stderr
		line, err := cmd.Output()
		return string(line), err
	})
}

// A tab is a page of a browser.
type tab interface {
	Navigate(url string) error
	Eval(js string) (string, error) // awaits a promise
	Close() error
}

type chromium struct{ *browser.Page }

func (c chromium) Navigate(url string) error      { return c.Do(chromedp.Navigate(url)) }
func (c chromium) Eval(js string) (string, error) { return browser.Eval[string](c.Page, js) }

func (c chromium) Close() error {
	c.Page.Close()
	return nil
}

func openChromium(ctx context.Context) (tab, error) {
	p, err := browser.Open(ctx, browser.Options{})
	return chromium{p}, err
}

func openFirefox(ctx context.Context) (tab, error) {
	return browser.OpenFirefox(ctx, browser.Options{})
}

func TestBrowsers(t *testing.T) {
	server := httptest.NewServer(isolated(http.FileServer(http.Dir(engine.Root()))))
	defer server.Close()
	for _, b := range []struct {
		name    string
		open    func(context.Context) (tab, error)
		variant string
		grace   int // ms that a terminated worker goes on if it does not come back to its event loop
	}{
		{"chromium", openChromium, "simd", 2000},
		{"chromium", openChromium, "relaxed", 2000},
		{"firefox", openFirefox, "simd", 0},
		{"firefox", openFirefox, "relaxed", 0},
	} {
		t.Run(b.name+"/"+b.variant, func(t *testing.T) {
			page, err := b.open(t.Context())
			if missing := (browser.NotInstalled{}); errors.As(err, &missing) {
				unlessCI(t, err.Error())
			}
			if err != nil {
				t.Fatal(err)
			}
			defer page.Close()
			folder := server.URL + "/runtime_test/threads/"
			if err := page.Navigate(fmt.Sprintf("%spage.html?variant=%s&grace=%d", folder, b.variant, b.grace)); err != nil {
				t.Fatal(err)
			}
			try(t, func(function string) (string, error) {
				return page.Eval(fmt.Sprintf("import(%q).then(() => %s())", folder+"page.js", function))
			})
		})
	}
}

// isolated adds the headers that give a page shared memory, and the content security policy under which Fovea must work.
func isolated(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		w.Header().Set("Cross-Origin-Embedder-Policy", "require-corp")
		w.Header().Set("Content-Security-Policy",
			"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'")
		w.Header().Set("Cache-Control", "no-store")
		h.ServeHTTP(w, r)
	})
}
