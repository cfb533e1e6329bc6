package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// The functions of this file but exp2Decay, and those of tanh.go, erf.go and
// sincos.go, use plain
// multiplications and additions in every build, never MulAdd: a relaxed
// engine may fuse or not, so that their proven errors would not hold there.

const (
	log2e = 1.44269502
	// The high part of ln 2 has 9 bits: its product with n is exact.
	ln2Hi = 0.693359375
	ln2Lo = -0.000212194442
	// Adding 1½·2²³ rounds a number below 2²² to an integer, to even on a
	// tie, and leaves it in the low bits.
	roundInt     = 0x1.8p23
	roundIntBits = 0x4B400000
)

// expVec returns e**x in each lane, at most 0.994 ulp from the exact value
// over all float32 (proven by testing every one): subnormal results
// included, +Inf from 88.72284 on, 0 below -103.97208, NaN for NaN.
//
//wasm:inline
func expVec(x Float32x4) Float32x4 {
	const (
		// Results overflow above the one and vanish below the other; PMin and
		// PMax keep a NaN in their receiver.
		highest = 89
		lowest  = -104
	)
	x = x.PMin(BroadcastFloat32x4(highest)).PMax(BroadcastFloat32x4(lowest))
	shifted := x.Mul(BroadcastFloat32x4(log2e)).Add(BroadcastFloat32x4(roundInt))
	y := expReduced(x, shifted.Sub(BroadcastFloat32x4(roundInt)))
	// 2**n alone can be infinite or subnormal; two factors are neither.
	n := shifted.AsInt32x4().Sub(BroadcastInt32x4(roundIntBits))
	half := n.ShiftAllRight(1)
	return y.Mul(exp2Int(half)).Mul(exp2Int(n.Sub(half)))
}

// expDecay returns e**x in each lane for x ≤ 0, at most 0.994 ulp from the
// exact value (proven by testing every one), but 0 where that is subnormal,
// below -87.33654; NaN for NaN. It is what weights relative to the greatest
// need, at two thirds of expVec's instructions.
//
//wasm:inline
func expDecay(x Float32x4) Float32x4 {
	// The exponent's bias added to roundInt makes the low bits those of 2**n.
	const biased = roundInt + 127
	shifted := x.Mul(BroadcastFloat32x4(log2e)).Add(BroadcastFloat32x4(biased))
	y := expReduced(x, shifted.Sub(BroadcastFloat32x4(biased)))
	y = y.Mul(shifted.AsInt32x4().ShiftAllLeft(23).AsFloat32x4())
	vanishing := x.Less(BroadcastFloat32x4(-87.33654))
	return y.AsInt32x4().AndNot(vanishing.ToInt32x4()).AsFloat32x4()
}

// exp2Decay returns 2**x in each lane for x ≤ 0, at most 3.001 ulp from the
// exact value (proven by testing every one, with MulAdd fused and not), and 0
// from -126.5 down; NaN for NaN. Weights, which are divided by their sum, need
// no more. In a relaxed build it uses MulAdd, since that is half of its
// instructions.
//
//wasm:inline
func exp2Decay(x Float32x4) Float32x4 {
	const biased = roundInt + 127
	// The bits of 2**n are 0 from here on down.
	x = x.PMax(BroadcastFloat32x4(-127))
	shifted := x.Add(BroadcastFloat32x4(biased))
	r := x.Sub(shifted.Sub(BroadcastFloat32x4(biased)))
	q := BroadcastFloat32x4(0x1.657ba2p-10)
	q = q.MulAdd(r, BroadcastFloat32x4(0x1.3d5aap-7))
	q = q.MulAdd(r, BroadcastFloat32x4(0x1.c6a2c2p-5))
	q = q.MulAdd(r, BroadcastFloat32x4(0x1.ebf80ap-3))
	q = q.MulAdd(r, BroadcastFloat32x4(0x1.62e438p-1))
	q = q.MulAdd(r, BroadcastFloat32x4(0x1.000002p0))
	return q.Mul(shifted.AsInt32x4().ShiftAllLeft(23).AsFloat32x4())
}

// expReduced returns e**r with r = x - n·ln 2, |r| ≤ ½·ln 2:
// 1 + r + r²·q(r), q a minimax polynomial of relative error 2⁻²⁷ in e**r.
//
//wasm:inline
func expReduced(x, n Float32x4) Float32x4 {
	r := x.Sub(n.Mul(BroadcastFloat32x4(ln2Hi))).Sub(n.Mul(BroadcastFloat32x4(ln2Lo)))
	q := BroadcastFloat32x4(0x1.6b003ep-10)
	q = q.Mul(r).Add(BroadcastFloat32x4(0x1.123e4ap-7))
	q = q.Mul(r).Add(BroadcastFloat32x4(0x1.555884p-5))
	q = q.Mul(r).Add(BroadcastFloat32x4(0x1.555494p-3))
	q = q.Mul(r).Add(BroadcastFloat32x4(0x1.fffffcp-2))
	return q.Mul(r.Mul(r)).Add(r).Add(BroadcastFloat32x4(1))
}

// exp2Int returns 2**n for n in -126..127.
//
//wasm:inline
func exp2Int(n Int32x4) Float32x4 {
	return n.Add(BroadcastInt32x4(127)).ShiftAllLeft(23).AsFloat32x4()
}
