package conformance

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/cases"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/whole"
	"github.com/fovea-run/fovea/wasm/program"
)

var onGPU = engine.Config{Variant: "simd", Backend: "webgpu"}

// webgpu engines compute on a device. Chromium's software adapter has subgroups and no shader-f16, Firefox's the other way round,
// and of dawn's all that is optional is hidden, so that among them they run every variant of the shaders.
var webgpu = wrap(
	engine.NewDawn("simd"),
	&engine.Chromium{Config: onGPU},
	&engine.Firefox{Config: onGPU},
)

// How far results may be from float64 arithmetic or from WebAssembly, as a relative L2 error.
const (
	tolF32 = 1e-4
	tolF16 = 1e-2 // with shader-f16
)

// device returns the started engine and what it says of itself, if it really has a device.
func device(t *testing.T, e *started) (engine.Engine, engine.Stats) {
	t.Helper()
	used := use(t, e)
	s := stats(t, used)
	if s.Backend != "webgpu" || s.Adapter == nil {
		t.Fatalf("%s computes on %s, adapter %v: want a device", e.Name(), s.Backend, s.Adapter)
	}
	noteAdapter(e.Name(), *s.Adapter)
	return used, s
}

func stats(t *testing.T, e engine.Engine) engine.Stats {
	t.Helper()
	r := ask(t, e, engine.Case{Name: "about", Do: engine.About})
	if r.Stats == nil {
		t.Fatalf("%s says nothing of itself", e.Name())
	}
	return *r.Stats
}

// checkDispatched checks that everything since before ran on the device, and prints it.
func checkDispatched(t *testing.T, e engine.Engine, before engine.Stats, did string, ops ...string) {
	t.Helper()
	after := stats(t, e)
	var counts []string
	for _, op := range ops {
		n := after.Dispatches[op] - before.Dispatches[op]
		if n <= 0 {
			t.Errorf("%s: no dispatch of %s", e.Name(), op)
		}
		counts = append(counts, fmt.Sprintf("%s %d", op, n))
	}
	if n := after.Fallbacks - before.Fallbacks; n != 0 {
		t.Errorf("%s: %d runs fell back to WebAssembly", e.Name(), n)
	}
	a := after.Adapter
	t.Logf("%s on %q %q, subgroups %t, f16 %t: %s; dispatches: %s", e.Name(), a.Vendor, a.Architecture, a.Subgroups, a.F16, did,
		strings.Join(counts, ", "))
}

// l2 is the relative L2 error of got, NaN if there is one in it.
func l2(got []float32, want []float64) float64 {
	if len(got) != len(want) {
		return math.NaN()
	}
	var diff, norm float64
	for i, w := range want {
		diff += (float64(got[i]) - w) * (float64(got[i]) - w)
		norm += w * w
	}
	if diff == 0 {
		return 0
	}
	return math.Sqrt(diff / norm)
}

// TestWebGPUOps holds every operation on a device against plain float64 arithmetic: element by element where shaders compute
// in f32. With f16 it is the L2 error relative to that of values of unit size, for a sum that cancels has no digits left.
func TestWebGPUOps(t *testing.T) {
	for _, e := range webgpu {
		t.Run(e.Name(), func(t *testing.T) {
			all := casesFor(e.Name())
			e, before := device(t, e)
			passed := 0
			for _, c := range all {
				r := ask(t, e, c.Case)
				err := c.Check(r)
				if before.Adapter.F16 && r.Failure == nil {
					err = checkUnit(c, r)
				}
				tally(e.Name(), err == nil)
				if err != nil {
					t.Error(err)
					continue
				}
				passed++
			}
			checkDispatched(t, e, before, fmt.Sprintf("%d of %d cases passed", passed, len(all)), operationNames()...)
		})
	}
}

// casesFor gives browsers every case in the full form, dawn, whose adapter takes a second to compile a shader, some of each
// operation; in the short form all get some.
func casesFor(engine string) []cases.Case {
	all := slices.DeleteFunc(append(cases.Ops(), cases.Tiles()...), func(c cases.Case) bool {
		return c.WasmOnly || !slices.Contains(program.OpByName(c.Target).Devices, program.OnWebGPU)
	})
	dawn := strings.HasPrefix(engine, "dawn")
	if whole.Asked() && !dawn {
		return all
	}
	every := 64
	if whole.Asked() {
		every = 32
	}
	seen := map[string]int{}
	return slices.DeleteFunc(all, func(c cases.Case) bool {
		first := false // of a cell of the support matrix
		for _, mask := range c.Masks {
			what := fmt.Sprint(c.Target, " ", c.DType(), " ", mask)
			first = first || seen[what] == 0
			seen[what]++
		}
		seen[c.Target]++
		return !(first && !dawn) && seen[c.Target]%every != 1
	})
}

// TestWebGPUSpecials holds devices against WebAssembly where inputs are NaN or infinite: so are the same elements of the results.
// Where inputs are at the ends of the range any answer will do, but there must be one.
func TestWebGPUSpecials(t *testing.T) {
	onGPU := func(c cases.Case) bool {
		return !c.WasmOnly && slices.Contains(program.OpByName(c.Target).Devices, program.OnWebGPU)
	}
	tables := cases.NaNTables()
	all := append(tables, slices.DeleteFunc(cases.NaNs(), func(c cases.Case) bool { return !onGPU(c) })...)
	wants := askAll(t, use(t, baseline[1]), all, question)
	for _, e := range webgpu {
		t.Run(e.Name(), func(t *testing.T) {
			every := 1
			if strings.HasPrefix(e.Name(), "dawn") {
				every = 8 // see casesFor
			}
			e, before := device(t, e)
			asked := map[string]int{}
			for i, c := range all {
				if asked[c.Target]++; i >= len(tables) && asked[c.Target]%every != 0 {
					continue
				}
				err := alikeNaNs(ask(t, e, c.Case), wants[i])
				tally(e.Name(), err == nil)
				if err != nil {
					t.Errorf("%s: %v", c.Name, err)
				}
			}
			clear(asked)
			for _, c := range cases.Special() {
				if asked[c.Target]++; !onGPU(c) || asked[c.Target] > 4 {
					continue
				}
				r := ask(t, e, c.Case)
				tally(e.Name(), r.Failure == nil && len(r.Outputs) > 0)
				if r.Failure != nil || len(r.Outputs) == 0 {
					t.Errorf("%s: %d outputs, failure %v", c.Name, len(r.Outputs), r.Failure)
				}
			}
			checkDispatched(t, e, before, "specials answered", "attention", "matmul", "softmax")
		})
	}
}

// alikeNaNs returns an error if not the same elements are NaN or an infinity, or others are far from those wanted.
func alikeNaNs(got, want engine.Result) error {
	if got.Failure != nil {
		return got.Failure
	}
	for name, w := range want.Outputs {
		g, w := widen(got.Outputs[name].Float32s()), widen(w.Float32s())
		if len(g) != len(w) {
			return fmt.Errorf("output %s: %d elements, want %d", name, len(g), len(w))
		}
		for i := range w {
			alike := g[i] == w[i] || math.IsNaN(g[i]) && math.IsNaN(w[i])
			if !alike && !(math.Abs(g[i]-w[i]) <= tolF16*(1+math.Abs(w[i]))) {
				return fmt.Errorf("output %s: element %d of %d: got %v, want %v", name, i, len(w), g[i], w[i])
			}
		}
	}
	return nil
}

func checkUnit(c cases.Case, r engine.Result) error {
	got := r.Outputs["out"].Float32s()
	if len(got) != len(c.Want) {
		return fmt.Errorf("%s: %d elements, want %d", c.Name, len(got), len(c.Want))
	}
	var diff, norm float64
	for i, w := range c.Want {
		diff += (float64(got[i]) - w) * (float64(got[i]) - w)
		norm += 1 + w*w
	}
	if e := math.Sqrt(diff / norm); !(e <= tolF16) {
		return fmt.Errorf("%s: relative L2 error %.2g, want at most %g", c.Name, e, tolF16)
	}
	return nil
}

// operationNames are the operations that run on devices.
func operationNames() (names []string) {
	for _, op := range program.Ops {
		if slices.Contains(op.Devices, program.OnWebGPU) {
			names = append(names, op.Name)
		}
	}
	return names
}

// TestWebGPUEncoder holds the encoder's outputs and each layer's attention weights on a device against WebAssembly's.
//
// In the int8 edition the least difference of an activation can round to another integer, which then differs by a whole step,
// and so do all layers after it: two WebAssembly builds, with and without relaxed SIMD, differ as much. There the bound is on
// that, and on one token, before any of it.
func TestWebGPUEncoder(t *testing.T) {
	r := readRecord(t)
	inputs := map[string]map[string]engine.Tensor{
		"1 token":  batch(r.IDs[0][:1]),
		"1, 4, 0":  batch(r.IDs[0], r.IDs[9], nil),
		"long":     batch(longest(r.IDs, 40)),
		"64 texts": batch(slices.Repeat([][]int32{r.IDs[9][:2]}, 64)...), // the large tiles
	}
	onWasm := use(t, baseline[2])
	for edition, path := range models(t) {
		for _, e := range webgpu {
			t.Run(edition+"/"+e.Name(), func(t *testing.T) {
				e, before := device(t, e)
				tol := tolF32
				if before.Adapter.F16 {
					tol = tolF16
				}
				worst := 0.0
				for _, what := range whole.Some(t, slices.Sorted(maps.Keys(inputs)), 4, "kinds of batch") {
					if strings.HasPrefix(e.Name(), "dawn") && (what == "long" || what == "64 texts") {
						continue // the same shaders are slower there
					}
					for _, p := range []string{"encode", "attend"} {
						if p == "attend" && what == "64 texts" {
							continue // products of the same sizes again
						}
						got, want := run(t, e, path, p, inputs[what]), run(t, onWasm, path, p, inputs[what])
						for name, w := range want {
							err := l2(got[name].Float32s(), widen(w.Float32s()))
							worst = math.Max(worst, err)
							limit := max(tol, quantized(edition, what))
							tally(e.Name(), err <= limit)
							if !(err <= limit) {
								t.Errorf("%s of %s: %s: relative L2 error %.2g, want at most %g", p, what, name, err, limit)
							}
						}
					}
				}
				checkDispatched(t, e, before, fmt.Sprintf("relative L2 error within %.2g", worst),
					"gather", "add_timing", "layer_norm", "matmul", "attention", "attention_weights", "attention_received", "masked_mean", "l2_normalize")
			})
		}
	}
}

// longest is the longest list of at most so many ids.
func longest(lists [][]int32, most int) (best []int32) {
	for _, ids := range lists {
		if len(ids) <= most && len(ids) > len(best) {
			best = ids
		}
	}
	return best
}

// quantized is the relative L2 error that a step of int8 more or less can make.
func quantized(edition, what string) float64 {
	if edition == "int8" && what != "1 token" {
		return 2e-2
	}
	return 0
}

func widen(v []float32) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(x)
	}
	return out
}

// TestWebGPUBadData asks devices for the errors of WebAssembly, in the same words.
func TestWebGPUBadData(t *testing.T) {
	bad := badInputs()
	for _, e := range webgpu {
		t.Run(e.Name(), func(t *testing.T) {
			e, before := device(t, e)
			for _, what := range whole.Some(t, slices.Sorted(maps.Keys(bad)), 4, "kinds of bad input") {
				c := engine.Case{Name: what, Do: engine.Run, Target: "encode", Model: models(t)["int8"], Inputs: bad[what]}
				want, got := ask(t, use(t, baseline[2]), c).Failure, ask(t, e, c).Failure
				if got == nil || want == nil || *got != *want {
					t.Errorf("%s: error %+v, want %+v", what, got, want)
				}
			}
			checkDispatched(t, e, before, "bad input refused", "gather", "attention")
		})
	}
}
