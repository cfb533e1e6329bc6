package tag

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

// TestSnippet pastes the README's snippet into a page, asks something in it and sees the answer highlighted. Nothing but the
// page's own site is asked for anything, and nothing heavy before a person turns to the control.
func TestSnippet(t *testing.T) {
	for _, b := range whole.Some(t, browsers, len(browsers), "browsers") {
		t.Run(b.name, func(t *testing.T) {
			s := serve(t, article(t, snippet(t)))
			open := b.open
			if b.name == "Chromium" { // what workers ask for is seen by a proxy only
				open = func(ctx context.Context) (browser.Tab, error) {
					return browser.OpenChromium(ctx, browser.Options{Proxy: s.Listener.Addr().String()})
				}
			}
			tab := start(t, open)
			visit(t, tab, s)
			if state := eval(t, tab, `return settle('idle')`); state != "idle" {
				t.Fatalf("state %s: %s", state, problem(t, tab))
			}
			if asked := s.paths(); slices.Contains(asked, "/fovea/model.safetensors") {
				t.Errorf("the model is fetched before it is wanted: %q", asked)
			}
			state := eval(t, tab, `await type('Why do soap bubbles have so many colours?'); return settle('ready')`)
			if state != "ready" {
				t.Fatalf("state %s: %s", state, problem(t, tab))
			}
			marked := eval(t, tab, `return highlighted()`)
			t.Logf("marked: %s", marked)
			if !strings.Contains(marked, "The Colours of Bubbles with which Children play are various") {
				t.Error("what answers the question is not highlighted")
			}
			t.Logf("%s: %q", eval(t, tab, `return (await part('[role=status]')).textContent`), s.paths())
			for _, url := range strings.Fields(eval(t, tab, `return performance.getEntriesByType('resource').map((e) => e.name).join(' ')`)) {
				if !strings.HasPrefix(url, s.URL+"/") {
					t.Errorf("%s was asked for", url)
				}
			}
			for _, stranger := range s.strangers {
				t.Errorf("%s was asked for", stranger)
			}
		})
	}
}

// problem returns what the element says is wrong.
func problem(t *testing.T, b browser.Tab) string {
	t.Helper()
	return eval(t, b, `return (await part('[role=alert]')).textContent`)
}
