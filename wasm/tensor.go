package wasm

import (
	"encoding/binary"
	"math"
)

// A DType is the type of a tensor's elements.
type DType uint32

// The types of elements, with the codes that programs use.
const (
	Float32 DType = 1
	Int32   DType = 2
	Uint8   DType = 3
	Float16 DType = 4
	// Int8Blocks is int8 in blocks of 32 with a float16 scale each. Only
	// weights have it.
	Int8Blocks DType = 5
)

// A Tensor is a dense array in row-major order.
type Tensor struct {
	DType DType
	Shape []int
	Data  []byte // little endian
}

// Tensors are the named inputs or outputs of a run.
type Tensors map[string]Tensor

// Attrs are the attributes of an operation by name. Integers and float32
// values are exact in float64.
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
	return append([]int(nil), shape...)
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
