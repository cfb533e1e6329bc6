package kernels

import (
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// TestOtherAttentionsStayInside finds no byte written outside of results and
// scratch memory; what is written, runtime_test's cases compare.
func TestOtherAttentionsStayInside(t *testing.T) {
	for _, n := range []uint32{1, 7, 64, 65, keyBlock, keyBlock + 3} {
		for _, d := range []uint32{1, 3, 4, 8, 13} {
			g := newGuarded(t, 1<<20)
			rows, w := g.f32(randoms(1, int(n*d))), g.f32(randoms(2, int(3*d)))
			out, flow := g.result(int(n*d)), g.result(int(4*n*d))
			linear := U32(g.writable(uint32(linearScratch(d, d))))
			scratch := F32(g.writable(uint32(max(flowScratch(n, d), otherBytes))))
			last := g.last(randoms(3, int(n*d)))
			g.run(func() {
				attendAdditive(out, rows, last, last, w, scratch, n, d, d)
				attendFlow(flow, rows, last, w, scratch, n, n, n, d)
				linearHead(out, rows, rows, last, linear, n, n, d, d, 4*d, 4*d, 4*d, 4*d, true)
				linearHead(out, rows, rows, last, linear, n, n, d, d, 4*d, 4*d, 4*d, 4*d, false)
			})
		}
	}
}
