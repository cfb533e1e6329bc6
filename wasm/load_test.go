package wasm_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/wasm"
	"github.com/fovea-run/fovea/wasm/models/safetensors"
)

func TestLoad(t *testing.T) {
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		path := filepath.Join(t.TempDir(), "model.safetensors")
		if err := os.WriteFile(path, newTestFile(t).bytes(t), 0o666); err != nil {
			t.Fatal(err)
		}
		f, err := wasm.OpenModelFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m, err := rt.Load(background, f, f.Size())
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		want := wasm.Card{Name: "test", Source: "made up", License: "none", Edition: "f32", Dims: 7, MaxTokens: 9}
		if m.Card() != want {
			t.Errorf("card %+v, want %+v", m.Card(), want)
		}
		wantPrograms(t, m.Programs())
	})
}

func wantPrograms(t *testing.T, got []wasm.Program) {
	t.Helper()
	want := []wasm.Program{{
		Name:    "embed",
		Dims:    []wasm.Dim{{"batch", 1, maxBatch}, {"tokens", 1, maxLen}},
		Inputs:  []wasm.Port{{"ids", wasm.Int32, []string{"batch", "tokens"}}, {"lengths", wasm.Int32, []string{"batch"}}},
		Outputs: []wasm.Port{{"embedding", wasm.Float32, []string{"batch", "7"}}},
	}, {
		Name:    "score",
		Dims:    []wasm.Dim{{"queries", 1, 3}, {"keys", 1, 10}},
		Inputs:  []wasm.Port{{"query", wasm.Float32, []string{"queries", "7"}}, {"keys", wasm.Float32, []string{"keys", "7"}}},
		Outputs: []wasm.Port{{"scores", wasm.Float32, []string{"queries", "keys"}}},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("programs %+v, want %+v", got, want)
	}
}

func TestOpenModelFileMissing(t *testing.T) {
	if _, err := wasm.OpenModelFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want %v", err, os.ErrNotExist)
	}
}

// Parts of a file that are sound by themselves but do not go together.
func TestLoadErrors(t *testing.T) {
	cases := []struct {
		name   string
		damage func(f *testFile)
		want   wasm.Error
	}{
		{"missing weight", func(f *testFile) { f.drop("dense") },
			wasm.Error{Code: "weight-missing", Op: "embed", Arg: "dense", Got: "0", Want: "0"}},
		{"weight's name", func(f *testFile) { f.tensor("bias").Name = "biases" },
			wasm.Error{Code: "weight-missing", Op: "embed", Arg: "bias", Got: "0", Want: "0"}},
		{"weight's shape", func(f *testFile) { w := f.tensor("bias"); w.Data, w.Shape = w.Data[:24], []int64{6} },
			wasm.Error{Code: "weight-bytes", Op: "load", Arg: "bias", Got: "24", Want: "28"}},
		{"weight's dtype", func(f *testFile) { f.tensor("bias").DType = safetensors.I32 },
			wasm.Error{Code: "weight-missing", Op: "embed", Arg: "bias", Got: "0", Want: "0"}},
		{"weight before its program", func(f *testFile) { f.tensors = append(f.tensors[3:], f.tensors[:3]...) },
			wasm.Error{Code: "weight-missing", Op: "embed", Arg: "table", Got: "0", Want: "0"}},
		{"program's magic", func(f *testFile) { f.tensor("program.score").Data[0]++ },
			wasm.Error{Code: "magic", Op: "load", Got: "1296519239", Want: "1296519238"}},
		{"program cut", func(f *testFile) { p := f.tensor("program.score"); p.Data = p.Data[:40]; p.Shape[0] = 40 },
			wasm.Error{Code: "truncated", Op: "load", Got: "40", Want: "80"}},
		{"long name", func(f *testFile) { f.add(strings.Repeat("n", 5000), safetensors.U8, nil) },
			wasm.Error{Code: "name-len", Op: "load", Got: "5000", Want: "4096"}},
	}
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		for _, c := range cases {
			f := newTestFile(t)
			c.damage(f)
			_, err := load(rt, f.bytes(t))
			wantError(t, c.name, err, c.want)
		}
	})
}

// What is wrong with its JSON each host says in its own words.
func TestLoadWithoutCard(t *testing.T) {
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		f := newTestFile(t)
		delete(f.metadata, "fovea.card")
		_, err := load(rt, f.bytes(t))
		var e *wasm.Error
		if !errors.As(err, &e) || e.Code != "file" || e.Op != "load" || e.Arg != "fovea.card" || e.Got == "" {
			t.Errorf("error %v, want one about fovea.card", err)
		}
	})
}

func TestLoadDamagedTokenizer(t *testing.T) {
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		f := newTestFile(t)
		f.tensor("tokenizer").Data[8]++
		_, err := load(rt, f.bytes(t))
		var e *wasm.Error
		if !errors.As(err, &e) || e.Code != "tokenizer" {
			t.Errorf("error %v, want code tokenizer", err)
		}
	})
}

// Truncations, a flipped bit in each byte of the header and one in every 97th
// byte after it are found.
func TestLoadDamagedFile(t *testing.T) {
	rt := open(t, wasm.Options{Engine: engines[0]})
	whole := newTestFile(t).bytes(t)
	damaged := func(what string, at int, file []byte) {
		m, err := load(rt, file)
		var e *wasm.Error
		if !errors.As(err, &e) || e.Code != "file" {
			t.Errorf("%s at %d: model %v, error %v", what, at, m, err)
		}
	}
	for n := 0; n < len(whole); n += 1 + n/50 {
		damaged("cut", n, whole[:n])
	}
	damaged("longer", len(whole), append(bytes.Clone(whole), 0))
	header := 8 + int(whole[0]) + int(whole[1])<<8
	for i := 0; i < len(whole); i++ {
		if i >= header && i%97 != 0 {
			continue
		}
		file := bytes.Clone(whole)
		file[i] ^= 1 << (i % 8)
		damaged("flip", i, file)
	}
}

// A reader that fails is an error with its cause.
func TestLoadReadError(t *testing.T) {
	rt := open(t, wasm.Options{Engine: engines[0]})
	_, err := rt.Load(background, failingReader{}, 1000)
	if !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("error %v, want %v", err, io.ErrNoProgress)
	}
}

type failingReader struct{}

func (failingReader) ReadAt([]byte, int64) (int, error) { return 0, io.ErrNoProgress }
