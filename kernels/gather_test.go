package kernels

import (
	"math"
	"testing"
)

func TestGather(t *testing.T) {
	const rows = 5
	ids := []int32{4, 0, 0, 3}
	for _, cols := range widths {
		table := randoms(1, rows*cols)
		var want []float64
		for _, id := range ids {
			for _, v := range table[int(id)*cols : (int(id)+1)*cols] {
				want = append(want, 2*float64(v))
			}
		}
		g := newGuarded(t, 16*len(table)+1<<12)
		out, i, p := g.result(len(want)), g.i32(ids...), g.last(table)
		g.run(func() { gather(out, p, i, uint32(len(ids)), uint32(cols), 2) })
		closeTo(t, g.read(out, len(want)), want, 0)
	}
}

func TestGatherQ8(t *testing.T) {
	const rows = 5
	ids := []int32{4, 0, 0, 3}
	for _, cols := range []int{32, 64, 256} {
		w := newQ8Matrix(cols, rows)
		var want []float64
		for _, id := range ids {
			for k := range cols {
				want = append(want, 2*w.at(int(id), k, cols))
			}
		}
		g := newGuarded(t, 32*rows*cols+1<<12)
		q, s := w.put(g)
		out, i := g.result(len(want)), g.i32(ids...)
		g.run(func() { gatherQ8(out, q, s, i, uint32(len(ids)), uint32(cols), 2) })
		closeTo(t, g.read(out, len(want)), want, 0)
	}
}

// TestF16 decodes every binary16.
func TestF16(t *testing.T) {
	for h := range 1 << 16 {
		got, want := float64(f16ToF32(uint32(h))), f16Reference(uint16(h))
		if got != want && (got == got || want == want) || math.Signbit(got) != (h >= 1<<15) {
			t.Errorf("%#x is %v, want %v", h, got, want)
		}
	}
}

func TestFirstBadIndex(t *testing.T) {
	g := newGuarded(t, 1<<12)
	for _, c := range []struct {
		ids  []int32
		want uint32
	}{
		{nil, math.MaxUint32},
		{[]int32{0, 4, 2}, math.MaxUint32},
		{[]int32{0, 5, 9}, 1},
		{[]int32{-1}, 0},
		{[]int32{1, 2, math.MinInt32}, 2},
	} {
		p := g.i32(c.ids...)
		g.run(func() {
			if got := firstBadIndex(p, uint32(len(c.ids)), 5); got != c.want {
				t.Errorf("firstBadIndex(%v) = %d, want %d", c.ids, got, c.want)
			}
		})
	}
}

func TestAddTiming(t *testing.T) {
	const batch, tokens = 3, 7
	for cols := 1; cols <= 20; cols++ {
		half := cols / 2
		x, inv := randoms(1, batch*tokens*cols), make([]float32, half)
		for i := range inv {
			inv[i] = float32(math.Pow(1e4, -float64(i)/float64(half)))
		}
		want := make([]float64, len(x))
		for i, v := range x {
			want[i] = float64(v)
			pos, c := float32(i/cols%tokens), i%cols
			switch {
			case c < half:
				want[i] += math.Sin(float64(pos * inv[c]))
			case c < 2*half:
				want[i] += math.Cos(float64(pos * inv[c-half]))
			}
		}
		g := newGuarded(t, 16*len(x)+1<<12)
		out, pi, px := g.result(len(x)), g.f32(inv), g.last(x)
		g.run(func() { addTiming(out, px, pi, 0, tokens, batch, tokens, uint32(cols)) })
		closeTo(t, g.read(out, len(x)), want, 3e-7)
	}
}
