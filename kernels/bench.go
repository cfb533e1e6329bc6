package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// benchTile runs the innermost tile of gemm iters times over the same kBlock
// columns of a and rows of panel, which stay in the first-level cache, into
// c[tile rows, 8]. It returns the floating-point operations of one run. a is
// tile rows × kBlock elements, panel kBlock × 8.
//
//wasm:bench benchTile
func benchTile(c, a, panel F32, iters uint32) uint32 {
	if Relaxed {
		for range iters {
			tile6(c, a, panel, kBlock, 4*kBlock, 4*panelCols, panelCols, false)
		}
		return 2 * 6 * panelCols * kBlock
	}
	for range iters {
		tile4(c, a, panel, kBlock, 4*kBlock, 4*panelCols, panelCols, false)
	}
	return 2 * 4 * panelCols * kBlock
}

// Where benchAttend's block has a tile's scores, and the sums of values.
const (
	benchScores = 2 * blockSums
	benchOut    = benchScores + 4*queryBlock*keyBlock
)

// benchAttend runs the innermost tile of attention iters times: queryBlock
// queries and keyBlock keys of 64 elements, and as many packed values, all of
// which stay in the first-level caches. It returns the floating-point
// operations of the two products of one run. block is the running maxima and
// sums of the queries, their scores and sums of values.
//
//wasm:bench benchAttend
func benchAttend(block, q, keys, values F32, iters uint32) uint32 {
	for range iters {
		for i := range uint32(queryBlock) {
			(block + F32(4*i)).Store(0, FromBits32(negativeInf))
			(block + F32(4*i)).Store(blockSums, 0)
		}
		fillZero(block+benchOut, queryBlock*64)
		gemmBlock(block+benchScores, q, keys, queryBlock, 64, keyBlock, 4*64, 4*keyBlock, 4*panelCols*64, false)
		weighTile(block, block+benchScores, values, block+benchOut, queryBlock, keyBlock, 64, 4*64, 4*panelCols*keyBlock, 0.125)
	}
	return 2 * 2 * queryBlock * keyBlock * 64
}

// benchProducts is benchAttend with the two products alone: the scores are
// taken as weights as they are.
//
//wasm:bench benchProducts
func benchProducts(block, q, keys, values F32, iters uint32) uint32 {
	for range iters {
		gemmBlock(block+benchScores, q, keys, queryBlock, 64, keyBlock, 4*64, 4*keyBlock, 4*panelCols*64, false)
		gemmBlock(block+benchOut, block+benchScores, values, queryBlock, keyBlock, 64, 4*keyBlock, 4*64, 4*panelCols*keyBlock, false)
	}
	return 2 * 2 * queryBlock * keyBlock * 64
}

// benchCeiling runs 104·iters floating-point operations in registers alone:
// thirteen independent chains of a vector multiplication and addition each,
// as many as sixteen registers hold. It returns their sum, so that none can
// be left out.
//
//wasm:bench benchCeiling
func benchCeiling(iters uint32) float32 {
	s := BroadcastFloat32x4(0.5)
	t := BroadcastFloat32x4(1)
	v0, v1, v2, v3, v4, v5 := t, t, t, t, t, t
	v6, v7, v8, v9, v10, v11, v12 := t, t, t, t, t, t, t
	for range iters {
		v0 = v0.MulAdd(s, t)
		v1 = v1.MulAdd(s, t)
		v2 = v2.MulAdd(s, t)
		v3 = v3.MulAdd(s, t)
		v4 = v4.MulAdd(s, t)
		v5 = v5.MulAdd(s, t)
		v6 = v6.MulAdd(s, t)
		v7 = v7.MulAdd(s, t)
		v8 = v8.MulAdd(s, t)
		v9 = v9.MulAdd(s, t)
		v10 = v10.MulAdd(s, t)
		v11 = v11.MulAdd(s, t)
		v12 = v12.MulAdd(s, t)
	}
	v0 = v0.Add(v1).Add(v2).Add(v3).Add(v4).Add(v5)
	v6 = v6.Add(v7).Add(v8).Add(v9).Add(v10).Add(v11).Add(v12)
	return sumLanes(v0.Add(v6))
}

// benchGemm is gemm without bias, activation and residual.
//
//wasm:bench benchGemm
func benchGemm(c, a, panels F32, m, k, n uint32) {
	gemm(c, a, panels, 0, 0, m, k, n, actNone)
}

// benchPack is packPanels.
//
//wasm:bench benchPack
func benchPack(dst, src F32, k, n uint32) {
	packPanels(dst, src, k, n)
}

// benchGemmQuantized is gemmQuantized without bias, activation and residual.
//
//wasm:bench benchGemmQuantized
func benchGemmQuantized(c, a F32, weights uint32, scales F32, scratch, m, k, n, bits uint32) {
	gemmQuantized(c, a, weights, scales, 0, 0, scratch, m, k, n, actNone, bits)
}

// benchRead reads n bytes, a multiple of 128, as quickly as a module can:
// eight vectors a round with a chain of additions each. It returns the sum of
// their words, so that none can be left out.
//
//wasm:bench benchRead
func benchRead(p I32, n uint32) int32 {
	s0, s1, s2, s3 := BroadcastInt32x4(0), BroadcastInt32x4(0), BroadcastInt32x4(0), BroadcastInt32x4(0)
	s4, s5, s6, s7 := s0, s0, s0, s0
	for range n / 128 {
		s0 = s0.Add(LoadInt32x4(p, 0))
		s1 = s1.Add(LoadInt32x4(p, 16))
		s2 = s2.Add(LoadInt32x4(p, 32))
		s3 = s3.Add(LoadInt32x4(p, 48))
		s4 = s4.Add(LoadInt32x4(p, 64))
		s5 = s5.Add(LoadInt32x4(p, 80))
		s6 = s6.Add(LoadInt32x4(p, 96))
		s7 = s7.Add(LoadInt32x4(p, 112))
		p += 128
	}
	s := s0.Add(s1).Add(s2).Add(s3).Add(s4).Add(s5).Add(s6).Add(s7)
	return s.GetElem(0) + s.GetElem(1) + s.GetElem(2) + s.GetElem(3)
}
