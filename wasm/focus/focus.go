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

// MaxSentences is the most sentences of a document, windows of long ones
// counted each: as many as the model's score program takes at once.
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
		return nil, tooLong(len(spans))
	}
	d := &Document{Text: text, focus: f}
	ids, err := d.tokenize(ctx, spans)
	if err != nil {
		return nil, err
	}
	if d.windowed, err = f.read(ctx, ids, progress); err != nil {
		return nil, err
	}
	return d, nil
}

func tooLong(sentences int) error {
	return &wasm.Error{Code: "too-long", Op: "focus", Arg: "text", Got: fmt.Sprint(sentences), Want: fmt.Sprint(MaxSentences)}
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
