package imports

import s "github.com/fovea-run/fovea/kernels/simd128" // want "simd128 needs a dot import"

func load(p s.U32) uint32 { return p.Load(0) }
