package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// activate writes the activation act of n elements of x to out, which may be
// x.
func activate(out, x F32, n, act uint32) {
	for range n / 4 {
		activateVec(LoadFloat32x4(x, 0), act).Store(out, 0)
		x += 16
		out += 16
	}
	if n%4 != 0 {
		storePart(out, activateVec(loadPart(x, n%4), act), n%4)
	}
}

// activateVec returns the activation act of each lane: of GELU
// x·½(1 + erf(x/√2)), of GELUTanh x·½(1 + tanh(√(2/π)·(x + 0.044715·x³))).
func activateVec(x Float32x4, act uint32) Float32x4 {
	switch act {
	case actReLU:
		return x.Max(BroadcastFloat32x4(0))
	case actGELU:
		return gelu(x, erfVec(x.Mul(BroadcastFloat32x4(0.707106781))))
	case actGELUTanh:
		cubic := x.Mul(x).Mul(x).Mul(BroadcastFloat32x4(0.044715))
		return gelu(x, tanhVec(x.Add(cubic).Mul(BroadcastFloat32x4(0.797884561))))
	case actTanh:
		return tanhVec(x)
	}
	return x
}

// gelu returns x·½(1 + f).
func gelu(x, f Float32x4) Float32x4 {
	return x.Mul(BroadcastFloat32x4(0.5)).Mul(f.Add(BroadcastFloat32x4(1)))
}
