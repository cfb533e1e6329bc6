package conformance

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/published"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

// A record is what tfjs made of the sentences in testdata; see peers/embed.mjs.
type record struct {
	IDs       [][]int32
	Attention []struct {
		Sentence int
		Shape    []int
		Offsets  []int // into values, one a layer
	}
	sentences []string
	values    []float32
}

// embedded is the length of an embedding, maxTokens how many tokens of a sentence the model takes.
const (
	embedded  = 512
	maxTokens = 128
)

func (r record) embedding(i int) []float32 { return r.values[i*embedded:][:embedded] }

func readRecord(t *testing.T) record {
	t.Helper()
	var r record
	readJSON(t, "use-embeddings.json", &r)
	readJSON(t, "sentences.json", &r.sentences)
	raw, err := os.ReadFile(testdata("use-embeddings.bin"))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(raw); i += 4 {
		r.values = append(r.values, math.Float32frombits(binary.LittleEndian.Uint32(raw[i:])))
	}
	if len(r.IDs) != len(r.sentences) || len(r.IDs) < 50 {
		t.Fatalf("%d sentences with %d lists of ids recorded, want at least 50 of both", len(r.sentences), len(r.IDs))
	}
	return r
}

func testdata(name string) string { return filepath.Join(engine.Root(), "runtime_test/testdata", name) }

func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	b, err := os.ReadFile(testdata(name))
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

var f32Model = sync.OnceValues(published.F32Model)

// models returns the paths of both editions by name.
func models(t *testing.T) map[string]string {
	t.Helper()
	path, err := f32Model()
	var missing *engine.Missing
	if errors.As(err, &missing) {
		whole.Lacks(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"f32": path, "int8": published.Int8Model}
}

// batch makes the inputs of the programs encode and attend, padded to the longest of the lists of ids.
func batch(lists ...[]int32) map[string]engine.Tensor {
	longest := 0
	for i, ids := range lists {
		lists[i] = ids[:min(len(ids), maxTokens)]
		longest = max(longest, len(lists[i]))
	}
	var ids, lengths []int32
	for _, list := range lists {
		ids = append(append(ids, list...), make([]int32, longest-len(list))...)
		lengths = append(lengths, int32(len(list)))
	}
	return map[string]engine.Tensor{
		"ids":     engine.I32(ids, len(lists), longest),
		"lengths": engine.I32(lengths, len(lists)),
	}
}

func run(t *testing.T, e engine.Engine, model, program string, inputs map[string]engine.Tensor) map[string]engine.Tensor {
	t.Helper()
	r := ask(t, e, engine.Case{Name: program, Do: engine.Run, Target: program, Model: model, Inputs: inputs})
	if r.Failure != nil {
		t.Fatalf("%s: %s: %v", e.Name(), program, r.Failure)
	}
	return r.Outputs
}

// hosts are the engines that people use: all but the native one, which only tests and tools run.
func hosts() []*started { return append(baseline[1:len(baseline):len(baseline)], relaxed...) }

// TestEmbeddingsAgreeWithTFJS holds both editions against the published model run by tfjs.
func TestEmbeddingsAgreeWithTFJS(t *testing.T) {
	r := readRecord(t)
	sentences := whole.Some(t, numbers(len(r.sentences)), 16, "sentences")
	for edition, path := range models(t) {
		for _, e := range hosts() {
			t.Run(edition+"/"+e.Name(), func(t *testing.T) {
				e := use(t, e)
				var worst agreement
				answers := askAll(t, e, sentences, func(i int) engine.Case {
					return engine.Case{Name: "encode", Do: engine.Run, Target: "encode", Model: path, Inputs: batch(r.IDs[i])}
				})
				for at, i := range sentences {
					if answers[at].Failure != nil {
						t.Fatalf("sentence %d: %v", i, answers[at].Failure)
					}
					got := answers[at].Outputs["embedding"].Float32s()
					if len(got) != embedded {
						t.Fatalf("sentence %d: %d elements, want %d", i, len(got), embedded)
					}
					tally(e.Name(), agrees(edition, got, r.embedding(i)))
					worst.add(got, r.embedding(i))
				}
				t.Logf("over %d sentences: element within %.2g, relative L2 within %.2g, cosine at least %.6f",
					len(sentences), worst.element, worst.l2, 1-worst.angle)
				if !worst.fits(edition) {
					t.Error("want elements within 1e-4 and relative L2 within 1e-3 (f32), or a cosine of at least 0.995 (int8)")
				}
			})
		}
	}
}

// numbers are 0 to n-1.
func numbers(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// agreement is the worst of several comparisons: largest difference of an element, of relative L2, and 1 − cosine. NaN stays.
type agreement struct{ element, l2, angle float64 }

func (a *agreement) add(got, want []float32) {
	var diff, dot, gg, ww float64
	for i := range want {
		g, w := float64(got[i]), float64(want[i])
		a.element = math.Max(a.element, math.Abs(g-w))
		diff += (g - w) * (g - w)
		dot, gg, ww = dot+g*w, gg+g*g, ww+w*w
	}
	a.l2 = math.Max(a.l2, math.Sqrt(diff/ww))
	a.angle = math.Max(a.angle, 1-dot/math.Sqrt(gg*ww))
}

// fits tells whether an edition of the model may differ so.
func (a agreement) fits(edition string) bool {
	if edition == "f32" {
		return a.element <= 1e-4 && a.l2 <= 1e-3
	}
	return a.angle <= 1-0.995
}

func agrees(edition string, got, want []float32) bool {
	var a agreement
	a.add(got, want)
	return a.fits(edition)
}

// TestAttentionAgreesWithTFJS holds the weights of both layers against the published model's.
func TestAttentionAgreesWithTFJS(t *testing.T) {
	r, path := readRecord(t), models(t)["f32"]
	for _, e := range hosts() {
		t.Run(e.Name(), func(t *testing.T) {
			e := use(t, e)
			for _, a := range r.Attention {
				out := run(t, e, path, "attend", batch(r.IDs[a.Sentence]))
				for layer, offset := range a.Offsets {
					got := out[[]string{"weights0", "weights1"}[layer]]
					if !slices.Equal(got.Shape, a.Shape) {
						t.Fatalf("sentence %d layer %d: shape %v, want %v", a.Sentence, layer, got.Shape, a.Shape)
					}
					for i, g := range got.Float32s() {
						if w := r.values[offset+i]; !(math.Abs(float64(g-w)) <= 1e-4) {
							t.Fatalf("sentence %d layer %d weight %d: %v, want %v", a.Sentence, layer, i, g, w)
						}
					}
				}
			}
		})
	}
}

// TestEncodeBits holds whole runs of the baseline engines against each other, bit for bit: batches with padding, both editions.
func TestEncodeBits(t *testing.T) {
	r := readRecord(t)
	inputs := batch(r.IDs[0], r.IDs[9], nil) // 1, 4 and 0 tokens: emulated vectors are slow
	engines := append(baseline[1:len(baseline):len(baseline)], build(t, "v1"), build(t, "v3"))
	for edition, path := range models(t) {
		for _, program := range []string{"encode", "attend"} {
			c := engine.Case{Name: edition + " " + program, Do: engine.Run, Target: program, Model: path, Inputs: inputs}
			want := ask(t, use(t, baseline[0]), c)
			if want.Failure != nil {
				t.Fatal(want.Failure)
			}
			for _, e := range engines {
				t.Run(c.Name+"/"+e.Name(), func(t *testing.T) { compare(t, c.Name, ask(t, use(t, e), c), want) })
			}
		}
	}
}

// TestBatchesDoNotMatter asks for the same bits of a sentence alone and in a padded batch.
func TestBatchesDoNotMatter(t *testing.T) {
	r := readRecord(t)
	e := use(t, baseline[1])
	for edition, path := range models(t) {
		together := run(t, e, path, "encode", batch(r.IDs[:40]...))["embedding"]
		for i, ids := range r.IDs[:40] {
			alone := run(t, e, path, "encode", batch(ids))["embedding"]
			row := engine.Tensor{DType: "f32", Shape: alone.Shape, Data: together.Data[i*4*embedded:][:4*embedded]}
			if at := engine.Differ(row, alone); at >= 0 {
				t.Errorf("%s: sentence %d alone differs from the batch at %d", edition, i, at)
			}
		}
	}
}
