package kernels

import (
	"fmt"
	"math"
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// TestSoftmaxAxis runs along the first, a middle and the last axis, apart
// and in place, with and without logarithm.
func TestSoftmaxAxis(t *testing.T) {
	for _, shape := range [][3]int{{2, 5, 1}, {1, 1, 1}, {1, 7, 3}, {2, 3, 4}, {3, 4, 9}, {1, 33, 6}, {2, 1, 5}} {
		outer, n, inner := shape[0], shape[1], shape[2]
		x := randoms(uint64(n), outer*n*inner)
		for i := range x {
			x[i] *= 20
		}
		soft, logs := make([]float64, len(x)), make([]float64, len(x))
		for c := range outer * inner {
			at := func(k int) int { return c/inner*n*inner + k*inner + c%inner }
			var sum float64
			for k := range n {
				sum += math.Exp(float64(x[at(k)]))
			}
			for k := range n {
				logs[at(k)] = float64(x[at(k)]) - math.Log(sum)
				soft[at(k)] = math.Exp(logs[at(k)])
			}
		}
		for _, log := range []bool{false, true} {
			t.Run(fmt.Sprint(shape, log), func(t *testing.T) {
				want := soft
				if log {
					want = logs
				}
				g := newGuarded(t, 16*len(x)+1<<12)
				out, in := g.result(len(x)), g.last(x)
				g.run(func() { softmaxAxis(out, in, uint32(outer), uint32(n), uint32(inner), log) })
				closeTo(t, g.read(out, len(x)), want, 2e-6)
				if log {
					return
				}
				g.out = append(g.out, [2]uint32{uint32(in), uint32(in) + uint32(4*len(x))})
				g.run(func() { softmaxAxis(in, in, uint32(outer), uint32(n), uint32(inner), log) })
				sameBits(t, g.read(in, len(x)), g.read(out, len(x)))
			})
		}
	}
}

// TestSoftmaxAxisOfNonFinite has columns of only -Inf and with a NaN.
func TestSoftmaxAxisOfNonFinite(t *testing.T) {
	nan := float32(math.NaN())
	x := []float32{
		-inf32, 1, -inf32, 0, nan,
		-inf32, nan, 7, 0, inf32,
	}
	for _, log := range []bool{false, true} {
		want := []float32{0, nan, 0, 0.5, nan, 0, nan, 1, 0.5, nan}
		if log {
			want = []float32{-inf32, nan, -inf32, -math.Ln2, nan, -inf32, nan, 0, -math.Ln2, nan}
		}
		g := newGuarded(t, 1<<12)
		out, in := g.result(len(x)), g.f32(x)
		g.run(func() { softmaxAxis(out, in, 1, 2, 5, log) })
		for i, y := range g.read(out, len(x)) {
			if y != want[i] && (y == y || want[i] == want[i]) {
				t.Errorf("log %v: element %d is %v, want %v", log, i, y, want[i])
			}
		}
		for c := range 5 {
			row := []float32{x[c], x[5+c]}
			g := newGuarded(t, 1<<12)
			out, in := g.result(2), g.f32(row)
			g.run(func() { softmaxAxis(out, in, 1, 2, 1, log) })
			for i, y := range g.read(out, 2) {
				if w := want[5*i+c]; y != w && (y == y || w == w) {
					t.Errorf("log %v: row %v has %v, want %v", log, row, y, w)
				}
			}
		}
	}
}

func TestGated(t *testing.T) {
	for act := uint32(actNone); act <= actSigmoid; act++ {
		for _, cols := range []int{1, 3, 4, 7, 33, gateBlock + 5} {
			const rows, gap = 3, 2
			x := randoms(uint64(cols), rows*(2*cols+gap))
			want := make([]float64, 0, rows*cols)
			for r := range rows {
				row := x[r*(2*cols+gap):]
				for i := range cols {
					want = append(want, activationReference(float64(row[i]), act)*float64(row[cols+gap+i]))
				}
			}
			g := newGuarded(t, 4*len(x)+4*len(want)+1<<12)
			out, in := g.result(len(want)), g.last(x)
			stride := uint32(4 * (2*cols + gap))
			g.run(func() { gated(out, in, in+F32(4*(cols+gap)), rows, uint32(cols), stride, stride, act) })
			closeTo(t, g.read(out, len(want)), want, 1e-6)
		}
	}
}

// TestRotateToken turns heads within a row, in both layouts and widths.
func TestRotateToken(t *testing.T) {
	for _, interleaved := range []bool{false, true} {
		for rotary := 2; rotary <= 20; rotary += 2 {
			const heads, col = 2, 3
			dim := rotary + rotary%3
			width := col + heads*dim + 1
			x := randoms(uint64(rotary), width)
			angles := randoms(1, rotary/2)
			cos, sin := make([]float32, rotary/2), make([]float32, rotary/2)
			want := make([]float64, width)
			for i, v := range x {
				want[i] = float64(v)
			}
			for i, a := range angles {
				cos[i], sin[i] = float32(math.Cos(float64(a))), float32(math.Sin(float64(a)))
				for h := range heads {
					first, second := col+h*dim+i, col+h*dim+i+rotary/2
					if interleaved {
						first, second = col+h*dim+2*i, col+h*dim+2*i+1
					}
					p, q := float64(x[first]), float64(x[second])
					want[first] = p*float64(cos[i]) - q*float64(sin[i])
					want[second] = q*float64(cos[i]) + p*float64(sin[i])
				}
			}
			g := newGuarded(t, 1<<12)
			out, c, s, in := g.result(width), g.f32(cos), g.f32(sin), g.last(x)
			g.run(func() {
				rotateToken(out, in, c, s, uint32(width), col, heads, uint32(dim), uint32(rotary), interleaved)
			})
			closeTo(t, g.read(out, width), want, 1e-6)
		}
	}
}

func TestRotaryAngles(t *testing.T) {
	for _, n := range []int{1, 4, 7, 32} {
		for _, position := range []float64{0, 1, 0.25, 4095} {
			inv := make([]float32, n)
			cos, sin := make([]float64, n), make([]float64, n)
			for i := range n {
				inv[i] = float32(math.Pow(10000, -float64(i)/float64(n)))
				cos[i] = math.Cos(position * float64(inv[i]))
				sin[i] = math.Sin(position * float64(inv[i]))
			}
			g := newGuarded(t, 1<<12)
			c, s, p := g.result(n), g.result(n), g.last(inv)
			for _, given := range []F32{p, 0} {
				g.run(func() { rotaryAngles(c, s, given, uint32(n), float32(position), 10000) })
				closeTo(t, g.read(c, n), cos, 1e-6+position*1.5e-7)
				closeTo(t, g.read(s, n), sin, 1e-6+position*1.5e-7)
			}
		}
	}
}
