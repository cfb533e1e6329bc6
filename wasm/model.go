package wasm

import "slices"

// A Model is a loaded model file. It may be used from several goroutines,
// which then take turns.
type Model struct {
	host     hostModel
	card     Card
	programs []Program
}

// Card describes a model, as its file does.
type Card struct {
	Name    string `json:"name"`
	Source  string `json:"source"`
	License string `json:"license"`
	Edition string `json:"edition"` // of the weights: "f32" or "int8"
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
func (m *Model) Card() Card { return m.card }

// Programs returns the model's programs in the file's order.
func (m *Model) Programs() []Program { return slices.Clone(m.programs) }

// Close waits for a run and frees the model's instance.
func (m *Model) Close() error { return m.host.close() }
