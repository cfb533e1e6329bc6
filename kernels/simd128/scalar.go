package simd128

import (
	"math"
	"math/bits"
)

// Sqrt32 is f32.sqrt.
func Sqrt32(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// Abs32 is f32.abs: it clears the sign bit.
func Abs32(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// Copysign32 is f32.copysign.
func Copysign32(x, sign float32) float32 {
	const top = 1 << 31
	return math.Float32frombits(math.Float32bits(x)&^top | math.Float32bits(sign)&top)
}

// Ceil32 is f32.ceil.
func Ceil32(x float32) float32 { return float32(math.Ceil(float64(x))) }

// Floor32 is f32.floor.
func Floor32(x float32) float32 { return float32(math.Floor(float64(x))) }

// Trunc32 is f32.trunc.
func Trunc32(x float32) float32 { return float32(math.Trunc(float64(x))) }

// Nearest32 is f32.nearest: ties go to the even integer.
func Nearest32(x float32) float32 { return float32(math.RoundToEven(float64(x))) }

// Min32 is f32.min: NaN if either is, and -0 is less than +0.
func Min32(x, y float32) float32 { return min(x, y) }

// Max32 is f32.max: NaN if either is, and -0 is less than +0.
func Max32(x, y float32) float32 { return max(x, y) }

// Bits32 is i32.reinterpret_f32.
func Bits32(x float32) uint32 { return math.Float32bits(x) }

// FromBits32 is f32.reinterpret_i32.
func FromBits32(x uint32) float32 { return math.Float32frombits(x) }

// Bits64 is i64.reinterpret_f64.
func Bits64(x float64) uint64 { return math.Float64bits(x) }

// FromBits64 is f64.reinterpret_i64.
func FromBits64(x uint64) float64 { return math.Float64frombits(x) }

// TruncInt32 is i32.trunc_sat_f32_s: towards zero, clamped; NaN gives 0.
func TruncInt32(x float32) int32 {
	switch {
	case x != x:
		return 0
	case x <= math.MinInt32:
		return math.MinInt32
	case x >= 1<<31:
		return math.MaxInt32
	}
	return int32(x)
}

// TruncUint32 is i32.trunc_sat_f32_u: towards zero, clamped; NaN gives 0.
func TruncUint32(x float32) uint32 {
	switch {
	case !(x > 0):
		return 0
	case x >= 1<<32:
		return math.MaxUint32
	}
	return uint32(x)
}

// Clz32 is i32.clz.
func Clz32(x uint32) uint32 { return uint32(bits.LeadingZeros32(x)) }

// Ctz32 is i32.ctz.
func Ctz32(x uint32) uint32 { return uint32(bits.TrailingZeros32(x)) }

// Popcnt32 is i32.popcnt.
func Popcnt32(x uint32) uint32 { return uint32(bits.OnesCount32(x)) }

// Rotl32 is i32.rotl.
func Rotl32(x, n uint32) uint32 { return bits.RotateLeft32(x, int(n&31)) }
