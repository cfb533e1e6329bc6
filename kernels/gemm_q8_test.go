package kernels

import (
	"fmt"
	"math"
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// A q8Matrix is an int8 matrix [n, k] with f16 scales [n, k/32].
type q8Matrix struct {
	q      []byte
	scales []uint16
}

// newQ8Matrix returns a matrix with every int8 and scales of a few sizes.
func newQ8Matrix(k, n int) q8Matrix {
	w := q8Matrix{make([]byte, n*k), make([]uint16, n*k/blockLen)}
	for i := range w.q {
		w.q[i] = byte(i*167 + i/251)
	}
	for i := range w.scales {
		w.scales[i] = 0x2000 + uint16(i*37%1024)
	}
	return w
}

// put copies w to g.
func (w q8Matrix) put(g *guarded) (U8, U16) {
	q := g.bytes(len(w.q))
	copy(g.arena.Bytes()[q:], w.q)
	s := g.bytes(2 * len(w.scales))
	for i, h := range w.scales {
		g.arena.Bytes()[s+uint32(2*i)] = byte(h)
		g.arena.Bytes()[s+uint32(2*i)+1] = byte(h >> 8)
	}
	return U8(q), U16(s)
}

// at returns element (row, k) as a number.
func (w q8Matrix) at(row, k, cols int) float64 {
	return float64(int8(w.q[row*cols+k])) * f16Reference(w.scales[(row*cols+k)/blockLen])
}

// f16Reference returns the value of a binary16 by its definition.
func f16Reference(h uint16) float64 {
	sign := 1 - 2*float64(h>>15)
	fraction := float64(h & 0x3FF)
	switch e := int(h >> 10 & 31); e {
	case 0:
		return sign * math.Ldexp(fraction, -24)
	case 31:
		if fraction != 0 {
			return math.NaN()
		}
		return sign * math.Inf(1)
	default:
		return sign * math.Ldexp(1024+fraction, e-25)
	}
}

// reference computes the product with a quantized as gemmQuantized's documentation
// says.
func (c gemmCase) q8Reference(a []float32, w q8Matrix, bias, residual []float32) []float64 {
	weights := make([]float32, c.k*c.n)
	for i := range c.n {
		for k := range c.k {
			weights[k*c.n+i] = float32(w.at(i, k, c.k))
		}
	}
	rounded := make([]float32, len(a))
	for b := 0; b < len(a); b += blockLen {
		var top float64
		for _, x := range a[b : b+blockLen] {
			top = max(top, math.Abs(float64(x)))
		}
		for i, x := range a[b : b+blockLen] {
			if top != 0 {
				rounded[b+i] = float32(math.RoundToEven(float64(x)/top*127) * top / 127)
			}
		}
	}
	return c.reference(rounded, weights, bias, residual)
}

// runQ8 computes c and returns the result.
func (c gemmCase) runQ8(t *testing.T, a []float32, w q8Matrix, bias, residual []float32) []float32 {
	t.Helper()
	m, k, n := uint32(c.m), uint32(c.k), uint32(c.n)
	g := newGuarded(t, 16*(len(a)+len(w.q)+len(residual))+1<<16)
	pq, ps := w.put(g)
	panels := I8(g.writable(k * roundUp(n, panelCols)))
	scales := F32(g.writable(panelsBytes(k/blockLen, n)))
	scratch := g.writable(gemmQuantizedScratch(m, k))
	out := g.result(c.m * c.n)
	pb, pr := g.optional(bias, c.bias), g.optional(residual, c.residual)
	pa := g.last(a)
	g.run(func() {
		packQ8(panels, pq, k, n)
		packQ8Scales(scales, ps, k, n)
		gemmQuantized(out, pa, uint32(panels), scales, pb, pr, scratch, m, k, n, c.act, 8)
	})
	return g.read(out, c.m*c.n)
}

func TestGemmQ8(t *testing.T) {
	var cases []gemmCase
	for m := 1; m <= 9; m++ {
		for n := 1; n <= 17; n++ {
			cases = append(cases, gemmCase{m: m, k: blockLen * (1 + n%3), n: n})
		}
	}
	for _, m := range []int{qmBlock - 1, qmBlock, qmBlock + 1, 2*qmBlock + 3} {
		cases = append(cases, gemmCase{m: m, k: 64, n: 9, bias: true, residual: true, act: actReLU})
	}
	cases = append(cases, gemmCase{m: 5, k: 0, n: 9, bias: true}, gemmCase{m: 3, k: 1536, n: 10, act: actTanh}, gemmCase{m: 3, k: 32, n: 8, residual: true})
	for _, c := range cases {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			a, w := randoms(1, c.m*c.k), newQ8Matrix(c.k, c.n)
			bias, residual := randoms(3, c.n), randoms(4, c.m*c.n)
			got := c.runQ8(t, a, w, bias, residual)
			closeTo(t, got, c.q8Reference(a, w, bias, residual), 1e-5*math.Sqrt(float64(c.k+1)))
		})
	}
}

// TestGemmQ8Extremes has blocks of zeros, of the least subnormals, of huge
// numbers, and with a NaN or an infinity, each in a row of its own.
func TestGemmQ8Extremes(t *testing.T) {
	const m, k, n = 6, 64, 9
	a, w := randoms(5, m*k), newQ8Matrix(k, n)
	for i := range blockLen {
		a[0*k+i] = 0
		a[1*k+i] = math.SmallestNonzeroFloat32 * float32(i%3)
		a[2*k+i] *= 1e30
	}
	a[3*k+40] = float32(math.NaN())
	a[4*k+7] = -inf32
	c := gemmCase{m: m, k: k, n: n}
	got, want := c.runQ8(t, a, w, nil, nil), c.q8Reference(a, w, nil, nil)
	for i, y := range got {
		switch i / n {
		case 3, 4:
			if y == y {
				t.Errorf("row %d has %v, want NaN", i/n, y)
			}
		case 2:
			if !(math.Abs(float64(y)-want[i]) <= 1e-3*1e30) {
				t.Errorf("row 2 has %v, want %v", y, want[i])
			}
		default:
			closeTo(t, got[i:i+1], want[i:i+1], 1e-4)
		}
	}
}

// TestGemmQ8RowsAreIndependent computes each row alone and finds the same
// bits.
func TestGemmQ8RowsAreIndependent(t *testing.T) {
	const m, k, n = qmBlock + 6, 96, 11
	a, w := randoms(6, m*k), newQ8Matrix(k, n)
	all := gemmCase{m: m, k: k, n: n}.runQ8(t, a, w, nil, nil)
	for i := range m {
		single := gemmCase{m: 1, k: k, n: n}.runQ8(t, a[i*k:(i+1)*k], w, nil, nil)
		sameBits(t, single, all[i*n:(i+1)*n])
	}
}
