package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// The losses leave the parts of their sum in the scratch memory that workers
// have in common, and add them up in one order in the last phase. Gradients
// are those of the mean.

// lossTiles is trainTiles of the losses.
func lossTiles(t, op U32, phase uint32) uint32 {
	n := elements(t, op, 0)
	switch op.Load(opCode) {
	case opSquaredError:
		if phase == 0 {
			return tilesOf(n, tileElements)
		}
	case opCrossEntropy:
		if phase == 1 {
			return rowTiles(n, colsOf(t, op, 0))
		}
	case opContrastiveLoss:
		if phase == 0 {
			return rowTiles(n, colsOf(t, op, 0))
		}
		if phase == 1 {
			if attrBits(op, 1) == 0 {
				return 0
			}
			return tilesOf(axisOf(t, op, 0, 0), gradCols)
		}
	case opRankingLoss:
		if phase == 0 {
			return n / colsOf(t, op, 0)
		}
		if phase == 2 {
			if outputIndex(op, 1) == none {
				return 0
			}
			return tilesOf(n, tileElements)
		}
	}
	return 1
}

// runLoss is trainTile of the losses.
func runLoss(t, op U32, own, phase, i uint32) {
	switch op.Load(opCode) {
	case opSquaredError:
		runSquaredError(t, op, phase, i)
	case opCrossEntropy:
		runCrossEntropy(t, op, own, phase, i)
	case opContrastiveLoss:
		runContrastive(t, op, own, phase, i)
	case opRankingLoss:
		runRanking(t, op, phase, i)
	}
}

func runSquaredError(t, op U32, phase, i uint32) {
	parts, total := F32(commonScratchAt(t)), elements(t, op, 0)
	if phase == 1 {
		outAt(t, op).Store(0, sumRow(parts, tilesOf(total, tileElements))/float32(total))
		return
	}
	at, n := elementSpan(t, op, i)
	dx := outputAt(t, op, 1)
	if dx != 0 {
		dx += at
	}
	(parts + F32(4*i)).Store(0, squaredError(dx, f32At(t, op, 0)+at, f32At(t, op, 1)+at, n, 2/float32(total)))
}

// squaredError returns the sum of (x - target)² over n elements, and writes
// factor·(x - target) to dx if that is not 0.
func squaredError(dx, x, target F32, n uint32, factor float32) float32 {
	f := BroadcastFloat32x4(factor)
	var sum Float32x4
	for i := n; i != 0; i -= min(i, 4) {
		d := loadUpTo4(x, i).Sub(loadUpTo4(target, i))
		sum = d.MulAdd(d, sum)
		if dx != 0 {
			storeUpTo4(dx, d.Mul(f), i)
			dx += 16
		}
		x += 16
		target += 16
	}
	return sumLanes(sum)
}

// runCrossEntropy counts the labels, computes rows, then adds up.
func runCrossEntropy(t, op U32, own, phase, i uint32) {
	labels, rows, cols := i32At(t, op, 1), elements(t, op, 1), colsOf(t, op, 0)
	inverse := F32(commonScratchAt(t))
	losses := inverse + 16
	switch phase {
	case 0:
		inverse.Store(0, inverseCount(labels, rows))
	case 1:
		first, n := tileSpan(i, rows*cols, cols)
		for r := first; r < first+n; r++ {
			at, d := F32(4*r*cols), F32(own)
			if outputIndex(op, 1) != none {
				d = outputAt(t, op, 1) + at
			}
			loss := crossEntropyRow(d, f32At(t, op, 0)+at, cols, (labels + I32(4*r)).Load(0), attrFloat32(op, 0), inverse.Load(0))
			(losses + F32(4*r)).Store(0, loss)
		}
	case 2:
		outAt(t, op).Store(0, float32(sumRow(losses, rows)*inverse.Load(0)))
	}
}

// inverseCount returns 1 over the number of labels that are not -1, 0 without
// any.
func inverseCount(labels I32, n uint32) float32 {
	count := uint32(0)
	for range n {
		if labels.Load(0) >= 0 {
			count++
		}
		labels += 4
	}
	if count == 0 {
		return 0
	}
	return 1 / float32(count)
}

// crossEntropyRow returns the loss of n logits x, and writes its gradient,
// times weight, to d. A label of -1 has neither.
func crossEntropyRow(d, x F32, n uint32, label int32, smoothing, weight float32) float32 {
	if label < 0 {
		fillZero(d, n)
		return 0
	}
	top := maxRow(x, n, 1)
	sum := expRow(d, x, n, 1, top)
	at := F32(4 * uint32(label))
	loss := log32(sum) - float32((1-smoothing)*((x+at).Load(0)-top))
	even := float32(0) // of all classes
	if smoothing != 0 {
		loss -= float32(smoothing * (sumRow(x, n)/float32(n) - top))
		even = float32(smoothing*weight) / float32(n)
	}
	affine(d, n, weight/sum, -even)
	(d + at).Store(0, (d+at).Load(0)-float32((1-smoothing)*weight))
	return loss
}

// affine turns n elements of x, in place, into factor·x + term.
func affine(x F32, n uint32, factor, term float32) {
	f, c := BroadcastFloat32x4(factor), BroadcastFloat32x4(term)
	for i := n; i != 0; i -= min(i, 4) {
		storeUpTo4(x, loadUpTo4(x, i).MulAdd(f, c), i)
		x += 16
	}
}

// runContrastive computes rows, then columns if the loss is symmetric, then
// adds up.
func runContrastive(t, op U32, own, phase, i uint32) {
	n, m := axisOf(t, op, 0, 0), axisOf(t, op, 0, 1)
	s, ds, losses := f32At(t, op, 0), outputAt(t, op, 1), F32(commonScratchAt(t))
	count := n << (attrBits(op, 1) & 1)
	scale := 1 / attrFloat32(op, 0)
	weight := scale / float32(count)
	switch phase {
	case 0:
		first, rows := tileSpan(i, n*m, m)
		for r := first; r < first+rows; r++ {
			d := F32(own)
			if ds != 0 {
				d = ds + F32(4*r*m)
			}
			(losses + F32(4*r)).Store(0, contrastRow(d, s+F32(4*r*m), m, r, scale, weight))
		}
	case 1:
		for j := gradCols * i; j < min(n, gradCols*(i+1)); j += 4 {
			contrastColumns(ds, s, losses+F32(4*(n+j)), j, n, m, scale, weight)
		}
	case 2:
		outAt(t, op).Store(0, sumRow(losses, count)/float32(count))
	}
}

// contrastRow returns the cross entropy of n elements scale·x, and writes its
// gradient, times weight, to d.
func contrastRow(d, x F32, n, label uint32, scale, weight float32) float32 {
	top := maxRow(x, n, scale)
	sum := expRow(d, x, n, scale, top)
	affine(d, n, weight/sum, 0)
	at := F32(4 * label)
	(d + at).Store(0, (d+at).Load(0)-weight)
	return log32(sum) - (float32(scale*(x+at).Load(0)) - top)
}

// contrastColumns is contrastRow of up to four columns of n elements from j
// on, and adds the gradient to that of the rows, ds, if it is not 0.
func contrastColumns(ds, s, losses F32, j, n, m uint32, scale, weight float32) {
	cols, stride, k := n-j, F32(4*m), BroadcastFloat32x4(scale)
	column := s + F32(4*j)
	top := BroadcastFloat32x4(FromBits32(negativeInf))
	for i := range n {
		top = top.Max(loadUpTo4(column+F32(i)*stride, cols).Mul(k))
	}
	var sum Float32x4
	for i := range n {
		sum = sum.Add(decay(loadUpTo4(column+F32(i)*stride, cols).Mul(k).Sub(top)))
	}
	storeUpTo4(losses, logVec(sum).Add(top), cols)
	if ds != 0 {
		share := BroadcastFloat32x4(weight).Div(sum)
		for i := range n {
			at := F32(4*j) + F32(i)*stride
			e := decay(loadUpTo4(s+at, cols).Mul(k).Sub(top))
			storeUpTo4(ds+at, e.MulAdd(share, loadUpTo4(ds+at, cols)), cols)
		}
	}
	for i := j; i < min(j+4, n); i++ { // the pairs
		at := F32(i)*stride + F32(4*i)
		losses.Store(0, losses.Load(0)-float32(scale*(s+at).Load(0)))
		losses += 4
		if ds != 0 {
			(ds + at).Store(0, (ds+at).Load(0)-weight)
		}
	}
}

// mostRanked is the most scores of a row: each is compared with each.
const mostRanked = 4096

// runRanking computes rows, sums and counts, then the mean, and scales the
// gradient by the number of pairs, which is not known before.
func runRanking(t, op U32, phase, i uint32) {
	n := colsOf(t, op, 0)
	rows := elements(t, op, 0) / n
	inverse := F32(commonScratchAt(t))
	losses := inverse + 16
	counts := losses + F32(4*rows)
	ds := outputAt(t, op, 1)
	switch phase {
	case 0:
		at := F32(4 * i * n)
		if ds != 0 {
			ds += at
		}
		loss, count := rankingRow(ds, f32At(t, op, 0)+at, f32At(t, op, 1)+at, n, attrFloat32(op, 0))
		(losses + F32(4*i)).Store(0, loss)
		(counts + F32(4*i)).Store(0, count)
	case 1:
		inverse.Store(0, 0)
		if count := sumRow(counts, rows); count != 0 {
			inverse.Store(0, 1/count)
		}
		outAt(t, op).Store(0, float32(sumRow(losses, rows)*inverse.Load(0)))
	case 2:
		at, count := elementSpan(t, op, i)
		affine(ds+at, count, inverse.Load(0), 0)
	}
}

// rankingRow returns the sum of the losses of all pairs among n scores s with
// relevance r, and how many pairs there are, and writes the sum's gradient to
// ds if that is not 0.
func rankingRow(ds, s, r F32, n uint32, margin float32) (loss, count float32) {
	var losses, counts Float32x4
	zero, one := BroadcastFloat32x4(0), BroadcastFloat32x4(1)
	for i := range n {
		at := F32(4 * i)
		score, relevance := LoadSplatFloat32x4(s+at, 0), LoadSplatFloat32x4(r+at, 0)
		var slope Float32x4
		for j := uint32(0); j < n; j += 4 {
			inside := lanesBelow(min(n-j, 4))
			other := loadUpTo4(r+F32(4*j), n-j)
			above, below := relevance.Greater(other).And(inside), relevance.Less(other).And(inside)
			d := score.Sub(loadUpTo4(s+F32(4*j), n-j))
			d = d.Neg().Merge(d, below) // the more relevant one's lead
			term, pull := rankingTerm(d, margin)
			losses = losses.Add(term.Merge(zero, above))
			counts = counts.Add(one.Merge(zero, above))
			slope = slope.Add(pull.Merge(zero, below)).Sub(pull.Merge(zero, above))
		}
		if ds != 0 {
			(ds + at).Store(0, sumLanes(slope))
		}
	}
	return sumLanes(losses), sumLanes(counts)
}

// rankingTerm returns the loss of a lead d and the negative of its slope, by
// ln(1 + e**-d) without a margin.
func rankingTerm(d Float32x4, margin float32) (term, pull Float32x4) {
	zero, one := BroadcastFloat32x4(0), BroadcastFloat32x4(1)
	if margin != 0 {
		short := BroadcastFloat32x4(margin).Sub(d)
		return short.Max(zero), zero.Merge(one, short.LessEqual(zero))
	}
	log := logVec(decay(d.Abs().Neg()).Add(one))
	return log.Add(d.Neg().Max(zero)), sigmoidVec(d.Neg())
}
