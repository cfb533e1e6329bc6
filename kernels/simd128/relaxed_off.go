//go:build !relaxed

package simd128

// Relaxed reports whether this is a relaxed-SIMD build. It is a constant, so
// that a kernel can choose its tile; natively the build tag "relaxed" sets it.
const Relaxed = false

func mulAdd(x, y, z float32) float32 { return float32(x*y) + z }
