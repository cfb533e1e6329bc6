//go:build relaxed

package simd128

import "math"

// Relaxed reports whether this is a relaxed-SIMD build. It is a constant, so
// that a kernel can choose its tile; natively the build tag "relaxed" sets it.
const Relaxed = true

// mulAdd32 rounds once, as engines with a fused instruction do; its double
// rounding through float64 is within the latitude of a relaxed build.
func mulAdd32(x, y, z float32) float32 {
	return float32(math.FMA(float64(x), float64(y), float64(z)))
}

func mulAdd64(x, y, z float64) float64 { return math.FMA(x, y, z) }
