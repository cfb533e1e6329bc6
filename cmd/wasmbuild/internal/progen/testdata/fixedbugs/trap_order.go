package main

import . "github.com/fovea-run/fovea/kernels/simd128"

// Loads and divisions that trap both changed places. Found with seed 122.

//wasm:export trapOrder
func trapOrder(n uint32) uint32 {
	n = n % (n & 3)
	a, b := U64(131073).Load(64), U32(n).Load(0)
	return uint32(a) + b
}

//wasm:export trapBehind
func trapBehind(n uint32) uint32 {
	a := U32(n).Load(65536)
	b := n / (n & 1)
	return b*3 + a
}
