package wasm

import (
	"context"
	"fmt"
	"math"

	"github.com/fovea-run/fovea/wasm/program"
)

// A Token is a piece of a text.
type Token struct {
	ID         int32
	Start, End int // byte offsets into the text
}

// Tokenize returns the tokens of text, all of them: a model's card says how
// many a run uses. Invalid UTF-8 counts as U+FFFD, a byte each.
func (m *Model) Tokenize(ctx context.Context, text string) ([]Token, error) {
	return m.tokenize(ctx, text, 0)
}

// TokenizeProse is Tokenize for text whose line breaks and indents mean
// nothing: a run of white space counts as one space, and none at either end.
func (m *Model) TokenizeProse(ctx context.Context, text string) ([]Token, error) {
	return m.tokenize(ctx, text, flagProse)
}

// flagProse is tokenize's flag for [Model.TokenizeProse].
const flagProse = 2

func (m *Model) tokenize(ctx context.Context, text string, flags uint64) ([]Token, error) {
	w, err := m.spans(ctx, "tokenize", text, flags, 3)
	if err != nil {
		return nil, err
	}
	tokens := make([]Token, len(w)/3)
	for i := range tokens {
		t := w[3*i:]
		tokens[i] = Token{ID: int32(t[0]), Start: int(t[1]), End: int(t[2])}
	}
	return tokens, nil
}

func (m *Model) spans(ctx context.Context, export, text string, flags uint64, width int) ([]uint32, error) {
	words, err := m.host.spans(ctx, export, text, flags, width)
	return unlessEnded(ctx, words, err)
}

// A Span is the part text[Start:End] of a text.
type Span struct{ Start, End int }

// Split returns the sentences of text, without the white space between them.
func (m *Model) Split(ctx context.Context, text string) ([]Span, error) {
	w, err := m.spans(ctx, "split", text, 0, 2)
	if err != nil {
		return nil, err
	}
	spans := make([]Span, len(w)/2)
	for i := range spans {
		spans[i] = Span{Start: int(w[2*i]), End: int(w[2*i+1])}
	}
	return spans, nil
}

// A Batch is a set of texts to encode in one run.
type Batch struct {
	Indices []int // of the texts
	Tokens  int   // the most tokens that one of them has, after clipping
}

// Plan sorts texts of lens tokens into batches of at most maxBatch texts of
// similar length, each clipped to maxTokens tokens.
func (m *Model) Plan(ctx context.Context, lens []int, maxBatch, maxTokens int) ([]Batch, error) {
	words, err := counts("plan", lens)
	if err != nil {
		return nil, err
	}
	batch, err := count("plan", "maxBatch", maxBatch)
	if err != nil {
		return nil, err
	}
	tokens, err := count("plan", "maxTokens", maxTokens)
	if err != nil {
		return nil, err
	}
	plan, err := m.host.plan(ctx, words, batch, tokens)
	return unlessEnded(ctx, plan, err)
}

// Select returns in ascending order the indices of the best-scored texts
// whose lens sum to at most the share budget (0 to 1) of all lens, rounded
// up; at least one if there is any and budget is not 0. A score that is NaN
// comes last.
func (m *Model) Select(ctx context.Context, scores []float32, lens []int, budget float64) ([]int, error) {
	if len(scores) != len(lens) {
		return nil, failure(program.ErrValue, "select", "the length of lens", len(lens), len(scores))
	}
	words, err := counts("select", lens)
	if err != nil {
		return nil, err
	}
	kept, err := m.host.choose(ctx, scores, words, float32(budget))
	return unlessEnded(ctx, kept, err)
}

// A Window is the tokens Start to End of the text of index Text.
type Window struct{ Text, Start, End int }

// Windows cuts texts of lens tokens into windows of at most maxTokens tokens,
// in their order. A text that is not longer is one window; the windows of a
// longer one overlap by a quarter, and the last one ends with it.
func (m *Model) Windows(ctx context.Context, lens []int, maxTokens int) ([]Window, error) {
	words, err := counts("windows", lens)
	if err != nil {
		return nil, err
	}
	tokens, err := count("windows", "maxTokens", maxTokens)
	if err != nil {
		return nil, err
	}
	if tokens == 0 {
		return nil, failure(program.ErrValue, "windows", "maxTokens", 0, "at least 1")
	}
	windows, err := m.host.windows(ctx, words, tokens)
	return unlessEnded(ctx, windows, err)
}

// Best returns for each of so many texts the greatest score of its windows. A
// score that is NaN counts where a text has no other.
func (m *Model) Best(ctx context.Context, scores []float32, windows []Window, texts int) ([]float32, error) {
	if len(scores) != len(windows) {
		return nil, failure(program.ErrValue, "best", "the length of windows", len(windows), len(scores))
	}
	n, err := count("best", "texts", texts)
	if err != nil {
		return nil, err
	}
	owners := make([]uint32, len(windows))
	for i, w := range windows {
		if w.Text < 0 || w.Text >= texts {
			return nil, failure(program.ErrValue, "best", fmt.Sprintf("windows[%d].Text", i), w.Text, fmt.Sprintf("0 to %d", texts-1))
		}
		owners[i] = uint32(w.Text)
	}
	best, err := m.host.best(ctx, scores, owners, n)
	return unlessEnded(ctx, best, err)
}

func indices(words []uint32) []int {
	out := make([]int, len(words))
	for i, w := range words {
		out[i] = int(w)
	}
	return out
}

// counts converts numbers of tokens to words.
func counts(op string, lens []int) ([]uint32, error) {
	words := make([]uint32, len(lens))
	for i, n := range lens {
		w, err := count(op, fmt.Sprintf("lens[%d]", i), n)
		if err != nil {
			return nil, err
		}
		words[i] = w
	}
	return words, nil
}

func count(op, arg string, n int) (uint32, error) {
	if n < 0 || int64(n) > math.MaxUint32 {
		return 0, failure(program.ErrValue, op, arg, n, "a count")
	}
	return uint32(n), nil
}
