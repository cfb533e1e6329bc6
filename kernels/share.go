package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// How workers share the work of an operation: each takes tiles until none is
// left. The tiles are those of a single worker cut smaller, or the same, and
// no element of a result depends on the cut.

const (
	// tileCols columns of a product, a multiple of panelCols, make a tile:
	// few enough for two workers to end together on the narrowest factors of
	// an encoder, some 512 columns, and many enough to outweigh a barrier.
	tileCols = 64

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

// shareGemmQ8 is gemmQ8 by all workers. A tile is qmBlock rows by tileCols
// columns; each worker quantizes the rows of its tiles for itself, in the
// scratch memory of its own, and those of neighbouring tiles once.
func shareGemmQ8(c, a F32, q I8, scales, bias, residual F32, own, m, k, n, act uint32) {
	across := tilesOf(n, tileCols)
	tiles := tilesOf(m, qmBlock) * across
	quantized := uint32(none)
	for t := takeTile(); t < tiles; t = takeTile() {
		i, j := t/across*qmBlock, t%across*tileCols
		rows := min(m-i, qmBlock)
		if i != quantized {
			quantizeRows(own, a+F32(4*i*k), rows, k)
			quantized = i
		}
		gemmQ8Part(c, q, scales, bias, residual, own, i, rows, j, min(n-j, tileCols), k, n, act)
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
