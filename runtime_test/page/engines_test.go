package page

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

// TestOtherBrowsers visits the demo with Firefox and WebKit, with the server and, once the page has been kept, without it.
func TestOtherBrowsers(t *testing.T) {
	whole.Only(t, "Firefox and WebKit")
	for _, b := range []struct {
		name     string
		isolated string // whether the headers give threads their shared memory
		open     func(context.Context) (browser.Tab, error)
	}{
		{"Firefox", "true", func(ctx context.Context) (browser.Tab, error) { return browser.OpenFirefox(ctx, browser.Options{}) }},
		{"WebKit", "false", func(ctx context.Context) (browser.Tab, error) { return browser.OpenWebKit(ctx) }},
	} {
		t.Run(b.name, func(t *testing.T) {
			origin, stop := serve(t)
			tab, err := b.open(t.Context())
			if missing := (browser.NotInstalled{}); errors.As(err, &missing) {
				whole.Lacks(t, err)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer tab.Close()
			eval := func(js string) string {
				t.Helper()
				value, err := tab.Eval(js)
				if err != nil {
					t.Fatal(err)
				}
				return value
			}
			look := func() {
				t.Helper()
				if err := tab.Navigate(origin + "/#q=What+are+flames+made+of%3F"); err != nil {
					t.Fatal(err)
				}
				kept := eval(`new Promise((done, fail) => {
					const d = document.documentElement.dataset;
					const look = () => d.state === 'error' || d.state === 'ready' && d.offline ? done(d.state + ' ' + d.offline) : setTimeout(look, 20);
					look();
					setTimeout(() => fail(new Error('still ' + d.state)), 60_000);
				})`)
				if kept != "ready kept" {
					t.Fatalf("the page is %q: %s", kept, eval(`document.querySelector('#problem').textContent + document.querySelector('#notice').textContent`))
				}
				if best := eval(`document.querySelector('#ranked .words').textContent`); !strings.Contains(best, "burning Coal") {
					t.Errorf("found first is %q", best)
				}
				if isolated := eval(`String(crossOriginIsolated && 'SharedArrayBuffer' in globalThis)`); isolated != b.isolated {
					t.Errorf("shared memory: %s, want %s", isolated, b.isolated)
				}
				t.Log(eval(`[...document.querySelectorAll('#facts dt')].map((dt) => dt.textContent + ' ' + dt.nextElementSibling.textContent).join(', ')`))
			}
			look()
			stop()
			if err := tab.Navigate("about:blank"); err != nil {
				t.Fatal(err)
			}
			look()
		})
	}
}
