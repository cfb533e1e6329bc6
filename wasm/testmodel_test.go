package wasm_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/fovea-run/fovea/wasm"
	"github.com/fovea-run/fovea/wasm/graph"
	"github.com/fovea-run/fovea/wasm/models/safetensors"
	"github.com/fovea-run/fovea/wasm/models/unigram"
	"github.com/fovea-run/fovea/wasm/program"
)

// The test model: embed looks up tokens, averages them, and sends the mean
// through a dense layer with tanh to unit length; score is a dot product.
const (
	rows, width, out = 20, 12, 7
	maxBatch, maxLen = 6, 9
	testCard         = `{"name":"test","source":"made up","license":"none","edition":"f32","dims":7,"maxTokens":9}`
)

// A testFile is a model file in parts, so that a test can damage one.
type testFile struct {
	metadata map[string]string
	tensors  []safetensors.Tensor
}

func newTestFile(t testing.TB) *testFile {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	f := &testFile{metadata: map[string]string{"format": "fovea", "fovea.card": testCard}}
	f.add("program.embed", safetensors.U8, embedProgram(t).Encode())
	f.add("program.score", safetensors.U8, scoreProgram(t).Encode())
	f.add("tokenizer", safetensors.U8, testTokenizer(t))
	f.add("table", safetensors.F32, random(r, rows*width), rows, width)
	f.add("dense", safetensors.F32, random(r, width*out), width, out)
	f.add("bias", safetensors.F32, random(r, out), out)
	return f
}

func embedProgram(t testing.TB) *program.Program {
	g := graph.New("embed")
	batch, tokens := g.Dim("batch", 1, maxBatch), g.Dim("tokens", 1, maxLen)
	ids := g.Input("ids", program.I32, batch, tokens)
	lengths := g.Input("lengths", program.I32, batch)
	x := g.Gather(g.Weight("table", program.F32, graph.Const(rows), graph.Const(width)), ids, 2)
	y := g.MatMul(g.MaskedMean(x, lengths), g.Weight("dense", program.F32, graph.Const(width), graph.Const(out)),
		graph.Bias(g.Weight("bias", program.F32, graph.Const(out))), graph.Act(program.Tanh))
	g.Output("embedding", g.L2Normalize(y, 1e-12))
	return lower(t, g)
}

func scoreProgram(t testing.TB) *program.Program {
	g := graph.New("score")
	m, n := g.Dim("queries", 1, 3), g.Dim("keys", 1, 10)
	g.Output("scores", g.Scores(g.Input("query", program.F32, m, graph.Const(out)), g.Input("keys", program.F32, n, graph.Const(out))))
	return lower(t, g)
}

func lower(t testing.TB, g *graph.Graph) *program.Program {
	p, err := g.Lower()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func testTokenizer(t testing.TB) []byte {
	pieces := []unigram.Piece{{Text: "▁"}, {Text: "<s>"}, {Text: "▁light", Score: -3}, {Text: "▁is", Score: -2}, {Text: "▁a", Score: -2}, {Text: "▁wave", Score: -4}}
	for c := 'a'; c <= 'n'; c++ {
		pieces = append(pieces, unigram.Piece{Text: string(c), Score: -9})
	}
	b, err := unigram.Build(pieces, 2)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (f *testFile) add(name string, dtype safetensors.DType, data []byte, shape ...int64) {
	if shape == nil {
		shape = []int64{int64(len(data))}
	}
	f.tensors = append(f.tensors, safetensors.Tensor{Name: name, DType: dtype, Shape: shape, Data: data})
}

// tensor returns the tensor called name, to be changed.
func (f *testFile) tensor(name string) *safetensors.Tensor {
	for i := range f.tensors {
		if f.tensors[i].Name == name {
			return &f.tensors[i]
		}
	}
	panic("no tensor " + name)
}

// drop removes a tensor.
func (f *testFile) drop(name string) {
	for i := range f.tensors {
		if f.tensors[i].Name == name {
			f.tensors = append(f.tensors[:i], f.tensors[i+1:]...)
			return
		}
	}
	panic("no tensor " + name)
}

func (f *testFile) bytes(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Write(&b, f.metadata, f.tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func random(r *rand.Rand, n int) []byte {
	var b []byte
	for range n {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(r.NormFloat64())))
	}
	return b
}

func floats(b []byte) []float64 {
	v := make([]float64, len(b)/4)
	for i := range v {
		v[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
	}
	return v
}

// embed is the embed program in float64 for one text.
func (f *testFile) embed(ids []int32) []float64 {
	table, dense, y := floats(f.tensor("table").Data), floats(f.tensor("dense").Data), floats(f.tensor("bias").Data)
	norm := 0.0
	for j := range y {
		for k := range width {
			mean := 0.0
			for _, id := range ids {
				mean += 2 * table[int(id)*width+k] / float64(max(len(ids), 1))
			}
			y[j] += mean * dense[k*out+j]
		}
		y[j] = math.Tanh(y[j])
		norm += y[j] * y[j]
	}
	for j := range y {
		y[j] /= math.Sqrt(max(norm, 1e-12))
	}
	return y
}

// eachEngine runs a test on every engine of the Go host.
func eachEngine(t *testing.T, test func(t *testing.T, rt *wasm.Runtime)) {
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) { test(t, open(t, wasm.Options{Engine: engine})) })
	}
}

func open(t testing.TB, o wasm.Options) *wasm.Runtime {
	t.Helper()
	rt, err := wasm.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	})
	return rt
}

func load(rt *wasm.Runtime, file []byte) (*wasm.Model, error) {
	return rt.Load(context.Background(), bytes.NewReader(file), int64(len(file)))
}

func mustLoad(t testing.TB, rt *wasm.Runtime) *wasm.Model {
	t.Helper()
	m, err := load(rt, newTestFile(t).bytes(t))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func session(t testing.TB, m *wasm.Model, dims wasm.Dims) *wasm.Session {
	t.Helper()
	s, err := m.NewSession(dims)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// texts are the inputs of embed for token ids, padded with id 0.
func texts(ids ...[]int32) wasm.Tensors {
	longest := 1
	for _, t := range ids {
		longest = max(longest, len(t))
	}
	flat, lengths := make([]int32, len(ids)*longest), make([]int32, len(ids))
	for i, t := range ids {
		copy(flat[i*longest:], t)
		lengths[i] = int32(len(t))
	}
	return wasm.Tensors{"ids": wasm.I32(flat, len(ids), longest), "lengths": wasm.I32(lengths, len(ids))}
}
