package use_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/wasm"
	"github.com/fovea-run/fovea/wasm/models/use"
)

// The tokenizer of the model file gives the published tokenizer's ids.
func TestTokenizeAgrees(t *testing.T) {
	r := readRecorded(t)
	var sentences []string
	text, err := os.ReadFile(testdata + "sentences.json")
	if err == nil {
		err = json.Unmarshal(text, &sentences)
	}
	if err != nil || len(sentences) != len(r.IDs) {
		t.Fatalf("%d sentences, %d recorded, %v", len(sentences), len(r.IDs), err)
	}
	m := load(t, "wazero", use.Int8)
	for i, sentence := range sentences {
		tokens, err := m.Tokenize(context.Background(), sentence)
		if err != nil {
			t.Fatal(err)
		}
		var ids []int32
		for _, token := range tokens {
			ids = append(ids, token.ID)
		}
		if !slices.Equal(ids, r.IDs[i]) {
			t.Errorf("%q: ids %v, want %v", sentence, ids, r.IDs[i])
		}
	}
}

// distance compares an embedding with tfjs's.
type distance struct {
	largest  float64 // difference of an element
	relative float64 // length of the difference, tfjs's being the unit
	cosine   float64
}

func compare(got, want []float32) distance {
	var d distance
	var diff2, got2, want2, dot float64
	for i := range want {
		g, w := float64(got[i]), float64(want[i])
		if diff := math.Abs(g - w); !(diff <= d.largest) { // keeps a NaN
			d.largest = diff
		}
		diff2 += (g - w) * (g - w)
		got2 += g * g
		want2 += w * w
		dot += g * w
	}
	d.relative = math.Sqrt(diff2 / want2)
	d.cosine = dot / math.Sqrt(got2*want2)
	return d
}

// wrong says whether d is out of the edition's tolerance.
func (d distance) wrong(e use.Edition) bool {
	if e == use.F32 {
		return !(d.largest <= 1e-4 && d.relative <= 1e-3)
	}
	return !(d.cosine >= 0.995 && d.cosine <= 1.000001)
}

// Each engine and edition gives tfjs's embeddings. Emulated vectors are slow, so
// the native engine computes only the sentences of at most a few tokens.
func TestEmbeddingsAgreeWithTFJS(t *testing.T) {
	r := readRecorded(t)
	for _, e := range []use.Edition{use.F32, use.Int8} {
		for engine, tokens := range map[string]int{"wazero": math.MaxInt, "native": 3} {
			t.Run(string(e)+" "+engine, func(t *testing.T) {
				s := session(t, engine, e)
				worst := distance{cosine: 1}
				for i, ids := range r.IDs {
					if len(ids) > tokens {
						continue
					}
					d := compare(embed(t, s, ids), r.embedding(i))
					if d.wrong(e) {
						t.Errorf("sentence %d of %d tokens: %+v", i, len(ids), d)
					}
					worst.largest = max(worst.largest, d.largest)
					worst.relative = max(worst.relative, d.relative)
					worst.cosine = min(worst.cosine, d.cosine)
				}
				t.Logf("worst: %+v", worst)
			})
		}
	}
}

// An embedding has the same bits alone, in any batch and with any padding.
func TestEmbeddingIgnoresBatchAndPadding(t *testing.T) {
	r := readRecorded(t)
	var sentences [][]int32
	for _, i := range []int{0, 9, 14, 19, 21, 75, 40, 1} {
		sentences = append(sentences, r.IDs[i])
	}
	for _, e := range []use.Edition{use.F32, use.Int8} {
		t.Run(string(e), func(t *testing.T) {
			s := session(t, "wazero", e)
			var alone []float32
			for _, ids := range sentences {
				alone = append(alone, embed(t, s, ids)...)
			}
			sameBits(t, "padded", run(t, s, "encode", batch(sentences, use.MaxTokens, 0), "embedding"), alone)
			sameBits(t, "padded with another id", run(t, s, "encode", batch(sentences, use.MaxTokens, 4711), "embedding"), alone)
			for i, ids := range sentences {
				part := batch(sentences[i:i+1], min(len(ids)+i, use.MaxTokens), 7)
				sameBits(t, "one, padded", run(t, s, "encode", part, "embedding"), alone[i*use.Dims:(i+1)*use.Dims])
			}
		})
	}
}

func sameBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("%s: value %d is %v, alone it is %v", what, i, got[i], want[i])
		}
	}
}

// attend gives tfjs's attention weights, and the mean that each token receives.
func TestAttendAgreesWithTFJS(t *testing.T) {
	r := readRecorded(t)
	s := session(t, "wazero", use.F32)
	for _, a := range r.Attention {
		ids := r.IDs[a.Sentence]
		n, padded := len(ids), len(ids)+3
		out, err := s.Run(context.Background(), "attend", batch([][]int32{ids}, padded, 5))
		if err != nil {
			t.Fatal(err)
		}
		for layer, name := range []string{"weights0", "weights1"} {
			want := r.values[a.Offsets[layer]:][:4*n*n]
			checkWeights(t, name, out[name].Float32s(), want, n, padded)
		}
		checkReceived(t, out["received"].Float32s(), r.values[a.Offsets[1]:][:4*n*n], n, padded)
	}
}

// checkWeights compares [4, padded, padded] weights with [4, n, n] of tfjs;
// padding must give and receive nothing.
func checkWeights(t *testing.T, name string, got, want []float32, n, padded int) {
	t.Helper()
	if len(got) != 4*padded*padded {
		t.Fatalf("%s: %d values for %d tokens", name, len(got), padded)
	}
	for i, g := range got {
		head, query, key := i/(padded*padded), i/padded%padded, i%padded
		w := 0.0
		if query < n && key < n {
			w = float64(want[(head*n+query)*n+key])
		}
		if !(math.Abs(float64(g)-w) <= 1e-4) {
			t.Errorf("%s of %d tokens, head %d, query %d, key %d: %v, want %v", name, n, head, query, key, g, w)
		}
	}
}

func checkReceived(t *testing.T, got, weights []float32, n, padded int) {
	t.Helper()
	want := make([]float64, padded)
	for i, w := range weights {
		want[i%n] += float64(w) / float64(4*n)
	}
	if len(got) != padded {
		t.Fatalf("received: %d values for %d tokens", len(got), padded)
	}
	for i, w := range want {
		if !(math.Abs(float64(got[i])-w) <= 1e-4) {
			t.Errorf("received by token %d of %d: %v, want %v", i, n, got[i], w)
		}
	}
}

func TestScoreAndCentre(t *testing.T) {
	const queries, keys = 3, 11
	q, k := made(queries, 1), made(keys, 2)
	s := session(t, "wazero", use.Int8)
	scores := run(t, s, "score", wasm.Tensors{"query": wasm.F32(q, queries, use.Dims), "keys": wasm.F32(k, keys, use.Dims)}, "scores")
	for i := range queries {
		for j := range keys {
			want := 0.0
			for d := range use.Dims {
				want += float64(q[i*use.Dims+d]) * float64(k[j*use.Dims+d])
			}
			if got := float64(scores[i*keys+j]); !(math.Abs(got-want) <= 1e-4) {
				t.Errorf("score of query %d and key %d: %v, want %v", i, j, got, want)
			}
		}
	}
	centre := run(t, s, "centre", wasm.Tensors{"keys": wasm.F32(k, 1, keys, use.Dims), "lengths": wasm.I32([]int32{keys})}, "centre")
	sums, square := make([]float64, use.Dims), 0.0
	for i, v := range k {
		sums[i%use.Dims] += float64(v)
	}
	for _, v := range sums {
		square += v * v
	}
	for d, v := range sums {
		if want := v / math.Sqrt(square); !(math.Abs(float64(centre[d])-want) <= 1e-6) {
			t.Errorf("centre %d: %v, want %v", d, centre[d], want)
		}
	}
}

func made(rows int, seed float64) []float32 {
	values := make([]float32, rows*use.Dims)
	for i := range values {
		values[i] = float32(math.Sin(float64(i)*0.37 + seed))
	}
	return values
}

func TestEncodeRefuses(t *testing.T) {
	s := session(t, "wazero", use.Int8)
	good := batch([][]int32{{1, 2, 3}}, 3, 0)
	ids := func(ids ...int32) wasm.Tensors {
		return wasm.Tensors{"ids": wasm.I32(ids, 1, 3), "lengths": good["lengths"]}
	}
	lengths := func(lengths ...int32) wasm.Tensors {
		return wasm.Tensors{"ids": good["ids"], "lengths": wasm.I32(lengths)}
	}
	cases := []struct {
		name string
		in   wasm.Tensors
		want string
	}{
		{"id past the table", ids(1, 8002, 3), "index 8002 at position 1"},
		{"negative id", ids(1, 2, -1), "index -1 at position 2"},
		{"length past tokens", lengths(4), "length 4 at position 0"},
		{"negative length", lengths(-1), "length -1 at position 0"},
		{"too many tokens", batch([][]int32{{1}}, use.MaxTokens+1, 0), `"tokens" is 129`},
		{"two batch sizes", lengths(3, 3), `"lengths" has shape [2]`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := s.Run(context.Background(), "encode", c.in)
			var refusal *wasm.Error
			if !errors.As(err, &refusal) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
	// The session still works, also for a sentence without tokens.
	for _, ids := range [][]int32{{1, 2, 3}, {}} {
		length := 0.0
		for _, v := range run(t, s, "encode", batch([][]int32{ids}, 3, 0), "embedding") {
			length += float64(v) * float64(v)
		}
		if !(math.Abs(length-1) <= 1e-5) {
			t.Errorf("%d tokens: the embedding has squared length %v", len(ids), length)
		}
	}
}
