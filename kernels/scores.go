package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// scores writes to out[m, n] the dot product of each row of q[m, d] with each
// row of keys[n, d].
//
// Both operands are read along d, four elements at a time: keys are used once
// a query, so packing them would cost as much as it saves.
func scores(out, q, keys F32, m, n, d uint32) {
	scoresPart(out, q, keys, m, n, d, 4*n)
}

// scoresPart is scores of some keys: rows of out lie stride bytes apart.
func scoresPart(out, q, keys F32, m, n, d, stride uint32) {
	for j := uint32(0); j < n; j += 4 {
		query := q
		column := out + F32(4*j)
		for range m {
			if n-j >= 4 {
				dotRows(query, keys, d).Store(column, 0)
			} else {
				for r := range n - j {
					dot := sumLanes(dotLanes(query, keys+F32(4*r*d), d))
					(column + F32(4*r)).Store(0, dot)
				}
			}
			query += F32(4 * d)
			column += F32(stride)
		}
		keys += F32(16 * d)
	}
}

// dotRows returns the dot products of x with four consecutive rows of y.
// Lane for lane it adds in the order of dotLanes and sumLanes.
func dotRows(x, y F32, d uint32) Float32x4 {
	y1 := y + F32(4*d)
	y2 := y1 + F32(4*d)
	y3 := y2 + F32(4*d)
	var s0, s1, s2, s3 Float32x4
	for range d / 4 {
		v := LoadFloat32x4(x, 0)
		s0 = v.MulAdd(LoadFloat32x4(y, 0), s0)
		s1 = v.MulAdd(LoadFloat32x4(y1, 0), s1)
		s2 = v.MulAdd(LoadFloat32x4(y2, 0), s2)
		s3 = v.MulAdd(LoadFloat32x4(y3, 0), s3)
		x += 16
		y += 16
		y1 += 16
		y2 += 16
		y3 += 16
	}
	if d%4 != 0 {
		v := loadPart(x, d%4)
		s0 = v.MulAdd(loadPart(y, d%4), s0)
		s1 = v.MulAdd(loadPart(y1, d%4), s1)
		s2 = v.MulAdd(loadPart(y2, d%4), s2)
		s3 = v.MulAdd(loadPart(y3, d%4), s3)
	}
	return sumFour(s0, s1, s2, s3)
}

// sumFour returns sumLanes of each vector.
func sumFour(s0, s1, s2, s3 Float32x4) Float32x4 {
	lo := s0.SelectFromPair(0, 1, 4, 5, s1).Add(s0.SelectFromPair(2, 3, 6, 7, s1))
	hi := s2.SelectFromPair(0, 1, 4, 5, s3).Add(s2.SelectFromPair(2, 3, 6, 7, s3))
	return lo.SelectFromPair(0, 2, 4, 6, hi).Add(lo.SelectFromPair(1, 3, 5, 7, hi))
}

// dotLanes returns the dot product of x and y in four partial sums.
func dotLanes(x, y F32, d uint32) Float32x4 {
	var s Float32x4
	for range d / 4 {
		s = LoadFloat32x4(x, 0).MulAdd(LoadFloat32x4(y, 0), s)
		x += 16
		y += 16
	}
	if d%4 != 0 {
		s = loadPart(x, d%4).MulAdd(loadPart(y, d%4), s)
	}
	return s
}
