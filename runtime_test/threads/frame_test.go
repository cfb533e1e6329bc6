package threads

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"

	"github.com/fovea-run/fovea/runtime_test/browser"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

// frame is how long the page's thread may compute at a time.
const frame = 16 * time.Millisecond

// A trace is what Chromium tells of the tasks of its threads, in microseconds. Tdur counts only what a thread computes, so that a
// busy machine makes no difference.
type trace struct {
	sync.Mutex
	events []struct {
		Name, Ph string
		PID, TID int
		Tdur     float64
		Args     struct{ Name string }
	}
	complete chan struct{}
}

func (r *trace) event(ev any) {
	switch ev := ev.(type) {
	case *tracing.EventDataCollected:
		r.Lock()
		defer r.Unlock()
		for _, v := range ev.Value {
			e := r.events[:0:0]
			if json.Unmarshal([]byte("["+string(v)+"]"), &e) == nil { // arguments of other events have other types
				r.events = append(r.events, e...)
			}
		}
	case *tracing.EventTracingComplete:
		close(r.complete)
	}
}

func (r *trace) start(t *testing.T, page *browser.Page) {
	t.Helper()
	config := tracing.TraceConfig{IncludedCategories: []string{"toplevel"}, ExcludedCategories: []string{"*"}}
	err := page.Do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, tracing.Start, tracing.StartParams{TraceConfig: &config})
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
}

func (r *trace) end(t *testing.T, page *browser.Page) {
	t.Helper()
	err := page.Do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, tracing.End, struct{}{})
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-r.complete:
	case <-t.Context().Done():
		t.Fatal("no trace")
	}
}

// tasks returns how long the tasks of pages' threads computed, the longest first.
func (r *trace) tasks() (all []time.Duration) {
	type thread struct{ pid, tid int }
	pages := map[thread]bool{}
	for _, e := range r.events {
		if e.Name == "thread_name" && e.Args.Name == "CrRendererMain" {
			pages[thread{e.PID, e.TID}] = true
		}
	}
	for _, e := range r.events {
		if e.Ph == "X" && e.Name == "ThreadControllerImpl::RunTask" && pages[thread{e.PID, e.TID}] {
			all = append(all, time.Duration(e.Tdur*float64(time.Microsecond)))
		}
	}
	slices.Sort(all)
	slices.Reverse(all)
	return all
}

// TestFrames loads the model in a page and focuses on the article: no task of the page's own thread takes longer than a frame.
// What else this machine does can only lengthen a task, so one visit of several must show it.
func TestFrames(t *testing.T) {
	const visits = 4
	server := httptest.NewServer(engine.Isolated(strict(http.FileServer(http.Dir(engine.Root())))))
	defer server.Close()
	for range visits {
		tasks := traceReading(t, server.URL)
		if len(tasks) < 100 || tasks[0] <= 0 {
			t.Fatalf("%d tasks traced, the longest %v: want more", len(tasks), tasks[:min(1, len(tasks))])
		}
		t.Logf("of %d tasks the longest computed %v", len(tasks), tasks[:3])
		if tasks[0] <= frame {
			return
		}
	}
	t.Errorf("at each of %d visits a task of the page's thread computed longer than %v", visits, frame)
}

// traceReading opens the page, has it read the article and returns how long its tasks computed, the longest first.
func traceReading(t *testing.T, site string) []time.Duration {
	t.Helper()
	r := &trace{complete: make(chan struct{})}
	page, err := browser.Open(t.Context(), browser.Options{Events: r.event})
	if missing := (browser.NotInstalled{}); errors.As(err, &missing) {
		whole.Lacks(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer page.Close()
	if err := page.Do(chromedp.Navigate(site + "/runtime_test/threads/page.html")); err != nil {
		t.Fatal(err)
	}
	eval(t, browser.Chromium{Page: page}, "''") // its script is there
	r.start(t, page)
	t.Log(eval(t, browser.Chromium{Page: page}, "read()"))
	eval(t, browser.Chromium{Page: page}, "''") // so that the tasks before it are complete
	r.end(t, page)
	return r.tasks()
}
