package conditions

import . "github.com/fovea-run/fovea/kernels/simd128"

// branches makes no booleans.
//
//wasm:export branches
func branches(p U32, x uint32) uint32 {
	if x != 0 && p.Load(0) == 0 {
		return 1
	}
	if !(x < 5) || p.Load(4) != 0 {
		x += 3
	} else {
		x -= 3
	}
	if x > 1 && x < 9 {
		x <<= 1
	}
	return x
}

// floats keeps the order of a comparison that NaN makes false.
//
//wasm:export floats
func floats(x, y float32) uint32 {
	if !(x < y) {
		return 1
	}
	if !(x == y) {
		return 2
	}
	return 3
}

// values makes booleans.
//
//wasm:export values
func values(p U32, x uint32) uint32 {
	a := x > 3 && x < 9
	b := x == 0 || p.Load(0) == x
	if a != b {
		return 1
	}
	return 0
}
