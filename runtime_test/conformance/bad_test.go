package conformance

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/published"
	"github.com/fovea-run/fovea/runtime_test/whole"
	"github.com/fovea-run/fovea/wasm/models/safetensors"
)

// damaged returns the committed model file cut short and with single bits flipped, by a word for the damage.
func damaged(t *testing.T) map[string][]byte {
	t.Helper()
	good := read(t, published.Int8Model)
	files := map[string][]byte{}
	for _, n := range []int{0, 4, 8, 100, 4000, len(good) / 2, len(good) - 1} {
		files[fmt.Sprintf("cut to %d bytes", n)] = good[:n]
	}
	for _, at := range []int{0, 6, 20, 3000, len(good) / 3, len(good) - 1} {
		b := slices.Clone(good)
		b[at] ^= 1 << (at % 8)
		files[fmt.Sprintf("bit %d of byte %d flipped", at%8, at)] = b
	}
	files["a byte too long"] = append(slices.Clone(good), 0)
	files["a web page"] = []byte("<!doctype html><title>404</title>" + strings.Repeat("not found ", 100))
	return files
}

// TestDamagedModel asks every host for its own error, with words, for a file that is not whole or that lies.
func TestDamagedModel(t *testing.T) {
	scratch, err := engine.Scratch()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(scratch, "damaged-*")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model")
	below, err := filepath.Rel(engine.Root(), path)
	if err != nil {
		t.Fatal(err)
	}
	load := engine.Case{Name: "load", Do: engine.Load, Model: filepath.ToSlash(below)}
	files := damaged(t)
	maps.Copy(files, lying(t))
	for _, damage := range whole.Some(t, slices.Sorted(maps.Keys(files)), 5, "damaged files") {
		if err := os.WriteFile(path, files[damage], 0o666); err != nil {
			t.Fatal(err)
		}
		for _, e := range onOneThread(hosts()) {
			t.Run(damage+"/"+e.Name(), func(t *testing.T) {
				failure := ask(t, use(t, e), load).Failure
				if damage == "nothing" {
					if failure != nil {
						t.Fatal(failure)
					}
					return
				}
				if failure == nil {
					t.Fatal("loaded without an error")
				}
				if failure.Code == "" || failure.Code == "internal" || failure.Op != "load" || len(failure.Message) < 20 {
					t.Errorf("error %+v, want one of load that says what is wrong", *failure)
				}
				t.Log(failure)
			})
		}
	}
}

// lying returns files with a right digest over a changed program or tokenizer, by a word for the change.
func lying(t *testing.T) map[string][]byte {
	t.Helper()
	const encode = "program.encode" // the header of a program is described in wasm/program; offsets in it are in bytes
	files := map[string][]byte{
		"nothing":                          rewrite(t, encode, func(w []uint32) {}),
		"a program of a newer format":      rewrite(t, encode, func(w []uint32) { w[1]++ }),
		"a program longer than its tensor": rewrite(t, encode, func(w []uint32) { w[4] += 4 }),
		"an operation that nobody knows":   rewrite(t, encode, func(w []uint32) { w[w[14]/4] = 4711 }),
		"an operand that is no tensor":     rewrite(t, encode, func(w []uint32) { w[w[14]/4+4] = w[11] }),
		"an output over its own input":     rewrite(t, encode, func(w []uint32) { w[w[14]/4+4+w[w[14]/4+1]] = w[w[14]/4+4] }),
		"a table of tensors outside":       rewrite(t, encode, func(w []uint32) { w[12] = 0xFFFFFFFC }),
		"a dimension of no value":          rewrite(t, encode, func(w []uint32) { w[w[8]/4+2] = w[w[8]/4+3] + 1 }),
	}
	for word := range 10 {
		files[fmt.Sprintf("a tokenizer with a huge word %d", word)] = rewrite(t, "tokenizer", func(w []uint32) { w[word] = 0x7FFFFFF0 })
	}
	return files
}

// rewrite returns the committed model file with the words of one tensor changed, under a digest made anew.
func rewrite(t *testing.T, name string, change func(words []uint32)) []byte {
	t.Helper()
	good := read(t, published.Int8Model)
	file, err := safetensors.Read(bytes.NewReader(good), int64(len(good)))
	if err != nil {
		t.Fatal(err)
	}
	delete(file.Metadata, safetensors.DigestKey)
	var tensors []safetensors.Tensor
	for _, info := range file.Tensors {
		data := make([]byte, info.Size)
		if _, err := file.Section(info).ReadAt(data, 0); err != nil {
			t.Fatal(err)
		}
		if info.Name == name {
			words := make([]uint32, len(data)/4)
			for i := range words {
				words[i] = binary.LittleEndian.Uint32(data[4*i:])
			}
			change(words)
			for i, word := range words {
				binary.LittleEndian.PutUint32(data[4*i:], word)
			}
		}
		tensors = append(tensors, safetensors.Tensor{Name: info.Name, DType: info.DType, Shape: info.Shape, Data: data})
	}
	var out bytes.Buffer
	if err := safetensors.Write(&out, file.Metadata, tensors); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// badInputs are inputs of the program encode that it does not take, by what is wrong with them.
func badInputs() map[string]map[string]engine.Tensor {
	return map[string]map[string]engine.Tensor{
		"id too large":      {"ids": engine.I32([]int32{5, 8002}, 1, 2), "lengths": engine.I32([]int32{2}, 1)},
		"id negative":       {"ids": engine.I32([]int32{5, -1}, 1, 2), "lengths": engine.I32([]int32{2}, 1)},
		"length too large":  {"ids": engine.I32([]int32{5, 6}, 1, 2), "lengths": engine.I32([]int32{3}, 1)},
		"length negative":   {"ids": engine.I32([]int32{5, 6}, 1, 2), "lengths": engine.I32([]int32{-1}, 1)},
		"too many tokens":   {"ids": engine.I32(make([]int32, 129), 1, 129), "lengths": engine.I32([]int32{129}, 1)},
		"no sentence":       {"ids": engine.I32(nil, 0, 4), "lengths": engine.I32(nil, 0)},
		"shapes that clash": {"ids": engine.I32(make([]int32, 6), 2, 3), "lengths": engine.I32([]int32{3}, 1)},
		"wrong type":        {"ids": engine.F32(make([]float32, 2), 1, 2), "lengths": engine.I32([]int32{2}, 1)},
		"missing input":     {"ids": engine.I32(make([]int32, 2), 1, 2)},
	}
}

// TestBadData asks every host for the same error, in the same words, where an input is not what a program takes; the run after
// it is sound.
func TestBadData(t *testing.T) {
	bad := badInputs()
	for _, what := range slices.Sorted(maps.Keys(bad)) {
		c := engine.Case{Name: what, Do: engine.Run, Target: "encode", Model: published.Int8Model, Inputs: bad[what]}
		first := ask(t, use(t, baseline[0]), c).Failure
		if first == nil {
			t.Fatalf("%s: no error", what)
		}
		t.Logf("%s: %v", what, first)
		for _, e := range hosts() {
			t.Run(e.Name()+"/"+what, func(t *testing.T) {
				got := ask(t, use(t, e), c).Failure
				if got == nil || *got != *first {
					t.Errorf("error %+v, want %+v", got, *first)
				}
				after := run(t, e, published.Int8Model, "encode", batch([]int32{663}))
				if n := len(after["embedding"].Data); n != 4*embedded {
					t.Errorf("after the error a run gives %d bytes, want %d", n, 4*embedded)
				}
			})
		}
	}
}
