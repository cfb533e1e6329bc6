package focus

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/fovea-run/fovea/wasm"
)

// A Document is an encoded text. It may be used from several goroutines.
type Document struct {
	Text      string
	Sentences []Sentence
	// Tokens is the number of tokens of all sentences.
	Tokens int

	focus *Focus
	*windowed
}

// A Sentence is Text[Start:End] of a document. One of more tokens than the
// model reads at once is read in windows, see [wasm.Model.Windows].
type Sentence struct {
	Start, End int
	Tokens     int
}

// Sentence returns the text of sentence i.
func (d *Document) Sentence(i int) string {
	s := d.Sentences[i]
	return d.Text[s.Start:s.End]
}

// tokenize fills the sentences and returns their token ids.
func (d *Document) tokenize(ctx context.Context, spans []wasm.Span) ([][]int32, error) {
	ids := make([][]int32, len(spans))
	for i, span := range spans {
		tokens, err := d.focus.model.TokenizeProse(ctx, d.Text[span.Start:span.End])
		if err != nil {
			return nil, err
		}
		ids[i] = idsOf(tokens)
		d.Tokens += len(tokens)
		d.Sentences = append(d.Sentences, Sentence{span.Start, span.End, len(tokens)})
	}
	return ids, nil
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
}

// A Match is a sentence with the cosine of its angle to the query, that of its
// best window if it has several.
type Match struct {
	Sentence int
	Score    float32
}

// Focus scores the sentences against q and selects within its budget.
func (d *Document) Focus(ctx context.Context, q Query) (*Result, error) {
	if !(q.Budget >= 0 && q.Budget <= 1) {
		return nil, &wasm.Error{Code: "value", Op: "focus", Arg: "budget", Got: fmt.Sprint(q.Budget), Want: "0 to 1"}
	}
	query, err := d.query(ctx, q.Text)
	if err != nil {
		return nil, err
	}
	n, dims := len(d.windows), d.focus.card.Dims
	out, err := d.focus.session.Run(ctx, "score", wasm.Tensors{
		"query": wasm.F32(query, 1, dims),
		"keys":  wasm.F32(d.keys, n, dims),
	})
	if err != nil {
		return nil, err
	}
	scores := out["scores"].Float32s()
	if n > len(d.Sentences) {
		if scores, err = d.focus.model.Best(ctx, scores, d.windows, len(d.Sentences)); err != nil {
			return nil, err
		}
	}
	kept, err := d.focus.model.Select(ctx, scores, d.lens(), q.Budget)
	if err != nil {
		return nil, err
	}
	return &Result{Ranked: rank(scores), Kept: len(kept)}, nil
}

// query returns the embedding of text, or of the document's centre if nothing
// can be read in it.
func (d *Document) query(ctx context.Context, text string) ([]float32, error) {
	tokens, err := d.focus.model.TokenizeProse(ctx, text)
	if err != nil {
		return nil, err
	}
	read := d.windowed
	if len(tokens) > 0 {
		if read, err = d.focus.read(ctx, [][]int32{idsOf(tokens)}, nil); err != nil {
			return nil, err
		}
	}
	if len(tokens) > 0 && len(read.windows) == 1 {
		return read.keys, nil
	}
	return d.focus.centre(ctx, read.keys)
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

// Shade returns the weights of a sentence's tokens. In a sentence of several
// windows each token has the weight of the window in which it stands farther
// from an end.
func (d *Document) Shade(ctx context.Context, sentence int) ([]Shade, error) {
	if sentence < 0 || sentence >= len(d.Sentences) {
		return nil, &wasm.Error{
			Code: "value", Op: "shade", Arg: "sentence",
			Got: fmt.Sprint(sentence), Want: fmt.Sprintf("0 to %d", len(d.Sentences)-1),
		}
	}
	tokens, err := d.focus.model.TokenizeProse(ctx, d.Sentence(sentence))
	if err != nil || len(tokens) == 0 {
		return nil, err
	}
	weights, err := d.focus.received(ctx, idsOf(tokens))
	if err != nil {
		return nil, err
	}
	relative(weights)
	start := d.Sentences[sentence].Start
	shades := make([]Shade, len(tokens))
	for i := range shades {
		shades[i] = Shade{start + tokens[i].Start, start + tokens[i].End, weights[i]}
	}
	return shades, nil
}
