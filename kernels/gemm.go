package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

const (
	// kBlock rows of a panel (16 KiB) stay in the first-level cache while the
	// row tiles sweep over them.
	kBlock = 512
	// mBlock rows of a stay in the second-level cache while the panels sweep
	// over them. It is a multiple of 4 and of 6.
	mBlock = 144
)

// gemm computes c[m,n] = act(a[m,k]·w[k,n] + bias[n]) + residual[m,n] with w
// packed by packPanels. An address 0 means that there is no bias or residual;
// c aliases nothing else.
func gemm(c, a, panels, bias, residual F32, m, k, n, act uint32) {
	for i := uint32(0); i < m; i += mBlock {
		gemmPart(c, a, panels, bias, residual, i, least(m-i, mBlock), 0, n, k, n, act)
	}
}

// gemmPart computes rows rows of gemm's c from row i on, and of those cols
// columns from j on; j is a multiple of panelCols.
func gemmPart(c, a, panels, bias, residual F32, i, rows, j, cols, k, n, act uint32) {
	at := F32(4 * (i*n + j))
	gemmBlock(c+at, a+F32(4*i*k), panels+F32(4*j*k), rows, k, cols, 4*k, 4*n, 4*panelCols*k, false)
	finishPart(c, bias, residual, at, j, rows, cols, 4*n, act)
}

// gemmBlock computes c[m,n] = a[m,k]·w[k,n], added to c if accumulate. Rows
// of a and c lie lda and ldc bytes apart, panels panelStride bytes.
func gemmBlock(c, a, panels F32, m, k, n, lda, ldc, panelStride uint32, accumulate bool) {
	for k0 := uint32(0); ; k0 += kBlock {
		kn := least(k-k0, kBlock)
		panel := panels + F32(4*panelCols*k0)
		j := uint32(0)
		if m == 1 {
			for n-j >= 4*panelCols {
				tileRow(c+F32(4*j), a+F32(4*k0), panel, kn, panelStride, accumulate)
				panel += F32(4 * panelStride)
				j += 4 * panelCols
			}
		}
		for ; j < n; j += panelCols {
			gemmStrip(c+F32(4*j), a+F32(4*k0), panel, m, kn, lda, ldc, least(n-j, panelCols), accumulate)
			panel += F32(panelStride)
		}
		if k-k0 <= kBlock {
			return
		}
		accumulate = true
	}
}

// gemmStrip computes one panel's columns of m rows, tile by tile.
func gemmStrip(c, a, panel F32, m, kn, lda, ldc, cols uint32, accumulate bool) {
	if Relaxed {
		for m >= 6 {
			tile6(c, a, panel, kn, lda, ldc, cols, accumulate)
			c += F32(6 * ldc)
			a += F32(6 * lda)
			m -= 6
		}
	}
	for m >= 4 {
		tile4(c, a, panel, kn, lda, ldc, cols, accumulate)
		c += F32(4 * ldc)
		a += F32(4 * lda)
		m -= 4
	}
	switch m {
	case 3:
		tile3(c, a, panel, kn, lda, ldc, cols, accumulate)
	case 2:
		tile2(c, a, panel, kn, lda, ldc, cols, accumulate)
	case 1:
		tile1(c, a, panel, kn, lda, ldc, cols, accumulate)
	}
}

// finishPart turns the sums of the part of c at byte at, in columns from j on
// of rows stride bytes apart, into act(c + bias) + residual.
func finishPart(c, bias, residual, at F32, j, rows, cols, stride, act uint32) {
	if bias == 0 && residual == 0 && act == actNone {
		return
	}
	if bias != 0 {
		bias += F32(4 * j)
	}
	if residual != 0 {
		residual += at
	}
	c += at
	for range rows {
		finishRow(c, bias, residual, cols, act)
		c += F32(stride)
		if residual != 0 {
			residual += F32(stride)
		}
	}
}

// finishRow is finishPart of one row, which stays in the first-level cache.
func finishRow(c, bias, residual F32, n, act uint32) {
	if bias != 0 {
		add(c, c, bias, n)
	}
	activate(c, c, n, act)
	if residual != 0 {
		add(c, c, residual, n)
	}
}
