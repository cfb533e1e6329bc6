//go:build !js

package wasm_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/fovea-run/fovea/wasm"
)

// engines are those of the Go host. The first is the quickest to start.
var engines = []string{"native", "wazero"}

// The least memory, two pages, has room for small operations only.
func TestMemoryLimit(t *testing.T) {
	for _, engine := range engines {
		small := open(t, wasm.Options{Engine: engine, MaxMemory: 1 << 17})
		f := newTestFile(t)
		f.tensor("tokenizer").Data = make([]byte, 1<<17)
		f.tensor("tokenizer").Shape[0] = 1 << 17
		_, err := load(small, f.bytes(t))
		var e *wasm.Error
		if !errors.As(err, &e) || e.Code != "memory" {
			t.Errorf("%s: load: error %v, want code memory", engine, err)
		}
		big := wasm.Tensors{"q": wasm.F32(make([]float32, 1<<12), 1<<12, 1), "keys": wasm.F32(make([]float32, 1<<12), 1<<12, 1)}
		_, err = small.Op(background, "scores", nil, big)
		if !errors.As(err, &e) || e.Code != "memory" {
			t.Errorf("%s: op: error %v, want code memory", engine, err)
		}
		got, err := small.Op(background, "scores", nil, wasm.Tensors{"q": wasm.F32([]float32{3}, 1, 1), "keys": wasm.F32([]float32{2}, 1, 1)})
		if err != nil || got["out"].Float32s()[0] != 6 {
			t.Errorf("%s: after it: %v, %v", engine, got, err)
		}
	}
}

func TestOptions(t *testing.T) {
	_, err := wasm.Open(background, wasm.Options{Engine: "v8"})
	wantError(t, "engine", err, wasm.Error{Code: "unsupported", Op: "open", Arg: "Engine", Got: "v8", Want: `"wazero" or "native"`})
	for _, n := range []int64{-1, 1, 1<<17 - 1} {
		_, err = wasm.Open(background, wasm.Options{MaxMemory: n})
		var e *wasm.Error
		if !errors.As(err, &e) || e.Code != "value" {
			t.Errorf("MaxMemory %d: error %v, want code value", n, err)
		}
	}
	open(t, wasm.Options{MaxMemory: math.MaxInt64})
}

// A second process finds the compiled module in the cache.
func TestCacheDir(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		rt, err := wasm.Open(context.Background(), wasm.Options{CacheDir: dir})
		if err != nil {
			t.Fatal(err)
		}
		if err := rt.Close(); err != nil {
			t.Fatal(err)
		}
	}
	files := 0
	err := filepath.Walk(dir, func(_ string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			files++
		}
		return err
	})
	if err != nil || files != 1 {
		t.Errorf("%d files in the cache, want 1 (%v)", files, err)
	}
}
