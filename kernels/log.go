package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// logVec returns the natural logarithm of x in each lane, at most 0.842 ulp
// from the exact value over all float32 (proven by testing every one):
// subnormal arguments included, -Inf for zeros, NaN below them and for NaN.
//
// x = 2ⁿ·m with √½ ≤ m < √2 and f = m - 1 give n·ln 2 + f - f²/2 + f³·p(f),
// p a minimax polynomial of relative error 2⁻²⁸ in log m. Like the functions
// of exp.go it never uses MulAdd.
func logVec(x Float32x4) Float32x4 {
	const (
		leastNormal = 0x1p-126
		sqrtHalf    = 0x3F3504F3 // the bits of √½
	)
	small := x.Less(BroadcastFloat32x4(leastNormal))
	y := x.Mul(BroadcastFloat32x4(0x1p23)).Merge(x, small)
	// Taking √½'s bits off rounds the exponent at √2; the sign drops out.
	bits := y.AsInt32x4().Sub(BroadcastInt32x4(sqrtHalf))
	n := bits.ShiftAllRight(23).Sub(BroadcastInt32x4(23).And(small.ToInt32x4())).ConvertToFloat32()
	f := bits.And(BroadcastInt32x4(0x7FFFFF)).Add(BroadcastInt32x4(sqrtHalf)).AsFloat32x4().Sub(BroadcastFloat32x4(1))
	z := f.Mul(f)
	p := BroadcastFloat32x4(0x1.b4ec68p-5)
	p = p.Mul(f).Add(BroadcastFloat32x4(-0x1.bf414ep-4))
	p = p.Mul(f).Add(BroadcastFloat32x4(0x1.effbc6p-4))
	p = p.Mul(f).Add(BroadcastFloat32x4(-0x1.01011ep-3))
	p = p.Mul(f).Add(BroadcastFloat32x4(0x1.23036ep-3))
	p = p.Mul(f).Add(BroadcastFloat32x4(-0x1.552f18p-3))
	p = p.Mul(f).Add(BroadcastFloat32x4(0x1.99a54p-3))
	p = p.Mul(f).Add(BroadcastFloat32x4(-0x1.00007p-2))
	p = p.Mul(f).Add(BroadcastFloat32x4(0x1.555548p-2))
	low := p.Mul(f).Mul(z).Add(n.Mul(BroadcastFloat32x4(ln2Lo))).Sub(z.Mul(BroadcastFloat32x4(0.5)))
	y = f.Add(low).Add(n.Mul(BroadcastFloat32x4(ln2Hi)))
	// What has no finite logarithm keeps itself, +Inf and NaN, or becomes
	// -Inf or NaN.
	y = x.Merge(y, x.Less(BroadcastFloat32x4(FromBits32(positiveInf))).Not())
	y = BroadcastFloat32x4(FromBits32(negativeInf)).Merge(y, x.Equal(BroadcastFloat32x4(0)))
	return x.Sub(x).Div(x.Sub(x)).Merge(y, x.Less(BroadcastFloat32x4(0)))
}

// positiveInf is the bits of +Inf.
const positiveInf = 0x7F800000

// log32 is logVec of one number.
func log32(x float32) float32 {
	return logVec(BroadcastFloat32x4(x)).GetElem(0)
}
