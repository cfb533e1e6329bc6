// Package quantize converts float32 weights to the storage formats of model
// files: IEEE 754 binary16 and 8-bit integers in blocks of 32.
package quantize

import "math"

// F16 rounds x to the nearest binary16, ties to even. Overflow gives an
// infinity; a NaN keeps its sign and the upper bits of its payload and is quiet.
func F16(x float32) uint16 {
	b := math.Float32bits(x)
	sign := uint16(b >> 16 & 0x8000)
	exponent := int(b>>23&0xFF) - 127
	fraction := b & 0x7FFFFF
	switch {
	case exponent == 128 && fraction != 0:
		return sign | 0x7E00 | uint16(fraction>>13)
	case exponent > 15:
		return sign | 0x7C00
	case exponent >= -14:
		// A carry out of the fraction moves into the exponent, as it should.
		return sign | uint16(uint32(exponent+15)<<10+roundShift(fraction, 13))
	case exponent >= -25:
		// Subnormal: the leading one joins the fraction; unit 2^-24.
		return sign | uint16(roundShift(fraction|0x800000, uint(-exponent-1)))
	}
	return sign
}

// roundShift is x / 2^n rounded to the nearest integer, ties to even.
func roundShift(x uint32, n uint) uint32 {
	q, rest, half := x>>n, x&(1<<n-1), uint32(1)<<(n-1)
	if rest > half || rest == half && q&1 == 1 {
		q++
	}
	return q
}

// FromF16 is the exact value of a binary16.
func FromF16(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exponent, fraction := uint32(h>>10&0x1F), uint32(h&0x3FF)
	switch exponent {
	case 0:
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*0x1p-24))
	case 31:
		return math.Float32frombits(sign | 0x7F800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}
