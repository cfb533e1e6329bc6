package known

import . "github.com/fovea-run/fovea/kernels/simd128"

// chain is of assignments that only each other read.
//
//wasm:export chain
func chain(x uint32) uint32 {
	a := x + 1
	b := a * 2
	c := b ^ a
	_ = c
	return x
}

// inside knows in both arms, and in a loop that assigns other variables, what
// is known outside; not what the loop assigns.
//
//wasm:export inside
func inside(x uint32) uint32 {
	i, j := uint32(5), uint32(1)
	if x > 3 {
		for ; i < 8; i++ {
			x ^= i
		}
	} else {
		for ; i < 9; i++ {
			x -= i
		}
	}
	for range x {
		if j == 1 {
			x++
		}
		if i == 8 {
			i = 3
		}
	}
	j = x
	return i + j
}

// stops has something behind what never returns.
//
//wasm:export stops
func stops(x uint32) uint32 {
	if x > 3 {
		Unreachable()
		x = 1
	}
	return x
}
