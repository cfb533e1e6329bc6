package conformance

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"text/tabwriter"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// rows and columns of the table of engines: how each was opened, and what its device had.
var (
	rows    = []string{"native", "wazero", "node", "chromium", "firefox", "webkit", "dawn", "workerd"}
	columns = []string{"simd", "relaxed", "threads", "webgpu", "f16", "subgroups"}
)

type place struct{ row, column string }

// whyNot tells why there is nothing to run in places of the table.
var whyNot = map[place]string{
	{"native", "relaxed"}:  "built for the baseline",
	{"native", "threads"}:  "the host has one",
	{"wazero", "relaxed"}:  "no relaxed SIMD",
	{"wazero", "threads"}:  "experimental: the host has one",
	{"webkit", "relaxed"}:  "no relaxed SIMD",
	{"webkit", "threads"}:  "no shared memory",
	{"dawn", "relaxed"}:    "as node",
	{"dawn", "threads"}:    "as node",
	{"workerd", "threads"}: "no workers",
}

// A score is how many cases of a place passed, of all that were run.
type score struct{ passed, all int }

// scores is the table, by the place of an engine. Tests count into it.
var scores = struct {
	sync.Mutex
	of       map[place]score
	adapters map[string]engine.Adapter // by row
	missing  map[string]string         // by row: why the engine did not start
}{of: map[place]score{}, adapters: map[string]engine.Adapter{}, missing: map[string]string{}}

// placeOf is where an engine stands by its name, such as chromium/simd-threads.
func placeOf(name string) place {
	row, config, _ := strings.Cut(name, "/")
	switch {
	case row == "dawn" || strings.HasSuffix(config, "-webgpu"):
		return place{row, "webgpu"}
	case strings.HasSuffix(config, "-threads"):
		return place{row, "threads"}
	case config == "relaxed":
		return place{row, "relaxed"}
	}
	return place{row, "simd"}
}

// tally counts a case that an engine answered.
func tally(name string, passed bool) {
	scores.Lock()
	defer scores.Unlock()
	s := scores.of[placeOf(name)]
	s.all++
	if passed {
		s.passed++
	}
	scores.of[placeOf(name)] = s
}

// noteMissing keeps why an engine did not start, noteAdapter what its device is.
func noteMissing(name, why string) {
	scores.Lock()
	defer scores.Unlock()
	scores.missing[placeOf(name).row] = why
}

func noteAdapter(name string, a engine.Adapter) {
	scores.Lock()
	defer scores.Unlock()
	scores.adapters[placeOf(name).row] = a
}

// cell is what the table says in a place.
func cell(p place) string {
	adapter, hasDevice := scores.adapters[p.row]
	switch {
	case scores.missing[p.row] != "":
		return "not installed"
	case whyNot[p] != "":
		return whyNot[p]
	case p.column == "f16" && hasDevice && !adapter.F16, p.column == "subgroups" && hasDevice && !adapter.Subgroups:
		return "the adapter has none"
	case p.column == "f16", p.column == "subgroups":
		p.column = "webgpu"
	}
	s, run := scores.of[p]
	switch {
	case !run && p.column == "webgpu" && !mayHaveDevice(p.row):
		return "no WebGPU"
	case !run:
		return "not run"
	case s.passed < s.all:
		return fmt.Sprintf("%d of %d FAILED", s.all-s.passed, s.all)
	}
	return fmt.Sprint(s.passed)
}

// mayHaveDevice tells whether an engine of that row is asked for WebGPU.
func mayHaveDevice(row string) bool {
	for _, e := range webgpu {
		if placeOf(e.Name()).row == row {
			return true
		}
	}
	return false
}

// writeTable prints the table, and leaves it in the scratch folder for those whose go test does not print. It says nothing where
// no case was run.
func writeTable() error {
	if len(scores.of) == 0 {
		return nil
	}
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "cases passed\t%s\n", strings.Join(columns, "\t"))
	for _, row := range rows {
		fmt.Fprint(w, row)
		for _, column := range columns {
			fmt.Fprintf(w, "\t%s", cell(place{row, column}))
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	fmt.Printf("%s", &b)
	scratch, err := engine.Scratch()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(scratch, "engines.txt"), b.Bytes(), 0o666)
}
