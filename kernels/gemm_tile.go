package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// A tile function computes R rows by 8 columns of a product: rows of a, lda
// bytes apart, times kn rows of a panel, into c, whose rows lie ldc bytes
// apart and of which it reads and writes just cols columns. With accumulate
// it goes on from the sums in c. Each sum is taken in the order of k in one
// accumulator, so that its bits depend neither on the tile's height nor on
// how k is cut into blocks. A tile is a function of its own, never inlined
// into the loop over tiles, so that engines can replace it while that loop
// runs.
//
// The tallest tile of a build has the most accumulators that 16 registers
// hold beside its operands: four rows with a multiplication and an addition,
// six with MulAdd in one instruction. They are unrolled; the others run at
// most once a panel.

// tile1 is the tile of 1 row.
func tile1(c, a, b F32, kn, lda, ldc, cols uint32, accumulate bool) {
	var x0, y0 Float32x4
	if accumulate {
		x0, y0 = loadRow(c, cols)
	}
	for range kn {
		p, q := LoadFloat32x4(b, 0), LoadFloat32x4(b, 16)
		s := LoadSplatFloat32x4(a, 0)
		x0 = s.MulAdd(p, x0)
		y0 = s.MulAdd(q, y0)
		a += 4
		b += 4 * panelCols
	}
	storeRow(c, x0, y0, cols)
}

// tileRow is the tile of 1 row and 4 panels, panelStride bytes apart: for the
// single row of a matrix times vector, which reads four streams at once and
// has the chains of additions that cover their latency.
func tileRow(c, a, b F32, kn, panelStride uint32, accumulate bool) {
	b1 := b + F32(panelStride)
	b2 := b1 + F32(panelStride)
	b3 := b2 + F32(panelStride)
	var x0, y0, x1, y1, x2, y2, x3, y3 Float32x4
	if accumulate {
		x0, y0 = LoadFloat32x4(c, 0), LoadFloat32x4(c, 16)
		x1, y1 = LoadFloat32x4(c, 32), LoadFloat32x4(c, 48)
		x2, y2 = LoadFloat32x4(c, 64), LoadFloat32x4(c, 80)
		x3, y3 = LoadFloat32x4(c, 96), LoadFloat32x4(c, 112)
	}
	for range kn {
		s := LoadSplatFloat32x4(a, 0)
		x0 = s.MulAdd(LoadFloat32x4(b, 0), x0)
		y0 = s.MulAdd(LoadFloat32x4(b, 16), y0)
		x1 = s.MulAdd(LoadFloat32x4(b1, 0), x1)
		y1 = s.MulAdd(LoadFloat32x4(b1, 16), y1)
		x2 = s.MulAdd(LoadFloat32x4(b2, 0), x2)
		y2 = s.MulAdd(LoadFloat32x4(b2, 16), y2)
		x3 = s.MulAdd(LoadFloat32x4(b3, 0), x3)
		y3 = s.MulAdd(LoadFloat32x4(b3, 16), y3)
		a += 4
		b += 4 * panelCols
		b1 += 4 * panelCols
		b2 += 4 * panelCols
		b3 += 4 * panelCols
	}
	x0.Store(c, 0)
	y0.Store(c, 16)
	x1.Store(c, 32)
	y1.Store(c, 48)
	x2.Store(c, 64)
	y2.Store(c, 80)
	x3.Store(c, 96)
	y3.Store(c, 112)
}

// tile2 is the tile of 2 rows.
func tile2(c, a, b F32, kn, lda, ldc, cols uint32, accumulate bool) {
	a1 := a + F32(lda)
	c1 := c + F32(ldc)
	var x0, y0 Float32x4
	var x1, y1 Float32x4
	if accumulate {
		x0, y0 = loadRow(c, cols)
		x1, y1 = loadRow(c1, cols)
	}
	for range kn {
		p, q := LoadFloat32x4(b, 0), LoadFloat32x4(b, 16)
		s := LoadSplatFloat32x4(a, 0)
		x0 = s.MulAdd(p, x0)
		y0 = s.MulAdd(q, y0)
		s = LoadSplatFloat32x4(a1, 0)
		x1 = s.MulAdd(p, x1)
		y1 = s.MulAdd(q, y1)
		a += 4
		a1 += 4
		b += 4 * panelCols
	}
	storeRow(c, x0, y0, cols)
	storeRow(c1, x1, y1, cols)
}

// tile3 is the tile of 3 rows.
func tile3(c, a, b F32, kn, lda, ldc, cols uint32, accumulate bool) {
	a1 := a + F32(lda)
	a2 := a1 + F32(lda)
	c1 := c + F32(ldc)
	c2 := c1 + F32(ldc)
	var x0, y0 Float32x4
	var x1, y1 Float32x4
	var x2, y2 Float32x4
	if accumulate {
		x0, y0 = loadRow(c, cols)
		x1, y1 = loadRow(c1, cols)
		x2, y2 = loadRow(c2, cols)
	}
	for range kn {
		p, q := LoadFloat32x4(b, 0), LoadFloat32x4(b, 16)
		s := LoadSplatFloat32x4(a, 0)
		x0 = s.MulAdd(p, x0)
		y0 = s.MulAdd(q, y0)
		s = LoadSplatFloat32x4(a1, 0)
		x1 = s.MulAdd(p, x1)
		y1 = s.MulAdd(q, y1)
		s = LoadSplatFloat32x4(a2, 0)
		x2 = s.MulAdd(p, x2)
		y2 = s.MulAdd(q, y2)
		a += 4
		a1 += 4
		a2 += 4
		b += 4 * panelCols
	}
	storeRow(c, x0, y0, cols)
	storeRow(c1, x1, y1, cols)
	storeRow(c2, x2, y2, cols)
}

// tile4 is the tile of 4 rows.
func tile4(c, a, b F32, kn, lda, ldc, cols uint32, accumulate bool) {
	a1 := a + F32(lda)
	a2 := a1 + F32(lda)
	a3 := a2 + F32(lda)
	c1 := c + F32(ldc)
	c2 := c1 + F32(ldc)
	c3 := c2 + F32(ldc)
	var x0, y0 Float32x4
	var x1, y1 Float32x4
	var x2, y2 Float32x4
	var x3, y3 Float32x4
	if accumulate {
		x0, y0 = loadRow(c, cols)
		x1, y1 = loadRow(c1, cols)
		x2, y2 = loadRow(c2, cols)
		x3, y3 = loadRow(c3, cols)
	}
	for range kn / 4 {
		p, q := LoadFloat32x4(b, 0), LoadFloat32x4(b, 16)
		s := LoadSplatFloat32x4(a, 0)
		x0 = s.MulAdd(p, x0)
		y0 = s.MulAdd(q, y0)
		s = LoadSplatFloat32x4(a1, 0)
		x1 = s.MulAdd(p, x1)
		y1 = s.MulAdd(q, y1)
		s = LoadSplatFloat32x4(a2, 0)
		x2 = s.MulAdd(p, x2)
		y2 = s.MulAdd(q, y2)
		s = LoadSplatFloat32x4(a3, 0)
		x3 = s.MulAdd(p, x3)
		y3 = s.MulAdd(q, y3)
		p, q = LoadFloat32x4(b, 32), LoadFloat32x4(b, 48)
		s = LoadSplatFloat32x4(a, 4)
		x0 = s.MulAdd(p, x0)
		y0 = s.MulAdd(q, y0)
		s = LoadSplatFloat32x4(a1, 4)
		x1 = s.MulAdd(p, x1)
		y1 = s.MulAdd(q, y1)
		s = LoadSplatFloat32x4(a2, 4)
		x2 = s.MulAdd(p, x2)
		y2 = s.MulAdd(q, y2)
		s = LoadSplatFloat32x4(a3, 4)
		x3 = s.MulAdd(p, x3)
		y3 = s.MulAdd(q, y3)
		p, q = LoadFloat32x4(b, 64), LoadFloat32x4(b, 80)
		s = LoadSplatFloat32x4(a, 8)
		x0 = s.MulAdd(p, x0)
		y0 = s.MulAdd(q, y0)
		s = LoadSplatFloat32x4(a1, 8)
		x1 = s.MulAdd(p, x1)
		y1 = s.MulAdd(q, y1)
		s = LoadSplatFloat32x4(a2, 8)
		x2 = s.MulAdd(p, x2)
		y2 = s.MulAdd(q, y2)
		s = LoadSplatFloat32x4(a3, 8)
		x3 = s.MulAdd(p, x3)
		y3 = s.MulAdd(q, y3)
		p, q = LoadFloat32x4(b, 96), LoadFloat32x4(b, 112)
		s = LoadSplatFloat32x4(a, 12)
		x0 = s.MulAdd(p, x0)
		y0 = s.MulAdd(q, y0)
		s = LoadSplatFloat32x4(a1, 12)
		x1 = s.MulAdd(p, x1)
		y1 = s.MulAdd(q, y1)
		s = LoadSplatFloat32x4(a2, 12)
		x2 = s.MulAdd(p, x2)
		y2 = s.MulAdd(q, y2)
		s = LoadSplatFloat32x4(a3, 12)
		x3 = s.MulAdd(p, x3)
		y3 = s.MulAdd(q, y3)
		a += 16
		a1 += 16
		a2 += 16
		a3 += 16
		b += 16 * panelCols
	}
	for range kn % 4 {
		p, q := LoadFloat32x4(b, 0), LoadFloat32x4(b, 16)
		s := LoadSplatFloat32x4(a, 0)
		x0 = s.MulAdd(p, x0)
		y0 = s.MulAdd(q, y0)
		s = LoadSplatFloat32x4(a1, 0)
		x1 = s.MulAdd(p, x1)
		y1 = s.MulAdd(q, y1)
		s = LoadSplatFloat32x4(a2, 0)
		x2 = s.MulAdd(p, x2)
		y2 = s.MulAdd(q, y2)
		s = LoadSplatFloat32x4(a3, 0)
		x3 = s.MulAdd(p, x3)
		y3 = s.MulAdd(q, y3)
		a += 4
		a1 += 4
		a2 += 4
		a3 += 4
		b += 4 * panelCols
	}
	if cols == panelCols {
		x0.Store(c, 0)
		y0.Store(c, 16)
		x1.Store(c1, 0)
		y1.Store(c1, 16)
		x2.Store(c2, 0)
		y2.Store(c2, 16)
		x3.Store(c3, 0)
		y3.Store(c3, 16)
		return
	}
	storeRow(c, x0, y0, cols)
	storeRow(c1, x1, y1, cols)
	storeRow(c2, x2, y2, cols)
	storeRow(c3, x3, y3, cols)
}

// tile6 is the tile of 6 rows.
func tile6(c, a, b F32, kn, lda, ldc, cols uint32, accumulate bool) {
	a1 := a + F32(lda)
	a2 := a1 + F32(lda)
	a3 := a2 + F32(lda)
	a4 := a3 + F32(lda)
	a5 := a4 + F32(lda)
	c1 := c + F32(ldc)
	c2 := c1 + F32(ldc)
	c3 := c2 + F32(ldc)
	c4 := c3 + F32(ldc)
	c5 := c4 + F32(ldc)
	var x0, y0 Float32x4
	var x1, y1 Float32x4
	var x2, y2 Float32x4
	var x3, y3 Float32x4
	var x4, y4 Float32x4
	var x5, y5 Float32x4
	if accumulate {
		x0, y0 = loadRow(c, cols)
		x1, y1 = loadRow(c1, cols)
		x2, y2 = loadRow(c2, cols)
		x3, y3 = loadRow(c3, cols)
		x4, y4 = loadRow(c4, cols)
		x5, y5 = loadRow(c5, cols)
	}
	for range kn / 2 {
		p, q := LoadFloat32x4(b, 0), LoadFloat32x4(b, 16)
		s := LoadSplatFloat32x4(a, 0)
		x0 = s.MulAdd(p, x0)
		y0 = s.MulAdd(q, y0)
		s = LoadSplatFloat32x4(a1, 0)
		x1 = s.MulAdd(p, x1)
		y1 = s.MulAdd(q, y1)
		s = LoadSplatFloat32x4(a2, 0)
		x2 = s.MulAdd(p, x2)
		y2 = s.MulAdd(q, y2)
		s = LoadSplatFloat32x4(a3, 0)
		x3 = s.MulAdd(p, x3)
		y3 = s.MulAdd(q, y3)
		s = LoadSplatFloat32x4(a4, 0)
		x4 = s.MulAdd(p, x4)
		y4 = s.MulAdd(q, y4)
		s = LoadSplatFloat32x4(a5, 0)
		x5 = s.MulAdd(p, x5)
		y5 = s.MulAdd(q, y5)
		p, q = LoadFloat32x4(b, 32), LoadFloat32x4(b, 48)
		s = LoadSplatFloat32x4(a, 4)
		x0 = s.MulAdd(p, x0)
		y0 = s.MulAdd(q, y0)
		s = LoadSplatFloat32x4(a1, 4)
		x1 = s.MulAdd(p, x1)
		y1 = s.MulAdd(q, y1)
		s = LoadSplatFloat32x4(a2, 4)
		x2 = s.MulAdd(p, x2)
		y2 = s.MulAdd(q, y2)
		s = LoadSplatFloat32x4(a3, 4)
		x3 = s.MulAdd(p, x3)
		y3 = s.MulAdd(q, y3)
		s = LoadSplatFloat32x4(a4, 4)
		x4 = s.MulAdd(p, x4)
		y4 = s.MulAdd(q, y4)
		s = LoadSplatFloat32x4(a5, 4)
		x5 = s.MulAdd(p, x5)
		y5 = s.MulAdd(q, y5)
		a += 8
		a1 += 8
		a2 += 8
		a3 += 8
		a4 += 8
		a5 += 8
		b += 8 * panelCols
	}
	for range kn % 2 {
		p, q := LoadFloat32x4(b, 0), LoadFloat32x4(b, 16)
		s := LoadSplatFloat32x4(a, 0)
		x0 = s.MulAdd(p, x0)
		y0 = s.MulAdd(q, y0)
		s = LoadSplatFloat32x4(a1, 0)
		x1 = s.MulAdd(p, x1)
		y1 = s.MulAdd(q, y1)
		s = LoadSplatFloat32x4(a2, 0)
		x2 = s.MulAdd(p, x2)
		y2 = s.MulAdd(q, y2)
		s = LoadSplatFloat32x4(a3, 0)
		x3 = s.MulAdd(p, x3)
		y3 = s.MulAdd(q, y3)
		s = LoadSplatFloat32x4(a4, 0)
		x4 = s.MulAdd(p, x4)
		y4 = s.MulAdd(q, y4)
		s = LoadSplatFloat32x4(a5, 0)
		x5 = s.MulAdd(p, x5)
		y5 = s.MulAdd(q, y5)
		a += 4
		a1 += 4
		a2 += 4
		a3 += 4
		a4 += 4
		a5 += 4
		b += 4 * panelCols
	}
	if cols == panelCols {
		x0.Store(c, 0)
		y0.Store(c, 16)
		x1.Store(c1, 0)
		y1.Store(c1, 16)
		x2.Store(c2, 0)
		y2.Store(c2, 16)
		x3.Store(c3, 0)
		y3.Store(c3, 16)
		x4.Store(c4, 0)
		y4.Store(c4, 16)
		x5.Store(c5, 0)
		y5.Store(c5, 16)
		return
	}
	storeRow(c, x0, y0, cols)
	storeRow(c1, x1, y1, cols)
	storeRow(c2, x2, y2, cols)
	storeRow(c3, x3, y3, cols)
	storeRow(c4, x4, y4, cols)
	storeRow(c5, x5, y5, cols)
}
