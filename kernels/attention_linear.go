package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Linear attention: the weight of a key is φ(q)·φ(k), φ(x) = elu(x) + 1, so
// that a head's keys and values are one matrix, the sum of φ(k)·vᵀ. Beside
// the values it sums a column of ones, which gives the sums of the weights.

// linearBlock tokens are multiplied at a time. It is a multiple of panelCols.
const linearBlock = 64

// A head's scratch memory, all f32.
const (
	linState  = 4 * iota // [dim, cols]: the sum
	linPanels            // the same, packed
	linRows              // [linearBlock, dim]: φ of queries or keys
	linKeys              // φ of keys, packed as columns
	linValues            // values and ones, packed
	linSums              // [linearBlock, cols]
	linScores            // [linearBlock, linearBlock]
	linBytes
)

// linearCols returns the values' columns with that of ones, in whole panels.
func linearCols(vdim uint32) uint32 { return roundUp(vdim+1, panelCols) }

// linearScratch returns the bytes of scratch memory of a head.
func linearScratch(dim, vdim uint32) uint64 {
	d, cols := uint64(dim), uint64(vdim)+1+panelCols
	return linBytes + 4*(2*d*cols+2*linearBlock*d+2*linearBlock*cols+linearBlock*linearBlock)
}

// layOutLinear writes the addresses of a head's scratch memory to its start.
func layOutLinear(s U32, dim, vdim uint32) {
	cols := linearCols(vdim)
	at := uint32(s) + linBytes
	s.Store(linState, at)
	at += 4 * dim * cols
	s.Store(linPanels, at)
	at += 4 * dim * cols
	s.Store(linRows, at)
	at += 4 * linearBlock * dim
	s.Store(linKeys, at)
	at += 4 * linearBlock * dim
	s.Store(linValues, at)
	at += 4 * linearBlock * cols
	s.Store(linSums, at)
	at += 4 * linearBlock * cols
	s.Store(linScores, at)
}

// linearHead writes to out the linear attention of one head of one batch row:
// tq queries, of tk keys those below keys. With causal, where tq is tk, a
// query sees the keys up to its own. Strides are in bytes.
func linearHead(out, q, k, v F32, s U32, tq, keys, dim, vdim, outRow, qRow, kRow, vRow uint32, causal bool) {
	layOutLinear(s, dim, vdim)
	fillZero(F32(s.Load(linState)), dim*linearCols(vdim))
	if !causal {
		for j := uint32(0); j < keys; j += linearBlock {
			n := min(keys-j, linearBlock)
			packLinear(s, k+F32(j*kRow), v+F32(j*vRow), n, dim, vdim, kRow, vRow)
			addLinear(s, n, dim, vdim)
		}
	}
	for i := uint32(0); i < tq; i += linearBlock {
		rows, n := min(tq-i, linearBlock), uint32(0)
		if causal && i < keys {
			n = min(keys-i, linearBlock)
			packLinear(s, k+F32(i*kRow), v+F32(i*vRow), n, dim, vdim, kRow, vRow)
		}
		readLinear(s, q+F32(i*qRow), rows, n, dim, vdim, qRow)
		divideLinear(out+F32(i*outRow), F32(s.Load(linSums)), rows, vdim, outRow)
		addLinear(s, n, dim, vdim)
	}
}

// features writes elu(x) + 1 of rows of dim elements, row bytes apart, one
// after the other.
func features(dst, x F32, rows, dim, row uint32) {
	one, zero := BroadcastFloat32x4(1), BroadcastFloat32x4(0)
	for range rows {
		for i := uint32(0); i < dim; i += 4 {
			v := loadUpTo4(x+F32(4*i), dim-i)
			v = v.Add(one).Merge(expVec(v.PMin(zero)), v.Greater(zero))
			storeUpTo4(dst+F32(4*i), v, dim-i)
		}
		x += F32(row)
		dst += F32(4 * dim)
	}
}

// packLinear packs n keys and values.
func packLinear(s U32, k, v F32, n, dim, vdim, kRow, vRow uint32) {
	rows, sums, cols := F32(s.Load(linRows)), s.Load(linSums), linearCols(vdim)
	features(rows, k, n, dim, kRow)
	packColumns(F32(s.Load(linKeys)), rows, dim, n, 4*dim)
	fillZero(F32(sums), n*cols)
	for i := range n {
		row := sums + 4*cols*i
		MemoryCopy(row, uint32(v)+vRow*i, 4*vdim)
		F32(row+4*vdim).Store(0, 1)
	}
	packRows(F32(s.Load(linValues)), F32(sums), n, cols, 4*cols)
}

// addLinear adds n packed keys and values to the sum: a panel of keys has
// eight of them in each of its rows.
func addLinear(s U32, n, dim, vdim uint32) {
	cols := linearCols(vdim)
	for j := uint32(0); j < n; j += panelCols {
		keys, values := F32(s.Load(linKeys)+4*dim*j), F32(s.Load(linValues)+4*panelCols*j)
		gemmBlock(F32(s.Load(linState)), keys, values, dim, min(n-j, panelCols), cols, 4*panelCols, 4*cols, 4*panelCols*n, true)
	}
}

// readLinear multiplies queries by the sum and, for each of n packed keys of
// the same tokens, those from the key on by the key and its value.
func readLinear(s U32, q F32, rows, n, dim, vdim, qRow uint32) {
	cols, sums := linearCols(vdim), F32(s.Load(linSums))
	packRows(F32(s.Load(linPanels)), F32(s.Load(linState)), dim, cols, 4*cols)
	features(F32(s.Load(linRows)), q, rows, dim, qRow)
	gemmBlock(sums, F32(s.Load(linRows)), F32(s.Load(linPanels)), rows, dim, cols, 4*dim, 4*cols, 4*panelCols*dim, false)
	if n == 0 {
		return
	}
	scores := F32(s.Load(linScores))
	gemmBlock(scores, F32(s.Load(linRows)), F32(s.Load(linKeys)), rows, dim, n, 4*dim, 4*linearBlock, 4*panelCols*dim, false)
	for i := range min(rows, n) {
		fillZero(scores+F32(4*(linearBlock*i+i+1)), n-i-1)
	}
	gemmBlock(sums, scores, F32(s.Load(linValues)), rows, n, cols, 4*linearBlock, 4*cols, 4*panelCols*n, true)
}

// divideLinear writes the sums of rows over those of their weights.
func divideLinear(out, sums F32, rows, vdim, outRow uint32) {
	for range rows {
		if total := (sums + F32(4*vdim)).Load(0); total != 0 {
			divide(sums, vdim, total)
		}
		MemoryCopy(uint32(out), uint32(sums), 4*vdim)
		out += F32(outRow)
		sums += F32(4 * linearCols(vdim))
	}
}
