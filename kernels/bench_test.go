package kernels

import (
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// TestBenchLoops finds that the loops that benchmarks time compute what they
// say: the tile a product, the chains 2 in each of 52 lanes, their limit.
func TestBenchLoops(t *testing.T) {
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
