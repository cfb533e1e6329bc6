package differ_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/load"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/progen"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/progen/differ"
)

// engines are wazero's.
var engines = map[string]func() wazero.RuntimeConfig{
	"compiler":    wazero.NewRuntimeConfigCompiler,
	"interpreter": wazero.NewRuntimeConfigInterpreter,
}

// write writes files into a directory that may import what is internal.
func write(t *testing.T, files map[string]string) (dir string) {
	t.Helper()
	if err := os.MkdirAll("../.build", 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("../.build", "differ")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// compare runs the package in dir on each of wazero's engines.
func compare(t *testing.T, dir string, times int, check func(*testing.T, *differ.Result)) {
	for name, config := range engines {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			opts := differ.Options{Config: config(), Flags: []string{"-gcflags=-l"}, Verify: true}
			k, err := differ.Build(ctx, dir, opts)
			if err != nil {
				t.Fatal(err)
			}
			defer k.Close(ctx)
			r, err := k.Compare(ctx, 1, times)
			if err != nil {
				t.Fatal(err)
			}
			check(t, r)
		})
	}
}

// TestPrograms runs a few of what `make fuzz` runs many of.
func TestPrograms(t *testing.T) {
	simd128, err := load.Intrinsics(".")
	if err != nil {
		t.Fatal(err)
	}
	const programs, times = 60, 10
	p, err := progen.Generate(90001, programs, simd128.Scope())
	if err != nil {
		t.Fatal(err)
	}
	dir := write(t, map[string]string{"kernel.go": string(p.Source)})
	compare(t, dir, times, func(t *testing.T, r *differ.Result) {
		for _, m := range r.Mismatches {
			t.Error(m)
		}
		trapped := 0
		for kind, n := range r.Traps {
			t.Logf("%d runs trapped: %s", n, kind)
			trapped += n
		}
		if rate := float64(trapped) / float64(r.Runs); r.Runs != programs*times || !(rate >= .05 && rate <= .3) {
			t.Errorf("%d of %d runs trapped, want 5 to 30%% of %d", trapped, r.Runs, programs*times)
		}
	})
}

// TestFixedBugs runs the programs in testdata/fixedbugs, which once differed.
func TestFixedBugs(t *testing.T) {
	names, err := filepath.Glob("../testdata/fixedbugs/*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("no programs in testdata/fixedbugs (%v)", err)
	}
	files := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = string(text)
	}
	compare(t, write(t, files), 200, func(t *testing.T, r *differ.Result) {
		for _, m := range r.Mismatches {
			t.Error(m)
		}
	})
}

const both = `package main

import . "github.com/fovea-run/fovea/kernels/simd128"

//wasm:export same
func same(x uint32) uint32 { return x + 1 }

//wasm:export result
func result(x uint32) uint32 { return x + other }

//wasm:export contents
func contents(x uint32) { U8(131071).Store(0, x&7+other) }

//wasm:export trap
func trap(x uint32) uint32 { return x / (other - 1) }

//wasm:export size
func size(x uint32) { MemoryGrow(other) }
`

// TestFinds tells the two builds apart on purpose.
func TestFinds(t *testing.T) {
	dir := write(t, map[string]string{
		"both.go":     both,
		"native.go":   "//go:build progen\n\npackage main\n\nvar other uint32 = 1\n",
		"compiled.go": "//go:build !progen\n\npackage main\n\nconst other uint32 = 2\n",
	})
	compare(t, dir, 5, func(t *testing.T, r *differ.Result) {
		var got []string
		for _, m := range r.Mismatches {
			got = append(got, m.Program.Name)
		}
		want := []string{"result", "contents", "trap", "size"}
		if len(got) != len(want) {
			t.Fatalf("programs %v differ, want %v", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("programs %v differ, want %v", got, want)
			}
		}
	})
}
