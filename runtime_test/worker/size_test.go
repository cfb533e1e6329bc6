package worker

import (
	"bytes"
	"compress/gzip"
	"os"
	"testing"

	"github.com/fovea-run/fovea/demo/worker/deploy"
)

// What is uploaded fits into 3 MiB, gzipped. The model is a file beside it.
func TestSize(t *testing.T) {
	const limit = 3 << 20
	dir, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	config, err := deploy.Config(dir)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, m := range config.Modules {
		data, err := os.ReadFile(m.Path)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(data) // a bytes.Buffer takes every write
		z.Close()
		total += b.Len()
	}
	t.Logf("the Worker has %d bytes, gzipped a module", total)
	if total < 1<<19 || total > limit {
		t.Errorf("want at most %d", limit)
	}
}
