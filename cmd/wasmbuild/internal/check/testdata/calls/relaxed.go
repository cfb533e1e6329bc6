package calls

import . "github.com/fovea-run/fovea/kernels/simd128"

func relaxed(x, y Int8x16, z Int32x4) Int32x4 {
	if Relaxed {
		for range 2 {
			z = x.RelaxedDotAdd(y, z)
		}
		if z.AllTrue() {
			z = x.RelaxedDotAdd(y, z)
		}
	} else {
		z = x.RelaxedDotAdd(y, z) // want "call it inside `if Relaxed"
	}
	if !Relaxed {
		z = x.RelaxedDotAdd(y, z) // want "only relaxed builds have this instruction"
	}
	_ = x.RelaxedDot(y)         // want "call it inside `if Relaxed"
	return x.RelaxedSwizzle(y). // has a baseline instruction
					AsInt32x4().Add(z)
}

func immediates(p U8, x Uint8x16, n uint32) Uint8x16 {
	x = x.LoadLane(p, n, 0)                                                // want "the offset is part of the instruction"
	x = x.LoadLane(p, 0, 16)                                               // want "lane 16 is out of range: write 0 to 15"
	x = x.Shuffle(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 31, 32, x) // want "lane 32 is out of range: write 0 to 31"
	U16(p).AtomicStore(n, 1)                                               // want "the offset is part of the instruction"
	y := x.AsFloat64x2().SelectFromPair(0, 4, x.AsFloat64x2())             // want "lane 4 is out of range: write 0 to 3"
	return x.Add(y.AsUint8x16()).SetElem(15, n).ShiftAllLeft(n).InterleaveHi(x)
}
