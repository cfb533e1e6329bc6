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
		for c := range uint32(panelCols) {
			if j+c < n {
				packColumn(dst+F32(4*c), src+F32((j+c)*stride), k)
			} else {
				clearColumn(dst+F32(4*c), k)
			}
		}
		dst += F32(4 * panelCols * k)
	}
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
