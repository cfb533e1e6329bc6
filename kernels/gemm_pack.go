package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// A packed matrix [k, n] is ceil(n/8) panels of [k][8]: panel j holds columns
// 8j..8j+7 of every row, those past n zero. A tile then reads its eight
// columns from consecutive memory.

const panelCols = 8

// panelsBytes returns the size of a packed f32 matrix [k, n].
func panelsBytes(k, n uint32) uint32 {
	return 4 * k * roundUp(n, panelCols)
}

// packPanels packs the row-major matrix [k, n] at src.
func packPanels(dst, src F32, k, n uint32) {
	packRows(dst, src, k, n, 4*n)
}

// packPanelsTransposed packs the transpose of the row-major matrix [n, k] at
// src: its rows become columns.
func packPanelsTransposed(dst, src F32, k, n uint32) {
	packColumns(dst, src, k, n, 4*k)
}

// packRows packs a matrix [k, n] whose rows lie stride bytes apart.
func packRows(dst, src F32, k, n, stride uint32) {
	for j := uint32(0); j < n; j += panelCols {
		row := src + F32(4*j)
		for range k {
			x, y := loadRow(row, least(n-j, panelCols))
			x.Store(dst, 0)
			y.Store(dst, 16)
			row += F32(stride)
			dst += 4 * panelCols
		}
	}
}

// packColumns packs the matrix [k, n] whose columns lie stride bytes apart.
func packColumns(dst, src F32, k, n, stride uint32) {
	for j := uint32(0); j < n; j += panelCols {
		packHalf(dst, src, k, n-j, stride)
		if n-j > 4 {
			packHalf(dst+16, src+F32(4*stride), k, n-j-4, stride)
		} else {
			packHalf(dst+16, 0, k, 0, 0)
		}
		dst += F32(4 * panelCols * k)
		src += F32(panelCols * stride)
	}
}

// packHalf fills four columns of a panel, of which the first cols (at most
// four) are there and the others zero.
func packHalf(dst, src F32, k, cols, stride uint32) {
	if cols >= 4 {
		packFour(dst, src, k, stride)
		return
	}
	for c := range uint32(4) {
		if c < cols {
			packColumn(dst, src, k)
		} else {
			clearColumn(dst, k)
		}
		dst += 4
		src += F32(stride)
	}
}

// packFour spreads four columns, transposing four rows at a time.
func packFour(dst, src F32, k, stride uint32) {
	s1 := src + F32(stride)
	s2 := s1 + F32(stride)
	s3 := s2 + F32(stride)
	for range k / 4 {
		v0, v1 := LoadFloat32x4(src, 0), LoadFloat32x4(s1, 0)
		v2, v3 := LoadFloat32x4(s2, 0), LoadFloat32x4(s3, 0)
		lo01, hi01 := v0.SelectFromPair(0, 4, 1, 5, v1), v0.SelectFromPair(2, 6, 3, 7, v1)
		lo23, hi23 := v2.SelectFromPair(0, 4, 1, 5, v3), v2.SelectFromPair(2, 6, 3, 7, v3)
		lo01.SelectFromPair(0, 1, 4, 5, lo23).Store(dst, 0)
		lo01.SelectFromPair(2, 3, 6, 7, lo23).Store(dst, 4*panelCols)
		hi01.SelectFromPair(0, 1, 4, 5, hi23).Store(dst, 8*panelCols)
		hi01.SelectFromPair(2, 3, 6, 7, hi23).Store(dst, 12*panelCols)
		src += 16
		s1 += 16
		s2 += 16
		s3 += 16
		dst += 16 * panelCols
	}
	packColumn(dst, src, k%4)
	packColumn(dst+4, s1, k%4)
	packColumn(dst+8, s2, k%4)
	packColumn(dst+12, s3, k%4)
}

// packColumn spreads k consecutive elements over a panel's column.
func packColumn(dst, src F32, k uint32) {
	for range k {
		dst.Store(0, src.Load(0))
		dst += 4 * panelCols
		src += 4
	}
}

// clearColumn zeroes a panel's column.
func clearColumn(dst F32, k uint32) {
	for range k {
		dst.Store(0, 0)
		dst += 4 * panelCols
	}
}

// loadRow loads cols ≤ 8 elements of a panel's width; the others are zero and
// their memory is not read.
func loadRow(p F32, cols uint32) (Float32x4, Float32x4) {
	x, y := BroadcastFloat32x4(0), BroadcastFloat32x4(0)
	if cols < 4 {
		if cols > 0 {
			x = loadPart(p, cols)
		}
		return x, y
	}
	x = LoadFloat32x4(p, 0)
	if cols == panelCols {
		y = LoadFloat32x4(p, 16)
	} else if cols > 4 {
		y = loadPart(p+16, cols-4)
	}
	return x, y
}

// storeRow stores the first cols of eight elements, cols in 1..8.
func storeRow(p F32, x, y Float32x4, cols uint32) {
	if cols < 4 {
		storePart(p, x, cols)
		return
	}
	x.Store(p, 0)
	if cols == panelCols {
		y.Store(p, 16)
	} else if cols > 4 {
		storePart(p+16, y, cols-4)
	}
}
