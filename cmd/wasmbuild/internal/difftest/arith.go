package difftest

import . "github.com/fovea-run/fovea/kernels/simd128"

//wasm:export arith32
func arith32(x, y int32) int32 {
	r := x + y
	r = r*31 + (x - y)
	r = r*31 + x*y
	r = r*31 + (x & y)
	r = r*31 + (x | y)
	r = r*31 + (x ^ y)
	r = r*31 + (x &^ y)
	r = r*31 + x/3 - x%7 + y/-5 - y%-9 + x/1 + y/-2147483648
	r = r*31 + ^x - -y
	x++
	y--
	x *= y
	x |= 5
	y &^= x
	x <<= 3
	return r ^ x ^ y
}

//wasm:export arith64
func arith64(x, y int64) int64 {
	r := x + y
	r = r*31 + (x - y)
	r = r*31 + x*y
	r = r*31 + (x &^ y) + ^x - -y
	r = r*31 + x/3 - x%7 + y/-5 - y%1000000007
	r = r*31 + x<<(y&63) + x>>(uint32(y)&63)
	return r*31 + int64(uint64(x)>>(uint64(y)&63))
}

//wasm:export unsigned32
func unsigned32(x, y uint32) uint32 {
	r := x/(y|1) + x%(y|1)
	return r*31 + x/7 + y%10 + x/1 + y%1
}

//wasm:export unsigned64
func unsigned64(x, y uint64) uint64 {
	r := x/(y|1) + x%(y|1)
	return r*31 + x/7 + y%10 + x/1 + y%1
}

//wasm:export divideTrap
func divideTrap(x, y uint32) uint32 { return x / y }

//wasm:export remainderTrap
func remainderTrap(x, y uint64) uint64 { return x % y }

//wasm:export shifts
func shifts(x, n uint32) uint32 {
	s := int32(x)
	r := x<<(n&31) ^ x>>(n&31)
	r = r*31 + uint32(s>>(n&31)) + uint32(s<<(n&15))
	r = r*31 + x<<0 + x>>31 + x<<31 + uint32(s>>31)
	return r*31 + Rotl32(x, n) + x>>(uint64(n)&7) + uint32(uint64(x)<<(n&63)>>13)
}

//wasm:export compare32
func compare32(x, y int32) uint32 {
	a, b := uint32(x), uint32(y)
	r := bit(x < y) | bit(x <= y)<<1 | bit(x > y)<<2 | bit(x >= y)<<3 | bit(x == y)<<4 | bit(x != y)<<5
	r |= bit(a < b)<<6 | bit(a <= b)<<7 | bit(a > b)<<8 | bit(a >= b)<<9
	r |= bit(!(x < y))<<10 | bit(!(a >= b))<<11 | bit(x != 0)<<12 | bit(!(x != 0))<<13 | bit(!(x == 0))<<14
	return r
}

//wasm:export compare64
func compare64(x, y int64) uint32 {
	a, b := uint64(x), uint64(y)
	r := bit(x < y) | bit(x <= y)<<1 | bit(x > y)<<2 | bit(x >= y)<<3 | bit(x == y)<<4 | bit(x != y)<<5
	r |= bit(a < b)<<6 | bit(a <= b)<<7 | bit(a > b)<<8 | bit(a >= b)<<9
	return r | bit(!(x < y))<<10 | bit(x != 0)<<11 | bit(x == 0)<<12
}

//wasm:export compareFloats
func compareFloats(x, y float32) uint32 {
	r := bit(x < y) | bit(x <= y)<<1 | bit(x > y)<<2 | bit(x >= y)<<3 | bit(x == y)<<4 | bit(x != y)<<5
	r |= bit(!(x < y))<<6 | bit(!(x <= y))<<7 | bit(!(x > y))<<8 | bit(!(x >= y))<<9
	if !(x == y) {
		r |= 1 << 10
	}
	for x > y {
		r |= 1 << 11
		break
	}
	if x < y || x > y {
		r |= 1 << 12
	}
	return r
}

//wasm:export compareDoubles
func compareDoubles(x, y float64) uint32 {
	r := bit(x < y) | bit(x <= y)<<1 | bit(x > y)<<2 | bit(x >= y)<<3 | bit(x == y)<<4 | bit(x != y)<<5
	return r | bit(!(x < y))<<6 | bit(!(x == y))<<7
}

func bit(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

//wasm:export floats
func floats(x, y float32) float32 {
	return float32(x*y) - x/3 + -y
}

//wasm:export doubles
func doubles(x, y float64) float64 {
	return float64(x*y) - x/3 + -y
}

//wasm:export negate
func negate(x float32) float32 { return -x }

//wasm:export extremes32
func extremes32(x, y float32) float32 { return min(x, y, 3) / max(y, x) }

//wasm:export extremes64
func extremes64(x, y float64) float64 { return min(x, y, 3) / max(y, x) }

//wasm:export extremes
func extremes(x, y int32) int32 {
	a, b := uint32(x), uint32(y)
	return min(x, y) + 3*max(x, y, 7)<<1 ^ int32(min(a, 1<<31, b)) ^ int32(max(b, a))<<3
}

//wasm:export convert32
func convert32(x int32) float64 {
	u := uint32(x)
	return float64(x) + float64(float32(u)) + float64(float32(x)) - float64(u) + float64(int64(x)) - float64(uint64(u))/7
}

//wasm:export convert64
func convert64(x int64) float64 {
	u := uint64(x)
	return float64(x)/3 - float64(u)/7 + float64(float32(x))/11 - float64(float32(u))/13 + float64(int32(x)) - float64(uint32(u))
}

//wasm:export widen
func widen(x int32) uint64 {
	return uint64(x) ^ uint64(uint32(x))*3 ^ uint64(int64(uint32(x)))<<7 ^ uint64(int64(x)*5)
}

//wasm:export demote
func demote(x float64) float32 { return float32(x) }

//wasm:export promote
func promote(x float32) float64 { return float64(x) }

const (
	first = iota * 3
	second
	third
	big   = 1 << 40
	mask  = ^uint32(0)
	tenth = 0.1
)

type index uint32

//wasm:export constants
func constants(x uint32) uint64 {
	const local = big >> 3
	y := index(x) + third
	f := float32(x&15) + tenth
	d := float64(x&15) + tenth
	return uint64(y)*big + uint64(second) + uint64(Bits32(f)) ^ Bits64(d) + local ^ uint64(mask)<<4
}

// mix32 is inlined with constants, which the compiler computes.
//
//wasm:inline
func mix32(x, y int32) uint32 {
	a, b := uint32(x), uint32(y)
	r := a + b ^ a*b - (b - a) ^ a&b<<3 ^ (a|b)>>5 ^ a&^b
	r = r*31 + uint32(x/7) + uint32(y%-5) + a/(b|3) + b%(a|5)
	r = r*31 + a<<(b&31) + a>>(b&31) + uint32(x>>(b&31)) + Rotl32(a, b)
	r = r*31 + uint32(min(x, y)) + max(a, b)
	return r*31 + compare32(x, y) + bit(x/1 == y) + bit(x*1+0 < y)
}

//wasm:inline
func mix64(x, y int64) uint64 {
	a, b := uint64(x), uint64(y)
	r := a + b ^ a*b - (b - a) ^ a&b<<3 ^ (a|b)>>5 ^ a&^b
	r = r*31 + uint64(x/7) + uint64(y%-5) + a/(b|3) + b%(a|5)
	r = r*31 + a<<(b&63) + a>>(b&63) + uint64(x>>(b&63))
	r = r*31 + uint64(int64(int32(x))) + uint64(uint32(y)) + uint64(min(x, y)) + max(a, b)
	return r*31 + uint64(bit(x < y)|bit(x <= y)<<1|bit(x > y)<<2|bit(x >= y)<<3|bit(x == y)<<4|
		bit(a < b)<<5|bit(a <= b)<<6|bit(a > b)<<7|bit(a >= b)<<8|bit(x != y)<<9|bit(a == 0)<<10)
}

//wasm:export folded
func folded(x uint32) uint64 {
	r := uint64(x)
	r = r*31 + uint64(mix32(-2147483648, -1)) + uint64(mix32(-1, -2147483648))
	r = r*31 + uint64(mix32(0, 7)) + uint64(mix32(-7, 0)) + uint64(mix32(2147483647, 2147483647))
	r = r*31 + uint64(mix32(123456789, 33)) + uint64(mix32(-987654321, 31))
	r = r*31 + mix64(-9223372036854775808, -1) + mix64(-1, -9223372036854775808)
	r = r*31 + mix64(0, 7) + mix64(-7, 0) + mix64(9223372036854775807, 9223372036854775807)
	return r*31 + mix64(1234567890123456789, 65) + mix64(-987654321987, 63)
}

// rotations has rotations of constants, which are folded, and of a variable.
//
//wasm:export rotations
func rotations(x uint64) uint64 {
	const odd = 0x8000000180000001
	folded := Rotl64(odd, 33) ^ Rotr64(odd, 68)<<1 ^ uint64(Rotl32(0x80000001, 35)^Rotr32(0x80000001, 33))
	return folded ^ Rotl64(x, x) ^ Rotr64(x, x>>6)
}
