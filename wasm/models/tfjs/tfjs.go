// Package tfjs reads the weights of a TensorFlow.js graph model: a model.json
// whose weightsManifest lists groups of weights, each group stored back to back
// in a chain of shard files
// (https://www.tensorflow.org/js/guide/save_load, "The weights manifest").
package tfjs

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
)

// Model holds a model's weights in memory.
type Model struct {
	weights map[string]weight
}

type weight struct {
	dtype string
	shape []int
	data  []byte
}

// manifest is the part of model.json that is read.
type manifest struct {
	WeightsManifest []group `json:"weightsManifest"`
}

type group struct {
	Paths   []string `json:"paths"`
	Weights []struct {
		Name         string          `json:"name"`
		Shape        []int           `json:"shape"`
		DType        string          `json:"dtype"`
		Quantization json.RawMessage `json:"quantization"`
	} `json:"weights"`
}

// Progress is told how many of the shards' bytes have been read.
type Progress func(done, total int64)

// Read reads model.json and all shards that it names from files; progress may be
// nil. Every byte of the shards must belong to a weight; quantized weights and
// types other than float32, int32 and bool are refused by name.
func Read(files fs.FS, progress Progress) (*Model, error) {
	raw, err := fs.ReadFile(files, "model.json")
	if err != nil {
		return nil, fmt.Errorf("tfjs: %w", err)
	}
	var m manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("tfjs: model.json: %w", err)
	}
	if len(m.WeightsManifest) == 0 {
		return nil, fmt.Errorf("tfjs: model.json has no weightsManifest")
	}
	shards, err := readShards(files, m.WeightsManifest, progress)
	if err != nil {
		return nil, fmt.Errorf("tfjs: %w", err)
	}
	model := &Model{weights: map[string]weight{}}
	for i, g := range m.WeightsManifest {
		if err := model.add(g, shards[i]); err != nil {
			return nil, fmt.Errorf("tfjs: weights group %d: %w", i, err)
		}
	}
	return model, nil
}

// readShards reads each group's shards into one run of bytes.
func readShards(files fs.FS, groups []group, progress Progress) ([][]byte, error) {
	var total int64
	for _, g := range groups {
		for _, name := range g.Paths {
			if !fs.ValidPath(name) || path.Base(name) != name {
				return nil, fmt.Errorf("shard path %q leaves the model's folder", name)
			}
			info, err := fs.Stat(files, name)
			if err != nil {
				return nil, err
			}
			total += info.Size()
		}
	}
	var done int64
	shards := make([][]byte, len(groups))
	for i, g := range groups {
		for _, name := range g.Paths {
			b, err := fs.ReadFile(files, name)
			if err != nil {
				return nil, err
			}
			shards[i] = append(shards[i], b...)
			if done += int64(len(b)); progress != nil {
				progress(done, total)
			}
		}
	}
	return shards, nil
}

// add cuts a group's bytes into its weights.
func (m *Model) add(g group, data []byte) error {
	for _, w := range g.Weights {
		if _, ok := m.weights[w.Name]; ok {
			return fmt.Errorf("weight %q stands twice", w.Name)
		}
		if len(w.Quantization) != 0 {
			return fmt.Errorf("weight %q is quantized, which is not supported", w.Name)
		}
		n, err := byteLen(w.DType, w.Shape)
		if err != nil {
			return fmt.Errorf("weight %q: %w", w.Name, err)
		}
		if n > len(data) {
			return fmt.Errorf("weight %q needs %d bytes, the shards have %d left", w.Name, n, len(data))
		}
		m.weights[w.Name] = weight{w.DType, w.Shape, data[:n:n]}
		data = data[n:]
	}
	if len(data) != 0 {
		return fmt.Errorf("%d bytes of the shards belong to no weight", len(data))
	}
	return nil
}

// byteLen is the size of a weight, checked for overflow.
func byteLen(dtype string, shape []int) (int, error) {
	size, ok := map[string]int{"float32": 4, "int32": 4, "bool": 1}[dtype]
	if !ok {
		return 0, fmt.Errorf("dtype %q is not supported", dtype)
	}
	n := size
	for _, d := range shape {
		if d < 0 || d != 0 && n > math.MaxInt32/d {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		n *= d
	}
	return n, nil
}

// Float32 gives the named weight's values, which must be float32 of the shape.
func (m *Model) Float32(name string, shape ...int) ([]float32, error) {
	w, err := m.lookup(name, "float32", shape)
	if err != nil {
		return nil, err
	}
	values := make([]float32, len(w.data)/4)
	for i := range values {
		values[i] = math.Float32frombits(word(w.data, i))
	}
	return values, nil
}

// Int32 gives the named weight's values, which must be int32 of the shape.
func (m *Model) Int32(name string, shape ...int) ([]int32, error) {
	w, err := m.lookup(name, "int32", shape)
	if err != nil {
		return nil, err
	}
	values := make([]int32, len(w.data)/4)
	for i := range values {
		values[i] = int32(word(w.data, i))
	}
	return values, nil
}

// word is the i-th little-endian word of b.
func word(b []byte, i int) uint32 {
	return binary.LittleEndian.Uint32(b[4*i:])
}

func (m *Model) lookup(name, dtype string, shape []int) (weight, error) {
	w, ok := m.weights[name]
	if !ok {
		return w, fmt.Errorf("tfjs: no weight %q", name)
	}
	if w.dtype != dtype || !slices.Equal(w.shape, shape) {
		return w, fmt.Errorf("tfjs: weight %q is %s %v, want %s %v", name, w.dtype, w.shape, dtype, shape)
	}
	return w, nil
}
