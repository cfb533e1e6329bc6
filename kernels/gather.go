package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// gather writes to out[n, cols] the rows ids[i] of table, times scale. The
// ids are within the table.
func gather(out, table F32, ids I32, n, cols uint32, scale float32) {
	s := BroadcastFloat32x4(scale)
	for range n {
		row := table + F32(4*cols*uint32(ids.Load(0)))
		for i := uint32(0); i < cols; i += 4 {
			storeUpTo4(out+F32(4*i), loadUpTo4(row, cols-i).Mul(s), cols-i)
			row += 16
		}
		out += F32(4 * cols)
		ids += 4
	}
}

// gatherQ8 is gather from a table of int8 with one f16 scale for each 32
// consecutive elements of a row; cols is a multiple of 32.
func gatherQ8(out F32, q U8, scales U16, ids I32, n, cols uint32, scale float32) {
	for range n {
		row := uint32(ids.Load(0))
		values := I8(uint32(q) + row*cols)
		rowScales := scales + U16(row*(cols/blockLen)*2)
		for range cols / blockLen {
			s := float32(scale * f16ToF32(rowScales.Load(0)))
			for range uint32(blockLen) {
				out.Store(0, float32(s*float32(values.Load(0))))
				out += 4
				values++
			}
			rowScales += 2
		}
		ids += 4
	}
}

// f16ToF32 returns the value of the IEEE 754 binary16 with the bits h, which
// a float32 holds exactly; a NaN keeps its payload.
func f16ToF32(h uint32) float32 {
	sign := (h & 0x8000) << 16
	exponent := h >> 10 & 31
	fraction := h & 0x3FF
	switch exponent {
	case 0:
		return Copysign32(float32(float32(fraction)*0x1p-24), FromBits32(sign))
	case 31:
		return FromBits32(sign | 0x7F800000 | fraction<<13)
	}
	return FromBits32(sign | (exponent+112)<<23 | fraction<<13)
}

// firstBadIndex returns the first i with ids[i] outside 0..limit-1, or
// 0xFFFFFFFF if all n are within.
func firstBadIndex(ids I32, n, limit uint32) uint32 {
	for i := range n {
		if uint32(ids.Load(0)) >= limit {
			return i
		}
		ids += 4
	}
	return 0xFFFFFFFF
}
