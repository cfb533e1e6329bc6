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
	"github.com/fovea-run/fovea/wasm/program"
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
		{"no program", func(f *testFile) { f.drop("program.embed"); f.drop("program.score") },
			wasm.Error{Code: "file", Op: "load", Got: "it has no program"}},
		{"two programs of one name", func(f *testFile) { f.add("program.again", safetensors.U8, f.tensor("program.score").Data) },
			wasm.Error{Code: "file", Op: "load", Arg: "program.again", Got: `two programs are called "score"`}},
		{"two inputs of one name", func(f *testFile) { rename(f.tensor("program.score"), "keys", "query") },
			wasm.Error{Code: "file", Op: "load", Arg: "program.score", Got: `two inputs or outputs are called "query"`}},
		{"an output called as an input", func(f *testFile) { rename(f.tensor("program.score"), "scores", "keys") },
			wasm.Error{Code: "file", Op: "load", Arg: "program.score", Got: `two inputs or outputs are called "keys"`}},
		{"two dimensions of one name", func(f *testFile) { rename(f.tensor("program.embed"), "tokens", "batch") },
			wasm.Error{Code: "file", Op: "load", Arg: "program.embed", Got: `two dimensions are called "batch"`}},
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

// rename gives what is called old in a program another name.
func rename(t *safetensors.Tensor, old, name string) {
	p, err := program.Decode(t.Data)
	if err != nil {
		panic(err)
	}
	for i := range p.Dims {
		if p.Dims[i].Name == old {
			p.Dims[i].Name = name
		}
	}
	for i := range p.Tensors {
		if p.Tensors[i].Name == old {
			p.Tensors[i].Name = name
		}
	}
	t.Data = p.Encode()
	t.Shape = []int64{int64(len(t.Data))}
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

// TestLoadHostile refuses files that were made to be refused; they lie beside
// the repository where its test data is.
func TestLoadHostile(t *testing.T) {
	paths, err := filepath.Glob("../../shared/conformance/hostile/*.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Skip("no hostile files in ../shared/conformance/hostile beside the repository")
	}
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		for _, path := range paths {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			m, err := load(rt, b)
			var e *wasm.Error
			if !errors.As(err, &e) || m != nil {
				t.Errorf("%s: error %v, want one of ours", filepath.Base(path), err)
			}
			t.Logf("%s: %v", filepath.Base(path), err)
		}
	})
}
