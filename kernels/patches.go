package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// patches cuts windows out of an image x[h, w, c] (or, with h = 1, out of
// frames or samples): row (i, j) of out[oh·ow, kh·kw·c] is the window of kh
// by kw pixels whose first is (i·sh - top, j·sw - left). What lies outside of
// the image is 0. A convolution is their product with its weights as
// [kh·kw·c, outputs].
//
// patchRow writes the windows of output row i.
func patchRow(out, x F32, i, h, w, c, ow, kh, kw, sh, sw, top, left uint32) {
	for j := range ow {
		for ky := range kh {
			y := i*sh + ky - top // wraps around above the image
			if y < h {
				patchLine(out, x+F32(4*y*w*c), w, c, kw, j*sw, left)
			} else {
				fillZero(out, kw*c)
			}
			out += F32(4 * kw * c)
		}
	}
}

// patchLine copies kw pixels of c elements, from pixel first - left of a line
// of w pixels on.
func patchLine(out, line F32, w, c, kw, first, left uint32) {
	before := least(left-least(first, left), kw)
	start := first + before - left // wraps around where the window ends before the line
	inside := uint32(0)
	fillZero(out, before*c)
	out += F32(4 * before * c)
	if start < w { // else the place is not in memory, where even copying nothing traps
		inside = least(kw-before, w-start)
		MemoryCopy(uint32(out), uint32(line)+4*start*c, 4*inside*c)
		out += F32(4 * inside * c)
	}
	fillZero(out, (kw-before-inside)*c)
}
