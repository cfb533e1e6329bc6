package shapes

import . "github.com/fovea-run/fovea/kernels/simd128"

const yes = 3 > 2

// negated branches on what is negated and in parentheses as on what is not.
//
//wasm:export negated
func negated(p U32, x uint32) uint32 {
	for !(x < 5 && p.Load(0) != 0) {
		x -= 3
	}
	if (x == 0 || p.Load(4) == 1) && p.Load(8) == 2 {
		x++
	}
	if p.Load(12) == 3 && p.Load(16) == 4 || x == 9 {
		x += 2
	}
	return x
}

// constant leaves out the operand that is known.
//
//wasm:export constant
func constant(x uint32) uint32 {
	if yes && x > 7 {
		x++
	}
	for x > 3 && yes {
		x >>= 1
	}
	if x == 2 || !yes {
		return 1
	}
	return x
}

// cheap evaluates eight expressions even where Go would skip them, and
// branches around nine.
//
//wasm:export cheap
func cheap(x uint32, a, b uint64) uint32 {
	if x > 1 && uint64(x)+a < b+a {
		x += 2
	}
	if x > 1 && uint64(x)+a < b+uint64(x) {
		x += 3
	}
	return x
}

// large writes sixteen expressions of a condition twice, and seventeen once.
//
//wasm:export large
func large(x uint32, a, b uint64) uint64 {
	for uint64(x)+a+a+b < a+b+b+a {
		a--
	}
	for uint64(x)+a+a+b < a+b+b+uint64(x) {
		b--
	}
	return a ^ b
}

// masks drops the mask that an instruction applies itself, and no other.
//
//wasm:export masks
func masks(x, n uint32, y uint64) uint64 {
	x = x<<(n&31) ^ x>>(n&15)
	y = y<<(n&63) ^ y>>(n&31)
	return y >> (uint64(x) & 63)
}
