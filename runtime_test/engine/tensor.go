package engine

import (
	"encoding/binary"
	"math"
	"slices"
)

// F32 returns a tensor of float32 values.
func F32(data []float32, shape ...int) Tensor {
	b := make([]byte, 0, 4*len(data))
	for _, v := range data {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return Tensor{"f32", shape, b}
}

// I32 returns a tensor of int32 values.
func I32(data []int32, shape ...int) Tensor {
	b := make([]byte, 0, 4*len(data))
	for _, v := range data {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return Tensor{"i32", shape, b}
}

// Float32s returns the elements of an f32 tensor.
func (t Tensor) Float32s() []float32 {
	out := make([]float32, len(t.Data)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.Data[4*i:]))
	}
	return out
}

// Differ returns the index of the first element in which two f32 tensors do not have the same bits, or -1. Two NaNs are the
// same whatever their payload: WebAssembly leaves it open. Tensors of different shape or another type differ at 0.
func Differ(a, b Tensor) int {
	if a.DType != b.DType || len(a.Data) != len(b.Data) || !slices.Equal(a.Shape, b.Shape) {
		return 0
	}
	for i := 0; i+4 <= len(a.Data); i += 4 {
		x, y := binary.LittleEndian.Uint32(a.Data[i:]), binary.LittleEndian.Uint32(b.Data[i:])
		if x != y && !(a.DType == "f32" && isNaN(x) && isNaN(y)) {
			return i / 4
		}
	}
	return -1
}

func isNaN(bits uint32) bool { return bits&0x7FFFFFFF > 0x7F800000 }
