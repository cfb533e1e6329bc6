package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// Folder is where the suite's node tests lie, a folder each, seen from the repository's top level. They are not part of it.
const Folder = "../shared/conformance/onnx-node"

// A Case is a test of the suite as a question to an engine, with its answer.
type Case struct {
	engine.Case
	Want map[string]Tensor // by Fovea's names of outputs
	Tol  float64           // |got − want| ≤ Tol·(1 + |want|)
}

// A test is what a folder of the suite holds.
type test struct {
	node    Node
	inputs  []*Tensor // nil for one that is left out
	outputs []*Tensor
}

// A mapping asks of Fovea what a test asks of ONNX's operator. It names each output as Fovea does, "" for one not compared.
type mapping func(t test) (c engine.Case, outputs []string, err error)

// mappings are those of the suite's operators.
var mappings = map[string]mapping{
	"Attention":          attention,
	"Gelu":               gelu,
	"LayerNormalization": layerNorm,
	"RMSNormalization":   rmsNorm,
	"RotaryEmbedding":    rotary,
	"Softmax":            softmax,
	"Swish":              swish,
}

// Names returns the tests of the suite; none where its folder is not there.
func Names() (names []string, err error) {
	entries, err := os.ReadDir(filepath.Join(engine.Root(), Folder))
	if os.IsNotExist(err) {
		return nil, nil
	}
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// Read reads a test of the suite.
func Read(name string) (Case, error) {
	t, err := readTest(filepath.Join(engine.Root(), Folder, name))
	if err != nil {
		return Case{}, err
	}
	m, ok := mappings[t.node.Op]
	if !ok {
		return Case{}, fmt.Errorf("%s: no mapping of %s", name, t.node.Op)
	}
	c, outputs, err := m(t)
	if err != nil {
		return Case{}, fmt.Errorf("%s: %w", name, err)
	}
	c.Name, c.Do = name, engine.Op
	all := Case{Case: c, Want: map[string]Tensor{}, Tol: 2e-5}
	for i, name := range outputs {
		if name != "" && t.outputs[i] != nil {
			all.Want[name] = *t.outputs[i]
			if t.outputs[i].Type == typeFloat16 {
				all.Tol = 2e-3 // a rounding of float16, 2⁻¹¹, and those within their reference
			}
		}
	}
	return all, nil
}

func readTest(dir string) (t test, err error) {
	if t.node, err = readNode(filepath.Join(dir, "model.onnx")); err != nil {
		return t, err
	}
	if t.inputs, err = readTensors(dir, "input", t.node.Inputs); err != nil {
		return t, err
	}
	t.outputs, err = readTensors(dir, "output", t.node.Outputs)
	return t, err
}

// readTensors reads the values of names, of which only those that are there have a file.
func readTensors(dir, kind string, names []string) (tensors []*Tensor, err error) {
	file := 0
	for _, name := range names {
		if name == "" {
			tensors = append(tensors, nil)
			continue
		}
		t, err := readTensor(filepath.Join(dir, "test_data_set_0", fmt.Sprintf("%s_%d.pb", kind, file)))
		if err != nil {
			return nil, err
		}
		tensors = append(tensors, &t)
		file++
	}
	return tensors, nil
}

// input returns input i, nil if it is left out.
func (t test) input(i int) *Tensor {
	if i >= len(t.inputs) {
		return nil
	}
	return t.inputs[i]
}

// F32 is t as an engine's f32.
func (t Tensor) F32() engine.Tensor {
	data := make([]float32, len(t.V))
	for i, v := range t.V {
		data[i] = float32(v)
	}
	return engine.F32(data, t.Shape...)
}

// Stored is t in its own type, f16 or f32.
func (t Tensor) Stored() engine.Tensor {
	if t.Type != typeFloat16 {
		return t.F32()
	}
	var data []byte
	for _, v := range t.V {
		data = binary.LittleEndian.AppendUint16(data, Half(v))
	}
	return engine.Tensor{DType: "f16", Shape: t.Shape, Data: data}
}

// I32 is t, of integers, as an engine's i32.
func (t Tensor) I32() engine.Tensor {
	data := make([]int32, len(t.V))
	for i, v := range t.V {
		data[i] = int32(v)
	}
	return engine.I32(data, t.Shape...)
}

// Flags is t, of bools, as an engine's u8.
func (t Tensor) Flags() engine.Tensor {
	data := make([]byte, len(t.V))
	for i, v := range t.V {
		data[i] = byte(v)
	}
	return engine.Tensor{DType: "u8", Shape: t.Shape, Data: data}
}

// Half returns the bits of the float16 that v is exactly.
func Half(v float64) uint16 {
	sign := uint16(0)
	if math.Signbit(v) {
		sign = 0x8000
	}
	frac, exp := math.Frexp(math.Abs(v))
	switch {
	case math.IsNaN(v):
		return 0x7E00
	case math.IsInf(v, 0):
		return sign | 0x7C00
	case v == 0:
		return sign
	case exp < -13:
		return sign | uint16(math.Ldexp(frac, exp+24))
	}
	return sign | uint16(exp+14)<<10 | uint16(math.Ldexp(frac, 11))&1023
}

// Check returns an error if got is not the answer.
func (c Case) Check(got engine.Result) error {
	if got.Failure != nil {
		return got.Failure
	}
	for name, want := range c.Want {
		if err := want.check(got.Outputs[name], c.Tol); err != nil {
			return fmt.Errorf("output %s: %w", name, err)
		}
	}
	return nil
}

func (t Tensor) check(got engine.Tensor, tol float64) error {
	values := numbers(got)
	if fmt.Sprint(got.Shape) != fmt.Sprint(t.Shape) || len(values) != len(t.V) {
		return fmt.Errorf("shape %v of %d elements, want %v", got.Shape, len(values), t.Shape)
	}
	for i, want := range t.V {
		if !(math.Abs(values[i]-want) <= tol*(1+math.Abs(want))) && values[i] != want {
			return fmt.Errorf("element %d of %d is %v, want %v", i, len(values), values[i], want)
		}
	}
	return nil
}

// numbers returns the elements of an f32 or f16 tensor.
func numbers(t engine.Tensor) (values []float64) {
	if t.DType == "f16" {
		for i := 0; i < len(t.Data); i += 2 {
			values = append(values, half(binary.LittleEndian.Uint16(t.Data[i:])))
		}
		return values
	}
	for _, v := range t.Float32s() {
		values = append(values, float64(v))
	}
	return values
}
