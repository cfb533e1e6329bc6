//go:build !relaxed

package simd128

// Relaxed reports whether this is a relaxed-SIMD build. It is a constant, so
// that a kernel can choose its tile; natively the build tag "relaxed" sets it.
const Relaxed = false

// mulAdd32 and mulAdd64 round twice. The conversions keep Go from fusing.
func mulAdd32(x, y, z float32) float32 { return float32(x*y) + z }
func mulAdd64(x, y, z float64) float64 { return float64(x*y) + z }
