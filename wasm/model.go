package wasm

import "context"

// A Model is a loaded model file. It may be used from several goroutines,
// which then take turns.
type Model struct{}

// Card describes a model, as its file does.
type Card struct {
	Name    string `json:"name"`
	Source  string `json:"source"`
	License string `json:"license"`
	// Dims is the length of an embedding.
	Dims int `json:"dims"`
	// MaxTokens is how many tokens of a text are used; the rest is ignored.
	MaxTokens int `json:"maxTokens"`
}

// A Program is a named computation of a model.
type Program struct {
	Name    string
	Dims    []Dim
	Inputs  []Port
	Outputs []Port
}

// A Dim is a dimension that a run chooses, from Min to Max.
type Dim struct {
	Name     string
	Min, Max int
}

// A Port is an input or output of a program.
type Port struct {
	Name  string
	DType DType
	// Shape has an axis a string: a number, a dimension's name or an
	// expression of them.
	Shape []string
}

// Card returns the description in the model's file.
func (m *Model) Card() Card { return Card{} }

// Programs returns the model's programs in the file's order.
func (m *Model) Programs() []Program { return nil }

// Close frees the model's instance.
func (m *Model) Close() error { return nil }

// A Token is a piece of a text.
type Token struct {
	ID         int32
	Start, End int // byte offsets into the text
}

// Tokenize returns the tokens of text, all of them: a model's card says how
// many a run uses.
func (m *Model) Tokenize(ctx context.Context, text string) ([]Token, error) { return nil, nil }

// A Span is the part text[Start:End] of a text.
type Span struct{ Start, End int }

// Split returns the sentences of text, without the white space between them.
func (m *Model) Split(ctx context.Context, text string) ([]Span, error) { return nil, nil }

// A Batch is a set of texts to encode in one run.
type Batch struct {
	Indices []int // of the texts
	Tokens  int   // the most tokens that one of them has, after clipping
}

// Plan sorts texts of lens tokens into batches of at most maxBatch texts of
// similar length, each clipped to maxTokens tokens.
func (m *Model) Plan(ctx context.Context, lens []int, maxBatch, maxTokens int) ([]Batch, error) {
	return nil, nil
}

// Select returns in ascending order the indices of the best-scored texts
// whose lens sum to at most the share budget (0 to 1) of all lens, rounded
// up; at least one if there is any and budget is not 0.
func (m *Model) Select(ctx context.Context, scores []float32, lens []int, budget float64) ([]int, error) {
	return nil, nil
}
