package kernels

import (
	"fmt"
	"math"
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// A gemmCase is one call of gemm or gemmQ8.
type gemmCase struct {
	m, k, n        int
	act            uint32
	bias, residual bool
}

// gemmCases has every m, n and k around the sizes of tiles and blocks.
func gemmCases() []gemmCase {
	var cases []gemmCase
	for m := 1; m <= 14; m++ {
		for n := 1; n <= 18; n++ {
			cases = append(cases, gemmCase{m: m, k: 1 + (m+n)%9, n: n})
		}
	}
	for k := range 20 {
		cases = append(cases, gemmCase{m: 5, k: k, n: 9})
	}
	for _, k := range []int{kBlock - 1, kBlock, kBlock + 1, 2*kBlock + 3} {
		cases = append(cases, gemmCase{m: 11, k: k, n: 11})
	}
	for _, n := range []int{31, 32, 33, 64, 71} {
		cases = append(cases, gemmCase{m: 1, k: 9, n: n}, gemmCase{m: 1, k: kBlock + 3, n: n})
	}
	for _, m := range []int{mBlock - 1, mBlock, mBlock + 1, 2*mBlock + 5} {
		cases = append(cases, gemmCase{m: m, k: 7, n: 9})
	}
	for act := uint32(actNone); act <= actSigmoid; act++ {
		cases = append(cases, gemmCase{m: 3, k: 5, n: 10, act: act, bias: true, residual: act%2 == 0},
			gemmCase{m: mBlock + 3, k: 2, n: 7, act: act, residual: true})
	}
	return cases
}

// reference computes act(a·w + bias) + residual in float64.
func (c gemmCase) reference(a, w, bias, residual []float32) []float64 {
	out := make([]float64, c.m*c.n)
	for i := range c.m {
		for j := range c.n {
			var sum float64
			for k := range c.k {
				sum += float64(a[i*c.k+k]) * float64(w[k*c.n+j])
			}
			if c.bias {
				sum += float64(bias[j])
			}
			sum = activationReference(sum, c.act)
			if c.residual {
				sum += float64(residual[i*c.n+j])
			}
			out[i*c.n+j] = sum
		}
	}
	return out
}

func activationReference(x float64, act uint32) float64 {
	switch act {
	case actReLU:
		return math.Max(x, 0)
	case actGELU:
		return x * math.Erfc(-x/math.Sqrt2) / 2
	case actGELUTanh:
		return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
	case actTanh:
		return math.Tanh(x)
	case actSiLU:
		return x / (1 + math.Exp(-x))
	case actSigmoid:
		return 1 / (1 + math.Exp(-x))
	}
	return x
}

// optional returns the address of x, or 0 unless wanted.
func (g *guarded) optional(x []float32, wanted bool) F32 {
	if !wanted {
		return 0
	}
	return g.f32(x)
}

func TestGemm(t *testing.T) {
	for _, c := range gemmCases() {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			a, w := randoms(1, c.m*c.k), randoms(2, c.k*c.n)
			bias, residual := randoms(3, c.n), randoms(4, c.m*c.n)
			g := newGuarded(t, 4*(len(a)+3*len(w)+8*c.k+3*len(residual))+1<<13)
			panels := F32(g.writable(panelsBytes(uint32(c.k), uint32(c.n))))
			out := g.result(c.m * c.n)
			pw := g.f32(w)
			pb, pr := g.optional(bias, c.bias), g.optional(residual, c.residual)
			pa := g.last(a)
			g.run(func() {
				packPanels(panels, pw, uint32(c.k), uint32(c.n))
				gemm(out, pa, panels, pb, pr, uint32(c.m), uint32(c.k), uint32(c.n), c.act)
			})
			closeTo(t, g.read(out, c.m*c.n), c.reference(a, w, bias, residual), 4e-6*math.Sqrt(float64(c.k+1)))
		})
	}
}

// TestPackPanelsTransposed packs a matrix and its transpose.
func TestPackPanelsTransposed(t *testing.T) {
	for k := range 12 {
		for n := range 20 {
			w := randoms(5, k*n)
			transposed := make([]float32, k*n)
			for i := range k {
				for j := range n {
					transposed[j*k+i] = w[i*n+j]
				}
			}
			size := panelsBytes(uint32(k), uint32(n))
			g := newGuarded(t, 1<<14)
			x, y := F32(g.writable(size)), F32(g.writable(size))
			pw, pt := g.f32(w), g.f32(transposed)
			g.run(func() {
				packPanels(x, pw, uint32(k), uint32(n))
				packPanelsTransposed(y, pt, uint32(k), uint32(n))
			})
			sameBits(t, g.read(y, int(size/4)), g.read(x, int(size/4)))
		}
	}
}

// TestGemmRowsAreIndependent computes each row alone and finds the same bits.
func TestGemmRowsAreIndependent(t *testing.T) {
	const m, k, n = 2*mBlock + 5, kBlock + 9, 45
	g := newGuarded(t, 4*(m*k+3*k*n+4*m*n))
	w, a := g.f32(randoms(6, k*n)), g.f32(randoms(7, m*k))
	panels, all, single := F32(g.writable(panelsBytes(k, n))), g.result(m*n), g.result(m*n)
	g.run(func() {
		packPanels(panels, w, k, n)
		gemm(all, a, panels, 0, 0, m, k, n, actNone)
		for i := range F32(m) {
			gemm(single+4*i*n, a+4*i*k, panels, 0, 0, 1, k, n, actNone)
		}
	})
	sameBits(t, g.read(single, m*n), g.read(all, m*n))
}

// TestGemmPropagatesNaN puts a NaN and an infinity into one row.
func TestGemmPropagatesNaN(t *testing.T) {
	const m, k, n = 7, 20, 9
	a := randoms(8, m*k)
	a[2*k+3] = float32(math.NaN())
	a[4*k+5] = inf32
	w := randoms(9, k*n)
	g := newGuarded(t, 1<<14)
	panels, out := F32(g.writable(panelsBytes(k, n))), g.result(m*n)
	pa, pw := g.f32(a), g.f32(w)
	g.run(func() {
		packPanels(panels, pw, k, n)
		gemm(out, pa, panels, 0, 0, m, k, n, actNone)
	})
	for i, y := range g.read(out, m*n) {
		switch i / n {
		case 2:
			if y == y {
				t.Errorf("row 2 has %v, want NaN", y)
			}
		case 4:
			if want := inf32 * w[5*n+i%n]; y != want {
				t.Errorf("row 4 has %v, want %v", y, want)
			}
		default:
			if !(Abs32(y) < inf32) {
				t.Errorf("row %d has %v, want a finite number", i/n, y)
			}
		}
	}
}
