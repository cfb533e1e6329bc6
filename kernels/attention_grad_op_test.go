//go:build train

package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Operations of level 1 are in training builds only.
func init() {
	opCases = append(opCases, opCase{
		"attention_grad", attrs(1, 3, 2, 0, 0, 0, 0.5), []*array{ramp(1, 4, 3), ramp(1, 5, 3), ramp(1, 5, 2), nil, nil, nil, ramp(1, 4, 2), ramp(1, 4, 2)},
		10, func(out F32, in []uint32, scratch F32) {
			a := U32(scratch)
			MemoryFill(uint32(a), 0, gradBytes)
			for at, x := range map[U32]uint32{
				attBatch: 1, attHeads: 1, attKVHeads: 1, attTq: 4, attTk: 5, attDim: 3, attVDim: 2, attKBytes: 4, attVBytes: 4, attScale: Bits32(0.5),
			} {
				(a + at).Store(0, x)
			}
			spare := alloc(4 * 64)
			for side, x := range map[U32][3]uint32{
				attQ: {in[0], 4, 3}, attK: {in[1], 5, 3}, attV: {in[2], 5, 2}, gradOut: {in[6], 4, 2}, gradDOut: {in[7], 4, 2},
				gradDQ: {spare, 4, 3}, gradDK: {spare + 64, 5, 3}, gradDV: {uint32(out), 5, 2},
			} {
				for i, word := range []uint32{x[0], 4 * x[1] * x[2], 4 * x[2], 4 * x[2]} {
					(a + side + U32(4*i)).Store(0, word)
				}
			}
			layOutGrad(a)
			gradTask(a, 0)
		},
	})
}
