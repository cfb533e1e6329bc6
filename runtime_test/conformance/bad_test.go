package conformance

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/published"
)

// damaged returns the committed model file cut short and with single bits flipped, by a word for the damage.
func damaged(t *testing.T) map[string][]byte {
	t.Helper()
	good, err := os.ReadFile(filepath.Join(engine.Root(), published.Int8Model))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, n := range []int{0, 4, 8, 100, 4000, len(good) / 2, len(good) - 1} {
		files[fmt.Sprintf("cut to %d bytes", n)] = good[:n]
	}
	for _, at := range []int{0, 6, 20, 3000, len(good) / 3, len(good) - 1} {
		b := slices.Clone(good)
		b[at] ^= 1 << (at % 8)
		files[fmt.Sprintf("bit %d of byte %d flipped", at%8, at)] = b
	}
	files["a byte too long"] = append(slices.Clone(good), 0)
	files["a web page"] = []byte("<!doctype html><title>404</title>" + strings.Repeat("not found ", 100))
	return files
}

// TestDamagedModel asks every host for its own error, with words, for a file that is not whole.
func TestDamagedModel(t *testing.T) {
	files := damaged(t)
	scratch, err := engine.Scratch()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(scratch, "damaged-*")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model")
	below, err := filepath.Rel(engine.Root(), path)
	if err != nil {
		t.Fatal(err)
	}
	for _, damage := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(path, files[damage], 0o666); err != nil {
			t.Fatal(err)
		}
		for _, e := range hosts() {
			t.Run(damage+"/"+e.Name(), func(t *testing.T) {
				r := ask(t, use(t, e), engine.Case{Name: damage, Do: engine.Load, Model: filepath.ToSlash(below)})
				if r.Failure == nil {
					t.Fatal("loaded without an error")
				}
				if r.Failure.Code == "" || r.Failure.Code == "internal" || r.Failure.Op != "load" {
					t.Errorf("error %+v, want one of load that says what is wrong", *r.Failure)
				}
			})
		}
	}
	t.Run("undamaged", func(t *testing.T) {
		for _, e := range hosts() {
			if r := ask(t, use(t, e), engine.Case{Do: engine.Load, Model: published.Int8Model}); r.Failure != nil {
				t.Errorf("%s: %v", e.Name(), r.Failure)
			}
		}
	})
}

// TestBadData asks every host for the same error, in the same words, where an input is not what a program takes; the run after
// it is sound.
func TestBadData(t *testing.T) {
	bad := map[string]map[string]engine.Tensor{
		"id too large":      {"ids": engine.I32([]int32{5, 8002}, 1, 2), "lengths": engine.I32([]int32{2}, 1)},
		"id negative":       {"ids": engine.I32([]int32{5, -1}, 1, 2), "lengths": engine.I32([]int32{2}, 1)},
		"length too large":  {"ids": engine.I32([]int32{5, 6}, 1, 2), "lengths": engine.I32([]int32{3}, 1)},
		"length negative":   {"ids": engine.I32([]int32{5, 6}, 1, 2), "lengths": engine.I32([]int32{-1}, 1)},
		"too many tokens":   {"ids": engine.I32(make([]int32, 129), 1, 129), "lengths": engine.I32([]int32{129}, 1)},
		"no sentence":       {"ids": engine.I32(nil, 0, 4), "lengths": engine.I32(nil, 0)},
		"shapes that clash": {"ids": engine.I32(make([]int32, 6), 2, 3), "lengths": engine.I32([]int32{3}, 1)},
		"wrong type":        {"ids": engine.F32(make([]float32, 2), 1, 2), "lengths": engine.I32([]int32{2}, 1)},
		"missing input":     {"ids": engine.I32(make([]int32, 2), 1, 2)},
	}
	for _, what := range slices.Sorted(maps.Keys(bad)) {
		c := engine.Case{Name: what, Do: engine.Run, Target: "encode", Model: published.Int8Model, Inputs: bad[what]}
		first := ask(t, use(t, baseline[0]), c).Failure
		if first == nil {
			t.Fatalf("%s: no error", what)
		}
		t.Logf("%s: %v", what, first)
		for _, e := range hosts() {
			t.Run(e.Name()+"/"+what, func(t *testing.T) {
				got := ask(t, use(t, e), c).Failure
				if got == nil || *got != *first {
					t.Errorf("error %+v, want %+v", got, *first)
				}
				after := run(t, e, published.Int8Model, "encode", batch([]int32{663}))
				if n := len(after["embedding"].Data); n != 4*embedded {
					t.Errorf("after the error a run gives %d bytes, want %d", n, 4*embedded)
				}
			})
		}
	}
}
