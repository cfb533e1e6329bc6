package use_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/fovea-run/fovea/wasm"
	"github.com/fovea-run/fovea/wasm/models/safetensors"
	"github.com/fovea-run/fovea/wasm/models/use"
)

const (
	testdata  = "../../../runtime_test/testdata/"
	committed = "../../../demo/model/use-lite-int8.safetensors"
)

// recorded is what runtime_test/peers/embed.mjs recorded of tfjs.
type recorded struct {
	IDs       [][]int32 `json:"ids"`
	Attention []struct {
		Sentence int
		Shape    []int
		Offsets  []int
	}
	values []float32
}

func readRecorded(t *testing.T) *recorded {
	t.Helper()
	r := &recorded{}
	text, err := os.ReadFile(testdata + "use-embeddings.json")
	if err == nil {
		err = json.Unmarshal(text, r)
	}
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(testdata + "use-embeddings.bin")
	if err != nil {
		t.Fatal(err)
	}
	for ; len(data) >= 4; data = data[4:] {
		r.values = append(r.values, math.Float32frombits(binary.LittleEndian.Uint32(data)))
	}
	if len(r.IDs) < 60 || len(r.values) < len(r.IDs)*use.Dims {
		t.Fatalf("%d sentences, %d values recorded", len(r.IDs), len(r.values))
	}
	return r
}

// embedding is tfjs's embedding of sentence i.
func (r *recorded) embedding(i int) []float32 { return r.values[i*use.Dims : (i+1)*use.Dims] }

// packageFolder is dist/ of the published package, or skips the test.
func packageFolder(t *testing.T) string {
	t.Helper()
	modules := os.Getenv("FOVEA_NPM")
	if modules == "" {
		modules = "../../../runtime_test/node_modules"
	}
	dist, err := filepath.Abs(filepath.Join(modules, "@energetic-ai", "model-embeddings-en", "dist"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dist, "model.json")); err != nil {
		t.Skipf("the published model is not installed (run `make deps`, or set FOVEA_NPM to a node_modules folder): %v", err)
	}
	return dist
}

// fresh converts the published model once a test binary and edition.
var fresh = struct {
	sync.Mutex
	files map[use.Edition][]byte
}{files: map[use.Edition][]byte{}}

func freshFile(t *testing.T, e use.Edition) []byte {
	t.Helper()
	dist := packageFolder(t)
	fresh.Lock()
	defer fresh.Unlock()
	if b, ok := fresh.files[e]; ok {
		return b
	}
	f, err := use.Convert(os.DirFS(dist), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := safetensors.Write(&b, f.Metadata, f.Tensors); err != nil {
		t.Fatal(err)
	}
	fresh.files[e] = b.Bytes()
	return b.Bytes()
}

// fileOf is the edition's model file: the committed one, or a fresh conversion.
func fileOf(t *testing.T, e use.Edition) []byte {
	t.Helper()
	if e == use.F32 {
		return freshFile(t, e)
	}
	b, err := os.ReadFile(committed)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func load(t *testing.T, engine string, e use.Edition) *wasm.Model {
	t.Helper()
	file := fileOf(t, e)
	ctx := context.Background()
	rt, err := wasm.Open(ctx, wasm.Options{Engine: engine})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close() })
	m, err := rt.Load(ctx, bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func session(t *testing.T, engine string, e use.Edition) *wasm.Session {
	t.Helper()
	s, err := load(t, engine, e).NewSession(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// batch lays sentences out for encode and attend, clipped and padded with the
// id pad to tokens.
func batch(sentences [][]int32, tokens int, pad int32) wasm.Tensors {
	var ids, lengths []int32
	for _, s := range sentences {
		s = s[:min(len(s), use.MaxTokens)]
		lengths = append(lengths, int32(len(s)))
		ids = append(ids, s...)
		for range tokens - len(s) {
			ids = append(ids, pad)
		}
	}
	return wasm.Tensors{
		"ids":     wasm.I32(ids, len(sentences), tokens),
		"lengths": wasm.I32(lengths),
	}
}

func run(t *testing.T, s *wasm.Session, program string, in wasm.Tensors, output string) []float32 {
	t.Helper()
	out, err := s.Run(context.Background(), program, in)
	if err != nil {
		t.Fatal(err)
	}
	values := out[output].Float32s()
	if values == nil {
		t.Fatalf("%s gave no %s", program, output)
	}
	return values
}

// embed encodes one sentence without padding.
func embed(t *testing.T, s *wasm.Session, ids []int32) []float32 {
	t.Helper()
	n := min(len(ids), use.MaxTokens)
	return run(t, s, "encode", batch([][]int32{ids}, n, 0), "embedding")
}
