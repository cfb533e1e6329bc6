package instructions

import . "github.com/fovea-run/fovea/kernels/simd128"

//wasm:export lanes
func lanes(p F32, q I32) float32 {
	v := LoadFloat32x4(p, 8).SelectFromPair(2, 3, 4, 5, LoadZeroFloat32x4(p, 4))
	w := LoadInt32x4(q, 0).ShiftAllLeft(3).SetElem(1, 7)
	w.Max(v.ConvertToInt32()).Store(q, 16)
	return v.Merge(w.AsFloat32x4(), v.Less(w.ConvertToFloat32())).GetElem(3)
}

//wasm:export bulk
func bulk(dst, src, n uint32) uint32 {
	MemoryCopy(dst, src, n)
	MemoryFill(src, 0, n)
	if MemoryGrow(1) == 0xFFFFFFFF {
		Unreachable()
	}
	return MemorySize()
}

//wasm:export scalars
func scalars(x int32, y uint64, z float64) float64 {
	x = x/7 + int32(y>>(y&63))
	y = uint64(x) + uint64(uint32(x))
	return float64(y)/3 - float64(float32(z)) + float64(x&^5)
}

//wasm:export constants
func constants() float32 {
	const big = 1 << 40
	return float32(int64(big)>>39) + 0.1
}
