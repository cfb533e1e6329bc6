// Package highlight tests js/page_text.js, js/highlight.js and js/boxes.js in pages of every kind of markup.
package highlight

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/fovea-run/fovea/js"
	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

// tests is how many testdata has where there is a Highlight API; without it there are three fewer.
const tests = 20

func TestHighlight(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/js/", http.StripPrefix("/js/", http.FileServerFS(js.Files)))
	mux.Handle("/", http.FileServerFS(os.DirFS("testdata")))
	server := httptest.NewServer(mux)
	defer server.Close()
	for name, open := range map[string]func(ctx context.Context) (browser.Tab, error){
		"Chromium": func(ctx context.Context) (browser.Tab, error) {
			return browser.OpenChromium(ctx, browser.Options{})
		},
		"Firefox": func(ctx context.Context) (browser.Tab, error) { return browser.OpenFirefox(ctx, browser.Options{}) },
		"WebKit":  func(ctx context.Context) (browser.Tab, error) { return browser.OpenWebKit(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			tab, err := open(t.Context())
			if missing := (browser.NotInstalled{}); errors.As(err, &missing) {
				whole.Lacks(t, err)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer tab.Close()
			if err := tab.Navigate(server.URL + "/page.html"); err != nil {
				t.Fatal(err)
			}
			said, err := tab.Eval(`(async () => {
				while (!globalThis.outcome) await new Promise((done) => setTimeout(done, 20));
				return JSON.stringify({ ...outcome, highlights: 'Highlight' in globalThis });
			})()`)
			if err != nil {
				t.Fatal(err)
			}
			var outcome struct {
				Tests, Failures []string
				Highlights      bool
			}
			if err := json.Unmarshal([]byte(said), &outcome); err != nil {
				t.Fatalf("%v: %s", err, said)
			}
			want := tests
			if !outcome.Highlights {
				want -= 3
				t.Log("no Highlight API: boxes only")
			}
			if len(outcome.Tests) != want {
				t.Errorf("%d tests ran, want %d: %q", len(outcome.Tests), want, outcome.Tests)
			}
			for _, f := range outcome.Failures {
				t.Error(f)
			}
		})
	}
}
