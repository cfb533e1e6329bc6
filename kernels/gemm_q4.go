package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// 4-bit weights come in blocks of 32 along k with a scale: 16 bytes, byte i
// with element i in its low and element 16+i in its high half, each 8 more
// than the weight in units of the scale, as in GGUF's Q4_0.
//
// A packed matrix [k, n] is ceil(n/8) panels; a block of a panel is 4 groups
// of [8 columns][4 bytes]. Its scales are panels of [k/32][8] float32, as
// packQ8Scales makes them.
const (
	q4BlockBytes = panelCols * blockLen / 2
	q4Zeros      = 0x88888888 // eight weights of 0
)

// packQ4 packs the transpose of the 4-bit matrix [n, k] at src. dst has room
// for n rounded up to 8.
func packQ4(dst, src U32, k, n uint32) {
	blocks := k / blockLen
	for j := uint32(0); j < n; j += panelCols {
		for i := range blocks * 4 {
			for c := range uint32(panelCols) {
				word := uint32(q4Zeros)
				if j+c < n {
					word = (src + U32(4*((j+c)*blocks*4+i))).Load(0)
				}
				dst.Store(0, word)
				dst += 4
			}
		}
	}
}

// unpackQ4 makes a panel of packQ8 of a panel of packQ4.
func unpackQ4(dst I8, q U8, blocks uint32) {
	for range blocks {
		for range uint32(4) {
			unpackQ4Columns(dst, q)
			unpackQ4Columns(dst+8, q+16)
			dst += 4 * panelCols
			q += 32
		}
		dst += blockLen / 2 * panelCols
	}
}

// unpackQ4Columns unpacks a group of 4 columns: elements 0 and 1, 2 and 3 of
// each in pairs, and those of the block's second half.
func unpackQ4Columns(dst I8, q U8) {
	const half = blockLen / 2 * panelCols
	v, eight := LoadUint8x16(q, 0), BroadcastUint8x16(8)
	low := v.And(BroadcastUint8x16(15)).Sub(eight).AsInt16x8()
	high := v.ShiftAllRight(4).Sub(eight).AsInt16x8()
	low = low.Shuffle(0, 2, 4, 6, 1, 3, 5, 7, low)
	high = high.Shuffle(0, 2, 4, 6, 1, 3, 5, 7, high)
	I64(dst).Store(0, low.AsInt64x2().GetElem(0))
	I64(dst).Store(2*panelCols, low.AsInt64x2().GetElem(1))
	I64(dst).Store(half, high.AsInt64x2().GetElem(0))
	I64(dst).Store(half+2*panelCols, high.AsInt64x2().GetElem(1))
}

// rowQ4 computes cols ≤ 8 columns of one quantized row's product. Each sum
// is over 32 exact products, 8 times the row's sum taken off.
func rowQ4(c F32, a uint32, w U8, scales F32, blocks, cols uint32) {
	var x, y Float32x4
	for range blocks {
		var i0, i1, i2, i3 Int32x4
		for range uint32(4) {
			low, high := LoadSplatInt64x2(I64(a), 0).AsInt16x8(), LoadSplatInt64x2(I64(a), blockLen).AsInt16x8()
			v := LoadUint8x16(w, 0)
			p, q := v.And(BroadcastUint8x16(15)), v.ShiftAllRight(4)
			i0 = i0.Add(p.ExtendLo8ToUint16().AsInt16x8().DotProductPairs(low))
			i1 = i1.Add(p.ExtendHi8ToUint16().AsInt16x8().DotProductPairs(low))
			i0 = i0.Add(q.ExtendLo8ToUint16().AsInt16x8().DotProductPairs(high))
			i1 = i1.Add(q.ExtendHi8ToUint16().AsInt16x8().DotProductPairs(high))
			v = LoadUint8x16(w, 16)
			p, q = v.And(BroadcastUint8x16(15)), v.ShiftAllRight(4)
			i2 = i2.Add(p.ExtendLo8ToUint16().AsInt16x8().DotProductPairs(low))
			i3 = i3.Add(p.ExtendHi8ToUint16().AsInt16x8().DotProductPairs(low))
			i2 = i2.Add(q.ExtendLo8ToUint16().AsInt16x8().DotProductPairs(high))
			i3 = i3.Add(q.ExtendHi8ToUint16().AsInt16x8().DotProductPairs(high))
			a += 8
			w += 32
		}
		a += blockLen
		s, off := LoadSplatFloat32x4(F32(a), 0), LoadSplatInt32x4(I32(a), 4)
		i0 = i0.SelectFromPair(0, 2, 4, 6, i1).Add(i0.SelectFromPair(1, 3, 5, 7, i1)).Sub(off)
		i2 = i2.SelectFromPair(0, 2, 4, 6, i3).Add(i2.SelectFromPair(1, 3, 5, 7, i3)).Sub(off)
		x = i0.ConvertToFloat32().MulAdd(s.Mul(LoadFloat32x4(scales, 0)), x)
		y = i2.ConvertToFloat32().MulAdd(s.Mul(LoadFloat32x4(scales, 16)), y)
		a += 8
		scales += 4 * panelCols
	}
	storeRow(c, x, y, cols)
}
