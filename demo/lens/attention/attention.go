// Package attention reads what the heads of a model look at in a text.
package attention

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fovea-run/fovea/wasm"
)

// A Reader reads texts with one model.
type Reader struct {
	model   *wasm.Model
	session *wasm.Session
	layers  []string // the outputs of attend that hold weights, a layer each
}

// program is the name of the program that gives weights.
const program = "attend"

// NewReader returns a Reader over a model with the program attend, as
// [github.com/fovea-run/fovea/wasm/models/use.Programs] has it: outputs
// weights0, weights1 … [batch, heads, tokens, tokens], a layer each.
func NewReader(m *wasm.Model) (*Reader, error) {
	programs := m.Programs()
	i := slices.IndexFunc(programs, func(p wasm.Program) bool { return p.Name == program })
	if i < 0 {
		return nil, fmt.Errorf("the model %q has no program %s, which gives attention weights", m.Card().Name, program)
	}
	var layers []string
	for {
		name := fmt.Sprintf("weights%d", len(layers))
		if !slices.ContainsFunc(programs[i].Outputs, func(o wasm.Port) bool { return o.Name == name }) {
			break
		}
		layers = append(layers, name)
	}
	if len(layers) == 0 {
		return nil, fmt.Errorf("the program %s of the model %q has no output weights0", program, m.Card().Name)
	}
	s, err := m.NewSession(nil)
	if err != nil {
		return nil, err
	}
	return &Reader{m, s, layers}, nil
}

// A Reading is a text and what each head looks at in it.
type Reading struct {
	Text   string
	Tokens []Token
	// All is the number of tokens of the text: more than len(Tokens) if the
	// model does not take them all.
	All    int
	Layers int
	Heads  int

	weights [][]float32 // [heads, tokens, tokens] a layer
}

// A Token is the part Text[Start:End] of a reading's text.
type Token struct{ Start, End int }

// Read computes the weights of text. A text without a token, an empty one for
// example, gives a Reading without tokens.
func (r *Reader) Read(ctx context.Context, text string) (*Reading, error) {
	text = strings.ToValidUTF8(text, string(utf8.RuneError))
	tokens, err := r.model.TokenizeProse(ctx, text)
	if err != nil {
		return nil, err
	}
	n := min(len(tokens), r.model.Card().MaxTokens)
	reading := &Reading{Text: text, All: len(tokens), Tokens: make([]Token, n)}
	if n == 0 {
		return reading, nil
	}
	ids := make([]int32, n)
	for i, t := range tokens[:n] {
		ids[i] = t.ID
		reading.Tokens[i] = trim(text, t)
	}
	out, err := r.session.Run(ctx, program, wasm.Tensors{
		"ids":     wasm.I32(ids, 1, n),
		"lengths": wasm.I32([]int32{int32(n)}),
	})
	if err != nil {
		return nil, err
	}
	return reading, reading.fill(out, r.layers)
}

// trim leaves out the white space around a token, if anything else is in it.
func trim(text string, t wasm.Token) Token {
	inner := strings.TrimSpace(text[t.Start:t.End])
	if inner == "" {
		return Token{t.Start, t.End}
	}
	start := t.Start + strings.Index(text[t.Start:t.End], inner)
	return Token{start, start + len(inner)}
}

// fill takes the weights from the outputs of attend.
func (r *Reading) fill(out wasm.Tensors, layers []string) error {
	n := len(r.Tokens)
	r.Layers = len(layers)
	for _, name := range layers {
		t := out[name]
		if len(t.Shape) != 4 || t.Shape[0] != 1 || t.Shape[2] != n || t.Shape[3] != n || r.Heads > 0 && t.Shape[1] != r.Heads {
			return fmt.Errorf("%s: %s has the shape %v, want [1 heads %d %d] with as many heads in each layer", program, name, t.Shape, n, n)
		}
		r.Heads = t.Shape[1]
		r.weights = append(r.weights, t.Float32s())
	}
	return nil
}

// Label is the text of token i.
func (r *Reading) Label(i int) string { return r.Text[r.Tokens[i].Start:r.Tokens[i].End] }

// Head returns the weights of a head, a row a token that looks and a column a
// token that is looked at. A row's sum is 1.
func (r *Reading) Head(layer, head int) []float32 {
	n := len(r.Tokens)
	return r.weights[layer][head*n*n : (head+1)*n*n]
}

// New makes a Reading of weights computed elsewhere, [heads, tokens, tokens]
// for each layer.
func New(text string, tokens []Token, heads int, weights ...[]float32) *Reading {
	return &Reading{Text: text, Tokens: tokens, All: len(tokens), Layers: len(weights), Heads: heads, weights: weights}
}
