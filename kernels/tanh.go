package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// tanhVec returns tanh x in each lane, at most 1.459 ulp from the exact value
// over all float32 (proven by testing every one): ±1 at the infinities, NaN
// for NaN, the sign of zero kept.
//
// Below 0.55, where tanh is ½, it is x + x³·q(x²) with q a minimax polynomial
// of relative error 2⁻²⁹; above, 1 - 2/(e**2|x| + 1).
//
//wasm:inline
func tanhVec(x Float32x4) Float32x4 {
	t := x.Abs()
	one := BroadcastFloat32x4(1)
	large := one.Sub(BroadcastFloat32x4(2).Div(expVec(t.Add(t)).Add(one)))
	z := x.Mul(x)
	q := BroadcastFloat32x4(-0x1.9c94b8p-8)
	q = q.Mul(z).Add(BroadcastFloat32x4(0x1.598278p-6))
	q = q.Mul(z).Add(BroadcastFloat32x4(-0x1.b931fcp-5))
	q = q.Mul(z).Add(BroadcastFloat32x4(0x1.110d6ap-3))
	q = q.Mul(z).Add(BroadcastFloat32x4(-0x1.55554cp-2))
	small := q.Mul(z).Mul(t).Add(t)
	return copysignVec(small.Merge(large, t.Less(BroadcastFloat32x4(0.55))), x)
}

// copysignVec returns x, which is not negative, with the signs of sign.
//
//wasm:inline
func copysignVec(x, sign Float32x4) Float32x4 {
	return x.AsInt32x4().Or(sign.AsInt32x4().And(BroadcastInt32x4(-1 << 31))).AsFloat32x4()
}
