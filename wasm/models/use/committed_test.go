package use_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/fovea-run/fovea/wasm/models/use"
)

// The committed file is what a fresh conversion of the published package gives.
func TestCommittedModel(t *testing.T) {
	want := freshFile(t, use.Int8)
	got, err := os.ReadFile(committed)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from a fresh conversion; at the top level:\n"+
			"go run ./cmd/wasmbuild model -from %s -edition int8 -o demo/model/use-lite-int8.safetensors", committed, packageFolder(t))
	}
}
