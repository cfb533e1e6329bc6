package conformance

import (
	"fmt"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/cases"
	"github.com/fovea-run/fovea/runtime_test/engine"
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

// TestEveryCellHasCases finds for each cell of the support matrix a case that TestOps or TestWebGPUOps holds against float64.
func TestEveryCellHasCases(t *testing.T) {
	has := map[string]bool{}
	for _, c := range cases.Ops() {
		for _, mask := range append([]string{""}, c.Masks...) {
			what := fmt.Sprint(c.Target, " ", c.DType(), " ", mask, " on ")
			has[what+program.OnWasm] = true
			has[what+program.OnWebGPU] = has[what+program.OnWebGPU] || !c.WasmOnly
		}
	}
	for _, cell := range program.Cells() {
		what := fmt.Sprint(cell.Op.Name, " ", cell.DType, " ", cell.Mask, " on ", cell.Device)
		if cell.Op.Level == 0 && !has[what] {
			t.Errorf("%s has no case", what)
		}
	}
}

// TestOps holds every engine against plain float64 arithmetic.
func TestOps(t *testing.T) {
	for _, e := range append(baseline, relaxed...) {
		t.Run(e.Name(), func(t *testing.T) {
			e := use(t, e)
			for _, c := range cases.Ops() {
				err := c.Check(ask(t, e, c.Case))
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
	want := make([]engine.Result, len(all))
	for i, c := range all {
		want[i] = ask(t, first, c.Case)
	}
	engines := append(baseline[1:len(baseline):len(baseline)], build(t, "v1"), build(t, "v3"))
	for _, e := range engines {
		t.Run(e.Name(), func(t *testing.T) {
			e := use(t, e)
			for i, c := range all {
				compare(t, c.Name, ask(t, e, c.Case), want[i])
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
