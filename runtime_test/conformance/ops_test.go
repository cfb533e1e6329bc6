package conformance

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/cases"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/whole"
	"github.com/fovea-run/fovea/wasm/program"
)

func TestEveryOperationHasCases(t *testing.T) {
	count := map[string]int{}
	for _, c := range cases.Ops() {
		count[c.Target]++
	}
	for _, op := range program.Ops {
		if op.Level == 0 && count[op.Name] < 4 {
			t.Errorf("%s has %d cases, want at least 4", op.Name, count[op.Name])
		}
	}
}

// TestEveryCellHasCases finds for each cell of the support matrix a case that TestOps, TestTraining or TestWebGPUOps holds against
// float64.
func TestEveryCellHasCases(t *testing.T) {
	has := map[string]bool{}
	for _, c := range slices.Concat(cases.Ops(), cases.Training()) {
		for _, mask := range append([]string{""}, c.Masks...) {
			what := fmt.Sprint(c.Target, " ", c.DType(), " ", mask, " on ")
			has[what+program.OnWasm] = true
			has[what+program.OnWebGPU] = has[what+program.OnWebGPU] || !c.WasmOnly
		}
	}
	for _, cell := range program.Cells() {
		what := fmt.Sprint(cell.Op.Name, " ", cell.DType, " ", cell.Mask, " on ", cell.Device)
		if !has[what] {
			t.Errorf("%s has no case", what)
		}
	}
}

func question(c cases.Case) engine.Case { return c.Case }

// some returns the cases that an engine answers: all in the full form and of engines that take a second for them, else one of each
// operation and storage type, of middling size.
func some(t *testing.T, e engine.Engine, all []cases.Case) []cases.Case {
	t.Helper()
	if place := placeOf(e.Name()); whole.Asked() || place.row == "native" || place.row == "wazero" {
		return all
	}
	kinds := map[string][]cases.Case{}
	for _, c := range all {
		kind := fmt.Sprint(c.Target, " ", c.DType())
		kinds[kind] = append(kinds[kind], c)
	}
	var middles []cases.Case
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		middles = append(middles, kinds[kind][len(kinds[kind])/2])
	}
	whole.Note(t, len(middles), len(all), "cases")
	return middles
}

// TestOps holds every engine against plain float64 arithmetic.
func TestOps(t *testing.T) {
	for _, e := range append(baseline, relaxed...) {
		t.Run(e.Name(), func(t *testing.T) {
			e := use(t, e)
			all := some(t, e, cases.Ops())
			for i, r := range askAll(t, e, all, question) {
				err := all[i].Check(r)
				tally(e.Name(), err == nil)
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestBits holds the baseline engines against each other, bit for bit.
func TestBits(t *testing.T) {
	all := append(cases.Ops(), cases.Special()...)
	first := use(t, baseline[0])
	want := map[string]engine.Result{}
	for i, r := range askAll(t, first, all, question) {
		want[all[i].Name] = r
	}
	if len(want) != len(all) {
		t.Fatalf("%d names of %d cases: want each to have its own", len(want), len(all))
	}
	engines := append(baseline[1:len(baseline):len(baseline)], build(t, "v1"), build(t, "v3"))
	for _, e := range engines {
		t.Run(e.Name(), func(t *testing.T) {
			e := use(t, e)
			all := some(t, e, all)
			for i, got := range askAll(t, e, all, question) {
				compare(t, all[i].Name, got, want[all[i].Name])
			}
		})
	}
}

// compare reports the first bit in which two answers differ.
func compare(t *testing.T, name string, got, want engine.Result) {
	t.Helper()
	if (got.Failure == nil) != (want.Failure == nil) {
		t.Errorf("%s: failure %v, first engine %v", name, got.Failure, want.Failure)
	}
	if len(got.Outputs) != len(want.Outputs) || (want.Failure == nil && len(want.Outputs) == 0) {
		t.Errorf("%s: %d outputs, first engine %d", name, len(got.Outputs), len(want.Outputs))
	}
	for output, w := range want.Outputs {
		g := got.Outputs[output]
		if i := engine.Differ(g, w); i >= 0 {
			t.Errorf("%s: %s: %v %v differs at %d from the first engine's %v", name, output, g.DType, g.Shape, i, w.Shape)
		}
	}
}
