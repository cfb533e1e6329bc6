package focus

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/wasm"
)

// f is the committed int8 model on wazero.
var f *Focus

func TestMain(m *testing.M) {
	ctx := context.Background()
	rt, err := wasm.Open(ctx, wasm.Options{})
	must(err)
	file, err := wasm.OpenModelFile("../../demo/model/use-lite-int8.safetensors")
	must(err)
	model, err := rt.Load(ctx, file, file.Size())
	must(err)
	f, err = New(model)
	must(err)
	code := m.Run()
	must(file.Close())
	must(rt.Close())
	os.Exit(code)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

const prose = "The cat sat on the mat. It rained all day in London! Are prices going up again? " +
	"A dog barked at the postman.\n\nInflation rose to five per cent. The kitten chased a ball of wool."

func open(t *testing.T, text string) *Document {
	t.Helper()
	d, err := f.Open(t.Context(), text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// embed encodes one text by itself, without padding.
func embed(t *testing.T, text string) []float64 {
	t.Helper()
	tokens, err := f.model.TokenizeProse(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	return encoded(t, tokens)
}

// embedIDs encodes the first n tokens of a text.
func embedIDs(t *testing.T, text string, n int) []float64 {
	t.Helper()
	tokens, err := f.model.TokenizeProse(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	return encoded(t, tokens[:n])
}

// encoded is the embedding of tokens, without padding.
func encoded(t *testing.T, tokens []wasm.Token) []float64 {
	t.Helper()
	ids := idsOf(tokens)
	e, err := f.encodeIDs(t.Context(), [][]int32{ids}, len(ids))
	if err != nil {
		t.Fatal(err)
	}
	wide := make([]float64, len(e))
	for i, v := range e {
		wide[i] = float64(v)
	}
	return wide
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// TestFocus compares the scores with dot products in float64 of embeddings
// encoded one by one.
func TestFocus(t *testing.T) {
	d := open(t, prose)
	if len(d.Sentences) != 6 {
		t.Fatalf("%d sentences, want 6", len(d.Sentences))
	}
	for query, best := range map[string]string{
		"economy and money":         "Inflation rose to five per cent.",
		"what was the weather like": "It rained all day in London!",
	} {
		r, err := d.Focus(t.Context(), Query{Text: query, Budget: 1})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Sentence(r.Ranked[0].Sentence); got != best {
			t.Errorf("%q finds %q first, want %q", query, got, best)
		}
		if len(r.Ranked) != 6 || r.Kept != 6 {
			t.Errorf("%q: %d ranked, %d kept, want 6 and 6", query, len(r.Ranked), r.Kept)
		}
		checkScores(t, d, r, embed(t, query))
	}
}

func checkScores(t *testing.T, d *Document, r *Result, query []float64) {
	t.Helper()
	seen := map[int]bool{}
	for i, m := range r.Ranked {
		want := dot(query, embed(t, d.Sentence(m.Sentence)))
		if !(math.Abs(float64(m.Score)-want) <= 1e-6) {
			t.Errorf("sentence %d scores %v, want %v", m.Sentence, m.Score, want)
		}
		if i > 0 && !(m.Score <= r.Ranked[i-1].Score) {
			t.Errorf("rank %d scores %v after %v", i, m.Score, r.Ranked[i-1].Score)
		}
		seen[m.Sentence] = true
	}
	if len(seen) != len(d.Sentences) {
		t.Errorf("%d different sentences are ranked, want %d", len(seen), len(d.Sentences))
	}
}

// TestCentre compares an empty query with the normalised mean of all embeddings.
func TestCentre(t *testing.T) {
	d := open(t, prose)
	centre := make([]float64, f.card.Dims)
	for i := range d.Sentences {
		for j, v := range embed(t, d.Sentence(i)) {
			centre[j] += v
		}
	}
	norm := math.Sqrt(dot(centre, centre))
	for j := range centre {
		centre[j] /= norm
	}
	for _, query := range []string{"", " \n\t"} {
		r, err := d.Focus(t.Context(), Query{Text: query, Budget: .5})
		if err != nil {
			t.Fatal(err)
		}
		checkScores(t, d, r, centre)
	}
}

func TestBudget(t *testing.T) {
	d := open(t, prose)
	for _, budget := range []float64{0, .01, .2, .35, .5, .75, 1} {
		r, err := d.Focus(t.Context(), Query{Text: "animals", Budget: budget})
		if err != nil {
			t.Fatal(err)
		}
		sum, kept := 0, 0
		for _, m := range r.Ranked {
			sum += d.Sentences[m.Sentence].Tokens
			if budget == 0 || kept > 0 && float64(sum) > math.Ceil(budget*float64(d.Tokens)) {
				break
			}
			kept++
		}
		if r.Kept != kept {
			t.Errorf("budget %v keeps %d, want %d", budget, r.Kept, kept)
		}
	}
	for _, budget := range []float64{-.1, 1.1, math.NaN(), math.Inf(1)} {
		if _, err := d.Focus(t.Context(), Query{Budget: budget}); code(err) != "value" {
			t.Errorf("budget %v: %v, want the code value", budget, err)
		}
	}
}

func code(err error) string {
	var e *wasm.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func TestOpenRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "empty",
		" \t\r\n\u00a0\u2003":                    "empty",
		strings.Repeat("A.\n\n", MaxSentences+1): "too-long",
	} {
		if _, err := f.Open(t.Context(), text, nil); code(err) != want {
			t.Errorf("%.20q: %v, want the code %s", text, err, want)
		}
	}
}

// TestOpenOddTexts opens what people paste by mistake.
func TestOpenOddTexts(t *testing.T) {
	for name, text := range map[string]string{
		"one token":         "a",
		"one sign":          ".",
		"controls":          "\x00\x01\x02\x7f",
		"not UTF-8":         "Light \xff\xfe is \xc3\x28 here. And \xed\xa0\x80 there.",
		"emoji":             "👩‍👩‍👧 went home. 🎉!",
		"unknown script":    "ᚠᛇᚻ᛫ᛒᛦᚦ",
		"no spaces":         strings.Repeat("x", 1<<20),
		"one long sentence": strings.Repeat("to be ", 100),
	} {
		d, err := f.Open(t.Context(), text, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		r, err := d.Focus(t.Context(), Query{Text: text, Budget: .3})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, m := range r.Ranked {
			if !(m.Score >= -1.001 && m.Score <= 1.001) {
				t.Errorf("%s: score %v", name, m.Score)
			}
		}
		for i, s := range d.Sentences {
			if s.Start < 0 || s.Start >= s.End || s.End > len(text) {
				t.Errorf("%s: sentence %+v", name, s)
			}
			if i < 3 {
				checkShades(t, d, i)
			}
		}
		if long := name == "one long sentence" || name == "no spaces"; long != (len(d.windows) > len(d.Sentences)) {
			t.Errorf("%s: %d windows of %d sentences", name, len(d.windows), len(d.Sentences))
		}
	}
}

func checkShades(t *testing.T, d *Document, sentence int) {
	t.Helper()
	shades, err := d.Shade(t.Context(), sentence)
	if err != nil {
		t.Fatal(err)
	}
	s := d.Sentences[sentence]
	if len(shades) != s.Tokens {
		t.Fatalf("%d shades for %d tokens", len(shades), s.Tokens)
	}
	var most float32
	for _, shade := range shades {
		if shade.Start < s.Start || shade.Start > shade.End || shade.End > s.End || !(shade.Weight >= 0 && shade.Weight <= 1) {
			t.Errorf("shade %+v in sentence %+v", shade, s)
		}
		most = max(most, shade.Weight)
	}
	if len(shades) > 0 && most != 1 {
		t.Errorf("the largest weight is %v, want 1", most)
	}
}

// TestShade adds up the attention weights of the last layer itself.
func TestShade(t *testing.T) {
	d := open(t, prose)
	const sentence = 1
	tokens, err := f.model.TokenizeProse(t.Context(), d.Sentence(sentence))
	if err != nil {
		t.Fatal(err)
	}
	ids := idsOf(tokens)
	out, err := f.session.Run(t.Context(), "attend", sequences([][]int32{ids}, len(ids)))
	if err != nil {
		t.Fatal(err)
	}
	n := len(ids)
	received := make([]float64, n)
	for i, w := range out["weights1"].Float32s() {
		received[i%n] += float64(w)
	}
	most := slices.Max(received)
	shades, err := d.Shade(t.Context(), sentence)
	if err != nil {
		t.Fatal(err)
	}
	for i, shade := range shades {
		if want := received[i] / most; !(math.Abs(float64(shade.Weight)-want) <= 1e-5) {
			t.Errorf("token %q weighs %v, want %v", d.Text[shade.Start:shade.End], shade.Weight, want)
		}
	}
	for _, bad := range []int{-1, len(d.Sentences)} {
		if _, err := d.Shade(t.Context(), bad); code(err) != "value" {
			t.Errorf("sentence %d: %v, want the code value", bad, err)
		}
	}
}

// long is a sentence whose second half, after more tokens than the model reads
// at once, is about money.
var long = "On the first day of the journey, " + strings.Repeat("we walked along the river, past the old mill and the wet meadows, ", 12) +
	"and in the evening the landlord told us that inflation had risen to five per cent."

// TestLongSentence finds what stands after the first window.
func TestLongSentence(t *testing.T) {
	d := open(t, "The cat sat on the mat. "+long+" A dog barked at the postman.")
	if n := d.Sentences[1].Tokens; n <= f.card.MaxTokens || len(d.windows) <= len(d.Sentences) {
		t.Fatalf("the sentence has %d tokens, the text %d windows", n, len(d.windows))
	}
	r, err := d.Focus(t.Context(), Query{Text: "economy and money", Budget: 1})
	if err != nil {
		t.Fatal(err)
	}
	if r.Ranked[0].Sentence != 1 {
		t.Errorf("%q is found first", d.Sentence(r.Ranked[0].Sentence))
	}
	query, dims := embed(t, "economy and money"), f.card.Dims
	best := -2.0
	for i, w := range d.windows {
		if w.Text == 1 {
			sum := 0.0
			for j, v := range d.keys[i*dims : (i+1)*dims] {
				sum += query[j] * float64(v)
			}
			best = max(best, sum)
		}
	}
	if got := float64(r.Ranked[0].Score); !(math.Abs(got-best) <= 1e-6) {
		t.Errorf("it scores %v, its best window %v", got, best)
	}
	if first := dot(query, embedIDs(t, d.Sentence(1), f.card.MaxTokens)); !(best > first+.05) {
		t.Errorf("the best window scores %v, the first %v: this text shows nothing", best, first)
	}
	checkShades(t, d, 1)
}

// TestLongQuery asks with a text of several windows: their centre.
func TestLongQuery(t *testing.T) {
	d := open(t, prose)
	r, err := d.Focus(t.Context(), Query{Text: long, Budget: 1})
	if err != nil {
		t.Fatal(err)
	}
	e, err := f.Embed(t.Context(), []string{"a", long, "b"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(e) != 3 || e[1].Tokens <= f.card.MaxTokens {
		t.Fatalf("%d embeddings, the second of %d tokens", len(e), e[1].Tokens)
	}
	centre := make([]float64, len(e[1].Vector))
	norm := 0.0
	for i, v := range e[1].Vector {
		centre[i] = float64(v)
		norm += centre[i] * centre[i]
	}
	if !(math.Abs(norm-1) <= 1e-5) {
		t.Errorf("the centre's norm is %v", norm)
	}
	checkScores(t, d, r, centre)
	for i, text := range map[int]string{0: "a", 2: "b"} {
		if want := embed(t, text); !(math.Abs(float64(e[i].Vector[0])-want[0]) <= 1e-6) {
			t.Errorf("%s begins with %v, want %v", text, e[i].Vector[0], want[0])
		}
	}
}

// TestIgnorable compares the scores of a text with those of the same with what
// nobody sees in words, in the text and in the query.
func TestIgnorable(t *testing.T) {
	plain, err := open(t, prose).Focus(t.Context(), Query{Text: "economy and money", Budget: 1})
	if err != nil {
		t.Fatal(err)
	}
	hide := strings.NewReplacer("a", "a\u00AD", "n", "n\u200B", "o", "\u2060o", "e", "e\u200D")
	hidden, err := open(t, hide.Replace(prose)).Focus(t.Context(), Query{Text: hide.Replace("economy and money"), Budget: 1})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(hidden.Ranked, plain.Ranked) {
		t.Errorf("%v, want %v", hidden.Ranked, plain.Ranked)
	}
	if got, err := open(t, prose).Focus(t.Context(), Query{Text: "\u200B\uFEFF", Budget: 1}); err != nil || len(got.Ranked) != 6 {
		t.Errorf("a query of nothing: %v, %v", got, err)
	}
}

// TestEqualSentences encodes each once, into every place.
func TestEqualSentences(t *testing.T) {
	tokens := 0
	d, err := f.Open(t.Context(), prose+" "+prose, func(_, total int) { tokens = total })
	if err != nil {
		t.Fatal(err)
	}
	if tokens == 0 || 2*tokens != d.Tokens {
		t.Errorf("%d of %d tokens are encoded, want half", tokens, d.Tokens)
	}
	r, err := d.Focus(t.Context(), Query{Text: "weather", Budget: 1})
	if err != nil {
		t.Fatal(err)
	}
	checkScores(t, d, r, embed(t, "weather"))
}

func TestOpenProgress(t *testing.T) {
	text := ""
	for i := range 50 {
		text += fmt.Sprintf("There are %d cats in the house. ", i)
	}
	var seen []int
	all := 0
	if _, err := f.Open(t.Context(), text, func(done, total int) { seen, all = append(seen, done), total }); err != nil {
		t.Fatal(err)
	}
	if len(seen) < 3 || seen[0] != 0 || seen[len(seen)-1] != all || !slices.IsSorted(seen) {
		t.Errorf("progress is %v of %d", seen, all)
	}
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	_, err := f.Open(ctx, text, func(done, total int) {
		if calls++; done > 0 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || calls != 2 {
		t.Errorf("stopped after the first batch: %v after %d calls, want context.Canceled after 2", err, calls)
	}
}

// TestRank puts NaN last, as the kernels' select does.
func TestRank(t *testing.T) {
	nan := float32(math.NaN())
	var order []int
	for _, m := range rank([]float32{.5, nan, .7, .5, -1, nan, float32(math.Copysign(0, -1)), 0}) {
		order = append(order, m.Sentence)
	}
	if want := []int{2, 0, 3, 6, 7, 4, 1, 5}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
}
