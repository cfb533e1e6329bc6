package relaxed

import . "github.com/fovea-run/fovea/kernels/simd128"

//wasm:export height
func height() uint32 {
	if Relaxed {
		return 6
	}
	return 4
}

//wasm:export fused
func fused(p F32) {
	LoadFloat32x4(p, 0).MulAdd(LoadFloat32x4(p, 16), LoadFloat32x4(p, 32)).Store(p, 48)
}
