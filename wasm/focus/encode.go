package focus

import (
	"context"
	"fmt"

	"github.com/fovea-run/fovea/wasm"
)

// An Embedding is the place of a text's meaning on the unit sphere: the centre
// of its windows if the model cannot read it at once.
type Embedding struct {
	Vector []float32
	Tokens int // the length of the text
}

// Embed encodes texts, each as a whole. Bytes that are not UTF-8 count as
// U+FFFD. progress, if not nil, is as of [Focus.Open].
func (f *Focus) Embed(ctx context.Context, texts []string, progress func(done, total int)) ([]Embedding, error) {
	out, ids := make([]Embedding, len(texts)), make([][]int32, len(texts))
	for i, text := range texts {
		tokens, err := f.model.TokenizeProse(ctx, text)
		if err != nil {
			return nil, err
		}
		out[i].Tokens = len(tokens)
		ids[i] = idsOf(tokens)
	}
	read, err := f.read(ctx, ids, progress)
	if err != nil {
		return nil, err
	}
	dims, end := f.card.Dims, 0
	for i := range out {
		start := end
		for end < len(read.windows) && read.windows[end].Text == i {
			end++
		}
		out[i].Vector = read.keys[start*dims : end*dims : end*dims]
		if end-start > 1 {
			if out[i].Vector, err = f.centre(ctx, out[i].Vector); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// A windowed has the embeddings of texts, of each window of them.
type windowed struct {
	windows []wasm.Window // in the order of the texts
	keys    []float32     // embeddings, [windows, dims]
}

// read encodes texts of token ids, a batch of windows a run. Equal windows are
// encoded once.
func (f *Focus) read(ctx context.Context, texts [][]int32, progress func(done, total int)) (*windowed, error) {
	if progress == nil {
		progress = func(int, int) {}
	}
	lens := make([]int, len(texts))
	for i, ids := range texts {
		lens[i] = len(ids)
	}
	windows, err := f.model.Windows(ctx, lens, f.card.MaxTokens)
	if err != nil {
		return nil, err
	}
	if len(windows) > MaxSentences {
		return nil, tooLong(len(windows))
	}
	seqs := make([][]int32, len(windows))
	for i, w := range windows {
		seqs[i] = texts[w.Text][w.Start:w.End]
	}
	keys, err := f.encode(ctx, seqs, progress)
	return &windowed{windows, keys}, err
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

// centre returns the normalised mean of embeddings.
func (f *Focus) centre(ctx context.Context, keys []float32) ([]float32, error) {
	n := len(keys) / f.card.Dims
	out, err := f.session.Run(ctx, "centre", wasm.Tensors{
		"keys":    wasm.F32(keys, 1, n, f.card.Dims),
		"lengths": wasm.I32([]int32{int32(n)}),
	})
	if err != nil {
		return nil, err
	}
	return out["centre"].Float32s(), nil
}

// received returns the attention that each token of a text receives, see
// [Document.Shade].
func (f *Focus) received(ctx context.Context, ids []int32) ([]float32, error) {
	windows, err := f.model.Windows(ctx, []int{len(ids)}, f.card.MaxTokens)
	if err != nil {
		return nil, err
	}
	weights, end := make([]float32, len(ids)), 0
	for _, w := range windows {
		out, err := f.session.Run(ctx, "attend", sequences([][]int32{ids[w.Start:w.End]}, w.End-w.Start))
		if err != nil {
			return nil, err
		}
		first := max(end-w.Start, 0) / 2 // of what the window before has, too, the second half
		copy(weights[w.Start+first:], out["received"].Float32s()[first:])
		end = w.End
	}
	return weights, nil
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

// idsOf returns the ids of tokens.
func idsOf(tokens []wasm.Token) []int32 {
	ids := make([]int32, len(tokens))
	for i := range ids {
		ids[i] = tokens[i].ID
	}
	return ids
}
