package kernels

import (
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// TestBenchTile finds that the loops that benchmarks time compute what they
// say: the tile a product, the chains 2 in each of 52 lanes, their limit.
func TestBenchTile(t *testing.T) {
	rows := 4
	if Relaxed {
		rows = 6
	}
	a, w := randoms(1, rows*kBlock), randoms(2, kBlock*panelCols)
	g := newGuarded(t, 1<<16)
	out, pa, pw := g.result(rows*panelCols), g.f32(a), g.f32(w)
	g.run(func() {
		if got, want := benchTile(out, pa, pw, 2), uint32(2*rows*panelCols*kBlock); got != want {
			t.Errorf("benchTile counts %d operations, want %d", got, want)
		}
	})
	c := gemmCase{m: rows, k: kBlock, n: panelCols}
	closeTo(t, g.read(out, rows*panelCols), c.reference(a, w, nil, nil), 1e-4)
	if got := benchCeiling(60); got != 104 {
		t.Errorf("benchCeiling's chains end at %v, want 104", got)
	}
}

// TestBenchAttend finds that the timed block computes attention before the
// division by the sums of the weights, and the timed products (q·kᵀ)·v.
func TestBenchAttend(t *testing.T) {
	const dim = 64
	c := attentionCase{1, queryBlock, keyBlock, 1, dim, dim, 0.125, nil}
	in := &attentionInputs{q: randoms(1, queryBlock*dim), k: randoms(2, keyBlock*dim), v: randoms(3, keyBlock*dim), qs: dim, ks: dim, vs: dim}
	c.refer(in)
	g := newGuarded(t, 1<<18)
	q, k, v, out := g.f32(in.q), g.f32(in.k), g.f32(in.v), g.result(queryBlock*dim)
	keys, values := g.result(keyBlock*dim), g.result(keyBlock*dim)
	block := F32(g.writable(benchOut + 4*queryBlock*dim))
	counts := func(name string, got uint32) {
		if want := uint32(2 * 2 * queryBlock * keyBlock * dim); got != want {
			t.Errorf("%s counts %d operations, want %d", name, got, want)
		}
	}
	g.run(func() {
		packColumns(keys, k, dim, keyBlock, 4*dim)
		packRows(values, v, keyBlock, dim, 4*dim)
		counts("benchAttend", benchAttend(block, q, keys, values, 2))
		for i := range uint32(queryBlock) {
			from := block + benchOut + F32(4*dim*i)
			divide(from, dim, (block + F32(4*i)).Load(blockSums))
			MemoryCopy(uint32(out)+4*dim*i, uint32(from), 4*dim)
		}
	})
	closeTo(t, g.read(out, queryBlock*dim), in.want, 3e-5)
	g.run(func() { counts("benchProducts", benchProducts(block, q, keys, values, 2)) })
	closeTo(t, g.read(block+benchOut, queryBlock*dim), in.products(), 1e-4)
}

// TestBenchRead finds that every word is read once.
func TestBenchRead(t *testing.T) {
	const words = 3 * 128 / 4
	g := newGuarded(t, 1<<12)
	data := make([]int32, words)
	want := int32(0)
	for i := range data {
		data[i] = 1 << (i % 31)
		want += data[i]
	}
	p := g.i32(data...)
	g.run(func() {
		if got := benchRead(p, 4*words); got != want {
			t.Errorf("the sum is %d, want %d", got, want)
		}
	})
}

// products returns (q·kᵀ)·v of one head.
func (in *attentionInputs) products() []float64 {
	keys := make([]float32, len(in.k)) // transposed
	n := len(in.k) / in.ks
	for i, x := range in.k {
		keys[i%in.ks*n+i/in.ks] = x
	}
	m := len(in.q) / in.qs
	scores := make([]float32, m*n)
	for i, x := range (gemmCase{m: m, k: in.qs, n: n}).reference(in.q, keys, nil, nil) {
		scores[i] = float32(x)
	}
	return gemmCase{m: m, k: n, n: in.vs}.reference(scores, in.v, nil, nil)
}
