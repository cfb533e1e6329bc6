package worker

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/demo/worker/workerd"
)

// Memory does not grow with the number of requests. Garbage is collected now and then: workerd by itself lets that of a Worker
// which only echoes grow by 11 MB in as many requests, and keeps the pages.
func TestMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("reads /proc, which only Linux has")
	}
	const warm, total, most = 200, 2000, 1.1
	config := configure(t, nil)
	config.Modules = slices.Insert(config.Modules, 0, workerd.Module{Name: "collecting.js", Path: "testdata/collecting.js"})
	config.V8Flags = []string{"--expose-gc"}
	s := start(t, config)
	answer := func(from, to int) {
		for i := from; i < to; i++ {
			if i%warm == warm-1 {
				collect(t, s)
			}
			var err error
			if i%10 == 9 {
				_, err = ask[focused](t.Context(), http.DefaultClient, s.URL, focusing(asJSON(map[string]any{"text": fmt.Sprintf("One %d. Two.", i)})))
			} else {
				_, err = ask[embedded](t.Context(), http.DefaultClient, s.URL, embedding(asJSON(map[string]any{"texts": []string{fmt.Sprintf("text %d", i)}})))
			}
			if err != nil {
				t.Fatalf("request %d: %v", i, err)
			}
		}
	}
	answer(0, warm)
	before := resident(t, s.PID)
	answer(warm, total)
	after := resident(t, s.PID)
	t.Logf("resident after %d requests: %.1f MB, after %d: %.1f MB (× %.3f)", warm, before, total, after, after/before)
	if !(after <= most*before) {
		t.Errorf("it grew × %.3f, want at most %v", after/before, most)
	}
}

var rss = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// collect has workerd collect garbage.
func collect(t *testing.T, s *workerd.Server) {
	t.Helper()
	res, text, err := send(t.Context(), http.DefaultClient, s.URL, request{method: "GET", path: "/collect"})
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("%v: %s", err, text)
	}
}

// resident returns a process's resident memory in megabytes.
func resident(t *testing.T, pid int) float64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	m := rss.FindStringSubmatch(string(b))
	if m == nil {
		t.Fatalf("no VmRSS in %s", strings.TrimSpace(string(b)))
	}
	kb, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb / 1000
}
