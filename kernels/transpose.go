package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// transpose writes the transpose of a matrix [rows, cols], whose rows lie
// stride bytes apart, to dst[cols, rows].
func transpose(dst, src F32, rows, cols, stride uint32) {
	for j := uint32(0); j < cols; j += 4 {
		if cols-j >= 4 {
			transposeFour(dst, src, rows, stride)
		} else {
			for c := range F32(cols - j) {
				transposeColumn(dst+4*c*F32(rows), src+4*c, rows, stride)
			}
		}
		dst += F32(16 * rows)
		src += 16
	}
}

// transposeFour makes rows of four columns.
func transposeFour(dst, src F32, rows, stride uint32) {
	d1 := dst + F32(4*rows)
	d2 := d1 + F32(4*rows)
	d3 := d2 + F32(4*rows)
	for range rows / 4 {
		v0, v1 := LoadFloat32x4(src, 0), LoadFloat32x4(src+F32(stride), 0)
		v2, v3 := LoadFloat32x4(src+F32(2*stride), 0), LoadFloat32x4(src+F32(3*stride), 0)
		lo01, hi01 := v0.SelectFromPair(0, 4, 1, 5, v1), v0.SelectFromPair(2, 6, 3, 7, v1)
		lo23, hi23 := v2.SelectFromPair(0, 4, 1, 5, v3), v2.SelectFromPair(2, 6, 3, 7, v3)
		lo01.SelectFromPair(0, 1, 4, 5, lo23).Store(dst, 0)
		lo01.SelectFromPair(2, 3, 6, 7, lo23).Store(d1, 0)
		hi01.SelectFromPair(0, 1, 4, 5, hi23).Store(d2, 0)
		hi01.SelectFromPair(2, 3, 6, 7, hi23).Store(d3, 0)
		src += F32(4 * stride)
		dst += 16
		d1 += 16
		d2 += 16
		d3 += 16
	}
	transposeColumn(dst, src, rows%4, stride)
	transposeColumn(d1, src+4, rows%4, stride)
	transposeColumn(d2, src+8, rows%4, stride)
	transposeColumn(d3, src+12, rows%4, stride)
}

// transposeColumn makes a row of a column.
func transposeColumn(dst, src F32, rows, stride uint32) {
	for range rows {
		dst.Store(0, src.Load(0))
		dst += 4
		src += F32(stride)
	}
}
