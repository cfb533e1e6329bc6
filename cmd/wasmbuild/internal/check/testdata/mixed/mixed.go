package mixed

import "math" // want "could not import math .a kernel imports nothing but"

type broken missing // want "undefined: missing"

func before(x []uint32) {} // want "no slices"

func prints() { println(1) } // want "no printing"

func root(x []float64) float64 { return math.Sqrt(x[0]) }

func unknown(x []uint32) uint32 { return missing } // want "undefined: missing"

func unused() {
	x := uint32(1) // want "declared and not used: x"
}

func arguments() uint32 { return uint32() } // want "missing argument in conversion"

func empty(b broken) {}

func result() missing { return 1 } // want "undefined: missing"

func follows() uint32 {
	x, y := result(), uint32(2)
	_ = x
	return y
}

func slices(x []uint32) {} // want "no slices"

func shifted(x uint32) uint32 {
	y := x << math.MaxInt8
	z := y << 3 & (x << 40)
	return z
}
