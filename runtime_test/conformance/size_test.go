package conformance

import (
	"bytes"
	"compress/gzip"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// budget is what the bridge and an inference module may weigh together, gzipped.
const budget = 64 << 10

// TestSize holds what a page loads within the budget, and prints what each kernel weighs.
func TestSize(t *testing.T) {
	bridge := 0
	for _, name := range bridgeFiles(t) {
		n := gzipped(t, "js/"+name)
		t.Logf("%7d js/%s", n, name)
		bridge += n
	}
	for _, variant := range []string{"simd", "relaxed"} {
		module := gzipped(t, "wasm/infer-"+variant+".wasm")
		t.Logf("%7d bridge + %d module infer-%s = %d bytes gzipped of %d", bridge, module, variant, bridge+module, budget)
		if bridge+module > budget {
			t.Errorf("%s: %d bytes gzipped, want at most %d", variant, bridge+module, budget)
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

var imported = regexp.MustCompile(`(?:from\s+|import\(|new URL\(|import\s+)'(\.\.?/[\w./]+\.js)'`)

// bridgeFiles follows the imports of js/fovea.js and its worker.
func bridgeFiles(t *testing.T) []string {
	t.Helper()
	files, seen := []string{"fovea.js"}, map[string]bool{"fovea.js": true}
	for i := 0; i < len(files); i++ {
		for _, m := range imported.FindAllSubmatch(read(t, "js/"+files[i]), -1) {
			if name := path.Join(path.Dir(files[i]), string(m[1])); !seen[name] {
				seen[name] = true
				files = append(files, name)
			}
		}
	}
	if len(files) < 2 || !seen["worker.js"] {
		t.Fatalf("the bridge's files are %v, want the worker among them", files)
	}
	return files
}

func gzipped(t *testing.T, path string) int {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(read(t, path)); err != nil {
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
