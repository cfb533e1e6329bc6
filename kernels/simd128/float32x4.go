package simd128

import "math"

// Float32x4 is a vector of four float32.
type Float32x4 struct{ e0, e1, e2, e3 float32 }

// LoadFloat32x4 is v128.load.
func LoadFloat32x4(p F32, off uint32) Float32x4 {
	return bitsToF32(loadPair(uint32(p), off))
}

func bitsToF32(lo, hi uint64) Float32x4 {
	return Float32x4{
		math.Float32frombits(uint32(lo)), math.Float32frombits(uint32(lo >> 32)),
		math.Float32frombits(uint32(hi)), math.Float32frombits(uint32(hi >> 32)),
	}
}

// LoadSplatFloat32x4 is v128.load32_splat: one float32 in every lane.
func LoadSplatFloat32x4(p F32, off uint32) Float32x4 {
	return BroadcastFloat32x4(loadF32(uint32(p), off))
}

// LoadZeroFloat32x4 is v128.load32_zero: one float32 in lane 0, the rest zero.
func LoadZeroFloat32x4(p F32, off uint32) Float32x4 {
	return Float32x4{e0: loadF32(uint32(p), off)}
}

// BroadcastFloat32x4 is f32x4.splat.
func BroadcastFloat32x4(x float32) Float32x4 { return Float32x4{x, x, x, x} }

// Store is v128.store.
func (x Float32x4) Store(p F32, off uint32) {
	b := at(uint32(p), off, 16)
	lo, hi := x.bits()
	putPair(b, lo, hi)
}

func (x Float32x4) bits() (lo, hi uint64) {
	return uint64(math.Float32bits(x.e0)) | uint64(math.Float32bits(x.e1))<<32,
		uint64(math.Float32bits(x.e2)) | uint64(math.Float32bits(x.e3))<<32
}

// GetElem is f32x4.extract_lane; lane is a constant 0..3.
func (x Float32x4) GetElem(lane uint8) float32 {
	switch lane {
	case 0:
		return x.e0
	case 1:
		return x.e1
	case 2:
		return x.e2
	case 3:
		return x.e3
	}
	panic(badLane(lane))
}

// SetElem is f32x4.replace_lane; lane is a constant 0..3.
func (x Float32x4) SetElem(lane uint8, v float32) Float32x4 {
	switch lane {
	case 0:
		x.e0 = v
	case 1:
		x.e1 = v
	case 2:
		x.e2 = v
	case 3:
		x.e3 = v
	default:
		panic(badLane(lane))
	}
	return x
}

// Add is f32x4.add.
func (x Float32x4) Add(y Float32x4) Float32x4 {
	return Float32x4{x.e0 + y.e0, x.e1 + y.e1, x.e2 + y.e2, x.e3 + y.e3}
}

// Sub is f32x4.sub.
func (x Float32x4) Sub(y Float32x4) Float32x4 {
	return Float32x4{x.e0 - y.e0, x.e1 - y.e1, x.e2 - y.e2, x.e3 - y.e3}
}

// Mul is f32x4.mul. The conversions keep Go from fusing the products into a
// later sum.
func (x Float32x4) Mul(y Float32x4) Float32x4 {
	return Float32x4{float32(x.e0 * y.e0), float32(x.e1 * y.e1), float32(x.e2 * y.e2), float32(x.e3 * y.e3)}
}

// MulAdd is x*y + z: f32x4.mul then f32x4.add, rounded twice; in a relaxed
// build f32x4.relaxed_madd, which may round once.
func (x Float32x4) MulAdd(y, z Float32x4) Float32x4 {
	return Float32x4{mulAdd(x.e0, y.e0, z.e0), mulAdd(x.e1, y.e1, z.e1), mulAdd(x.e2, y.e2, z.e2), mulAdd(x.e3, y.e3, z.e3)}
}

// Div is f32x4.div.
func (x Float32x4) Div(y Float32x4) Float32x4 {
	return Float32x4{x.e0 / y.e0, x.e1 / y.e1, x.e2 / y.e2, x.e3 / y.e3}
}

// Sqrt is f32x4.sqrt.
func (x Float32x4) Sqrt() Float32x4 {
	return Float32x4{Sqrt32(x.e0), Sqrt32(x.e1), Sqrt32(x.e2), Sqrt32(x.e3)}
}

// Neg is f32x4.neg: it flips the sign bit.
func (x Float32x4) Neg() Float32x4 {
	return Float32x4{negate(x.e0), negate(x.e1), negate(x.e2), negate(x.e3)}
}

// Abs is f32x4.abs: it clears the sign bit.
func (x Float32x4) Abs() Float32x4 {
	return Float32x4{Abs32(x.e0), Abs32(x.e1), Abs32(x.e2), Abs32(x.e3)}
}

// Ceil is f32x4.ceil.
func (x Float32x4) Ceil() Float32x4 {
	return Float32x4{Ceil32(x.e0), Ceil32(x.e1), Ceil32(x.e2), Ceil32(x.e3)}
}

// Floor is f32x4.floor.
func (x Float32x4) Floor() Float32x4 {
	return Float32x4{Floor32(x.e0), Floor32(x.e1), Floor32(x.e2), Floor32(x.e3)}
}

// Trunc is f32x4.trunc.
func (x Float32x4) Trunc() Float32x4 {
	return Float32x4{Trunc32(x.e0), Trunc32(x.e1), Trunc32(x.e2), Trunc32(x.e3)}
}

// RoundToEven is f32x4.nearest.
func (x Float32x4) RoundToEven() Float32x4 {
	return Float32x4{Nearest32(x.e0), Nearest32(x.e1), Nearest32(x.e2), Nearest32(x.e3)}
}

// Min is f32x4.min: NaN if either is, and -0 is less than +0.
func (x Float32x4) Min(y Float32x4) Float32x4 {
	return Float32x4{min(x.e0, y.e0), min(x.e1, y.e1), min(x.e2, y.e2), min(x.e3, y.e3)}
}

// Max is f32x4.max: NaN if either is, and -0 is less than +0.
func (x Float32x4) Max(y Float32x4) Float32x4 {
	return Float32x4{max(x.e0, y.e0), max(x.e1, y.e1), max(x.e2, y.e2), max(x.e3, y.e3)}
}

// PMin is f32x4.pmin: y where y < x, else x.
func (x Float32x4) PMin(y Float32x4) Float32x4 {
	return y.Merge(x, y.Less(x))
}

// PMax is f32x4.pmax: y where x < y, else x.
func (x Float32x4) PMax(y Float32x4) Float32x4 {
	return y.Merge(x, x.Less(y))
}

// Equal is f32x4.eq.
func (x Float32x4) Equal(y Float32x4) Mask32x4 {
	return Mask32x4{lane(x.e0 == y.e0), lane(x.e1 == y.e1), lane(x.e2 == y.e2), lane(x.e3 == y.e3)}
}

// NotEqual is f32x4.ne.
func (x Float32x4) NotEqual(y Float32x4) Mask32x4 {
	return Mask32x4{lane(x.e0 != y.e0), lane(x.e1 != y.e1), lane(x.e2 != y.e2), lane(x.e3 != y.e3)}
}

// Less is f32x4.lt.
func (x Float32x4) Less(y Float32x4) Mask32x4 {
	return Mask32x4{lane(x.e0 < y.e0), lane(x.e1 < y.e1), lane(x.e2 < y.e2), lane(x.e3 < y.e3)}
}

// LessEqual is f32x4.le.
func (x Float32x4) LessEqual(y Float32x4) Mask32x4 {
	return Mask32x4{lane(x.e0 <= y.e0), lane(x.e1 <= y.e1), lane(x.e2 <= y.e2), lane(x.e3 <= y.e3)}
}

// Greater is f32x4.gt.
func (x Float32x4) Greater(y Float32x4) Mask32x4 {
	return Mask32x4{lane(x.e0 > y.e0), lane(x.e1 > y.e1), lane(x.e2 > y.e2), lane(x.e3 > y.e3)}
}

// GreaterEqual is f32x4.ge.
func (x Float32x4) GreaterEqual(y Float32x4) Mask32x4 {
	return Mask32x4{lane(x.e0 >= y.e0), lane(x.e1 >= y.e1), lane(x.e2 >= y.e2), lane(x.e3 >= y.e3)}
}

// Merge is v128.bitselect: x where mask is set, else y.
func (x Float32x4) Merge(y Float32x4, mask Mask32x4) Float32x4 {
	return x.AsInt32x4().Merge(y.AsInt32x4(), mask).AsFloat32x4()
}

// ConvertToInt32 is i32x4.trunc_sat_f32x4_s: towards zero, clamped; NaN gives 0.
func (x Float32x4) ConvertToInt32() Int32x4 {
	return Int32x4{TruncInt32(x.e0), TruncInt32(x.e1), TruncInt32(x.e2), TruncInt32(x.e3)}
}

// AsInt32x4 reinterprets the bits; it costs no instruction.
func (x Float32x4) AsInt32x4() Int32x4 {
	return Int32x4{
		int32(math.Float32bits(x.e0)), int32(math.Float32bits(x.e1)),
		int32(math.Float32bits(x.e2)), int32(math.Float32bits(x.e3)),
	}
}

// SelectFromPair is i8x16.shuffle over whole lanes: the constants a..d pick
// from the lanes of x (0..3) and of y (4..7).
func (x Float32x4) SelectFromPair(a, b, c, d uint8, y Float32x4) Float32x4 {
	return Float32x4{x.pick(y, a), x.pick(y, b), x.pick(y, c), x.pick(y, d)}
}

func (x Float32x4) pick(y Float32x4, lane uint8) float32 {
	if lane < 4 {
		return x.GetElem(lane)
	}
	return y.GetElem(lane - 4)
}

func negate(x float32) float32 { return math.Float32frombits(math.Float32bits(x) ^ 1<<31) }
