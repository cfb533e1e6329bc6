package simd128

import "math"

// Int32x4 is a vector of four int32.
type Int32x4 struct{ e0, e1, e2, e3 int32 }

// LoadInt32x4 is v128.load.
func LoadInt32x4(p I32, off uint32) Int32x4 {
	return bitsToI32(loadPair(uint32(p), off))
}

func bitsToI32(lo, hi uint64) Int32x4 {
	return Int32x4{int32(lo), int32(lo >> 32), int32(hi), int32(hi >> 32)}
}

// LoadSplatInt32x4 is v128.load32_splat: one int32 in every lane.
func LoadSplatInt32x4(p I32, off uint32) Int32x4 {
	return BroadcastInt32x4(int32(load32(uint32(p), off)))
}

// BroadcastInt32x4 is i32x4.splat.
func BroadcastInt32x4(x int32) Int32x4 { return Int32x4{x, x, x, x} }

// Store is v128.store.
func (x Int32x4) Store(p I32, off uint32) {
	b := at(uint32(p), off, 16)
	lo, hi := x.bits()
	putPair(b, lo, hi)
}

func (x Int32x4) bits() (lo, hi uint64) {
	return uint64(uint32(x.e0)) | uint64(uint32(x.e1))<<32, uint64(uint32(x.e2)) | uint64(uint32(x.e3))<<32
}

// GetElem is i32x4.extract_lane; lane is a constant 0..3.
func (x Int32x4) GetElem(lane uint8) int32 {
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

// SetElem is i32x4.replace_lane; lane is a constant 0..3.
func (x Int32x4) SetElem(lane uint8, v int32) Int32x4 {
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

// Add is i32x4.add.
func (x Int32x4) Add(y Int32x4) Int32x4 {
	return Int32x4{x.e0 + y.e0, x.e1 + y.e1, x.e2 + y.e2, x.e3 + y.e3}
}

// Sub is i32x4.sub.
func (x Int32x4) Sub(y Int32x4) Int32x4 {
	return Int32x4{x.e0 - y.e0, x.e1 - y.e1, x.e2 - y.e2, x.e3 - y.e3}
}

// Mul is i32x4.mul.
func (x Int32x4) Mul(y Int32x4) Int32x4 {
	return Int32x4{x.e0 * y.e0, x.e1 * y.e1, x.e2 * y.e2, x.e3 * y.e3}
}

// Min is i32x4.min_s.
func (x Int32x4) Min(y Int32x4) Int32x4 {
	return Int32x4{min(x.e0, y.e0), min(x.e1, y.e1), min(x.e2, y.e2), min(x.e3, y.e3)}
}

// Max is i32x4.max_s.
func (x Int32x4) Max(y Int32x4) Int32x4 {
	return Int32x4{max(x.e0, y.e0), max(x.e1, y.e1), max(x.e2, y.e2), max(x.e3, y.e3)}
}

// And is v128.and.
func (x Int32x4) And(y Int32x4) Int32x4 {
	return Int32x4{x.e0 & y.e0, x.e1 & y.e1, x.e2 & y.e2, x.e3 & y.e3}
}

// Or is v128.or.
func (x Int32x4) Or(y Int32x4) Int32x4 {
	return Int32x4{x.e0 | y.e0, x.e1 | y.e1, x.e2 | y.e2, x.e3 | y.e3}
}

// Xor is v128.xor.
func (x Int32x4) Xor(y Int32x4) Int32x4 {
	return Int32x4{x.e0 ^ y.e0, x.e1 ^ y.e1, x.e2 ^ y.e2, x.e3 ^ y.e3}
}

// AndNot is v128.andnot.
func (x Int32x4) AndNot(y Int32x4) Int32x4 {
	return Int32x4{x.e0 &^ y.e0, x.e1 &^ y.e1, x.e2 &^ y.e2, x.e3 &^ y.e3}
}

// Neg is i32x4.neg.
func (x Int32x4) Neg() Int32x4 {
	return Int32x4{-x.e0, -x.e1, -x.e2, -x.e3}
}

// Abs is i32x4.abs: the least int32 stays as it is.
func (x Int32x4) Abs() Int32x4 {
	return Int32x4{max(x.e0, -x.e0), max(x.e1, -x.e1), max(x.e2, -x.e2), max(x.e3, -x.e3)}
}

// ShiftAllLeft is i32x4.shl: by n modulo 32.
func (x Int32x4) ShiftAllLeft(n uint32) Int32x4 {
	n &= 31
	return Int32x4{x.e0 << n, x.e1 << n, x.e2 << n, x.e3 << n}
}

// ShiftAllRight is i32x4.shr_s: by n modulo 32, copying the sign.
func (x Int32x4) ShiftAllRight(n uint32) Int32x4 {
	n &= 31
	return Int32x4{x.e0 >> n, x.e1 >> n, x.e2 >> n, x.e3 >> n}
}

// ShiftAllRightLogical is i32x4.shr_u: by n modulo 32, filling with zeros.
func (x Int32x4) ShiftAllRightLogical(n uint32) Int32x4 {
	n &= 31
	return Int32x4{
		int32(uint32(x.e0) >> n), int32(uint32(x.e1) >> n),
		int32(uint32(x.e2) >> n), int32(uint32(x.e3) >> n),
	}
}

// Equal is i32x4.eq.
func (x Int32x4) Equal(y Int32x4) Mask32x4 {
	return Mask32x4{lane(x.e0 == y.e0), lane(x.e1 == y.e1), lane(x.e2 == y.e2), lane(x.e3 == y.e3)}
}

// NotEqual is i32x4.ne.
func (x Int32x4) NotEqual(y Int32x4) Mask32x4 {
	return Mask32x4{lane(x.e0 != y.e0), lane(x.e1 != y.e1), lane(x.e2 != y.e2), lane(x.e3 != y.e3)}
}

// Less is i32x4.lt_s.
func (x Int32x4) Less(y Int32x4) Mask32x4 {
	return Mask32x4{lane(x.e0 < y.e0), lane(x.e1 < y.e1), lane(x.e2 < y.e2), lane(x.e3 < y.e3)}
}

// LessEqual is i32x4.le_s.
func (x Int32x4) LessEqual(y Int32x4) Mask32x4 {
	return Mask32x4{lane(x.e0 <= y.e0), lane(x.e1 <= y.e1), lane(x.e2 <= y.e2), lane(x.e3 <= y.e3)}
}

// Greater is i32x4.gt_s.
func (x Int32x4) Greater(y Int32x4) Mask32x4 {
	return Mask32x4{lane(x.e0 > y.e0), lane(x.e1 > y.e1), lane(x.e2 > y.e2), lane(x.e3 > y.e3)}
}

// GreaterEqual is i32x4.ge_s.
func (x Int32x4) GreaterEqual(y Int32x4) Mask32x4 {
	return Mask32x4{lane(x.e0 >= y.e0), lane(x.e1 >= y.e1), lane(x.e2 >= y.e2), lane(x.e3 >= y.e3)}
}

// Merge is v128.bitselect: x where mask is set, else y.
func (x Int32x4) Merge(y Int32x4, mask Mask32x4) Int32x4 {
	m := mask.ToInt32x4()
	return x.And(m).Or(y.AndNot(m))
}

// ConvertToFloat32 is f32x4.convert_i32x4_s.
func (x Int32x4) ConvertToFloat32() Float32x4 {
	return Float32x4{float32(x.e0), float32(x.e1), float32(x.e2), float32(x.e3)}
}

// AsFloat32x4 reinterprets the bits; it costs no instruction.
func (x Int32x4) AsFloat32x4() Float32x4 {
	return Float32x4{
		math.Float32frombits(uint32(x.e0)), math.Float32frombits(uint32(x.e1)),
		math.Float32frombits(uint32(x.e2)), math.Float32frombits(uint32(x.e3)),
	}
}

// AsInt16x8 reinterprets the bits; it costs no instruction.
func (x Int32x4) AsInt16x8() Int16x8 {
	lo, hi := x.bits()
	return Int16x8{lo, hi}
}

// AsInt8x16 reinterprets the bits; it costs no instruction.
func (x Int32x4) AsInt8x16() Int8x16 {
	lo, hi := x.bits()
	return Int8x16{lo, hi}
}

// NarrowSaturated is i16x8.narrow_i32x4_s: the lanes of x, then those of y,
// clamped to int16.
func (x Int32x4) NarrowSaturated(y Int32x4) Int16x8 {
	return Int16x8{
		pack16(clamp16(x.e0), clamp16(x.e1), clamp16(x.e2), clamp16(x.e3)),
		pack16(clamp16(y.e0), clamp16(y.e1), clamp16(y.e2), clamp16(y.e3)),
	}
}

// SelectFromPair is i8x16.shuffle over whole lanes: the constants a..d pick
// from the lanes of x (0..3) and of y (4..7).
func (x Int32x4) SelectFromPair(a, b, c, d uint8, y Int32x4) Int32x4 {
	return x.AsFloat32x4().SelectFromPair(a, b, c, d, y.AsFloat32x4()).AsInt32x4()
}

// Mask32x4 holds four lanes that are all ones or all zeros.
type Mask32x4 struct{ e0, e1, e2, e3 int32 }

// lane is the mask lane of a comparison.
func lane(b bool) int32 {
	if b {
		return -1
	}
	return 0
}

// ToInt32x4 is the mask as -1 and 0; it costs no instruction.
func (x Mask32x4) ToInt32x4() Int32x4 { return Int32x4(x) }

// And is v128.and.
func (x Mask32x4) And(y Mask32x4) Mask32x4 {
	return Mask32x4{x.e0 & y.e0, x.e1 & y.e1, x.e2 & y.e2, x.e3 & y.e3}
}

// Or is v128.or.
func (x Mask32x4) Or(y Mask32x4) Mask32x4 {
	return Mask32x4{x.e0 | y.e0, x.e1 | y.e1, x.e2 | y.e2, x.e3 | y.e3}
}

// Xor is v128.xor.
func (x Mask32x4) Xor(y Mask32x4) Mask32x4 {
	return Mask32x4{x.e0 ^ y.e0, x.e1 ^ y.e1, x.e2 ^ y.e2, x.e3 ^ y.e3}
}

// Not is v128.not.
func (x Mask32x4) Not() Mask32x4 {
	return Mask32x4{^x.e0, ^x.e1, ^x.e2, ^x.e3}
}

// AnyTrue is v128.any_true.
func (x Mask32x4) AnyTrue() bool { return x.e0|x.e1|x.e2|x.e3 != 0 }

// AllTrue is i32x4.all_true.
func (x Mask32x4) AllTrue() bool { return x.e0 != 0 && x.e1 != 0 && x.e2 != 0 && x.e3 != 0 }

// ToBits is i32x4.bitmask: bit i is the top bit of lane i.
func (x Mask32x4) ToBits() uint32 {
	return uint32(x.e0)>>31 | uint32(x.e1)>>31<<1 | uint32(x.e2)>>31<<2 | uint32(x.e3)>>31<<3
}
