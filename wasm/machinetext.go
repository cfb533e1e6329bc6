//go:build !js

package wasm

import (
	"context"
	"math"
)

func (m *machineModel) spans(ctx context.Context, export, text string, flags uint64, width int) ([]uint32, error) {
	if err := m.begin(ctx, export); err != nil {
		return nil, err
	}
	defer m.give()
	at, err := m.alloc(ctx, export, len(text))
	if err != nil {
		return nil, err
	}
	copy(m.bytes(at, uint32(len(text))), text)
	result, err := m.need(ctx, export, export, uint64(at), uint64(len(text)), flags)
	if err != nil {
		return nil, err
	}
	return m.array(result, width), nil
}

func (m *machineModel) plan(ctx context.Context, lens []uint32, maxBatch, maxTokens uint32) ([]Batch, error) {
	if err := m.begin(ctx, "plan"); err != nil {
		return nil, err
	}
	defer m.give()
	at, err := m.put(ctx, "plan", lens)
	if err != nil {
		return nil, err
	}
	result, err := m.need(ctx, "plan", "plan", uint64(at), uint64(len(lens)), uint64(maxBatch), uint64(maxTokens))
	if err != nil {
		return nil, err
	}
	w := m.array(result, 3)
	return batches(w, m.words(result+4+uint32(4*len(w)), len(lens))), nil
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

func (m *machineModel) choose(ctx context.Context, scores []float32, lens []uint32, budget float32) ([]int, error) {
	if err := m.begin(ctx, "select"); err != nil {
		return nil, err
	}
	defer m.give()
	scoresAt, err := m.put(ctx, "select", floatBits(scores))
	if err != nil {
		return nil, err
	}
	lensAt, err := m.put(ctx, "select", lens)
	if err != nil {
		return nil, err
	}
	result, err := m.need(ctx, "select", "select", uint64(scoresAt), uint64(lensAt), uint64(len(lens)),
		uint64(math.Float32bits(budget)))
	if err != nil {
		return nil, err
	}
	return indices(m.array(result, 1)), nil
}

func floatBits(values []float32) []uint32 {
	bits := make([]uint32, len(values))
	for i, v := range values {
		bits[i] = math.Float32bits(v)
	}
	return bits
}

func (m *machineModel) windows(ctx context.Context, lens []uint32, maxTokens uint32) ([]Window, error) {
	if err := m.begin(ctx, "windows"); err != nil {
		return nil, err
	}
	defer m.give()
	at, err := m.put(ctx, "windows", lens)
	if err != nil {
		return nil, err
	}
	result, err := m.need(ctx, "windows", "windows", uint64(at), uint64(len(lens)), uint64(maxTokens))
	if err != nil {
		return nil, err
	}
	w := m.array(result, 3)
	windows := make([]Window, len(w)/3)
	for i := range windows {
		windows[i] = Window{Text: int(w[3*i]), Start: int(w[3*i+1]), End: int(w[3*i+2])}
	}
	return windows, nil
}

func (m *machineModel) best(ctx context.Context, scores []float32, owners []uint32, texts uint32) ([]float32, error) {
	if err := m.begin(ctx, "best"); err != nil {
		return nil, err
	}
	defer m.give()
	scoresAt, err := m.put(ctx, "best", floatBits(scores))
	if err != nil {
		return nil, err
	}
	ownersAt, err := m.put(ctx, "best", owners)
	if err != nil {
		return nil, err
	}
	result, err := m.need(ctx, "best", "best", uint64(scoresAt), uint64(ownersAt), uint64(len(owners)), uint64(texts))
	if err != nil {
		return nil, err
	}
	best := make([]float32, texts)
	for i, w := range m.words(result, int(texts)) {
		best[i] = math.Float32frombits(w)
	}
	return best, nil
}
