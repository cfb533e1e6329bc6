// Package own has types of its own with names of simd128, which it does not
// import.
package own

type Float32x4 uint32

type F32 uint32

func (p F32) Load(off uint32) float32 { return float32(off) } // want "no methods of your own"

func sum(x, y Float32x4) Float32x4 { return x + y }

func load(p F32) float32 { return p.Load(4) } // want "only functions of this package and intrinsics"
