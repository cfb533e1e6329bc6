package kernels

import (
	"math"
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// widths are row lengths around the vectors' and a few larger ones.
var widths = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 31, 32, 33, 100, 513}

// eachRow runs kernel, which maps rows of x to rows of out, for every width,
// both apart and in place, and compares it with reference.
func eachRow(t *testing.T, tol float64, kernel func(out, x F32, rows, cols uint32), reference func(row []float64)) {
	t.Helper()
	const rows = 3
	for _, cols := range widths {
		x := randoms(uint64(cols), rows*cols)
		want := make([]float64, len(x))
		for i, v := range x {
			want[i] = float64(v)
		}
		for r := range rows {
			reference(want[r*cols : (r+1)*cols])
		}
		g := newGuarded(t, 16*len(x)+1<<12)
		out, in := g.result(len(x)), g.last(x)
		g.run(func() { kernel(out, in, rows, uint32(cols)) })
		closeTo(t, g.read(out, len(x)), want, tol)

		g = newGuarded(t, 16*len(x)+1<<12)
		in = g.f32(x)
		g.out = append(g.out, [2]uint32{uint32(in), uint32(in) + uint32(4*len(x))})
		g.run(func() { kernel(in, in, rows, uint32(cols)) })
		closeTo(t, g.read(in, len(x)), want, tol)
	}
}

func TestSoftmax(t *testing.T) {
	eachRow(t, 1e-6, softmax, softmaxReference)
}

func TestSoftmaxOfNonFinite(t *testing.T) {
	nan := float32(math.NaN())
	x := []float32{
		-inf32, -inf32, -inf32, -inf32, -inf32,
		-inf32, 3, -inf32, 3, -inf32,
		1, 2, 3, 4, nan,
		1, inf32, 3, 4, 5,
		1e38, -1e38, 3, 1e38, 5,
		-300, -300, -inf32, -inf32, -inf32,
	}
	want := []float32{
		0, 0, 0, 0, 0,
		0, 0.5, 0, 0.5, 0,
		nan, nan, nan, nan, nan,
		nan, nan, nan, nan, nan,
		0.5, 0, 0, 0.5, 0,
		0.5, 0.5, 0, 0, 0,
	}
	g := newGuarded(t, 1<<12)
	out, in := g.result(len(x)), g.f32(x)
	g.run(func() { softmax(out, in, 6, 5) })
	for i, y := range g.read(out, len(x)) {
		// The finite elements beside an infinite one may be 0 or NaN.
		if i/5 == 3 && i%5 != 1 && y == 0 {
			continue
		}
		if y != want[i] && (y == y || want[i] == want[i]) {
			t.Errorf("element %d is %v, want %v", i, y, want[i])
		}
	}
}

func TestL2Normalize(t *testing.T) {
	for _, eps := range []float64{1e-12, 50} {
		eachRow(t, 1e-6, func(out, x F32, rows, cols uint32) { l2Normalize(out, x, rows, cols, float32(eps)) },
			func(row []float64) {
				var sum float64
				for _, v := range row {
					sum += v * v
				}
				for i := range row {
					row[i] /= math.Sqrt(max(sum, eps))
				}
			})
	}
}

// TestNorms has layer norm with and without bias, and RMS norm.
func TestNorms(t *testing.T) {
	const eps, rows = 1e-6, 3
	// An offset that dwarfs the deviations would cancel in a one-pass variance.
	for _, offset := range []float32{0, 4096} {
		for _, cols := range widths {
			x, scale, bias := randoms(1, rows*cols), randoms(2, cols), randoms(3, cols)
			for i := range x {
				x[i] += offset
			}
			var layer, plain, rms, stats []float64
			for r := range rows {
				row := x[r*cols : (r+1)*cols]
				mean, inverse := momentsReference(row, eps)
				_, root := momentsReference(append(negated(row), row...), eps) // of mean 0
				stats = append(stats, mean, inverse)
				for i, v := range row {
					scaled := (float64(v) - mean) * inverse * float64(scale[i])
					layer = append(layer, scaled+float64(bias[i]))
					plain = append(plain, scaled)
					rms = append(rms, float64(v)*root*float64(scale[i]))
				}
			}
			g := newGuarded(t, 16*len(x)+1<<14)
			out, in, s, b := g.result(len(x)), g.f32(x), g.f32(scale), g.f32(bias)
			means, inverses := g.result(rows), g.result(rows)
			tol := 1e-5 + float64(offset)*1e-6
			g.run(func() { layerNorm(out, means, inverses, in, s, b, rows, uint32(cols), eps) })
			closeTo(t, g.read(out, len(x)), layer, tol)
			for r := range rows {
				closeTo(t, g.read(means+F32(4*r), 1), stats[2*r:2*r+1], 1e-6)
				closeTo(t, g.read(inverses+F32(4*r), 1), stats[2*r+1:2*r+2], tol)
			}
			g.run(func() { layerNorm(out, 0, 0, in, s, 0, rows, uint32(cols), eps) })
			closeTo(t, g.read(out, len(x)), plain, tol)
			g.run(func() { rmsNorm(out, in, s, rows, uint32(cols), eps) })
			closeTo(t, g.read(out, len(x)), rms, 1e-5)
		}
	}
}

// momentsReference returns the mean of row and 1/√(variance + eps).
func momentsReference(row []float32, eps float64) (mean, inverse float64) {
	var variance float64
	for _, v := range row {
		mean += float64(v) / float64(len(row))
	}
	for _, v := range row {
		variance += (float64(v) - mean) * (float64(v) - mean) / float64(len(row))
	}
	return mean, 1 / math.Sqrt(variance+eps)
}

func negated(row []float32) (n []float32) {
	for _, v := range row {
		n = append(n, -v)
	}
	return n
}

func TestActivate(t *testing.T) {
	for act := uint32(actNone); act <= actSigmoid; act++ {
		eachRow(t, 3e-7, func(out, x F32, rows, cols uint32) { activate(out, x, rows*cols, act) },
			func(row []float64) {
				for i, v := range row {
					row[i] = activationReference(v, act)
				}
			})
	}
}

// TestActivateExtremes has the limits that each activation tends to.
func TestActivateExtremes(t *testing.T) {
	x := []float32{-1e30, 1e30, -inf32, inf32, float32(math.NaN())}
	nan := float32(math.NaN())
	want := map[uint32][]float32{
		actReLU:     {0, 1e30, 0, inf32, nan},
		actGELU:     {0, 1e30, nan, inf32, nan},
		actGELUTanh: {0, 1e30, nan, inf32, nan},
		actTanh:     {-1, 1, -1, 1, nan},
		actSiLU:     {0, 1e30, nan, inf32, nan},
		actSigmoid:  {0, 1, 0, 1, nan},
	}
	for act, want := range want {
		g := newGuarded(t, 1<<12)
		out, in := g.result(len(x)), g.f32(x)
		g.run(func() { activate(out, in, uint32(len(x)), act) })
		for i, y := range g.read(out, len(x)) {
			if y != want[i] && (y == y || want[i] == want[i]) {
				t.Errorf("activation %d of %v is %v, want %v", act, x[i], y, want[i])
			}
		}
	}
}

func TestAdd(t *testing.T) {
	for n := range 20 {
		x, y := randoms(1, n), randoms(2, n)
		want := make([]float32, n)
		for i := range want {
			want[i] = x[i] + y[i]
		}
		g := newGuarded(t, 1<<12)
		out, px, py := g.result(n), g.f32(x), g.f32(y)
		g.run(func() { add(out, px, py, uint32(n)) })
		sameBits(t, g.read(out, n), want)
	}
}

func TestMaskedMean(t *testing.T) {
	const batch, tokens = 4, 6
	lengths := []int32{tokens, 0, 1, 4}
	for _, cols := range widths {
		x := randoms(1, batch*tokens*cols)
		want := make([]float64, batch*cols)
		for b, n := range lengths {
			for i := range int(n) * cols {
				want[b*cols+i%cols] += float64(x[b*tokens*cols+i]) / float64(n)
			}
			for i := int(n) * cols; i < tokens*cols; i++ {
				x[b*tokens*cols+i] = float32(math.NaN())
			}
		}
		g := newGuarded(t, 8*len(x)+1<<13)
		out, l, px := g.result(len(want)), g.i32(lengths...), g.last(x)
		g.run(func() { maskedMean(out, px, l, batch, tokens, uint32(cols)) })
		closeTo(t, g.read(out, len(want)), want, 1e-6)
	}
}

func TestScores(t *testing.T) {
	for _, d := range widths {
		for m := 1; m <= 3; m++ {
			for n := 1; n <= 9; n++ {
				q, keys := randoms(1, m*d), randoms(2, n*d)
				want := make([]float64, m*n)
				for i := range want {
					for k := range d {
						want[i] += float64(q[i/n*d+k]) * float64(keys[i%n*d+k])
					}
				}
				g := newGuarded(t, 4*(m+n)*d+1<<13)
				out, pq, pk := g.result(m*n), g.f32(q), g.last(keys)
				g.run(func() { scores(out, pq, pk, uint32(m), uint32(n), uint32(d)) })
				closeTo(t, g.read(out, m*n), want, 2e-6*math.Sqrt(float64(d)))
			}
		}
	}
}

// TestScoresAreIndependent scores each pair alone and finds the same bits,
// whether it was among four keys or among those left over.
func TestScoresAreIndependent(t *testing.T) {
	const m, n, d = 2, 7, 35
	g := newGuarded(t, 1<<14)
	q, keys := g.f32(randoms(1, m*d)), g.f32(randoms(2, n*d))
	all, alone := g.result(m*n), g.result(m*n)
	g.run(func() {
		scores(all, q, keys, m, n, d)
		for i := range F32(m * n) {
			scores(alone+4*i, q+4*d*(i/n), keys+4*d*(i%n), 1, 1, d)
		}
	})
	sameBits(t, g.read(alone, m*n), g.read(all, m*n))
}
