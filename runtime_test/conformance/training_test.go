package conformance

import (
	"slices"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/cases"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/wasm/program"
)

// Engines with the operations of training. The first is the one that the baseline ones are compared with.
var (
	training = wrap(
		&engine.Host{Kind: "wazero", Training: true},
		engine.Node(engine.Config{Variant: "simd", Training: true}),
		&engine.Chromium{Config: engine.Config{Variant: "simd", Training: true}},
		&engine.Firefox{Config: engine.Config{Variant: "simd", Training: true}},
		&engine.Chromium{Config: engine.Config{Variant: "simd", Training: true, Threads: threads}},
		&engine.WebKit{Config: engine.Config{Variant: "simd", Training: true}},
	)
	fusedTraining = wrap(
		&engine.Chromium{Config: engine.Config{Variant: "relaxed", Training: true}},
		&engine.Firefox{Config: engine.Config{Variant: "relaxed", Training: true, Threads: threads}},
	)
)

func TestEveryTrainingOperationHasCases(t *testing.T) {
	count := map[string]int{}
	for _, c := range cases.Training() {
		count[c.Target]++
	}
	for _, op := range program.Ops {
		if op.Level == 1 && count[op.Name] < 4 {
			t.Errorf("%s has %d cases, want at least 4", op.Name, count[op.Name])
		}
	}
}

// TestTraining holds gradients, losses and optimisers against float64: relaxed engines within twice the tolerance of the others,
// which must agree in every bit.
func TestTraining(t *testing.T) {
	all := cases.Training()
	first, want := answers(t, training[0], all)
	for i, c := range all {
		if err := c.Check(want[i]); err != nil {
			t.Errorf("%s: %v", first, err)
		}
	}
	special := cases.SpecialTraining()
	_, wantSpecial := answers(t, training[0], special)
	native := build(t, "v3", "train")
	for _, e := range append(slices.Clone(training[1:]), native) {
		t.Run(e.Name(), func(t *testing.T) {
			_, got := answers(t, e, all)
			for i, c := range all {
				compare(t, c.Name, got[i], want[i])
			}
			_, got = answers(t, e, special)
			for i, c := range special {
				compare(t, c.Name, got[i], wantSpecial[i])
			}
		})
	}
	for _, e := range fusedTraining {
		t.Run(e.Name(), func(t *testing.T) {
			_, got := answers(t, e, all)
			for i, c := range all {
				c.Tol *= 2
				if err := c.Check(got[i]); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// answers asks an engine for all cases.
func answers(t *testing.T, e *started, all []cases.Case) (name string, results []engine.Result) {
	t.Helper()
	running := use(t, e)
	for _, c := range all {
		r := ask(t, running, c.Case)
		tally(e.Name(), r.Failure == nil)
		results = append(results, r)
	}
	return e.Name(), results
}
