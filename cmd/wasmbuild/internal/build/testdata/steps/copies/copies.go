package copies

import . "github.com/fovea-run/fovea/kernels/simd128"

// copied has locals that are constants and copies of others, once and twice
// assigned.
//
//wasm:export copied
func copied(p U64, n uint32, x float32) float32 {
	three, half, wide := uint32(3), float32(0.5), uint64(5)
	again := n
	twice := n
	for range n {
		p.Store(0, wide)
		p.Store(8, wide+uint64(three*again))
		x = float32(x*half) - half
		twice += three
		p += 16
	}
	n = twice
	p.Store(0, uint64(again)^uint64(n))
	return x
}
