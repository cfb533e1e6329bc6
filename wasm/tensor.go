package wasm

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/fovea-run/fovea/wasm/program"
)

// A DType is the type of a tensor's elements.
type DType = program.DType

// The types that inputs and outputs have.
const (
	Float32 = program.F32
	Int32   = program.I32
	Uint8   = program.U8
	Float16 = program.F16
)

// A Tensor is a dense array in row-major order.
type Tensor struct {
	DType DType
	Shape []int
	Data  []byte // little endian
}

// Tensors are the named inputs or outputs of a run.
type Tensors map[string]Tensor

// Attrs are the attributes of an operation by name: integers, activations
// (see program.Act) and float32 values, all of which are exact in float64.
type Attrs map[string]float64

// F32 returns a tensor with a copy of data. Without a shape it has one axis
// as long as data.
func F32(data []float32, shape ...int) Tensor {
	b := make([]byte, 0, 4*len(data))
	for _, v := range data {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return Tensor{Float32, shapeOr(shape, len(data)), b}
}

// I32 returns a tensor with a copy of data. Without a shape it has one axis
// as long as data.
func I32(data []int32, shape ...int) Tensor {
	b := make([]byte, 0, 4*len(data))
	for _, v := range data {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return Tensor{Int32, shapeOr(shape, len(data)), b}
}

func shapeOr(shape []int, n int) []int {
	if len(shape) == 0 {
		return []int{n}
	}
	return slices.Clone(shape)
}

// Float32s returns a copy of the elements, or nil if t is not [Float32].
func (t Tensor) Float32s() []float32 {
	if t.DType != Float32 {
		return nil
	}
	out := make([]float32, len(t.Data)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.Data[4*i:]))
	}
	return out
}

// Int32s returns a copy of the elements, or nil if t is not [Int32].
func (t Tensor) Int32s() []int32 {
	if t.DType != Int32 {
		return nil
	}
	out := make([]int32, len(t.Data)/4)
	for i := range out {
		out[i] = int32(binary.LittleEndian.Uint32(t.Data[4*i:]))
	}
	return out
}

// check says what is wrong with t in itself.
func (t Tensor) check(op, name string) error {
	switch t.DType {
	case Float32, Int32, Uint8, Float16:
	default:
		return failure(program.ErrInputType, op, name, t.DType, "f32, i32, u8 or f16")
	}
	want := uint64(t.DType.Size())
	for _, n := range t.Shape {
		if n < 0 || int64(n) > math.MaxUint32 {
			return failure(program.ErrInputShape, op, name, t.Shape, "lengths of 32 bits")
		}
		if want > 0 && uint64(n) > math.MaxUint64/2/want {
			return failure(program.ErrMemory, op, name, t.Shape, "")
		}
		want *= uint64(n)
	}
	if uint64(len(t.Data)) != want {
		return failure(program.ErrInputData, op, name, len(t.Data), want)
	}
	return nil
}
