package simd128

import (
	"fmt"
	"math"
)

// Int16x8 is a vector of eight int16.
type Int16x8 struct{ lo, hi uint64 }

// Int8x16 is a vector of sixteen int8.
type Int8x16 struct{ lo, hi uint64 }

// LoadInt16x8 is v128.load.
func LoadInt16x8(p I16, off uint32) Int16x8 {
	lo, hi := loadPair(uint32(p), off)
	return Int16x8{lo, hi}
}

// LoadExtendInt16x8 is v128.load8x8_s: eight int8, widened.
func LoadExtendInt16x8(p I8, off uint32) Int16x8 {
	v := load64(uint32(p), off)
	return Int16x8{widen8(uint32(v)), widen8(uint32(v >> 32))}
}

// BroadcastInt16x8 is i16x8.splat of the low 16 bits of x.
func BroadcastInt16x8(x int32) Int16x8 {
	v := int16(x)
	return Int16x8{pack16(v, v, v, v), pack16(v, v, v, v)}
}

// Store is v128.store.
func (x Int16x8) Store(p I16, off uint32) { putPair(at(uint32(p), off, 16), x.lo, x.hi) }

// Add is i16x8.add.
func (x Int16x8) Add(y Int16x8) Int16x8 {
	return x.zip(y, func(a, b int16) int16 { return a + b })
}

// Sub is i16x8.sub.
func (x Int16x8) Sub(y Int16x8) Int16x8 {
	return x.zip(y, func(a, b int16) int16 { return a - b })
}

// DotProductPairs is i32x4.dot_i16x8_s: the products of matching lanes,
// added in neighbouring pairs.
func (x Int16x8) DotProductPairs(y Int16x8) Int32x4 {
	return Int32x4{dot2(uint32(x.lo), uint32(y.lo)), dot2(uint32(x.lo>>32), uint32(y.lo>>32)),
		dot2(uint32(x.hi), uint32(y.hi)), dot2(uint32(x.hi>>32), uint32(y.hi>>32))}
}

// NarrowSaturated is i8x16.narrow_i16x8_s: the lanes of x, then those of y,
// clamped to int8.
func (x Int16x8) NarrowSaturated(y Int16x8) Int8x16 {
	return Int8x16{uint64(clamp8(x.lo)) | uint64(clamp8(x.hi))<<32, uint64(clamp8(y.lo)) | uint64(clamp8(y.hi))<<32}
}

// AsInt32x4 reinterprets the bits; it costs no instruction.
func (x Int16x8) AsInt32x4() Int32x4 { return bitsToI32(x.lo, x.hi) }

func (x Int16x8) zip(y Int16x8, f func(a, b int16) int16) Int16x8 {
	half := func(a, b uint64) uint64 {
		return pack16(f(int16(a), int16(b)), f(int16(a>>16), int16(b>>16)),
			f(int16(a>>32), int16(b>>32)), f(int16(a>>48), int16(b>>48)))
	}
	return Int16x8{half(x.lo, y.lo), half(x.hi, y.hi)}
}

// LoadInt8x16 is v128.load.
func LoadInt8x16(p I8, off uint32) Int8x16 {
	lo, hi := loadPair(uint32(p), off)
	return Int8x16{lo, hi}
}

// Store is v128.store.
func (x Int8x16) Store(p I8, off uint32) { putPair(at(uint32(p), off, 16), x.lo, x.hi) }

// ExtendLo8ToInt16 is i16x8.extend_low_i8x16_s.
func (x Int8x16) ExtendLo8ToInt16() Int16x8 {
	return Int16x8{widen8(uint32(x.lo)), widen8(uint32(x.lo >> 32))}
}

// ExtendHi8ToInt16 is i16x8.extend_high_i8x16_s.
func (x Int8x16) ExtendHi8ToInt16() Int16x8 {
	return Int16x8{widen8(uint32(x.hi)), widen8(uint32(x.hi >> 32))}
}

func dot2(x, y uint32) int32 {
	return int32(int16(x))*int32(int16(y)) + int32(int16(x>>16))*int32(int16(y>>16))
}

func pack16(a, b, c, d int16) uint64 {
	return uint64(uint16(a)) | uint64(uint16(b))<<16 | uint64(uint16(c))<<32 | uint64(uint16(d))<<48
}

func widen8(x uint32) uint64 {
	return pack16(int16(int8(x)), int16(int8(x>>8)), int16(int8(x>>16)), int16(int8(x>>24)))
}

func clamp16(x int32) int16 { return int16(max(math.MinInt16, min(math.MaxInt16, x))) }

// clamp8 narrows four int16 to int8 with saturation.
func clamp8(x uint64) uint32 {
	var r uint32
	for i := range 4 {
		v := max(math.MinInt8, min(math.MaxInt8, int16(x>>(16*i))))
		r |= uint32(uint8(v)) << (8 * i)
	}
	return r
}

func badLane(lane uint8) string { return fmt.Sprintf("simd128: lane %d out of range", lane) }
