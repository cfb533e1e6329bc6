package simd128

import "math"

// negate32 and negate64 flip the sign bit, of a NaN as well.
func negate32(x float32) float32 { return math.Float32frombits(math.Float32bits(x) ^ 1<<31) }
func negate64(x float64) float64 { return math.Float64frombits(math.Float64bits(x) ^ 1<<63) }

// The saturating conversions. Every float32 is a float64, so that one of
// each is enough.

func truncInt32(x float64) int32 {
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

func truncUint32(x float64) uint32 {
	switch {
	case !(x > 0):
		return 0
	case x >= 1<<32:
		return math.MaxUint32
	}
	return uint32(x)
}

func truncInt64(x float64) int64 {
	switch {
	case x != x:
		return 0
	case x <= math.MinInt64:
		return math.MinInt64
	case x >= 1<<63:
		return math.MaxInt64
	}
	return int64(x)
}

func truncUint64(x float64) uint64 {
	switch {
	case !(x > 0):
		return 0
	case x >= 1<<64:
		return math.MaxUint64
	}
	return uint64(x)
}
