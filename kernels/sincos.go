package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// sinCosVec returns sin x and cos x in each lane, x in radians with
// |x| ≤ 8192, each at most 2.338 ulp from the exact value (proven by testing
// every float32 there), the sine of -0 being +0. Beyond, the error grows; NaN
// and infinities give NaN.
//
// x = n·π/2 + r with |r| ≤ π/4, then minimax polynomials in r² of relative
// error 2⁻²⁸ and 2⁻³³.
func sinCosVec(x Float32x4) (Float32x4, Float32x4) {
	n := x.Mul(BroadcastFloat32x4(0x1.45f306p-1)).RoundToEven()
	// Three parts of π/2 with 11 bits, whose products with n up to 2¹³ are
	// exact, and the rest.
	r := x.Sub(n.Mul(BroadcastFloat32x4(0x1.92p+0)))
	r = r.Sub(n.Mul(BroadcastFloat32x4(0x1.fb4p-12)))
	r = r.Sub(n.Mul(BroadcastFloat32x4(0x1.444p-24)))
	r = r.Sub(n.Mul(BroadcastFloat32x4(2.56334407e-12)))
	z := r.Mul(r)
	s := BroadcastFloat32x4(-0x1.9954a4p-13)
	s = s.Mul(z).Add(BroadcastFloat32x4(0x1.11077ap-7))
	s = s.Mul(z).Add(BroadcastFloat32x4(-0x1.555546p-3))
	s = s.Mul(z).Mul(r).Add(r)
	c := BroadcastFloat32x4(0x1.99e80cp-16)
	c = c.Mul(z).Add(BroadcastFloat32x4(-0x1.6c0c28p-10))
	c = c.Mul(z).Add(BroadcastFloat32x4(0x1.55554ap-5))
	c = c.Mul(z).Sub(BroadcastFloat32x4(0.5)).Mul(z).Add(BroadcastFloat32x4(1))
	// Each quarter turn swaps sine and cosine; the sine is negative in
	// quarters 2 and 3, the cosine in 1 and 2.
	i := n.ConvertToInt32()
	odd := i.And(BroadcastInt32x4(1)).Equal(BroadcastInt32x4(1))
	sin := c.Merge(s, odd)
	cos := s.Merge(c, odd)
	sin = sin.AsInt32x4().Xor(i.And(BroadcastInt32x4(2)).ShiftAllLeft(30)).AsFloat32x4()
	i = i.Add(BroadcastInt32x4(1))
	cos = cos.AsInt32x4().Xor(i.And(BroadcastInt32x4(2)).ShiftAllLeft(30)).AsFloat32x4()
	return sin, cos
}
