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

	"github.com/fovea-run/fovea/js/bundle"
	"github.com/fovea-run/fovea/runtime_test/engine"
)

// budget is what the bridge and an inference module may weigh together, gzipped.
const budget = 64 << 10

// TestSize holds what a page loads within the budget, and prints what each kernel weighs.
func TestSize(t *testing.T) {
	bridge := 0
	for _, name := range bridgeFiles(t) {
		n := compressed(t, read(t, "js/"+name))
		t.Logf("%7d js/%s", n, name)
		bridge += n
	}
	files, err := bundle.Files()
	if err != nil {
		t.Fatal(err)
	}
	script := compressed(t, files[bundle.Script])
	for _, variant := range []string{"simd", "relaxed", "simd-threads", "relaxed-threads"} {
		module := compressed(t, read(t, "wasm/infer-"+variant+".wasm"))
		for name, loaded := range map[string]int{"bridge, as modules,": bridge, "bridge with element, as one script,": script} {
			t.Logf("%7d %s + %d infer-%s = %d bytes gzipped of %d", loaded, name, module, variant, loaded+module, budget)
			if loaded+module > budget {
				t.Errorf("%s and %s: %d bytes gzipped, want at most %d", name, variant, loaded+module, budget)
			}
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
