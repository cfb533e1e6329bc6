package kernels

import (
	"flag"
	"math"
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

var exhaustive = flag.Bool("exhaustive", false, "test the vector functions on every float32: minutes")

// An accuracyCase is a vector function, the float64 function that it
// approximates and the error in ulp that its documentation states.
type accuracyCase struct {
	name   string
	vec    func(Float32x4) Float32x4
	want   func(float64) float64
	maxUlp float64
	// The promise is for arguments from low to high.
	low, high float32
	// critical are the arguments around which every float32 is tested.
	critical []float32
}

var inf32 = float32(math.Inf(1))

var accuracyCases = []accuracyCase{
	{"exp", expVec, math.Exp, 0.994, -inf32, inf32, []float32{0, 88.72284, 89, -87.33655, -103.97208, -104, 0.34657359, -0.34657359, 1}},
	{"decay", expDecay, decayReference, 0.994, -inf32, 0, []float32{0, -87.33654, -0.34657359, -1}},
	{"exp2 decay", exp2Decay, exp2DecayReference, 3.001, -inf32, 0, []float32{0, -126.5, -127, -0.5, -1}},
	{"tanh", tanhVec, math.Tanh, 1.459, -inf32, inf32, []float32{0, 0.55, -0.55, 9.01, 44.5, 1}},
	{"erf", erfVec, math.Erf, 1.291, -inf32, inf32, []float32{0, 0.9, -0.9, 3.9192, 4, -4}},
	{"log", logVec, math.Log, 0.842, 0, inf32, []float32{0, 1, math.Sqrt2, math.Sqrt2 / 2, 0x1p-126, math.MaxFloat32}},
	{"sigmoid", sigmoidVec, sigmoidReference, 2.402, -inf32, inf32, []float32{0, 17, -17, -87.33655, -103.97208, 1, -1}},
	{"silu", siluOf, siluReference, 3.1, -87.33654, math.MaxFloat32, []float32{0, 17, -17, -87.33654, 1, -1, -1.2784645}},
	{"sin", sinOf, math.Sin, 2.338, -math.MaxFloat32, math.MaxFloat32, []float32{0, math.Pi / 4, math.Pi / 2, math.Pi, 100 * math.Pi, 2608 * math.Pi / 2, 8192, 16777216, 0x1.6ac5b2p91, math.MaxFloat32}},
	{"cos", cosOf, math.Cos, 2.338, -math.MaxFloat32, math.MaxFloat32, []float32{0, math.Pi / 4, math.Pi / 2, math.Pi, 100 * math.Pi, 2607 * math.Pi / 2, -8192, -1e10, -1e30, -math.MaxFloat32}},
}

// decayReference is e**x without subnormal results.
func decayReference(x float64) float64 {
	if float32(x) < -87.33654 {
		return 0
	}
	return math.Exp(x)
}

// exp2DecayReference is 2**x without results below 2**-126.5.
func exp2DecayReference(x float64) float64 {
	if x <= -126.5 {
		return 0
	}
	return math.Exp2(x)
}

// sigmoidReference is 1/(1+e**-x), exact to float64 on both sides.
func sigmoidReference(x float64) float64 {
	if x < 0 {
		return math.Exp(x) / (1 + math.Exp(x))
	}
	return 1 / (1 + math.Exp(-x))
}

func siluOf(x Float32x4) Float32x4 { return x.Mul(sigmoidVec(x)) }

func siluReference(x float64) float64 { return x * sigmoidReference(x) }

// TestSiLUTail tests SiLU where the sigmoid is subnormal: the result is off by
// two roundings of that sigmoid at most.
func TestSiLUTail(t *testing.T) {
	for x := float32(-87.33654); x > -110; x = math.Nextafter32(x, -inf32) {
		got := float64(siluOf(BroadcastFloat32x4(x)).GetElem(0))
		if diff := math.Abs(got - siluReference(float64(x))); !(diff <= -float64(x)*0x1p-148) {
			t.Fatalf("SiLU of %v is %v, off by %g", x, got, diff)
		}
	}
}

// sinOf gives the sine of -0 the sign that sinCosVec does not promise.
func sinOf(x Float32x4) Float32x4 {
	s, _ := sinCosVec(x)
	return x.Merge(s, x.Equal(BroadcastFloat32x4(0)))
}

func cosOf(x Float32x4) Float32x4 {
	_, c := sinCosVec(x)
	return c
}

// TestAccuracy tests every 1021st float32 and all near the critical
// arguments; with -exhaustive every float32.
func TestAccuracy(t *testing.T) {
	for _, c := range accuracyCases {
		t.Run(c.name, func(t *testing.T) {
			var worst float64
			var at float32
			test := func(bits uint32) {
				if u, x := c.worstUlp(t, bits); !(u <= worst) {
					worst, at = u, x
				}
			}
			step := uint64(4084)
			if *exhaustive {
				step = 4
			}
			for bits := uint64(0); bits < 1<<32; bits += step {
				test(uint32(bits))
			}
			for _, x := range c.critical {
				for d := range uint32(5000) {
					test(math.Float32bits(x) + 4*d - 10000)
				}
			}
			t.Logf("at most %.4f ulp, at %v (%#x)", worst, at, math.Float32bits(at))
			if !(worst <= c.maxUlp) {
				t.Errorf("error of %v ulp at %v, documented as at most %v", worst, at, c.maxUlp)
			}
		})
	}
}

// worstUlp returns the greatest error among the four float32 from bits on.
func (c *accuracyCase) worstUlp(t *testing.T, bits uint32) (worst float64, at float32) {
	v := Int32x4{}.SetElem(0, int32(bits)).SetElem(1, int32(bits+1)).SetElem(2, int32(bits+2)).SetElem(3, int32(bits+3)).AsFloat32x4()
	got := c.vec(v)
	for i := range uint8(4) {
		x, y := v.GetElem(i), got.GetElem(i)
		if x != x {
			if y == y {
				t.Fatalf("%s(NaN) = %v, want NaN", c.name, y)
			}
			continue
		}
		if !(c.low <= x && x <= c.high) {
			continue
		}
		if u := ulpError(y, c.want(float64(x))); !(u <= worst) {
			worst, at = u, x
		}
	}
	return worst, at
}

// ulpError returns |got - want| in units of the last place of want as a
// float32. An infinite result counts as exact just where want rounds to it.
func ulpError(got float32, want float64) float64 {
	if want == 0 && got != 0 {
		return math.Inf(1)
	}
	if w := float32(want); w == got && (w == 0) == (want == 0) && math.Signbit(float64(got)) == math.Signbit(want) {
		if math.IsInf(float64(w), 0) {
			return 0
		}
	} else if math.IsInf(float64(w), 0) || math.IsInf(float64(got), 0) || math.Signbit(float64(got)) != math.Signbit(want) {
		return math.Inf(1)
	}
	_, exp := math.Frexp(want)
	return math.Abs(float64(got)-want) / math.Ldexp(1, max(exp-24, -149))
}

func TestSinCosOfNonFinite(t *testing.T) {
	for _, x := range []float32{inf32, -inf32} {
		s, c := sinCosVec(BroadcastFloat32x4(x))
		if s, c := s.GetElem(0), c.GetElem(3); s == s || c == c {
			t.Errorf("sin, cos of %v = %v, %v, want NaN", x, s, c)
		}
	}
}
