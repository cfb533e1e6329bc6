package kernels

import (
	"fmt"
	"math"
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// A q4Matrix is a 4-bit matrix [n, k] in blocks, with f16 scales [n, k/32].
type q4Matrix struct {
	q      []byte
	scales []uint16
}

func newQ4Matrix(k, n int) q4Matrix {
	w := q4Matrix{make([]byte, n*k/2), newQ8Matrix(k, n).scales}
	for i := range w.q {
		w.q[i] = byte(i*167 + i/251)
	}
	return w
}

// at returns element (row, k) as a number, by GGUF's definition of Q4_0.
func (w q4Matrix) at(row, k, cols int) float64 {
	block := (row*cols + k) / blockLen
	b, i := w.q[block*16:], k%blockLen
	v := b[i%16] & 15
	if i >= 16 {
		v = b[i%16] >> 4
	}
	return float64(int(v)-8) * f16Reference(w.scales[block])
}

// q8 returns the same matrix with an int8 for each weight.
func (w q4Matrix) q8(k, n int) q8Matrix {
	wide := q8Matrix{make([]byte, n*k), w.scales}
	for i := range wide.q {
		wide.q[i] = byte(int8(w.at(i/k, i%k, k) / f16Reference(w.scales[i/blockLen])))
	}
	return wide
}

// runQ4 computes c and returns the result.
func (c gemmCase) runQ4(t *testing.T, a []float32, w q4Matrix, bias, residual []float32) []float32 {
	t.Helper()
	m, k, n := uint32(c.m), uint32(c.k), uint32(c.n)
	g := newGuarded(t, 16*(len(a)+len(w.q)+len(residual)+8*c.k)+1<<16)
	pq, ps := q8Matrix(w).put(g)
	panels := g.writable(k * roundUp(n, panelCols) / 2)
	scales := F32(g.writable(panelsBytes(k/blockLen, n)))
	scratch := g.writable(gemmQuantizedScratch(m, k))
	out := g.result(c.m * c.n)
	pb, pr := g.optional(bias, c.bias), g.optional(residual, c.residual)
	pa := g.last(a)
	g.run(func() {
		packQ4(U32(panels), U32(pq), k, n)
		packQ8Scales(scales, ps, k, n)
		gemmQuantized(out, pa, panels, scales, pb, pr, scratch, m, k, n, c.act, 4)
	})
	return g.read(out, c.m*c.n)
}

// TestGemmQ4 finds the bits of the int8 kernel with the same weights, whose values
// TestGemmQ8 has from float64, and the weights themselves by their definition.
func TestGemmQ4(t *testing.T) {
	var cases []gemmCase
	for m := 1; m <= 6; m++ {
		for n := 1; n <= 17; n++ {
			cases = append(cases, gemmCase{m: m, k: blockLen * (1 + n%3), n: n})
		}
	}
	for _, m := range []int{qmBlock - 1, qmBlock, qmBlock + 1, qmBlock + qSingles + 1} {
		cases = append(cases, gemmCase{m: m, k: 64, n: 9, bias: true, residual: true, act: actReLU})
	}
	cases = append(cases, gemmCase{m: 1, k: 1536, n: 10, act: actTanh, bias: true}, gemmCase{m: 1, k: 0, n: 9, bias: true})
	for _, c := range cases {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			a, w := randoms(1, c.m*c.k), newQ4Matrix(c.k, c.n)
			bias, residual := randoms(3, c.n), randoms(4, c.m*c.n)
			got := c.runQ4(t, a, w, bias, residual)
			wide := w.q8(c.k, c.n)
			sameBits(t, got, c.runQ8(t, a, wide, bias, residual))
			closeTo(t, got, c.q8Reference(a, wide, bias, residual), 1e-5*math.Sqrt(float64(c.k+1)))
		})
	}
}

// TestGemmQ4Extremes has a row with a NaN, alone and among others.
func TestGemmQ4Extremes(t *testing.T) {
	for _, m := range []int{1, 5} {
		a, w := randoms(5, m*64), newQ4Matrix(64, 9)
		a[40] = float32(math.NaN())
		got := gemmCase{m: m, k: 64, n: 9}.runQ4(t, a, w, nil, nil)
		for i, y := range got {
			if (i < 9) != (y != y) {
				t.Errorf("%d rows: element %d is %v", m, i, y)
			}
		}
	}
}
