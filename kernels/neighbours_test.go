package kernels

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

func TestPool(t *testing.T) {
	const batch, tokens = 4, 6
	masks := []int32{1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1}
	lengths := []int32{6, 3, 4, 0}
	for kind := range uint32(poolKinds) {
		for given := range 4 {
			for _, cols := range []int{1, 3, 4, 7, 18} {
				x := randoms(uint64(cols), batch*tokens*cols)
				want := make([]float64, batch*cols)
				for i := range want {
					b, c := i/cols, i%cols
					var v []float64
					for tok := range tokens {
						if given&1 != 0 && tok >= int(lengths[b]) || given&2 != 0 && masks[b*tokens+tok] == 0 {
							continue
						}
						v = append(v, float64(x[(b*tokens+tok)*cols+c]))
					}
					want[i] = poolReference(v, kind)
				}
				g := newGuarded(t, 8*len(x)+1<<13)
				out, in := g.result(len(want)), g.last(x)
				var l, m I32
				if given&1 != 0 {
					l = g.i32(lengths...)
				}
				if given&2 != 0 {
					m = g.i32(masks...)
				}
				g.run(func() { pool(out, in, l, m, batch, tokens, uint32(cols), kind) })
				closeTo(t, g.read(out, len(want)), want, 1e-6)
			}
		}
	}
}

func poolReference(v []float64, kind uint32) (r float64) {
	if len(v) == 0 {
		return 0
	}
	for _, x := range v {
		r += x
	}
	switch kind {
	case poolMean:
		return r / float64(len(v))
	case poolMax:
		return slices.Max(v)
	case poolFirst:
		return v[0]
	case poolLast:
		return v[len(v)-1]
	}
	return r
}

// TestPatches compares with windows cut pixel by pixel, within and across
// every edge of the image.
func TestPatches(t *testing.T) {
	for _, c := range []struct{ h, w, c, kh, kw, sh, sw, top, bottom, left, right int }{
		{1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, {4, 6, 3, 2, 2, 2, 2, 0, 0, 0, 0}, {5, 7, 2, 3, 3, 1, 1, 1, 1, 1, 1},
		{5, 5, 1, 3, 5, 2, 3, 2, 1, 4, 3}, {1, 23, 1, 1, 8, 1, 5, 0, 0, 0, 0}, {1, 9, 4, 1, 3, 1, 2, 0, 0, 1, 1},
		{2, 2, 1, 5, 5, 1, 1, 4, 4, 4, 4}, {1, 3, 1, 1, 9, 1, 1, 0, 0, 7, 7},
	} {
		x := randoms(3, c.h*c.w*c.c)
		oh, ow := (c.h+c.top+c.bottom-c.kh)/c.sh+1, (c.w+c.left+c.right-c.kw)/c.sw+1
		var want []float64
		for i := range oh * ow * c.kh * c.kw * c.c {
			ch, kx, ky := i%c.c, i/c.c%c.kw, i/c.c/c.kw%c.kh
			p := i / (c.c * c.kw * c.kh)
			y, z := p/ow*c.sh+ky-c.top, p%ow*c.sw+kx-c.left
			v := 0.0
			if y >= 0 && y < c.h && z >= 0 && z < c.w {
				v = float64(x[(y*c.w+z)*c.c+ch])
			}
			want = append(want, v)
		}
		g := newGuarded(t, 4*(len(x)+len(want))+1<<12)
		out, in := g.result(len(want)), g.last(x)
		g.run(func() {
			for i := range oh {
				patchRow(out+F32(4*i*ow*c.kh*c.kw*c.c), in, uint32(i), uint32(c.h), uint32(c.w), uint32(c.c), uint32(ow),
					uint32(c.kh), uint32(c.kw), uint32(c.sh), uint32(c.sw), uint32(c.top), uint32(c.left))
			}
		})
		closeTo(t, g.read(out, len(want)), want, 0)
	}
}

func TestSpectrum(t *testing.T) {
	for _, n := range []int{1, 2, 7, 16, 25, 400} {
		bins := n/2 + 1
		x, window := randoms(1, n), randoms(2, n)
		for _, windowed := range []bool{false, true} {
			want := make([]float64, bins)
			for f := range bins {
				var re, im float64
				for i, v := range x {
					gain := 1.0
					if windowed {
						gain = float64(window[i])
					}
					re += float64(v) * gain * math.Cos(2*math.Pi*float64(i*f)/float64(n))
					im += float64(v) * gain * math.Sin(2*math.Pi*float64(i*f)/float64(n))
				}
				want[f] = re*re + im*im
			}
			g := newGuarded(t, 64*(n+1)*(bins+8)+1<<13)
			basis, panels := g.result(2*n*bins), F32(g.writable(panelsBytes(uint32(n), uint32(2*bins))))
			spectrum, out := g.result(2*bins), g.result(bins)
			pw, in := g.optional(window, windowed), g.last(x)
			g.run(func() {
				spectrumBasis(basis, pw, uint32(n), 0, uint32(n/2))
				spectrumBasis(basis, pw, uint32(n), uint32(n/2), uint32(n-n/2))
				packPanels(panels, basis, uint32(n), uint32(2*bins))
				gemm(spectrum, in, panels, 0, 0, 1, uint32(n), uint32(2*bins), actNone)
				power(out, spectrum, 1, uint32(bins))
			})
			closeTo(t, g.read(out, bins), want, 2e-5)
		}
	}
}

func TestLogarithm(t *testing.T) {
	eachRow(t, 1e-6, func(out, x F32, rows, cols uint32) { logarithm(out, x, rows*cols, 0.25, 0.5, 2) }, func(row []float64) {
		for i, v := range row {
			row[i] = math.Log(max(v, 0.25))*0.5 + 2
		}
	})
}

// TestTopK compares with a stable sort, with equals, both zeros, infinities
// and NaN.
func TestTopK(t *testing.T) {
	negativeZero := float32(math.Copysign(0, -1))
	for _, n := range []int{1, 2, 3, 4, 5, 9, 64, 301} {
		x := randoms(uint64(n), n)
		for i := range x {
			switch i % 7 {
			case 1:
				x[i] = float32(math.Round(float64(x[i])))
			case 3:
				x[i] = []float32{inf32, -inf32, float32(math.NaN()), 0, negativeZero}[i%5]
			}
		}
		order := make([]int, n)
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(x[j], x[i]) })
		for _, k := range []int{1, 2, 3, 5, n/2 + 1, n} {
			if k > n {
				continue
			}
			g := newGuarded(t, 1<<14)
			values, indices, scratch := g.result(k), I32(g.result(k)), g.writable(uint32(topKScratch(uint32(k))))
			in := g.last(x)
			g.run(func() { topK(values, indices, in, scratch, uint32(n), uint32(k)) })
			for i, v := range g.read(values, k) {
				if got := int((indices + I32(4*i)).Load(0)); got != order[i] {
					t.Fatalf("%d of %d: place %d is %d (%v), want %d (%v)", k, n, i, got, v, order[i], x[order[i]])
				}
				sameBits(t, []float32{v}, []float32{x[order[i]]})
			}
		}
	}
}

// TestSample compares with the probabilities by sorting in float64, for u in
// the middle of each token's share.
func TestSample(t *testing.T) {
	for _, n := range []int{1, 2, 5, 17, 100} {
		x := randoms(uint64(n), n)
		for i := range x {
			x[i] *= 3
		}
		for _, k := range []int{0, 1, 3, n + 4} {
			for _, p := range []float64{1, 0.9, 0.5, 0.01} {
				for _, temperature := range []float64{1, 0.7, 2} {
					weights := sampleReference(x, k, p, temperature)
					var total, sum float64
					for _, w := range weights {
						total += w
					}
					for token, w := range weights {
						if w == 0 {
							continue
						}
						g := newGuarded(t, 1<<13)
						scratch, in := g.result(n+3), g.last(x)
						u := float32((sum + w/2) / total)
						var got uint32
						g.run(func() { got = sample(in, scratch, uint32(n), uint32(k), float32(temperature), float32(p), u) })
						if w/total > 1e-5 && got != uint32(token) {
							t.Fatalf("n %d k %d p %v temperature %v u %v: token %d, want %d", n, k, p, temperature, u, got, token)
						}
						sum += w
					}
				}
			}
		}
	}
}

// sampleReference returns the weights of the tokens that take part, 0 of the
// others.
func sampleReference(x []float32, k int, p, temperature float64) []float64 {
	order := make([]int, len(x))
	weights, kept := make([]float64, len(x)), make([]float64, len(x))
	for i, v := range x {
		order[i] = i
		weights[i] = math.Exp(float64(v) / temperature)
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(weights[j], weights[i]) })
	if k > 0 && k < len(order) {
		order = order[:k]
	}
	var total, sum float64
	for _, i := range order {
		total += weights[i]
	}
	for _, i := range order {
		if sum >= p*total {
			break
		}
		kept[i] = weights[i]
		sum += weights[i]
	}
	return kept
}

func TestSampleExtremes(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		x              []float32
		temperature, u float32
		want           uint32
	}{
		{[]float32{1, 5, 2}, 0, 0.99, 1},
		{[]float32{-1, -5, -2}, 0, 0.99, 0},
		{[]float32{0, 0, 0}, 0, 0.99, 0},
		{[]float32{nan, 5, 2}, 1, 0.99, 1},
		{[]float32{1, inf32, inf32}, 1, 0.99, 1},
		{[]float32{-inf32, -inf32}, 1, 0.99, 0},
		{[]float32{-inf32, 2, -inf32}, 1, 0.99, 1},
		{[]float32{1, 1, 1, 1}, 1, 1, 3},
		{[]float32{1, 1, 1, 1}, 1, 0, 0},
		{[]float32{1, 1, 1, 1}, 1, 0.5, 2},
		{[]float32{-200, 1, -300}, 1, 1, 1},
		{[]float32{-math.MaxFloat32, -math.MaxFloat32, -math.MaxFloat32, -math.MaxFloat32}, 0.5, 0.5, 2},
		{[]float32{3e38, 3e38, 1}, 0.5, 0.9, 1},
		{[]float32{1, 2}, 1e-40, 0.9, 1},
	} {
		g := newGuarded(t, 1<<12)
		scratch, in := g.result(len(c.x)+3), g.last(c.x)
		var got uint32
		g.run(func() { got = sample(in, scratch, uint32(len(c.x)), 0, c.temperature, 1, c.u) })
		if got != c.want {
			t.Errorf("%+v: token %d", c, got)
		}
	}
}

// TestRelativeBucket compares with the logarithms of the published formula
// at distances off the borders, and has the borders themselves.
func TestRelativeBucket(t *testing.T) {
	for _, n := range []uint32{2, 16, 32} {
		const farthest = 128
		for d := range uint32(200) {
			want, half := d, n/2
			if d >= half {
				exact := float64(half) + math.Log(float64(d)/float64(half))/math.Log(farthest/float64(half))*float64(n-half)
				if math.Abs(exact-math.Round(exact)) < 1e-9 {
					exact = math.Round(exact)
				}
				want = min(uint32(exact), n-1)
			}
			if got := relativeBucket(d, n, farthest); got != want {
				t.Errorf("bucket of %d among %d is %d, want %d", d, n, got, want)
			}
		}
	}
}

func TestRelativeBias(t *testing.T) {
	const tq, tk, rows, heads, offset = 3, 5, 9, 2, 1
	for kind := range uint32(relativeKinds) {
		t.Run(fmt.Sprint(kind), func(t *testing.T) {
			table := randoms(uint64(kind), rows*heads)
			for head := range uint32(heads) {
				var want []float32
				for i := range int32(tq) {
					for j := range int32(tk) {
						d := j - i - offset
						row := min(max(d, -4), 4) + 4
						switch kind {
						case relativeBoth:
							row = int32(relativeBucket(uint32(max(d, -d)), rows/2, 20))
							if d > 0 {
								row += rows / 2
							}
						case relativeCausal:
							row = int32(relativeBucket(uint32(max(-d, 0)), rows, 20))
						}
						want = append(want, table[row*heads+int32(head)])
					}
				}
				g := newGuarded(t, 1<<12)
				out, line, in := g.result(tq*tk), g.result(tq+tk-1), g.last(table)
				g.run(func() { relativeBias(out, in, line, tq, tk, rows, heads, head, kind, 20, offset) })
				sameBits(t, g.read(out, tq*tk), want)
			}
		})
	}
}
