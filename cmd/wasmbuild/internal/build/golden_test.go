package build_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/build"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/wasm"
)

var update = flag.Bool("update", false, "write the expectations")

// TestGolden compiles each package in testdata/golden and compares the text
// of its module, from the emitted bytes, with simd.wat, and with relaxed.wat,
// threads.wat, train.wat and bench.wat where the source has something that the variants differ in.
func TestGolden(t *testing.T) {
	for _, dir := range cases(t, "testdata/golden") {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			compare(t, filepath.Join(dir, "simd.wat"), text(t, dir, build.Options{}))
			if mentions(t, dir, "Relaxed") || mentions(t, dir, "MulAdd") {
				compare(t, filepath.Join(dir, "relaxed.wat"), text(t, dir, build.Options{Relaxed: true}))
			}
			if mentions(t, dir, "Threads") {
				compare(t, filepath.Join(dir, "threads.wat"), text(t, dir, build.Options{Threads: true}))
			}
			if mentions(t, dir, "Training") {
				compare(t, filepath.Join(dir, "train.wat"), text(t, dir, build.Options{Train: true}))
			}
			if mentions(t, dir, "wasm:bench") {
				compare(t, filepath.Join(dir, "bench.wat"), text(t, dir, build.Options{Bench: true}))
			}
		})
	}
}

// TestSteps compiles each package in testdata/steps and compares the text of
// the intermediate form after each pass that changes it.
func TestSteps(t *testing.T) {
	for _, dir := range cases(t, "testdata/steps") {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			var out strings.Builder
			last := ""
			_, err := build.Dir(dir, build.Options{Inspect: func(step string, m *ir.Module) error {
				if now := m.String(); now != last {
					fmt.Fprintf(&out, "== %s\n%s", step, now)
					last = now
				}
				return ir.Verify(m)
			}})
			if err != nil {
				t.Fatal(err)
			}
			compare(t, filepath.Join(dir, "steps.txt"), out.String())
		})
	}
}

func cases(t *testing.T, root string) []string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(root, "*"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no cases in %s (%v)", root, err)
	}
	return dirs
}

// mentions reports whether the source in dir has the word in it.
func mentions(t *testing.T, dir, word string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no source in %s (%v)", dir, err)
	}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(src, []byte(word)) {
			return true
		}
	}
	return false
}

// text compiles the package in dir, verifying every step, and prints it.
func text(t *testing.T, dir string, opts build.Options) string {
	t.Helper()
	opts.Inspect = verify
	m, err := build.Dir(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	s, err := wasm.Print(m.Binary)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func verify(step string, m *ir.Module) error {
	if err := ir.Verify(m); err != nil {
		return fmt.Errorf("after %s: %w", step, err)
	}
	return nil
}

// compare compares with the expectation in a file, which must exist.
func compare(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v: run go test -update and read what it writes", err)
	}
	if got != string(want) {
		t.Errorf("%s differs at line %d; run go test -update and read the difference\ngot:\n%s", name, firstDifference(got, string(want)), got)
	}
}

func firstDifference(a, b string) int {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return i + 1
		}
	}
	return min(len(x), len(y)) + 1
}

// TestKernels compiles package kernels in every variant, verifying each step.
func TestKernels(t *testing.T) {
	for variant := range 8 {
		opts := build.Options{Relaxed: variant&1 != 0, Threads: variant&2 != 0, Train: variant&4 != 0, Bench: true, Inspect: verify}
		if _, err := build.Dir("../../../../kernels", opts); err != nil {
			t.Errorf("relaxed %v, threads %v, train %v: %v", opts.Relaxed, opts.Threads, opts.Train, err)
		}
	}
}
