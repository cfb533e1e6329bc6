package conformance

import (
	"bytes"
	"compress/gzip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/js/bundle"
	"github.com/fovea-run/fovea/runtime_test/engine"
)

// What a page may load, gzipped.
const (
	mostTogether = 68 << 10 // of the bridge and an inference module
	mostBridge   = 28 << 10 // as a script or as an ES module
	mostInfer    = 56 << 10
	mostTrain    = 80 << 10
	mostWebGPU   = 32 << 10 // of the shaders and their code, where there is a GPU
)

// TestSize holds what a page loads within its budgets, and prints what each kernel weighs.
func TestSize(t *testing.T) {
	files, err := bundle.Files()
	if err != nil {
		t.Fatal(err)
	}
	within := func(most int, names ...string) {
		t.Helper()
		sum := 0
		for _, name := range names {
			sum += compressed(t, files[name])
		}
		if what := strings.Join(names, " + "); sum > most {
			t.Errorf("%s: %d bytes gzipped, want at most %d", what, sum, most)
		} else {
			t.Logf("%6d of %d %s", sum, most, what)
		}
	}
	bridges := []string{bundle.Script, bundle.Module}
	for _, bridge := range bridges {
		within(mostBridge, bridge)
	}
	for _, variant := range []string{"simd", "relaxed", "simd-threads", "relaxed-threads"} {
		infer := "infer-" + variant + ".wasm"
		within(mostInfer, infer)
		for _, bridge := range bridges {
			within(mostTogether, bridge, infer)
		}
		within(mostTrain, "train-"+variant+".wasm")
	}
	within(mostWebGPU, bundle.WebGPU, "fovea-wgsl.json")
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
