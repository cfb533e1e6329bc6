package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// loadPart loads n float32, n in 1..3, into the first lanes; the others are
// zero and their memory is not read.
func loadPart(p F32, n uint32) Float32x4 {
	v := LoadZeroFloat32x4(p, 0)
	if n > 1 {
		v = v.SetElem(1, p.Load(4))
	}
	if n > 2 {
		v = v.SetElem(2, p.Load(8))
	}
	return v
}

// storePart stores the first n lanes of v, n in 1..3.
func storePart(p F32, v Float32x4, n uint32) {
	p.Store(0, v.GetElem(0))
	if n > 1 {
		p.Store(4, v.GetElem(1))
	}
	if n > 2 {
		p.Store(8, v.GetElem(2))
	}
}

// lanesBelow is the mask of the lanes 0..n-1.
func lanesBelow(n uint32) Mask32x4 {
	lane := BroadcastInt32x4(0).SetElem(1, 1).SetElem(2, 2).SetElem(3, 3)
	return lane.Less(BroadcastInt32x4(int32(n)))
}

// sumLanes returns (v0+v2) + (v1+v3).
func sumLanes(v Float32x4) float32 {
	v = v.Add(v.SelectFromPair(2, 3, 2, 3, v))
	return v.GetElem(0) + v.GetElem(1)
}

// maxLanes returns the greatest lane, NaN if one is NaN.
func maxLanes(v Float32x4) float32 {
	v = v.Max(v.SelectFromPair(2, 3, 2, 3, v))
	return Max32(v.GetElem(0), v.GetElem(1))
}

// least returns the lesser of x and y.
func least(x, y uint32) uint32 {
	if x < y {
		return x
	}
	return y
}

// roundUp returns n rounded up to a multiple of to, a power of two.
func roundUp(n, to uint32) uint32 {
	return (n + to - 1) &^ (to - 1)
}

// loadUpTo4 loads the first four of n ≥ 1 elements, or all if they are
// fewer: then the other lanes are zero and their memory is not read.
//
//wasm:inline
func loadUpTo4(p F32, n uint32) Float32x4 {
	if n >= 4 {
		return LoadFloat32x4(p, 0)
	}
	return loadPart(p, n)
}

// storeUpTo4 stores v's lanes to the first four of n ≥ 1 elements, or to all
// if they are fewer.
//
//wasm:inline
func storeUpTo4(p F32, v Float32x4, n uint32) {
	if n >= 4 {
		v.Store(p, 0)
		return
	}
	storePart(p, v, n)
}

// fillZero sets n elements to zero.
func fillZero(p F32, n uint32) {
	MemoryFill(uint32(p), 0, 4*n)
}
