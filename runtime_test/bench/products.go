package main

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/fovea-run/fovea/wasm/graph"
	"github.com/fovea-run/fovea/wasm/models/quantize"
	"github.com/fovea-run/fovea/wasm/models/safetensors"
	"github.com/fovea-run/fovea/wasm/program"
)

// writeProducts writes model files of one program, multiply: a product with random weights, of each storage type that is timed.
func writeProducts(dir string) error {
	r := rand.New(rand.NewPCG(1, 2))
	for _, p := range []struct {
		name  string
		dtype program.DType
		size  int // rows and columns of the weights
	}{{"f32", program.F32, 512}, {"q8", program.Q8, 512}, {"q4", program.Q4, 2048}} {
		g := graph.New("multiply")
		n := graph.Const(p.size)
		g.Output("out", g.MatMul(g.Input("x", program.F32, g.Dim("rows", 1, p.size), n), g.Weight("w", p.dtype, n, n)))
		lowered, err := g.Lower()
		if err != nil {
			return err
		}
		code := lowered.Encode()
		tensors := []safetensors.Tensor{{Name: "program.multiply", DType: safetensors.U8, Shape: []int64{int64(len(code))}, Data: code}}
		var file bytes.Buffer
		metadata := map[string]string{"format": "fovea", "fovea.card": "{}"}
		if err := safetensors.Write(&file, metadata, append(tensors, randomWeights(r, p.dtype, p.size)...)); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, p.name+".safetensors"), file.Bytes(), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// randomWeights returns the tensors of weight w of size rows and columns: blocks of any bytes with scales that make the numbers
// of f32's size, ±½.
func randomWeights(r *rand.Rand, dtype program.DType, size int) []safetensors.Tensor {
	n := int64(size)
	if dtype == program.F32 {
		var data []byte
		for range size * size {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(r.Float32()-0.5))
		}
		return []safetensors.Tensor{{Name: "w", DType: safetensors.F32, Shape: []int64{n, n}, Data: data}}
	}
	row, most := n, 128.
	if dtype == program.Q4 {
		row, most = n/2, 8
	}
	q := make([]byte, n*row)
	for i := range q {
		q[i] = byte(r.Uint32())
	}
	var scales []byte
	for range n * n / program.BlockLen {
		scales = binary.LittleEndian.AppendUint16(scales, quantize.F16(float32((0.5+r.Float64()/2)/2/most)))
	}
	return []safetensors.Tensor{
		{Name: "w.q", DType: safetensors.U8, Shape: []int64{n, row}, Data: q},
		{Name: "w.s", DType: safetensors.F16, Shape: []int64{n, n / program.BlockLen}, Data: scales},
	}
}
