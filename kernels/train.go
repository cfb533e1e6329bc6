package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// The operations from opMatmulGrad on are in training modules only. Most are
// computed in phases, one after the other; a phase is tiles that any worker
// takes, and what a tile writes does not depend on the others of its phase.
// Sums over rows are cut by columns, so that each is taken in one order.

// gradCols columns of sums over rows make a tile.
const gradCols = 64

// runTraining executes an operation of training, or a worker's share of it.
func runTraining(t, op U32, own uint32) {
	if op.Load(opCode) == opMatmulGrad {
		runMatmulGrad(t, op)
		return
	}
	for phase := range trainPhases(op.Load(opCode)) {
		tiles := trainTiles(t, op, phase)
		if Threads {
			if phase > 0 {
				_ = barrier()
			}
			for i := takeTile(); i < tiles; i = takeTile() {
				trainTile(t, op, own, phase, i)
			}
		} else {
			for i := range tiles {
				trainTile(t, op, own, phase, i)
			}
		}
	}
}

// trainPhases returns how many phases an operation has.
func trainPhases(code uint32) uint32 {
	switch code {
	case opLayerNormGrad, opRmsNormGrad, opSquaredError, opGlobalNorm:
		return 2
	case opCrossEntropy, opContrastiveLoss, opRankingLoss:
		return 3
	}
	return 1
}

// trainTiles returns how many tiles a phase has.
func trainTiles(t, op U32, phase uint32) uint32 {
	switch op.Load(opCode) {
	case opActivationGrad, opSgd, opAdam:
		return tilesOf(elements(t, op, 0), tileElements)
	case opGatedGrad:
		return rowTiles(elements(t, op, 2), attrBits(op, 1))
	case opLayerNormGrad, opRmsNormGrad:
		return normGradTiles(t, op, phase)
	case opSoftmaxGrad:
		n := softmaxSpan(t, op)
		return rowTiles(elements(t, op, 0), n)
	case opL2NormalizeGrad:
		return rowTiles(elements(t, op, 0), colsOf(t, op, 0))
	case opPoolGrad:
		return axisOf(t, op, 0, 0)
	case opGatherGrad:
		return tilesOf(colsOf(t, op, 1), gradCols)
	case opGlobalNorm:
		return globalNormTiles(t, op, phase)
	}
	return lossTiles(t, op, phase)
}

// rowTiles returns how many tiles n elements in rows of so many columns make.
func rowTiles(n, cols uint32) uint32 {
	rows := n / cols
	return tilesOf(rows, tileRows(cols))
}

// tileSpan returns the first row and the number of rows of tile i of n
// elements in rows of so many columns.
func tileSpan(i, n, cols uint32) (first, rows uint32) {
	size := tileRows(cols)
	return i * size, min(n/cols-i*size, size)
}

// trainTile executes one tile of a phase.
func trainTile(t, op U32, own, phase, i uint32) {
	switch op.Load(opCode) {
	case opActivationGrad:
		at, n := elementSpan(t, op, i)
		activationGrad(outAt(t, op)+at, f32At(t, op, 0)+at, f32At(t, op, 1)+at, n, attrBits(op, 0), orOne(attrFloat32(op, 1)))
	case opGatedGrad:
		runGatedGrad(t, op, i)
	case opLayerNormGrad, opRmsNormGrad:
		if phase == 0 {
			runNormGrad(t, op, i)
		} else {
			runNormGradSums(t, op, i)
		}
	case opSoftmaxGrad:
		runSoftmaxGrad(t, op, i)
	case opL2NormalizeGrad:
		cols := colsOf(t, op, 0)
		first, rows := tileSpan(i, elements(t, op, 0), cols)
		at := F32(4 * first * cols)
		l2NormalizeGrad(outAt(t, op)+at, f32At(t, op, 0)+at, f32At(t, op, 1)+at, rows, cols, attrFloat32(op, 0))
	case opPoolGrad:
		runPoolGrad(t, op, i)
	case opGatherGrad:
		cols := colsOf(t, op, 1)
		at := F32(4 * gradCols * i)
		gatherGrad(outAt(t, op)+at, f32At(t, op, 1)+at, i32At(t, op, 0), elements(t, op, 0), attrBits(op, 1),
			min(cols-gradCols*i, gradCols), 4*cols, attrFloat32(op, 0))
	case opGlobalNorm:
		runGlobalNorm(t, op, phase, i)
	case opSgd:
		runSGD(t, op, i)
	case opAdam:
		runAdam(t, op, i)
	default:
		runLoss(t, op, own, phase, i)
	}
}

// elementSpan returns the offset in bytes and the number of elements of tile
// i of an operation element by element.
func elementSpan(t, op U32, i uint32) (at F32, n uint32) {
	return F32(4 * tileElements * i), min(elements(t, op, 0)-tileElements*i, tileElements)
}

// runMatmulGrad computes dx = dout·wᵀ, dw = xᵀ·dout and dbias = Σ dout, of
// them what is wanted.
func runMatmulGrad(t, op U32) {
	k, n := colsOf(t, op, 0), colsOf(t, op, 2)
	m := elements(t, op, 0) / k
	x, dout := f32At(t, op, 0), f32At(t, op, 2)
	panels := F32(commonScratchAt(t))
	if dx := outputAt(t, op, 0); dx != 0 {
		packFactor(panels, f32At(t, op, 1), n, k, true)
		multiply32(dx, dout, panels, 0, 0, m, n, k, actNone)
	}
	if dw := outputAt(t, op, 1); dw != 0 {
		turned := panels + F32(panelsBytes(m, n))
		if Threads {
			shareTranspose(turned, x, m, k)
		} else {
			transpose(turned, x, m, k, 4*k)
		}
		packFactor(panels, dout, m, n, false)
		multiply32(dw, turned, panels, 0, 0, k, m, n, actNone)
	}
	if dbias := outputAt(t, op, 2); dbias != 0 {
		tiles := tilesOf(n, gradCols)
		if Threads {
			for i := takeTile(); i < tiles; i = takeTile() {
				sumColumns(dbias, dout, m, n, i)
			}
		} else {
			for i := range tiles {
				sumColumns(dbias, dout, m, n, i)
			}
		}
	}
}

// sumColumns writes to out the sums over rows of tile i of the columns of x.
func sumColumns(out, x F32, rows, cols, i uint32) {
	at, n := F32(4*gradCols*i), min(cols-gradCols*i, gradCols)
	fillZero(out+at, n)
	for r := range rows {
		add(out+at, out+at, x+at+F32(4*r*cols), n)
	}
}

// trainOwn returns the bytes of scratch memory that a worker on an operation
// of training needs.
func trainOwn(p, op, extents U32) uint64 {
	switch op.Load(opCode) {
	case opCrossEntropy, opContrastiveLoss:
		return 4 * uint64(lastExtent(operand(p, op, 0), extents))
	}
	return 0
}

// trainCommon returns the bytes that all workers need in common.
func trainCommon(p, op, extents U32) uint64 {
	x := operand(p, op, 0)
	switch op.Load(opCode) {
	case opMatmulGrad:
		rows, k, n := uint64(rowsOf(x, extents)), uint64(lastExtent(x, extents)), uint64(lastExtent(operand(p, op, 2), extents))
		return max(4*n*roundUp64(k), 4*rows*roundUp64(n)+4*rows*k)
	case opLayerNormGrad, opRmsNormGrad:
		return 8 * uint64(rowsOf(x, extents)) // at least as many as rows are normalized
	case opSquaredError:
		return 4 * tilesFor(x, extents)
	case opGlobalNorm:
		tiles := uint64(0)
		for i := range op.Load(opOperandsN) {
			if operandIndex(op, i) != none {
				tiles += tilesFor(operand(p, op, i), extents)
			}
		}
		return 8 * tiles
	case opCrossEntropy, opContrastiveLoss, opRankingLoss:
		return 8*uint64(rowsOf(x, extents)) + 16
	}
	return 0
}

// tilesFor is how many tiles the elements of a tensor make.
func tilesFor(x, extents U32) uint64 {
	n := uint64(1)
	for axis := range x.Load(tenRank) {
		n *= uint64(extent(x, extents, axis))
	}
	return (n + tileElements - 1) / tileElements
}
