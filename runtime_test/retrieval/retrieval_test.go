// Package retrieval asks the demo's article the kept queries of
// demo/testdata and compares what is found with what the published encoder
// finds under tfjs, and with what matching words finds.
package retrieval

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/published"
	"github.com/fovea-run/fovea/runtime_test/whole"
	"github.com/fovea-run/fovea/wasm"
	"github.com/fovea-run/fovea/wasm/focus"
)

const top = 3 // sentences of a query that count

// A query with the sentences that answer it, named by how they begin.
type query struct {
	Query    string
	Relevant []string
}

// expected is what tfjs found.
type expected struct {
	Sentences []string
	Found     []struct {
		Query string
		Top   []struct {
			Sentence int
			Score    float64
		}
	}
}

func readJSON(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(engine.Root(), "demo/testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// openArticle encodes the article with the model file at path.
func openArticle(t *testing.T, path string) *focus.Document {
	t.Helper()
	_, f := openModel(t, path)
	return openText(t, f, article(t))
}

func article(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(engine.Root(), "demo/article/opticks.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func openModel(t *testing.T, path string) (*wasm.Model, *focus.Focus) {
	t.Helper()
	rt, err := wasm.Open(t.Context(), wasm.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close() })
	file, err := wasm.OpenModelFile(filepath.Join(engine.Root(), path))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	m, err := rt.Load(t.Context(), file, file.Size())
	if err != nil {
		t.Fatal(err)
	}
	f, err := focus.New(m)
	if err != nil {
		t.Fatal(err)
	}
	return m, f
}

func openText(t *testing.T, f *focus.Focus, text string) *focus.Document {
	t.Helper()
	doc, err := f.Open(t.Context(), text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func ask(t *testing.T, doc *focus.Document, text string) []focus.Match {
	t.Helper()
	r, err := doc.Focus(t.Context(), focus.Query{Text: text, Budget: 1})
	if err != nil {
		t.Fatal(err)
	}
	return r.Ranked[:top]
}

// TestSameAsTfjs finds the same three sentences in the same order, and their
// scores to five digits.
func TestSameAsTfjs(t *testing.T) {
	path, err := published.F32Model()
	var missing *engine.Missing
	if errors.As(err, &missing) {
		whole.Lacks(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var want expected
	readJSON(t, "queries-tfjs.json", &want)
	doc := openArticle(t, path)
	if len(doc.Sentences) != len(want.Sentences) || len(want.Sentences) < 80 {
		t.Fatalf("%d sentences, tfjs had %d; want at least 80: run peers/queries.mjs", len(doc.Sentences), len(want.Sentences))
	}
	for i, s := range want.Sentences {
		if doc.Sentence(i) != s {
			t.Fatalf("sentence %d is %q, tfjs had %q: run peers/queries.mjs", i, doc.Sentence(i), s)
		}
	}
	if len(want.Found) != 20 {
		t.Fatalf("tfjs answered %d queries, want 20", len(want.Found))
	}
	for _, q := range want.Found {
		for i, got := range ask(t, doc, q.Query) {
			if got.Sentence != q.Top[i].Sentence {
				t.Errorf("%q: sentence %d at rank %d, tfjs finds %d", q.Query, got.Sentence, i+1, q.Top[i].Sentence)
			}
			if !(math.Abs(float64(got.Score)-q.Top[i].Score) <= 1e-5) {
				t.Errorf("%q: score %v at rank %d, tfjs has %v", q.Query, got.Score, i+1, q.Top[i].Score)
			}
		}
	}
}

// TestRecall compares the share of marked sentences among the first three with
// that of keyword overlap, for the committed model.
func TestRecall(t *testing.T) {
	var queries []query
	readJSON(t, "queries.json", &queries)
	doc := openArticle(t, published.Int8Model)
	var ours, overlap float64
	for _, q := range queries {
		relevant := resolve(t, doc, q)
		var found []int
		for _, m := range ask(t, doc, q.Query) {
			found = append(found, m.Sentence)
		}
		ours += recall(found, relevant)
		overlap += recall(byKeywords(doc, q.Query), relevant)
	}
	n := float64(len(queries))
	t.Logf("recall@%d: %.3f, keyword overlap %.3f", top, ours/n, overlap/n)
	if !(ours > overlap) {
		t.Errorf("recall@%d is %.3f, not above keyword overlap's %.3f", top, ours/n, overlap/n)
	}
}

// TestLongSentence asks for the last words of the article's one sentence that
// the model cannot read at once: it is found first, and would not be if it
// ended after the model's last token.
func TestLongSentence(t *testing.T) {
	m, f := openModel(t, published.Int8Model)
	text := article(t)
	doc := openText(t, f, text)
	most := m.Card().MaxTokens
	i := slices.IndexFunc(doc.Sentences, func(s focus.Sentence) bool { return s.Tokens > most })
	if i < 0 {
		t.Fatalf("no sentence has more than %d tokens", most)
	}
	s := doc.Sentences[i]
	tokens, err := m.TokenizeProse(t.Context(), doc.Sentence(i))
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(doc.Sentence(i))
	query := strings.Join(words[len(words)-12:], " ")
	cut := openText(t, f, text[:s.Start+tokens[most-1].End]+"."+text[s.End:])
	with, without := rank(t, doc, query, s.Start), rank(t, cut, query, s.Start)
	t.Logf("%d tokens: rank %d, and %d without its end", s.Tokens, with, without)
	if with != 1 || without <= 1 {
		t.Errorf("%q: rank %d, want 1; rank %d without its end, want a later one", query, with, without)
	}
}

// rank returns the place, from 1, of the sentence that begins at start.
func rank(t *testing.T, doc *focus.Document, text string, start int) int {
	t.Helper()
	r, err := doc.Focus(t.Context(), focus.Query{Text: text, Budget: 1})
	if err != nil {
		t.Fatal(err)
	}
	return 1 + slices.IndexFunc(r.Ranked, func(m focus.Match) bool { return doc.Sentences[m.Sentence].Start == start })
}

// resolve returns the indices of the sentences that answer q.
func resolve(t *testing.T, doc *focus.Document, q query) []int {
	t.Helper()
	var relevant []int
	for _, prefix := range q.Relevant {
		at := slices.IndexFunc(doc.Sentences, func(s focus.Sentence) bool {
			return strings.HasPrefix(strings.Join(strings.Fields(doc.Text[s.Start:s.End]), " "), prefix)
		})
		if at < 0 {
			t.Fatalf("%q: no sentence begins with %q", q.Query, prefix)
		}
		relevant = append(relevant, at)
	}
	return relevant
}

func recall(found, relevant []int) float64 {
	hits := 0
	for _, i := range relevant {
		if slices.Contains(found, i) {
			hits++
		}
	}
	return float64(hits) / float64(len(relevant))
}

// stopWords are left out of keyword overlap, which would find little but them.
var stopWords = words("a an and are as at be by can could did do does for from get has have he his how i in is it its " +
	"make of on or our over past so that the their they this to up was we what when which who why will with you your")

// byKeywords returns the sentences that share the most different words with
// text, the first of equals first.
func byKeywords(doc *focus.Document, text string) []int {
	asked := words(text)
	order := make([]int, len(doc.Sentences))
	shared := make([]int, len(doc.Sentences))
	for i := range order {
		order[i] = i
		for w := range words(doc.Sentence(i)) {
			if asked[w] && !stopWords[w] {
				shared[i]++
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return shared[b] - shared[a] })
	return order[:top]
}

// words returns the different words of text in lower case.
func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
		set[w] = true
	}
	return set
}
