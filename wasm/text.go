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

// spans calls an export that turns text into groups of width words. Offsets
// are in bytes.
func (m *Model) spans(ctx context.Context, export, text string, flags uint64, width int) ([]uint32, error) {
	if err := m.machine.begin(ctx, export); err != nil {
		return nil, err
	}
	defer m.machine.give()
	at, err := m.machine.alloc(ctx, export, len(text))
	if err != nil {
		return nil, err
	}
	copy(m.machine.bytes(at, uint32(len(text))), text)
	result, err := m.machine.need(ctx, export, export, uint64(at), uint64(len(text)), flags)
	if err != nil {
		return nil, err
	}
	return m.machine.array(result, width), nil
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
	if err := m.machine.begin(ctx, "plan"); err != nil {
		return nil, err
	}
	defer m.machine.give()
	at, err := m.machine.put(ctx, "plan", words)
	if err != nil {
		return nil, err
	}
	result, err := m.machine.need(ctx, "plan", "plan", uint64(at), uint64(len(lens)), uint64(batch), uint64(tokens))
	if err != nil {
		return nil, err
	}
	w := m.machine.array(result, 3)
	return batches(w, m.machine.words(result+4+uint32(4*len(w)), len(lens))), nil
}

// batches makes batches of groups {first, count, tokens} over order.
func batches(groups, order []uint32) []Batch {
	out := make([]Batch, len(groups)/3)
	for i := range out {
		first, count, tokens := groups[3*i], groups[3*i+1], groups[3*i+2]
		out[i] = Batch{Indices: indices(order[first : first+count]), Tokens: int(tokens)}
	}
	return out
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
	if err := m.machine.begin(ctx, "select"); err != nil {
		return nil, err
	}
	defer m.machine.give()
	bits := make([]uint32, len(scores))
	for i, s := range scores {
		bits[i] = math.Float32bits(s)
	}
	scoresAt, err := m.machine.put(ctx, "select", bits)
	if err != nil {
		return nil, err
	}
	lensAt, err := m.machine.put(ctx, "select", words)
	if err != nil {
		return nil, err
	}
	result, err := m.machine.need(ctx, "select", "select", uint64(scoresAt), uint64(lensAt), uint64(len(lens)),
		uint64(math.Float32bits(float32(budget))))
	if err != nil {
		return nil, err
	}
	return indices(m.machine.array(result, 1)), nil
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
