package tfjs

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// folder is a model with two groups, the first one spread over two shards that
// cut a weight in the middle.
func folder() fstest.MapFS {
	return fstest.MapFS{
		"model.json": {Data: []byte(`{"format":"graph-model","weightsManifest":[
			{"paths":["g1s1","g1s2"],"weights":[
				{"name":"a/b","shape":[2],"dtype":"float32"},
				{"name":"mask","shape":[3],"dtype":"bool"},
				{"name":"scalar","shape":[],"dtype":"int32"}]},
			{"paths":["g2"],"weights":[{"name":"c","shape":[1,2],"dtype":"float32"}]}]}`)},
		"g1s1": {Data: []byte("\x00\x00\x80\x3f\x00\x00")},
		"g1s2": {Data: []byte("\x20\xc0\x01\x00\x01\xfe\xff\xff\xff")},
		"g2":   {Data: []byte("\x00\x00\x00\x3f\x00\x00\x80\x7f")},
	}
}

func TestRead(t *testing.T) {
	var seen []string
	m, err := Read(folder(), func(done, total int64) { seen = append(seen, fmt.Sprint(done, "/", total)) })
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"6/23", "15/23", "23/23"}; !slices.Equal(seen, want) {
		t.Errorf("progress %v, want %v", seen, want)
	}
	if got, err := m.Float32("a/b", 2); err != nil || !slices.Equal(got, []float32{1, -2.5}) {
		t.Errorf("a/b = %v, %v", got, err)
	}
	if got, err := m.Int32("scalar"); err != nil || !slices.Equal(got, []int32{-2}) {
		t.Errorf("scalar = %v, %v", got, err)
	}
	if got, err := m.Float32("c", 1, 2); err != nil || got[0] != 0.5 {
		t.Errorf("c = %v, %v", got, err)
	}
	for want, err := range map[string]error{
		`no weight "x"`: first(m.Float32("x")),
		`weight "a/b" is float32 [2], want int32 [2]`:     first(m.Int32("a/b", 2)),
		`weight "c" is float32 [1 2], want float32 [2 1]`: first(m.Float32("c", 2, 1)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func first[T any](_ []T, err error) error { return err }

func TestReadRefuses(t *testing.T) {
	cases := []struct{ name, file, old, new, want string }{
		{"no JSON", "model.json", "{", "[", "model.json"},
		{"no manifest", "model.json", "weightsManifest", "other", "no weightsManifest"},
		{"missing shard", "model.json", `"g2"`, `"g3"`, "g3"},
		{"path upwards", "model.json", `"g2"`, `"../g2"`, "leaves the model's folder"},
		{"path into a folder", "model.json", `"g2"`, `"x/g2"`, "leaves the model's folder"},
		{"name twice", "model.json", `"mask"`, `"a/b"`, `weights group 0: weight "a/b" stands twice`},
		{"dtype", "model.json", `"bool"`, `"complex64"`, `weight "mask": dtype "complex64"`},
		{"quantized", "model.json", `"dtype":"bool"`, `"dtype":"float32","quantization":{"dtype":"uint8"}`, `weight "mask" is quantized`},
		{"negative", "model.json", `[3]`, `[-3]`, `weight "mask": shape [-3]`},
		{"overflow", "model.json", `[1,2]`, `[65536,65536,65536,65536]`, "too large"},
		{"short", "model.json", `[1,2]`, `[2,2]`, `weights group 1: weight "c" needs 16 bytes, the shards have 8`},
		{"long", "model.json", `[1,2]`, `[1,1]`, "4 bytes of the shards belong to no weight"},
		{"truncated shard", "g1s1", "\x80", "", `weight "scalar" needs 4 bytes, the shards have 3`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := folder()
			files[c.file].Data = []byte(strings.Replace(string(files[c.file].Data), c.old, c.new, 1))
			_, err := Read(files, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
	if _, err := Read(fstest.MapFS{}, nil); err == nil {
		t.Error("an empty folder was accepted")
	}
}

// FuzzRead feeds arbitrary manifests to the reader: it may refuse them, and
// must hand out only weights as long as their shapes say.
func FuzzRead(f *testing.F) {
	f.Add(folder()["model.json"].Data)
	f.Fuzz(func(t *testing.T, manifest []byte) {
		files := folder()
		files["model.json"] = &fstest.MapFile{Data: manifest}
		m, err := Read(files, nil)
		if err != nil {
			return
		}
		for name, w := range m.weights {
			if n, err := byteLen(w.dtype, w.shape); err != nil || n != len(w.data) {
				t.Errorf("weight %q: %d bytes for %s %v", name, len(w.data), w.dtype, w.shape)
			}
		}
	})
}
