package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// quantizeQ8 writes n elements, a multiple of 32, as blocks of GGUF's Q8_0:
// int8 and a scale max|x|/127 in f16, by which they are divided before it is
// rounded. A block with a NaN or an infinity gets one of these as its scale.
func quantizeQ8(q U8, scales U16, x F32, n uint32) {
	for range n / blockLen {
		scale := blockScale(x)
		scales.Store(0, f32ToF16(scale))
		inverse := float32(0)
		if scale != 0 {
			inverse = 1 / scale
		}
		by := BroadcastFloat32x4(inverse)
		for range uint32(blockLen / 8) {
			a, b := roundAway(LoadFloat32x4(x, 0).Mul(by)), roundAway(LoadFloat32x4(x, 16).Mul(by))
			v := a.SaturateToInt16Concat(b)
			I64(q).Store(0, v.SaturateToInt8Concat(v).AsInt64x2().GetElem(0))
			x += 32
			q += 8
		}
		scales += 2
	}
}

// roundAway rounds to the nearest integer, ties away from zero.
//
//wasm:inline
func roundAway(x Float32x4) Int32x4 {
	return x.Add(copysignVec(BroadcastFloat32x4(0.5), x)).ConvertToInt32()
}

// dequantizeQ8 writes int8·scale of n elements in blocks of 32.
func dequantizeQ8(out F32, q U8, scales U16, n uint32) {
	for range n / blockLen {
		s := BroadcastFloat32x4(f16ToF32(scales.Load(0)))
		for range uint32(blockLen / 8) {
			v := LoadExtendInt16x8(I8(q), 0)
			v.ExtendLo4ToInt32().ConvertToFloat32().Mul(s).Store(out, 0)
			v.ExtendHi4ToInt32().ConvertToFloat32().Mul(s).Store(out, 16)
			out += 32
			q += 8
		}
		scales += 2
	}
}

// f32ToF16 returns the bits of the IEEE 754 binary16 nearest to x, to even on
// a tie; a NaN stays one.
func f32ToF16(x float32) uint32 {
	bits := Bits32(x)
	sign := bits >> 16 & 0x8000
	bits &= 0x7FFFFFFF
	if bits >= 0x47800000 { // 65536 and above
		if bits > 0x7F800000 {
			return sign | 0x7E00
		}
		return sign | 0x7C00
	}
	if bits < 0x38800000 { // subnormal: adding ½ leaves the integer in the low bits
		return sign | Bits32(FromBits32(bits)+0.5) - 0x3F000000
	}
	return sign | (bits-0x38000000+0xFFF+bits>>13&1)>>13
}
