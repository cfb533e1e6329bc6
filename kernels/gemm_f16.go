package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Weights in f16 lie in panels as f32 ones do, in half the memory. A block of
// a panel becomes f32 in the first-level cache and is then multiplied by all
// rows: the sums are those of gemm with the same numbers.

// packHalves packs the row-major f16 matrix [k, n] at src.
func packHalves(dst, src U16, k, n uint32) {
	for j := uint32(0); j < n; j += panelCols {
		row := src + U16(2*j)
		for range k {
			for c := range uint32(panelCols) {
				h := uint32(0)
				if j+c < n {
					h = (row + U16(2*c)).Load(0)
				}
				dst.Store(0, h)
				dst += 2
			}
			row += U16(2 * n)
		}
	}
}

// gemmF16 is gemm with panels of packHalves; block has room for kBlock rows
// of a panel.
func gemmF16(c, a F32, panels U16, bias, residual, block F32, m, k, n, act uint32) {
	gemmF16Part(c, a, panels, bias, residual, block, 0, n, m, k, n, act)
}

// gemmF16Part computes cols columns of gemmF16's c from column j on; j is a
// multiple of panelCols.
func gemmF16Part(c, a F32, panels U16, bias, residual, block F32, j, cols, m, k, n, act uint32) {
	for x := j; x < j+cols; x += panelCols {
		for k0 := uint32(0); ; k0 += kBlock {
			kn := least(k-k0, kBlock)
			halvesToFloats(block, panels+U16(2*(x*k+panelCols*k0)), panelCols*kn)
			gemmStrip(c+F32(4*x), a+F32(4*k0), block, m, kn, 4*k, 4*n, least(j+cols-x, panelCols), k0 != 0)
			if k-k0 <= kBlock {
				break
			}
		}
	}
	finishPart(c, bias, residual, F32(4*j), j, m, cols, 4*n, act)
}

// halvesToFloats converts n numbers, a multiple of 8, exactly.
func halvesToFloats(dst F32, src U16, n uint32) {
	for range n / 8 {
		h := LoadInt16x8(I16(src), 0)
		halfVec(h.ExtendLo4ToInt32()).Store(dst, 0)
		halfVec(h.ExtendHi4ToInt32()).Store(dst, 16)
		src += 16
		dst += 32
	}
}

// halfVec returns the binary16 in the low half of each lane. Moved to their
// places in a binary32, exponent and fraction are the number times 2⁻¹¹²,
// subnormal or not; what is 65536 or more after that is not finite.
//
//wasm:inline
func halfVec(h Int32x4) Float32x4 {
	x := h.ShiftAllLeft(13).And(BroadcastInt32x4(-0x70002000)).AsFloat32x4().Mul(BroadcastFloat32x4(0x1p112))
	special := x.Abs().GreaterEqual(BroadcastFloat32x4(65536)).ToInt32x4()
	return x.AsInt32x4().Or(special.And(BroadcastInt32x4(positiveInf))).AsFloat32x4()
}
