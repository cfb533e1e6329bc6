package attention

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/wasm"
)

var (
	model  *wasm.Model
	reader *Reader
)

func TestMain(m *testing.M) {
	ctx := context.Background()
	rt, err := wasm.Open(ctx, wasm.Options{})
	must(err)
	file, err := wasm.OpenModelFile("../../model/use-lite-int8.safetensors")
	must(err)
	model, err = rt.Load(ctx, file, file.Size())
	must(err)
	reader, err = NewReader(model)
	must(err)
	code := m.Run()
	must(rt.Close())
	must(file.Close())
	os.Exit(code)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func read(t *testing.T, text string) *Reading {
	t.Helper()
	r, err := reader.Read(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReadShapes(t *testing.T) {
	for _, c := range []struct {
		text        string
		tokens, all int
	}{
		{"", 0, 0},
		{" \n\t ", 0, 0},
		{"light", 1, 1},
		{"Why do things glow when they are hot?", 10, 10},
		{strings.Repeat("light ", 128), 128, 128},
		{strings.Repeat("light ", 300), 128, 300},
	} {
		r := read(t, c.text)
		if len(r.Tokens) != c.tokens || r.All != c.all {
			t.Errorf("%.20q: %d of %d tokens, want %d of %d", c.text, len(r.Tokens), r.All, c.tokens, c.all)
		}
		if c.tokens > 0 && (r.Layers != 2 || r.Heads != 4) {
			t.Errorf("%.20q: %d layers of %d heads, want 2 of 4", c.text, r.Layers, r.Heads)
		}
	}
}

// TestRowsSumToOne asks what softmax promises of each token that looks, and
// that the last layer's columns have the mean that the model itself says a
// token receives.
func TestRowsSumToOne(t *testing.T) {
	r := read(t, "A stone that shows everything double, unsurprisingly.")
	n := len(r.Tokens)
	received := make([]float64, n)
	for layer := range r.Layers {
		for head := range r.Heads {
			for i, row := range slices.Collect(slices.Chunk(r.Head(layer, head), n)) {
				sum := 0.0
				for j, w := range row {
					sum += float64(w)
					if layer == r.Layers-1 {
						received[j] += float64(w) / float64(n*r.Heads)
					}
				}
				if !(math.Abs(sum-1) <= 1e-5) {
					t.Errorf("layer %d, head %d, token %d: the weights' sum is %v", layer, head, i, sum)
				}
			}
		}
	}
	tokens, err := model.TokenizeProse(t.Context(), r.Text)
	must(err)
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = tokens[i].ID
	}
	s, err := model.NewSession(nil)
	must(err)
	out, err := s.Run(t.Context(), "attend", wasm.Tensors{"ids": wasm.I32(ids, 1, n), "lengths": wasm.I32([]int32{int32(n)})})
	must(err)
	for i, want := range out["received"].Float32s() {
		if !(math.Abs(received[i]-float64(want)) <= 1e-5) {
			t.Errorf("token %d receives %v, the model says %v", i, received[i], want)
		}
	}
}

// TestTokensAreTheText puts the tokens together again.
func TestTokensAreTheText(t *testing.T) {
	for _, text := range []string{
		"Is not Fire a Body heated so hot as to emit Light copiously?",
		"  unsurprisingly,\n\tantidisestablishmentarianism  ",
		"naïve 北京 \U0001F642 e\u0301",
		"bad \xff\xfe bytes",
	} {
		r := read(t, text)
		got, end := "", 0
		for i, token := range r.Tokens {
			if token.Start < end || token.End < token.Start {
				t.Errorf("%q: token %d is at %+v, and the one before it ends at %d", text, i, token, end)
			}
			end = token.End
			got += r.Label(i)
		}
		if want := strings.ToValidUTF8(text, "\uFFFD"); bare(got) != bare(want) {
			t.Errorf("the tokens of %q make %q", text, got)
		}
	}
}

// bare is a text without its white space.
func bare(s string) string { return strings.Join(strings.Fields(s), "") }

func TestReadCanBeStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := reader.Read(ctx, "light"); err == nil {
		t.Errorf("a stopped reading gives %v", r)
	}
}

func TestFillRefuses(t *testing.T) {
	r := &Reading{Tokens: make([]Token, 2)}
	for _, shape := range [][]int{{1, 4, 2}, {2, 4, 2, 2}, {1, 4, 3, 2}, {1, 4, 2, 3}} {
		n := 1
		for _, d := range shape {
			n *= d
		}
		out := wasm.Tensors{"weights0": wasm.F32(make([]float32, n), shape...)}
		if err := r.fill(out, []string{"weights0"}); err == nil || !strings.Contains(err.Error(), fmt.Sprint(shape)) {
			t.Errorf("weights of the shape %v: %v, want an error with the shape", shape, err)
		}
	}
}
