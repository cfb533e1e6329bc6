package dot

import "github.com/fovea-run/fovea/kernels/simd128" // want "simd128 needs a dot import"

func load(p simd128.U32) uint32 { return p.Load(0) }
