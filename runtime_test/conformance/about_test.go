package conformance

import (
	"testing"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// TestAbout prints which engines the suites ran on.
func TestAbout(t *testing.T) {
	for _, e := range append(baseline, relaxed...) {
		t.Run(e.Name(), func(t *testing.T) {
			r := ask(t, use(t, e), engine.Case{Name: "about", Do: engine.About})
			if r.About == "" {
				t.Error("no answer")
			}
			t.Log(r.About)
			if r.Stats != nil {
				t.Logf("%+v", *r.Stats)
			}
		})
	}
}
