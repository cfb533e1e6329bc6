package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Products with quantized weights. Each row of the other factor is quantized
// as it comes, in blocks of 32 along k, to int8 with the scale max|a|/127. A
// block's products are summed exactly in int32, the blocks' sums in float32,
// so that no bit depends on which of the kernels below takes a row.

const (
	// qRows is the height of the int8 tile.
	qRows = 4
	// qmBlock rows of a are quantized at a time; a multiple of qRows.
	qmBlock = 64
	// A quantized block of qRows rows by 32 columns is 16 pairs of columns ×
	// qRows rows of two int16, then qRows scales.
	qPairs      = 4 * qRows * blockLen / 2
	qBlockBytes = qPairs + 4*qRows

	// Up to qSingles rows are multiplied one by one. A quantized block of one
	// is 32 int16, then its scale and 8 times their sum.
	qSingles  = 2
	qRowScale = 2 * blockLen
	qRowSum   = qRowScale + 4
	qRowBytes = qRowSum + 4
)

// gemmQuantized is gemm with weights of bits bits, 8 packed by packQ8 or 4
// packed by packQ4, and their scales by packQ8Scales; k is a multiple of 32.
// A block of a with a NaN or an infinity makes its row NaN. scratch is
// gemmQuantizedScratch(m, k) bytes.
func gemmQuantized(c, a F32, weights uint32, scales, bias, residual F32, scratch, m, k, n, act, bits uint32) {
	for i := uint32(0); i < m; i += qmBlock {
		rows := least(m-i, qmBlock)
		quantize(scratch, a+F32(4*i*k), rows, k)
		gemmQuantizedPart(c, weights, scales, bias, residual, scratch, scratch+quantizedBytes(rows, k), i, rows, 0, n, k, n, act, bits)
	}
}

// gemmQuantizedScratch returns the bytes of scratch that gemmQuantized needs:
// quantized rows, and room for one panel of 4-bit weights to be unpacked in.
func gemmQuantizedScratch(m, k uint32) uint32 {
	return quantizedBytes(least(m, qmBlock), k) + panelCols*k
}

// quantizedBytes returns the size of m quantized rows of k elements.
func quantizedBytes(m, k uint32) uint32 {
	if m <= qSingles {
		return m * (k / blockLen * qRowBytes)
	}
	return roundUp(m, qRows) / qRows * (k / blockLen * qBlockBytes)
}

// gemmQuantizedPart computes rows rows of gemmQuantized's c from row i on,
// which quantize has put in quantized, and of those cols columns from j on; j
// is a multiple of panelCols. unpacked is room for one panel of 4-bit
// weights, panelCols*k bytes.
func gemmQuantizedPart(c F32, weights uint32, scales, bias, residual F32, quantized, unpacked, i, rows, j, cols, k, n, act, bits uint32) {
	at := F32(4 * (i*n + j))
	blocks := k / blockLen
	weights += j * k / 8 * bits
	scales += F32(4 * j * blocks)
	for x := uint32(0); x < cols; x += panelCols {
		panelProduct(c+at+F32(4*x), quantized, weights, scales, I8(unpacked), rows, blocks, 4*n, least(cols-x, panelCols), bits)
		weights += blocks * (panelCols * blockLen / 8) * bits
		scales += F32(4 * panelCols * blocks)
	}
	finishPart(c, bias, residual, at, j, rows, cols, 4*n, act)
}

// panelProduct multiplies rows quantized rows by one panel.
func panelProduct(c F32, quantized, weights uint32, scales F32, unpacked I8, rows, blocks, ldc, cols, bits uint32) {
	if rows <= qSingles {
		for range rows {
			if bits == 4 {
				rowQ4(c, quantized, U8(weights), scales, blocks, cols)
			} else {
				rowQ8(c, quantized, I8(weights), scales, blocks, cols)
			}
			c += F32(ldc)
			quantized += blocks * qRowBytes
		}
		return
	}
	panel := I8(weights)
	if bits == 4 {
		unpackQ4(unpacked, U8(weights), blocks)
		panel = unpacked
	}
	for i := uint32(0); i < rows; i += qRows {
		tileQ8(c, quantized, panel, scales, blocks, least(rows-i, qRows), ldc, cols)
		c += F32(qRows * ldc)
		quantized += blocks * qBlockBytes
	}
}

// quantize quantizes rows rows of a as gemmQuantizedPart wants so many.
func quantize(dst uint32, a F32, rows, k uint32) {
	if rows > qSingles {
		quantizeRows(dst, a, rows, k)
		return
	}
	for range rows * (k / blockLen) {
		quantizeSingle(dst, a)
		dst += qRowBytes
		a += 4 * blockLen
	}
}

// quantizeSingle quantizes 32 elements to the integers of quantizeBlock.
func quantizeSingle(dst uint32, a F32) {
	scale := blockScale(a)
	F32(dst).Store(qRowScale, scale)
	s := BroadcastFloat32x4(scale)
	var sums Int32x4
	for i := uint32(0); i < 2*blockLen; i += 16 {
		v := quantizeEight(a, s)
		sums = sums.Add(v.ExtAddPairwise())
		v.Store(I16(dst+i), 0)
		a += 32
	}
	sums = sums.Add(sums.SelectFromPair(2, 3, 0, 1, sums))
	I32(dst).Store(qRowSum, 8*(sums.GetElem(0)+sums.GetElem(1)))
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
		pairs := quantizeEight(a, s).AsInt32x4()
		pairs.StoreLane(I32(dst), 0, 0)
		pairs.StoreLane(I32(dst), 4*qRows, 1)
		pairs.StoreLane(I32(dst), 8*qRows, 2)
		pairs.StoreLane(I32(dst), 12*qRows, 3)
		a += 32
		dst += 16 * qRows
	}
}

// quantizeEight returns 8 elements divided by s and rounded to even: the sum
// with roundInt has the integer in its low bits.
//
//wasm:inline
func quantizeEight(a F32, s Float32x4) Int16x8 {
	round := BroadcastFloat32x4(roundInt)
	x := LoadFloat32x4(a, 0).Div(s).Add(round).AsInt16x8()
	y := LoadFloat32x4(a, 16).Div(s).Add(round).AsInt16x8()
	return x.Shuffle(0, 2, 4, 6, 8, 10, 12, 14, y)
}

// blockScale returns the scale of 32 elements: the greatest becomes ±127.
// Without sign the bits of floats are in their order, NaN above all.
func blockScale(a F32) float32 {
	top := LoadFloat32x4(a, 0).Abs().AsInt32x4()
	for i := uint32(16); i < 4*blockLen; i += 16 {
		top = top.Max(LoadFloat32x4(a+F32(i), 0).Abs().AsInt32x4())
	}
	top = top.Max(top.SelectFromPair(2, 3, 2, 3, top))
	return FromBits32(uint32(max(top.GetElem(0), top.GetElem(1)))) / 127
}

// clearBlock is quantizeBlock of a row that is not there.
func clearBlock(dst uint32) {
	F32(dst).Store(qPairs, 0)
	for range uint32(blockLen / 2) {
		I32(dst).Store(0, 0)
		dst += 4 * qRows
	}
}
