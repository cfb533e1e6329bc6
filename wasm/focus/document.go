package focus

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/fovea-run/fovea/wasm"
)

// A Document is an encoded text. It may be used from several goroutines.
type Document struct {
	Text      string
	Sentences []Sentence
	// Tokens is the number of tokens of all sentences, clipped ones included.
	Tokens int
	// Clipped is the number of clipped sentences.
	Clipped int

	focus *Focus
	ids   [][]int32 // clipped, a sentence
	keys  []float32 // embeddings, [sentences, dims]
}

// A Sentence is Text[Start:End] of a document.
type Sentence struct {
	Start, End int
	// Tokens is the length of the sentence. If it is Clipped, only its first
	// tokens, as many as the model's card says, count in its embedding.
	Tokens  int
	Clipped bool
}

// Sentence returns the text of sentence i.
func (d *Document) Sentence(i int) string {
	s := d.Sentences[i]
	return d.Text[s.Start:s.End]
}

// tokenize fills the sentences and their token ids.
func (d *Document) tokenize(ctx context.Context, spans []wasm.Span) error {
	limit := d.focus.card.MaxTokens
	for _, span := range spans {
		tokens, err := d.focus.model.TokenizeProse(ctx, d.Text[span.Start:span.End])
		if err != nil {
			return err
		}
		s := Sentence{span.Start, span.End, len(tokens), len(tokens) > limit}
		if s.Clipped {
			d.Clipped++
		}
		d.Tokens += s.Tokens
		d.Sentences = append(d.Sentences, s)
		d.ids = append(d.ids, d.focus.ids(tokens))
	}
	return nil
}

// lens returns the sentences' lengths in tokens.
func (d *Document) lens() []int {
	lens := make([]int, len(d.Sentences))
	for i, s := range d.Sentences {
		lens[i] = s.Tokens
	}
	return lens
}

// A Query says what a person is after.
type Query struct {
	// Text is a question or some words. If it is empty or white space, the
	// document's own centre is asked for: what the whole is about.
	Text string
	// Budget is the share of the document's tokens to keep, 0 to 1. More
	// than 0 keeps at least one sentence.
	Budget float64
}

// A Result ranks a document's sentences.
type Result struct {
	// Ranked has every sentence, best first; equal scores in reading order.
	Ranked []Match
	// Kept is how many of Ranked, from the start, are within the budget.
	Kept int
	// QueryClipped says that the query was longer than the model takes.
	QueryClipped bool
}

// A Match is a sentence with the cosine of its angle to the query.
type Match struct {
	Sentence int
	Score    float32
}

// Focus scores the sentences against q and selects within its budget.
func (d *Document) Focus(ctx context.Context, q Query) (*Result, error) {
	if !(q.Budget >= 0 && q.Budget <= 1) {
		return nil, &wasm.Error{Code: "value", Op: "focus", Arg: "budget", Got: fmt.Sprint(q.Budget), Want: "0 to 1"}
	}
	query, clipped, err := d.query(ctx, q.Text)
	if err != nil {
		return nil, err
	}
	n, dims := len(d.Sentences), d.focus.card.Dims
	out, err := d.focus.session.Run(ctx, "score", wasm.Tensors{
		"query": wasm.F32(query, 1, dims),
		"keys":  wasm.F32(d.keys, n, dims),
	})
	if err != nil {
		return nil, err
	}
	scores := out["scores"].Float32s()
	kept, err := d.focus.model.Select(ctx, scores, d.lens(), q.Budget)
	if err != nil {
		return nil, err
	}
	return &Result{Ranked: rank(scores), Kept: len(kept), QueryClipped: clipped}, nil
}

// query returns the embedding of text, or of the document's centre if there is
// no text, and whether text was clipped.
func (d *Document) query(ctx context.Context, text string) ([]float32, bool, error) {
	f := d.focus
	if strings.TrimSpace(text) == "" {
		out, err := f.session.Run(ctx, "centre", wasm.Tensors{
			"keys":    wasm.F32(d.keys, 1, len(d.Sentences), f.card.Dims),
			"lengths": wasm.I32([]int32{int32(len(d.Sentences))}),
		})
		if err != nil {
			return nil, false, err
		}
		return out["centre"].Float32s(), false, nil
	}
	tokens, err := f.model.TokenizeProse(ctx, text)
	if err != nil {
		return nil, false, err
	}
	ids := f.ids(tokens)
	embedding, err := f.encodeIDs(ctx, [][]int32{ids}, len(ids))
	return embedding, len(tokens) > len(ids), err
}

// rank sorts sentences as [wasm.Model.Select] takes them: by falling score,
// NaN last, equal ones in reading order.
func rank(scores []float32) []Match {
	ranked := make([]Match, len(scores))
	for i, s := range scores {
		ranked[i] = Match{i, s}
	}
	slices.SortStableFunc(ranked, func(a, b Match) int { return cmp.Compare(b.Score, a.Score) })
	return ranked
}

// A Shade is the weight of the token Text[Start:End] of a document.
type Shade struct {
	Start, End int
	// Weight is the attention that the token receives in the model's last
	// layer, averaged over heads and tokens, relative to the sentence's most
	// attended token: 0 to 1.
	Weight float32
}

// Shade returns the weights of a sentence's tokens, without clipped ones.
func (d *Document) Shade(ctx context.Context, sentence int) ([]Shade, error) {
	if sentence < 0 || sentence >= len(d.Sentences) {
		return nil, &wasm.Error{
			Code: "value", Op: "shade", Arg: "sentence",
			Got: fmt.Sprint(sentence), Want: fmt.Sprintf("0 to %d", len(d.Sentences)-1),
		}
	}
	ids := d.ids[sentence]
	if len(ids) == 0 {
		return nil, nil
	}
	tokens, err := d.focus.model.TokenizeProse(ctx, d.Sentence(sentence))
	if err != nil {
		return nil, err
	}
	out, err := d.focus.session.Run(ctx, "attend", sequences([][]int32{ids}, len(ids)))
	if err != nil {
		return nil, err
	}
	weights := out["received"].Float32s()
	relative(weights)
	start := d.Sentences[sentence].Start
	shades := make([]Shade, len(ids))
	for i := range shades {
		shades[i] = Shade{start + tokens[i].Start, start + tokens[i].End, weights[i]}
	}
	return shades, nil
}
