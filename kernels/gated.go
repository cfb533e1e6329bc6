package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// gated writes act(gate)·up to out[rows, cols]: SwiGLU with actSiLU, GEGLU
// with a GELU. The rows of gate and up lie gateStride and upStride bytes
// apart; they may be columns of one tensor. out aliases neither.
func gated(out, gate, up F32, rows, cols, gateStride, upStride, act uint32) {
	for range rows {
		for i := uint32(0); i < cols; i += gateBlock {
			n := least(cols-i, gateBlock)
			gateRow(out+F32(4*i), gate+F32(4*i), up+F32(4*i), n, act)
		}
		out += F32(4 * cols)
		gate += F32(gateStride)
		up += F32(upStride)
	}
}

// gateBlock elements of gate, up and out stay in the first-level cache.
const gateBlock = 1024

// gateRow is gated of n ≤ gateBlock elements.
func gateRow(out, gate, up F32, n, act uint32) {
	activate(out, gate, n, act)
	for i := uint32(0); i < n; i += 4 {
		storeUpTo4(out, loadUpTo4(out, n-i).Mul(loadUpTo4(up, n-i)), n-i)
		out += 16
		up += 16
	}
}
