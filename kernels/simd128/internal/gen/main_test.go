package main

import (
	"os"
	"path/filepath"
	"testing"
)

const root = "../.." // package simd128

// TestCurrent fails if the table was changed and `go generate` not run in
// package simd128.
func TestCurrent(t *testing.T) {
	files := generate()
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Error(err)
		} else if string(got) != want {
			t.Errorf("%s is not what the table gives: run go generate in kernels/simd128", name)
		}
	}
	for _, dir := range []string{"", "opcode", "conformance", "conformance/ops"} {
		found, err := filepath.Glob(filepath.Join(root, dir, "*_gen.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			if rel, _ := filepath.Rel(root, name); files[filepath.ToSlash(rel)] == "" {
				t.Errorf("%s is not generated any more: remove it", name)
			}
		}
	}
}

// TestRows checks what the emitters take for granted.
func TestRows(t *testing.T) {
	generate()
	seen := map[string]bool{}
	for _, r := range rows {
		if seen[r.goName()] {
			t.Errorf("two rows for %s", r.goName())
		}
		seen[r.goName()] = true
		if (r.body == "") != (r.file == "") {
			t.Errorf("%s: body %q for file %q", r.goName(), r.body, r.file)
		}
	}
}
