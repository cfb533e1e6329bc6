//go:build relaxed

package simd128

import "math"

// Relaxed reports whether this is a relaxed-SIMD build. It is a constant, so
// that a kernel can choose its tile; natively the build tag "relaxed" sets it.
const Relaxed = true

// mulAdd32 rounds once, as engines with a fused instruction do. As float64
// the product is exact; the sum is rounded to odd, so that the rounding to
// float32 sees on which side of a tie the exact sum is.
func mulAdd32(x, y, z float32) float32 {
	p, c := float64(float64(x)*float64(y)), float64(z) // converted: not to be fused
	sum := p + c
	t := sum - p
	rest := (p - (sum - t)) + (c - t)
	if bits := math.Float64bits(sum); rest != 0 && bits&1 == 0 && !math.IsInf(sum, 0) && sum == sum {
		if (rest > 0) == (sum > 0) {
			bits++
		} else {
			bits--
		}
		sum = math.Float64frombits(bits)
	}
	return float32(sum)
}

// mulAdd64 rounds once.
func mulAdd64(x, y, z float64) float64 { return math.FMA(x, y, z) }
