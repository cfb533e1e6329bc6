package conformance

import (
	"bytes"
	"compress/gzip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/fovea-run/fovea/js/bundle"
	"github.com/fovea-run/fovea/runtime_test/engine"
)

const (
	budget         = 64 << 10 // gzipped, of the bridge and an inference module
	trainingBudget = 96 << 10 // of a training module
)

// TestSize holds what a page loads within the budget, and prints what each kernel weighs.
func TestSize(t *testing.T) {
	files, err := bundle.Files()
	if err != nil {
		t.Fatal(err)
	}
	for _, variant := range []string{"simd", "relaxed", "simd-threads", "relaxed-threads"} {
		module := compressed(t, read(t, "wasm/infer-"+variant+".wasm"))
		for _, name := range []string{bundle.Module, bundle.Script} {
			bridge := compressed(t, files[name])
			t.Logf("%7d %s + %d infer-%s = %d bytes gzipped of %d", bridge, name, module, variant, bridge+module, budget)
			if bridge+module > budget {
				t.Errorf("%s and %s: %d bytes gzipped, want at most %d", name, variant, bridge+module, budget)
			}
		}
	}
	for _, variant := range []string{"simd", "relaxed", "simd-threads", "relaxed-threads"} {
		module := compressed(t, read(t, "wasm/train-"+variant+".wasm"))
		t.Logf("%7d train-%s of %d", module, variant, trainingBudget)
		if module > trainingBudget {
			t.Errorf("train-%s: %d bytes gzipped, want at most %d", variant, module, trainingBudget)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "run", "./cmd/wasmbuild", "kernels", "-sizes")
	cmd.Dir = engine.Root()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("wasmbuild kernels -sizes: %v\n%s", err, out)
	}
	t.Logf("bytes per function\n%s", out)
}

// compressed returns the length of data, gzipped.
func compressed(t *testing.T, data []byte) int {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(engine.Root(), path))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
