package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// The functions of this file and of tanh.go, erf.go and sincos.go use plain
// multiplications and additions in every build, never MulAdd: a relaxed
// engine may fuse or not, so that their proven errors would not hold there.

// expVec returns e**x in each lane, at most 0.994 ulp from the exact value
// over all float32 (proven by testing every one): subnormal results
// included, +Inf from 88.72284 on, 0 below -103.97208, NaN for NaN.
//
// x = n·ln 2 + r with |r| ≤ ½·ln 2, and e**r = 1 + r + r²·q(r) with q a
// minimax polynomial of relative error 2⁻²⁷ in e**r.
//
//wasm:inline
func expVec(x Float32x4) Float32x4 {
	const (
		log2e = 1.44269502
		// The high part of ln 2 has 9 bits: its product with n is exact.
		ln2Hi = 0.693359375
		ln2Lo = -0.000212194442
		// Results overflow above the one and vanish below the other; PMin and
		// PMax keep a NaN in their receiver.
		highest = 89
		lowest  = -104
	)
	x = x.PMin(BroadcastFloat32x4(highest)).PMax(BroadcastFloat32x4(lowest))
	n := x.Mul(BroadcastFloat32x4(log2e)).RoundToEven()
	r := x.Sub(n.Mul(BroadcastFloat32x4(ln2Hi))).Sub(n.Mul(BroadcastFloat32x4(ln2Lo)))
	q := BroadcastFloat32x4(0x1.6b003ep-10)
	q = q.Mul(r).Add(BroadcastFloat32x4(0x1.123e4ap-7))
	q = q.Mul(r).Add(BroadcastFloat32x4(0x1.555884p-5))
	q = q.Mul(r).Add(BroadcastFloat32x4(0x1.555494p-3))
	q = q.Mul(r).Add(BroadcastFloat32x4(0x1.fffffcp-2))
	y := q.Mul(r.Mul(r)).Add(r).Add(BroadcastFloat32x4(1))
	// 2**n alone can be infinite or subnormal; two factors are neither.
	i := n.ConvertToInt32()
	half := i.ShiftAllRight(1)
	return y.Mul(exp2Int(half)).Mul(exp2Int(i.Sub(half)))
}

// exp2Int returns 2**n for n in -126..127.
//
//wasm:inline
func exp2Int(n Int32x4) Float32x4 {
	return n.Add(BroadcastInt32x4(127)).ShiftAllLeft(23).AsFloat32x4()
}
