package simd128

import (
	"fmt"
	"math"
)

// Vectors of lanes below 32 bits are kept as two uint64 whose low lanes come
// first: structs of more than four fields are slow.

type lane8 interface{ int8 | uint8 }

type lane16 interface{ int16 | uint16 }

// map8 applies f to the lanes of half a vector.
func map8[T, R lane8](x uint64, f func(T) R) uint64 {
	var r uint64
	for i := 0; i < 64; i += 8 {
		r |= uint64(uint8(f(T(x>>i)))) << i
	}
	return r
}

// zip8 applies f to matching lanes of halves of two vectors.
func zip8[T, R lane8](x, y uint64, f func(a, b T) R) uint64 {
	var r uint64
	for i := 0; i < 64; i += 8 {
		r |= uint64(uint8(f(T(x>>i), T(y>>i)))) << i
	}
	return r
}

// map16 applies f to the lanes of half a vector.
func map16[T, R lane16](x uint64, f func(T) R) uint64 {
	return uint64(uint16(f(T(x)))) | uint64(uint16(f(T(x>>16))))<<16 |
		uint64(uint16(f(T(x>>32))))<<32 | uint64(uint16(f(T(x>>48))))<<48
}

// zip16 applies f to matching lanes of halves of two vectors.
func zip16[T, R lane16](x, y uint64, f func(a, b T) R) uint64 {
	return uint64(uint16(f(T(x), T(y)))) | uint64(uint16(f(T(x>>16), T(y>>16))))<<16 |
		uint64(uint16(f(T(x>>32), T(y>>32))))<<32 | uint64(uint16(f(T(x>>48), T(y>>48))))<<48
}

func spread8(x uint8) uint64   { return uint64(x) * 0x0101010101010101 }
func spread16(x uint16) uint64 { return uint64(x) * 0x0001000100010001 }

func pack16[T lane16](a, b, c, d T) uint64 {
	return uint64(uint16(a)) | uint64(uint16(b))<<16 | uint64(uint16(c))<<32 | uint64(uint16(d))<<48
}

func badLane(lane uint8) string { return fmt.Sprintf("simd128: lane %d out of range", lane) }

func lane8of(lo, hi uint64, lane uint8) uint8 {
	if lane < 8 {
		return uint8(lo >> (8 * lane))
	}
	return uint8(hi >> (8 * (lane - 8)))
}

func lane16of(lo, hi uint64, lane uint8) uint16 {
	if lane < 4 {
		return uint16(lo >> (16 * lane))
	}
	return uint16(hi >> (16 * (lane - 4)))
}

// getLane8 and its like panic where WebAssembly would not validate.
func getLane8(lo, hi uint64, lane uint8) uint8 {
	if lane >= 16 {
		panic(badLane(lane))
	}
	return lane8of(lo, hi, lane)
}

func getLane16(lo, hi uint64, lane uint8) uint16 {
	if lane >= 8 {
		panic(badLane(lane))
	}
	return lane16of(lo, hi, lane)
}

func setLane8(lo, hi uint64, lane uint8, v uint8) (uint64, uint64) {
	d := uint64(v^getLane8(lo, hi, lane)) << (8 * (lane % 8))
	if lane < 8 {
		return lo ^ d, hi
	}
	return lo, hi ^ d
}

func setLane16(lo, hi uint64, lane uint8, v uint16) (uint64, uint64) {
	d := uint64(v^getLane16(lo, hi, lane)) << (16 * (lane % 4))
	if lane < 4 {
		return lo ^ d, hi
	}
	return lo, hi ^ d
}

// shuffle8 picks the lanes of two vectors, those of the second from 16 on.
func shuffle8(xlo, xhi, ylo, yhi uint64, lanes [16]uint8) (lo, hi uint64) {
	for i, l := range lanes {
		var v uint8
		if l < 16 {
			v = lane8of(xlo, xhi, l)
		} else {
			v = getLane8(ylo, yhi, l-16)
		}
		lo, hi = setLane8(lo, hi, uint8(i), v)
	}
	return lo, hi
}

// shuffle16 picks the lanes of two vectors, those of the second from 8 on.
func shuffle16(xlo, xhi, ylo, yhi uint64, lanes [8]uint8) (lo, hi uint64) {
	for i, l := range lanes {
		var v uint16
		if l < 8 {
			v = lane16of(xlo, xhi, l)
		} else {
			v = getLane16(ylo, yhi, l-8)
		}
		lo, hi = setLane16(lo, hi, uint8(i), v)
	}
	return lo, hi
}

// lookup picks the lanes of x that the lanes of y tell, zero beyond 15.
func lookup(xlo, xhi, ylo, yhi uint64) (lo, hi uint64) {
	for i := range uint8(16) {
		if l := lane8of(ylo, yhi, i); l < 16 {
			lo, hi = setLane8(lo, hi, i, lane8of(xlo, xhi, l))
		}
	}
	return lo, hi
}

// Lanes of comparisons.

func truth8(b bool) int8   { return int8(-toInt(b)) }
func truth16(b bool) int16 { return int16(-toInt(b)) }
func truth32(b bool) int32 { return -toInt(b) }
func truth64(b bool) int64 { return int64(-toInt(b)) }

func toInt(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// all8 and all16 report whether no lane of half a vector is zero: a lane's
// top bit is set in the sum with all its other bits, or in itself, unless it
// is zero.
func all8(x uint64) bool {
	const low = 0x7F7F7F7F7F7F7F7F
	return ((x&low)+low|x)&^low == ^uint64(low)
}

func all16(x uint64) bool {
	const low = 0x7FFF7FFF7FFF7FFF
	return ((x&low)+low|x)&^low == ^uint64(low)
}

// tops8 and tops16 gather the top bits of the lanes of half a vector.
func tops8(x uint64) uint32 {
	var r uint32
	for i := range 8 {
		r |= uint32(x>>(8*i+7)) & 1 << i
	}
	return r
}

func tops16(x uint64) uint32 {
	var r uint32
	for i := range 4 {
		r |= uint32(x>>(16*i+15)) & 1 << i
	}
	return r
}

// Clamps of what an operation on smaller lanes gave.

func clampInt8(x int32) int8     { return int8(max(math.MinInt8, min(math.MaxInt8, x))) }
func clampUint8(x int32) uint8   { return uint8(max(0, min(math.MaxUint8, x))) }
func clampInt16(x int32) int16   { return int16(max(math.MinInt16, min(math.MaxInt16, x))) }
func clampUint16(x int32) uint16 { return uint16(max(0, min(math.MaxUint16, x))) }

// narrowInt8 and narrowUint8 clamp eight int16 to half a vector of 8 bits.
func narrowInt8(lo, hi uint64) uint64 {
	var r uint64
	for i := range 4 {
		r |= uint64(uint8(clampInt8(int32(int16(lo>>(16*i))))))<<(8*i) | uint64(uint8(clampInt8(int32(int16(hi>>(16*i))))))<<(8*i+32)
	}
	return r
}

func narrowUint8(lo, hi uint64) uint64 {
	var r uint64
	for i := range 4 {
		r |= uint64(clampUint8(int32(int16(lo>>(16*i)))))<<(8*i) | uint64(clampUint8(int32(int16(hi>>(16*i)))))<<(8*i+32)
	}
	return r
}

// widenTo and a type widen the lanes of half a vector.

func widenToInt16x8(x uint64) Int16x8 {
	half := func(x uint64) uint64 {
		return pack16(int16(int8(x)), int16(int8(x>>8)), int16(int8(x>>16)), int16(int8(x>>24)))
	}
	return Int16x8{half(x), half(x >> 32)}
}

func widenToUint16x8(x uint64) Uint16x8 {
	half := func(x uint64) uint64 {
		return pack16(uint16(uint8(x)), uint16(uint8(x>>8)), uint16(uint8(x>>16)), uint16(uint8(x>>24)))
	}
	return Uint16x8{half(x), half(x >> 32)}
}

func widenToInt32x4(x uint64) Int32x4 {
	return Int32x4{int32(int16(x)), int32(int16(x >> 16)), int32(int16(x >> 32)), int32(int16(x >> 48))}
}

func widenToUint32x4(x uint64) Uint32x4 {
	return Uint32x4{uint32(uint16(x)), uint32(uint16(x >> 16)), uint32(uint16(x >> 32)), uint32(uint16(x >> 48))}
}

func widenToInt64x2(x uint64) Int64x2 { return Int64x2{int64(int32(x)), int64(int32(x >> 32))} }

func widenToUint64x2(x uint64) Uint64x2 { return Uint64x2{uint64(uint32(x)), x >> 32} }

// dot2 is the dot product of two pairs of int16.
func dot2(x, y uint32) int32 {
	return int32(int16(x))*int32(int16(y)) + int32(int16(x>>16))*int32(int16(y>>16))
}

// dotPairs adds neighbouring products; with lanes of y in 0..127 the sums fit.
func (x Int8x16) dotPairs(y Int8x16) Int16x8 {
	sums := func(x, y uint64) uint64 {
		f := func(a, b int16) int16 { return int16(int8(a))*int16(int8(b)) + int16(int8(a>>8))*int16(int8(b>>8)) }
		return zip16(x, y, f)
	}
	return Int16x8{sums(x.lo, y.lo), sums(x.hi, y.hi)}
}
