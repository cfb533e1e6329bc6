// Package focus finds the sentences of a text that matter to a query, and the
// tokens that matter within a sentence.
//
//	f, err := focus.New(model)
//	doc, err := f.Open(ctx, text, nil)
//	res, err := doc.Focus(ctx, focus.Query{Text: "why is the sky blue", Budget: 0.1})
//	for _, m := range res.Ranked {
//		fmt.Println(m.Score, doc.Sentence(m.Sentence))
//	}
//
// A document is encoded once, by [Focus.Open]; another query or budget only
// scores and selects.
package focus

import (
	"context"
	"fmt"
	"math"

	"github.com/fovea-run/fovea/wasm"
)

// MaxSentences is the most sentences of a document: as many as the model's
// score program takes at once.
const MaxSentences = 65536

// maxBatch is the number of sentences encoded in one run. More do not run
// quicker, and a run cannot be interrupted.
const maxBatch = 16

// A Focus opens documents with one model. It may be used from several
// goroutines, which then take turns.
type Focus struct {
	model   *wasm.Model
	session *wasm.Session
	card    wasm.Card
}

// New returns a Focus over a model with the programs encode, attend, score and
// centre, as [github.com/fovea-run/fovea/wasm/models] makes it.
func New(m *wasm.Model) (*Focus, error) {
	card := m.Card()
	if card.Dims <= 0 || card.MaxTokens <= 0 {
		return nil, &wasm.Error{
			Code: "value", Op: "focus", Arg: "card",
			Got:  fmt.Sprintf("%d dims and %d tokens", card.Dims, card.MaxTokens),
			Want: "that of a sentence encoder",
		}
	}
	s, err := m.NewSession(nil)
	if err != nil {
		return nil, err
	}
	return &Focus{model: m, session: s, card: card}, nil
}

// Open splits text into sentences and encodes them. progress, if not nil, is
// called with the number of tokens encoded so far and in all, first with 0;
// ctx is looked at between batches. Bytes that are not UTF-8 count as U+FFFD.
// A text without a sentence is an error with the code "empty", one with more
// than [MaxSentences] an error with the code "too-long".
func (f *Focus) Open(ctx context.Context, text string, progress func(done, total int)) (*Document, error) {
	spans, err := f.model.Split(ctx, text)
	if err != nil {
		return nil, err
	}
	if len(spans) == 0 {
		got := "it is only white space"
		if text == "" {
			got = "it is empty"
		}
		return nil, &wasm.Error{Code: "empty", Op: "focus", Arg: "text", Got: got}
	}
	if len(spans) > MaxSentences {
		return nil, &wasm.Error{
			Code: "too-long", Op: "focus", Arg: "text",
			Got: fmt.Sprint(len(spans)), Want: fmt.Sprint(MaxSentences),
		}
	}
	d := &Document{Text: text, focus: f, keys: make([]float32, len(spans)*f.card.Dims)}
	if err := d.tokenize(ctx, spans); err != nil {
		return nil, err
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	if err := d.encode(ctx, progress); err != nil {
		return nil, err
	}
	return d, nil
}

// encodeIDs encodes sequences of token ids, padded to tokens, and returns an
// embedding a sequence. Sequences must not be longer than tokens.
func (f *Focus) encodeIDs(ctx context.Context, seqs [][]int32, tokens int) ([]float32, error) {
	out, err := f.session.Run(ctx, "encode", sequences(seqs, tokens))
	if err != nil {
		return nil, err
	}
	return out["embedding"].Float32s(), nil
}

// sequences returns the inputs ids[len(seqs), tokens] and lengths[len(seqs)].
func sequences(seqs [][]int32, tokens int) wasm.Tensors {
	tokens = max(tokens, 1) // a program has no empty dimension
	ids := make([]int32, len(seqs)*tokens)
	lengths := make([]int32, len(seqs))
	for i, s := range seqs {
		lengths[i] = int32(copy(ids[i*tokens:(i+1)*tokens], s))
	}
	return wasm.Tensors{
		"ids":     wasm.I32(ids, len(seqs), tokens),
		"lengths": wasm.I32(lengths, len(seqs)),
	}
}

// ids returns the ids of tokens, of which the model takes the first MaxTokens.
func (f *Focus) ids(tokens []wasm.Token) []int32 {
	ids := make([]int32, min(len(tokens), f.card.MaxTokens))
	for i := range ids {
		ids[i] = tokens[i].ID
	}
	return ids
}

// relative divides weights by their maximum, so that the largest is 1. Without
// a positive maximum all are 0.
func relative(weights []float32) {
	var most float32
	for _, w := range weights {
		most = max(most, w)
	}
	for i, w := range weights {
		weights[i] = 0
		if most > 0 && !math.IsInf(float64(most), 0) {
			weights[i] = w / most
		}
	}
}
