package focus

import (
	"context"
	"fmt"

	"github.com/fovea-run/fovea/wasm"
)

// An Embedding is the place of a text's meaning on the unit sphere.
type Embedding struct {
	Vector []float32
	// Tokens is the length of the text. If it is Clipped, only its first
	// tokens, as many as the model's card says, count.
	Tokens  int
	Clipped bool
}

// Embed encodes texts, each as a whole. Bytes that are not UTF-8 count as
// U+FFFD.
func (f *Focus) Embed(ctx context.Context, texts []string) ([]Embedding, error) {
	out, ids := make([]Embedding, len(texts)), make([][]int32, len(texts))
	for i, text := range texts {
		tokens, err := f.model.TokenizeProse(ctx, text)
		if err != nil {
			return nil, err
		}
		out[i] = Embedding{Tokens: len(tokens), Clipped: len(tokens) > f.card.MaxTokens}
		ids[i] = f.ids(tokens)
	}
	vectors, err := f.encode(ctx, ids, func(int, int) {})
	if err != nil {
		return nil, err
	}
	dims := f.card.Dims
	for i := range out {
		out[i].Vector = vectors[i*dims : (i+1)*dims : (i+1)*dims]
	}
	return out, nil
}

// encode computes the embeddings of sequences of token ids, one after the
// other, a batch a run. Equal sequences are encoded once.
func (f *Focus) encode(ctx context.Context, seqs [][]int32, progress func(done, total int)) ([]float32, error) {
	dims, total, done := f.card.Dims, 0, 0
	distinct, places := distinct(seqs)
	lens := make([]int, len(distinct))
	for i, ids := range distinct {
		lens[i] = len(ids)
		total += len(ids)
	}
	progress(0, total)
	plan, err := f.model.Plan(ctx, lens, maxBatch, f.card.MaxTokens)
	if err != nil {
		return nil, err
	}
	out := make([]float32, len(seqs)*dims)
	for _, batch := range plan {
		var rows [][]int32
		for _, i := range batch.Indices {
			rows = append(rows, distinct[i])
			done += lens[i]
		}
		embeddings, err := f.encodeIDs(ctx, rows, batch.Tokens)
		if err != nil {
			return nil, err
		}
		for row, i := range batch.Indices {
			for _, seq := range places[i] {
				copy(out[seq*dims:(seq+1)*dims], embeddings[row*dims:])
			}
		}
		progress(done, total)
	}
	return out, nil
}

// distinct returns the sequences that differ from all before them, and where
// in seqs each of them stands.
func distinct(seqs [][]int32) (different [][]int32, places [][]int) {
	known := make(map[string]int)
	for i, ids := range seqs {
		key := fmt.Sprint(ids)
		at, found := known[key]
		if !found {
			at = len(different)
			known[key] = at
			different = append(different, ids)
			places = append(places, nil)
		}
		places[at] = append(places[at], i)
	}
	return different, places
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
