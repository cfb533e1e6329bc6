package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCommittedModules builds the modules afresh and compares them with the
// committed ones, byte for byte.
func TestCommittedModules(t *testing.T) {
	dir := t.TempDir()
	if err := runKernels([]string{"-src", "../../kernels", "-o", dir}, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, v := range variants {
		got, err := os.ReadFile(filepath.Join(dir, v.file))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join("../../wasm", v.file))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("wasm/%s is %d bytes, %d if built from kernels as they are: run `go run ./cmd/wasmbuild kernels`", v.file, len(want), len(got))
		}
	}
}

// TestSizes runs the report of sizes.
func TestSizes(t *testing.T) {
	var out bytes.Buffer
	if err := runKernels([]string{"-src", "../../kernels", "-sizes"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"infer-simd.wasm: ", "infer-relaxed.wasm: ", "infer-simd-threads.wasm: ", "infer-relaxed-threads.wasm: ", " gzipped\n", "  Tokenize\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

// TestWat prints a committed module, and refuses what is none.
func TestWat(t *testing.T) {
	var out bytes.Buffer
	if err := runWat([]string{"../../wasm/infer-simd.wasm"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !strings.HasPrefix(text, "(module\n") || !strings.Contains(text, `(export "run")`) {
		t.Errorf("text begins %.80q", text)
	}
	if err := runWat([]string{"kernels_test.go"}, io.Discard, io.Discard); err == nil {
		t.Error("a source file was printed as a module")
	}
}
