package conformance

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// TestModules has every module validated by all engines that have its instructions: those that are committed, and those that
// benchmarks and the test of intrinsics build.
func TestModules(t *testing.T) {
	modules := builtModules(t)
	t.Run("wazero", func(t *testing.T) {
		features := api.CoreFeaturesV2 | experimental.CoreFeaturesThreads
		rt := wazero.NewRuntimeWithConfig(t.Context(), wazero.NewRuntimeConfig().WithCoreFeatures(features))
		defer rt.Close(t.Context())
		for _, module := range modules {
			if isRelaxed(module) {
				continue // it has no relaxed SIMD
			}
			if _, err := rt.CompileModule(t.Context(), read(t, module)); err != nil {
				t.Errorf("%s: %v", module, err)
			}
		}
	})
	for _, e := range onOneThread(slices.Concat(baseline[2:], relaxed)) {
		t.Run(e.Name(), func(t *testing.T) {
			e := use(t, e)
			for _, module := range modules {
				if isRelaxed(module) && !slices.ContainsFunc(relaxed, func(r *started) bool { return r.Engine == e }) {
					continue
				}
				if why := ask(t, e, engine.Case{Name: module, Do: engine.Validate, Model: module}).Refused; why != "" {
					t.Errorf("%s: %s", module, why)
				}
			}
		})
	}
}

func isRelaxed(module string) bool { return strings.Contains(module, "relaxed") }

// TestRefusedModule asks for an engine's words where a module is not valid.
func TestRefusedModule(t *testing.T) {
	for _, e := range onOneThread(slices.Concat(baseline[2:], relaxed)) {
		t.Run(e.Name(), func(t *testing.T) {
			const noModule = "runtime_test/runner/page.html"
			if ask(t, use(t, e), engine.Case{Name: noModule, Do: engine.Validate, Model: noModule}).Refused == "" {
				t.Error("a page is taken for a module")
			}
		})
	}
}

// builtModules returns the paths of all modules below the root.
func builtModules(t *testing.T) (modules []string) {
	t.Helper()
	buildKernels(t, "modules/ops", "-src", "kernels/simd128/conformance/ops")
	buildKernels(t, "modules/bench", "-bench")
	for _, dir := range []string{"wasm", ".build/modules/ops", ".build/modules/bench"} {
		paths, err := filepath.Glob(filepath.Join(engine.Root(), dir, "*.wasm"))
		if err != nil {
			t.Fatal(err)
		}
		if len(paths) < 4 {
			t.Fatalf("%d modules in %s, want at least 4", len(paths), dir)
		}
		for _, path := range paths {
			modules = append(modules, dir+"/"+filepath.Base(path))
		}
	}
	return modules
}
