package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// A packed int8 matrix [k, n] is ceil(n/8) panels of [k/2][8][2]: the eight
// columns' elements of rows 2i and 2i+1, in pairs, as DotProductPairs adds
// them. Its scales are panels of [k/32][8] float32.

// packQ8 packs the transpose of the int8 matrix [n, k] at src, k even. dst
// has room for n rounded up to 8.
func packQ8(dst I8, src U8, k, n uint32) {
	for j := uint32(0); j < n; j += panelCols {
		for c := range uint32(panelCols) {
			packQ8Column(dst+I8(2*c), I8(uint32(src)+(j+c)*k), k, j+c < n)
		}
		dst += I8(panelCols * k)
	}
}

// packQ8Column spreads k int8 over a panel's column, zeros if not present.
func packQ8Column(dst, src I8, k uint32, present bool) {
	for range k / 2 {
		if present {
			dst.Store(0, src.Load(0))
			dst.Store(1, src.Load(1))
		} else {
			dst.Store(0, 0)
			dst.Store(1, 0)
		}
		src += 2
		dst += 2 * panelCols
	}
}

// packQ8Scales packs the transpose of the f16 matrix [n, k/32] at src.
func packQ8Scales(dst F32, src U16, k, n uint32) {
	blocks := k / blockLen
	for j := uint32(0); j < n; j += panelCols {
		for i := range blocks {
			for c := range uint32(panelCols) {
				s := float32(0)
				if j+c < n {
					s = f16ToF32((src + U16(2*((j+c)*blocks+i))).Load(0))
				}
				dst.Store(0, s)
				dst += 4
			}
		}
	}
}

// tileQ8 computes rows ≤ qRows rows by cols ≤ 8 columns of a product into c,
// whose rows lie ldc bytes apart.
func tileQ8(c F32, a uint32, w I8, scales F32, blocks, rows, ldc, cols uint32) {
	var x0, y0, x1, y1, x2, y2, x3, y3 Float32x4
	for range blocks {
		var i0, j0, i1, j1, i2, j2, i3, j3 Int32x4
		for range uint32(blockLen / 4) {
			p, q := LoadExtendInt16x8(w, 0), LoadExtendInt16x8(w, 8)
			s := LoadSplatInt32x4(I32(a), 0).AsInt16x8()
			i0 = i0.Add(s.DotProductPairs(p))
			j0 = j0.Add(s.DotProductPairs(q))
			s = LoadSplatInt32x4(I32(a), 4).AsInt16x8()
			i1 = i1.Add(s.DotProductPairs(p))
			j1 = j1.Add(s.DotProductPairs(q))
			s = LoadSplatInt32x4(I32(a), 8).AsInt16x8()
			i2 = i2.Add(s.DotProductPairs(p))
			j2 = j2.Add(s.DotProductPairs(q))
			s = LoadSplatInt32x4(I32(a), 12).AsInt16x8()
			i3 = i3.Add(s.DotProductPairs(p))
			j3 = j3.Add(s.DotProductPairs(q))
			p, q = LoadExtendInt16x8(w, 16), LoadExtendInt16x8(w, 24)
			s = LoadSplatInt32x4(I32(a), 16).AsInt16x8()
			i0 = i0.Add(s.DotProductPairs(p))
			j0 = j0.Add(s.DotProductPairs(q))
			s = LoadSplatInt32x4(I32(a), 20).AsInt16x8()
			i1 = i1.Add(s.DotProductPairs(p))
			j1 = j1.Add(s.DotProductPairs(q))
			s = LoadSplatInt32x4(I32(a), 24).AsInt16x8()
			i2 = i2.Add(s.DotProductPairs(p))
			j2 = j2.Add(s.DotProductPairs(q))
			s = LoadSplatInt32x4(I32(a), 28).AsInt16x8()
			i3 = i3.Add(s.DotProductPairs(p))
			j3 = j3.Add(s.DotProductPairs(q))
			a += 8 * qRows
			w += 4 * panelCols
		}
		p, q := LoadFloat32x4(scales, 0), LoadFloat32x4(scales, 16)
		s := LoadSplatFloat32x4(F32(a), 0)
		x0 = i0.ConvertToFloat32().MulAdd(s.Mul(p), x0)
		y0 = j0.ConvertToFloat32().MulAdd(s.Mul(q), y0)
		s = LoadSplatFloat32x4(F32(a), 4)
		x1 = i1.ConvertToFloat32().MulAdd(s.Mul(p), x1)
		y1 = j1.ConvertToFloat32().MulAdd(s.Mul(q), y1)
		s = LoadSplatFloat32x4(F32(a), 8)
		x2 = i2.ConvertToFloat32().MulAdd(s.Mul(p), x2)
		y2 = j2.ConvertToFloat32().MulAdd(s.Mul(q), y2)
		s = LoadSplatFloat32x4(F32(a), 12)
		x3 = i3.ConvertToFloat32().MulAdd(s.Mul(p), x3)
		y3 = j3.ConvertToFloat32().MulAdd(s.Mul(q), y3)
		a += 4 * qRows
		scales += 4 * panelCols
	}
	storeRow(c, x0, y0, cols)
	if rows > 1 {
		storeRow(c+F32(ldc), x1, y1, cols)
	}
	if rows > 2 {
		storeRow(c+F32(2*ldc), x2, y2, cols)
	}
	if rows > 3 {
		storeRow(c+F32(3*ldc), x3, y3, cols)
	}
}

// rowQ8 computes cols ≤ 8 columns of one quantized row's product, a block of
// which is as quantizeSingle makes it.
func rowQ8(c F32, a uint32, w I8, scales F32, blocks, cols uint32) {
	var x, y Float32x4
	for range blocks {
		var i0, j0, i1, j1 Int32x4
		for range uint32(blockLen / 4) {
			s := LoadSplatInt32x4(I32(a), 0).AsInt16x8()
			i0 = i0.Add(s.DotProductPairs(LoadExtendInt16x8(w, 0)))
			j0 = j0.Add(s.DotProductPairs(LoadExtendInt16x8(w, 8)))
			s = LoadSplatInt32x4(I32(a), 4).AsInt16x8()
			i1 = i1.Add(s.DotProductPairs(LoadExtendInt16x8(w, 16)))
			j1 = j1.Add(s.DotProductPairs(LoadExtendInt16x8(w, 24)))
			a += 8
			w += 4 * panelCols
		}
		s := LoadSplatFloat32x4(F32(a), 0)
		x = i0.Add(i1).ConvertToFloat32().MulAdd(s.Mul(LoadFloat32x4(scales, 0)), x)
		y = j0.Add(j1).ConvertToFloat32().MulAdd(s.Mul(LoadFloat32x4(scales, 16)), y)
		a += 8
		scales += 4 * panelCols
	}
	storeRow(c, x, y, cols)
}
