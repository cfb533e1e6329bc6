package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// A packed int8 matrix [k, n] is ceil(n/8) panels of [k/2][8][2]: the eight
// columns' elements of rows 2i and 2i+1, in pairs, as DotProductPairs adds
// them. Its scales are panels of [k/32][8] float32.

const (
	// qRows is the height of the int8 tile.
	qRows = 4
	// qmBlock rows of a are quantized at a time; a multiple of qRows.
	qmBlock = 64
	// A quantized block of qRows rows by 32 columns is 16 pairs of columns ×
	// qRows rows of two int16, then qRows scales.
	qPairs      = 4 * qRows * blockLen / 2
	qBlockBytes = qPairs + 4*qRows
)

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

// gemmQ8 is gemm with int8 weights packed by packQ8 and packQ8Scales; k is a
// multiple of 32. Each row of a is quantized, in blocks of 32, to int8 with
// the scale max|a|/127; a block's products are summed exactly in int32 and
// the blocks' sums in float32. A block with a NaN or an infinity makes its
// row NaN. scratch is gemmQ8Scratch(m, k) bytes.
func gemmQ8(c, a F32, q I8, scales, bias, residual F32, scratch, m, k, n, act uint32) {
	for i := uint32(0); i < m; i += qmBlock {
		rows := least(m-i, qmBlock)
		quantizeRows(scratch, a+F32(4*i*k), rows, k)
		gemmQ8Part(c, q, scales, bias, residual, scratch, i, rows, 0, n, k, n, act)
	}
}

// gemmQ8Part computes the quantized rows rows of gemmQ8's c from row i on,
// and of those cols columns from j on; j is a multiple of panelCols.
func gemmQ8Part(c F32, q I8, scales, bias, residual F32, quantized, i, rows, j, cols, k, n, act uint32) {
	at := F32(4 * (i*n + j))
	gemmQ8Block(c+at, quantized, q+I8(j*k), scales+F32(4*j*(k/blockLen)), rows, k, cols, 4*n)
	finishPart(c, bias, residual, at, j, rows, cols, 4*n, act)
}

// gemmQ8Scratch returns the bytes of scratch that gemmQ8 needs.
func gemmQ8Scratch(m, k uint32) uint32 {
	return quantizedBytes(least(m, qmBlock), k)
}

// quantizedBytes returns the size of m quantized rows of k elements.
func quantizedBytes(m, k uint32) uint32 {
	return roundUp(m, qRows) / qRows * (k / blockLen * qBlockBytes)
}

// gemmQ8Block computes c[rows, n], whose rows lie ldc bytes apart, panel by
// panel, tile by tile.
func gemmQ8Block(c F32, quantized uint32, q I8, scales F32, rows, k, n, ldc uint32) {
	blocks := k / blockLen
	for j := uint32(0); j < n; j += panelCols {
		tile := quantized
		for i := uint32(0); i < rows; i += qRows {
			tileQ8(c+F32(i*ldc+4*j), tile, q, scales, blocks, least(rows-i, qRows), ldc, least(n-j, panelCols))
			tile += blocks * qBlockBytes
		}
		q += I8(panelCols * k)
		scales += F32(4 * panelCols * blocks)
	}
}

// quantizeRows quantizes rows rows of a, rounded up to qRows with zeros.
func quantizeRows(dst uint32, a F32, rows, k uint32) {
	blocks := k / blockLen
	for i := uint32(0); i < rows; i += qRows {
		for r := range uint32(qRows) {
			at := dst + 4*r
			for b := range blocks {
				if i+r < rows {
					quantizeBlock(at, a+F32(4*((i+r)*k+b*blockLen)))
				} else {
					clearBlock(at)
				}
				at += qBlockBytes
			}
		}
		dst += blocks * qBlockBytes
	}
}

// quantizeBlock quantizes 32 elements of a row. Where the scale is 0, of
// zeros or of the least subnormals, the integers do not matter.
func quantizeBlock(dst uint32, a F32) {
	scale := blockScale(a)
	F32(dst).Store(qPairs, scale)
	s := BroadcastFloat32x4(scale)
	for range uint32(blockLen / 8) {
		x := LoadFloat32x4(a, 0).Div(s).RoundToEven().ConvertToInt32()
		y := LoadFloat32x4(a, 16).Div(s).RoundToEven().ConvertToInt32()
		pairs := x.SaturateToInt16Concat(y).AsInt32x4()
		I32(dst).Store(0, pairs.GetElem(0))
		I32(dst).Store(4*qRows, pairs.GetElem(1))
		I32(dst).Store(8*qRows, pairs.GetElem(2))
		I32(dst).Store(12*qRows, pairs.GetElem(3))
		a += 32
		dst += 16 * qRows
	}
}

// blockScale returns the scale of 32 elements: the greatest becomes ±127.
func blockScale(a F32) float32 {
	top := LoadFloat32x4(a, 0).Abs()
	for i := uint32(16); i < 4*blockLen; i += 16 {
		top = top.Max(LoadFloat32x4(a+F32(i), 0).Abs())
	}
	return maxLanes(top) / 127
}

// clearBlock is quantizeBlock of a row that is not there.
func clearBlock(dst uint32) {
	F32(dst).Store(qPairs, 0)
	for range uint32(blockLen / 2) {
		I32(dst).Store(0, 0)
		dst += 4 * qRows
	}
}

// tileQ8 computes rows ≤ qRows rows by cols ≤ 8 columns of a product into c,
// whose rows lie ldc bytes apart.
func tileQ8(c F32, a uint32, w I8, scales F32, blocks, rows, ldc, cols uint32) {
	var x0, y0, x1, y1, x2, y2, x3, y3 Float32x4
	for range blocks {
		var i0, j0, i1, j1, i2, j2, i3, j3 Int32x4
		for range uint32(blockLen / 2) {
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
			a += 4 * qRows
			w += 2 * panelCols
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
