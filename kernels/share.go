package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// How workers share the work of an operation: each takes tiles until none is
// left. The tiles are those of a single worker cut smaller, or the same, and
// no element of a result depends on the cut.

const (
	// tileCols columns of a product, a multiple of panelCols, make a tile. At
	// the end of an operation workers wait for half a tile on average.
	tileCols = 32

	// qShare rows are quantized at a time for all workers; a multiple of
	// qmBlock.
	qShare = 1024

	// tileElements is about how many elements of rows make a tile.
	tileElements = 4096
)

// tileRows returns how many rows of so many columns make a tile.
func tileRows(cols uint32) uint32 {
	return max(tileElements/cols, 1)
}

// tilesOf returns how many tiles of that size n ≥ 1 units are.
func tilesOf(n, size uint32) uint32 {
	return (n-1)/size + 1
}

// shareGemm is gemm by all workers. A tile is mBlock rows by tileCols
// columns.
func shareGemm(c, a, panels, bias, residual F32, m, k, n, act uint32) {
	across := tilesOf(n, tileCols)
	tiles := tilesOf(m, mBlock) * across
	for t := takeTile(); t < tiles; t = takeTile() {
		i, j := t/across*mBlock, t%across*tileCols
		gemmPart(c, a, panels, bias, residual, i, min(m-i, mBlock), j, min(n-j, tileCols), k, n, act)
	}
}

// shareGemmQuantized is gemmQuantized by all workers. The rows are quantized
// once for all, into quantizedBytes(min(m, qShare), k) bytes of scratch
// memory in common. own is room for a panel of 4-bit weights, panelCols*k
// bytes of the worker's own.
func shareGemmQuantized(c, a F32, weights uint32, scales, bias, residual F32, common, own, m, k, n, act, bits uint32) {
	for i := uint32(0); ; i += qShare {
		rows := min(m-i, qShare)
		shareQuantize(common, a+F32(4*i*k), rows, k)
		shareQuantized(c, weights, scales, bias, residual, common, own, i, rows, k, n, act, bits)
		if m-i <= qShare {
			return
		}
		_ = barrier()
	}
}

// shareQuantize is quantize of blocks of qmBlock rows by all workers, who
// wait until all is quantized. A tile is a number of rows that divides
// qmBlock.
func shareQuantize(dst uint32, a F32, rows, k uint32) {
	size := uint32(qRows)
	for size < qmBlock && 2*size*k <= tileElements {
		size *= 2
	}
	for t := takeTile(); t < tilesOf(rows, size); t = takeTile() {
		i := t * size
		at, src := dst+quantizedBytes(i, k), a+F32(4*i*k)
		if block := i &^ (qmBlock - 1); rows-block <= qSingles {
			quantize(at, src, rows-block, k)
		} else {
			quantizeRows(at, src, min(rows-i, size), k)
		}
	}
	_ = barrier()
}

// shareQuantized is the product of quantized rows by all workers: of rows
// rows of c from row first on. A tile is qmBlock rows by tileCols columns.
func shareQuantized(c F32, weights uint32, scales, bias, residual F32, quantized, own, first, rows, k, n, act, bits uint32) {
	across := tilesOf(n, tileCols)
	tiles := tilesOf(rows, qmBlock) * across
	for t := takeTile(); t < tiles; t = takeTile() {
		i, j := t/across*qmBlock, t%across*tileCols
		gemmQuantizedPart(c, weights, scales, bias, residual, quantized+quantizedBytes(i, k), own, first+i, min(rows-i, qmBlock), j, min(n-j, tileCols), k, n, act, bits)
	}
}

// sharePack is packPanels by all workers, who wait until all is packed. A
// tile is tileCols columns.
func sharePack(dst, src F32, k, n uint32) {
	for t := takeTile(); t < tilesOf(n, tileCols); t = takeTile() {
		j := t * tileCols
		packRows(dst+F32(4*j*k), src+F32(4*j), k, min(n-j, tileCols), 4*n)
	}
	_ = barrier()
}

// sharePackTransposed is packPanelsTransposed by all workers, as sharePack.
func sharePackTransposed(dst, src F32, k, n uint32) {
	for t := takeTile(); t < tilesOf(n, tileCols); t = takeTile() {
		j := t * tileCols
		packColumns(dst+F32(4*j*k), src+F32(4*j*k), k, min(n-j, tileCols), 4*k)
	}
	_ = barrier()
}

// shareTranspose is transpose by all workers, as sharePack. A tile is
// tileCols rows of the result.
func shareTranspose(dst, src F32, rows, cols uint32) {
	for t := takeTile(); t < tilesOf(cols, tileCols); t = takeTile() {
		i := t * tileCols
		transpose(dst+F32(4*i*rows), src+F32(4*i), rows, min(cols-i, tileCols), 4*cols)
	}
	_ = barrier()
}

// shareGemmF16 is gemmF16 by all workers. A tile is tileCols columns of all
// rows; each worker converts blocks in the scratch memory of its own.
func shareGemmF16(c, a F32, panels U16, bias, residual, own F32, m, k, n, act uint32) {
	for t := takeTile(); t < tilesOf(n, tileCols); t = takeTile() {
		j := t * tileCols
		gemmF16Part(c, a, panels, bias, residual, own, j, min(n-j, tileCols), m, k, n, act)
	}
}
