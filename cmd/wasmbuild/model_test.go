package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/wasm/models/safetensors"
	"github.com/fovea-run/fovea/wasm/models/use"
)

func TestModelUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"-from", "x"}, {"-o", "x"}, {"-from", "x", "-o", "y", "z"}, {"-wrong"}} {
		var stderr bytes.Buffer
		if code := run(append([]string{"model"}, args...), io.Discard, &stderr); code != exitUsage {
			t.Errorf("%q: exit code %d", args, code)
		}
		if !strings.Contains(stderr.String(), "-edition") {
			t.Errorf("%q printed %q", args, stderr.String())
		}
	}
}

func TestModelErrors(t *testing.T) {
	out := filepath.Join(t.TempDir(), "model.safetensors")
	for want, args := range map[string][]string{
		`no edition "q4"`: {"-edition", "q4"},
		"vocab.json":      {"-edition", "f32"},
	} {
		args = append([]string{"model", "-from", t.TempDir(), "-o", out}, args...)
		var stderr bytes.Buffer
		if code := run(args, io.Discard, &stderr); code != exitFailed || !strings.Contains(stderr.String(), want) {
			t.Errorf("%q: exit code %d, %q, want %q", args, code, stderr.String(), want)
		}
	}
}

// A file that cannot be written whole leaves nothing behind and does not harm
// the one that was there.
func TestWriteModelIsAtomic(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "sub", "model.safetensors")
	good := &use.File{Tensors: []safetensors.Tensor{{Name: "a", DType: safetensors.U8, Data: []byte{7}}}}
	if err := writeModel(path, good); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	good.Tensors[0].Data = nil
	if err := writeModel(path, good); err == nil {
		t.Error("a tensor without its bytes was written")
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file changed: %v", err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
	var stderr bytes.Buffer
	if err := describeModel(path, &stderr); err != nil || !strings.Contains(stderr.String(), "1 tensors") {
		t.Errorf("described as %q, %v", stderr.String(), err)
	}
}
