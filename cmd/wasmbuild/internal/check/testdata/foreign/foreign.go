package foreign

import . "github.com/fovea-run/fovea/kernels/simd128"

type record struct{ f func() } // want "only numeric types can be named"

type index uint32

func (i index) next() index { return i + 1 } // want "no methods of your own"

func calls(p F32, i index, r record) float32 { // want "no structs"
	r.f()              // want "only functions of this package and intrinsics"
	i.next()           // want "only functions of this package and intrinsics"
	_ = F32.Load(p, 0) // want "only functions of this package and intrinsics"
	return F32(i).Load(4)
}

func failure(err error) { // want "no interfaces"
	err.Error() // want "only functions of this package and intrinsics"
}

//wasm:export total
func total(x []uint32) {} // want "no slices"

func builds(x, y Int8x16, b bool) Int32x4 {
	const Relaxed = true
	if Threads {
		return x.RelaxedDotAdd(y, x.AsInt32x4()) // want "call it inside `if Relaxed"
	}
	if Relaxed {
		return x.RelaxedDotAdd(y, x.AsInt32x4()) // want "call it inside `if Relaxed"
	}
	if b {
		return x.RelaxedDotAdd(y, x.AsInt32x4()) // want "call it inside `if Relaxed"
	}
	return x.AsInt32x4()
}
