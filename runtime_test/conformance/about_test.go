package conformance

import (
	"testing"

	"github.com/fovea-run/fovea/runtime_test/cases"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/whole"
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
			if r.Stats == nil {
				return
			}
			t.Logf("%+v", *r.Stats)
			if placeOf(e.Name()).column == "threads" && r.Stats.Threads != threads {
				t.Errorf("%d threads, want %d", r.Stats.Threads, threads)
			}
		})
	}
}

// TestWebKitDoesWithout asks WebKit for what it has not, which the table of engines says: it computes without, in the same page.
func TestWebKitDoesWithout(t *testing.T) {
	whole.Only(t, "WebKit")
	e := wrap(&engine.WebKit{Config: engine.Config{Variant: "auto", Threads: threads, Backend: "webgpu"}})[0]
	use(t, e)
	defer e.Close()
	got := stats(t, e)
	if got.Variant != "simd" || got.Threads != 1 || got.Backend != "wasm" || got.Adapter != nil {
		t.Errorf("%+v, want the baseline variant on one thread without a device", got)
	}
	first := cases.Ops()[0]
	if err := first.Check(ask(t, e, first.Case)); err != nil {
		t.Error(err)
	}
}
