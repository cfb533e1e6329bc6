package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// activate writes the activation act of n elements of x to out, which may be
// x. The GELUs and SiLU of -Inf
// are NaN, -Inf times 0.
func activate(out, x F32, n, act uint32) {
	switch act {
	case actNone:
		if out != x {
			MemoryCopy(uint32(out), uint32(x), 4*n)
		}
	case actReLU:
		relu(out, x, n)
	case actGELU:
		gelu(out, x, n)
	case actGELUTanh:
		geluTanh(out, x, n)
	case actTanh:
		tanh(out, x, n)
	case actSiLU:
		silu(out, x, n, 1)
	case actSigmoid:
		sigmoid(out, x, n)
	}
}

// relu writes max(x, 0) of n elements.
func relu(out, x F32, n uint32) {
	for i := uint32(0); i < n; i += 4 {
		storeUpTo4(out+F32(4*i), loadUpTo4(x, n-i).Max(BroadcastFloat32x4(0)), n-i)
		x += 16
	}
}

// gelu writes x·½(1 + erf(x/√2)) of n elements.
func gelu(out, x F32, n uint32) {
	for range n / 4 {
		geluVec(LoadFloat32x4(x, 0)).Store(out, 0)
		x += 16
		out += 16
	}
	if n%4 != 0 {
		storePart(out, geluVec(loadPart(x, n%4)), n%4)
	}
}

//wasm:inline
func geluVec(x Float32x4) Float32x4 {
	return halfPlus(x, erfVec(x.Mul(BroadcastFloat32x4(0.707106781))))
}

// geluTanh writes x·½(1 + tanh(√(2/π)·(x + 0.044715·x³))) of n elements.
func geluTanh(out, x F32, n uint32) {
	for range n / 4 {
		geluTanhVec(LoadFloat32x4(x, 0)).Store(out, 0)
		x += 16
		out += 16
	}
	if n%4 != 0 {
		storePart(out, geluTanhVec(loadPart(x, n%4)), n%4)
	}
}

//wasm:inline
func geluTanhVec(x Float32x4) Float32x4 {
	cubic := x.Mul(x).Mul(x).Mul(BroadcastFloat32x4(0.044715))
	return halfPlus(x, tanhVec(x.Add(cubic).Mul(BroadcastFloat32x4(0.797884561))))
}

// halfPlus returns x·½(1 + f).
//
//wasm:inline
func halfPlus(x, f Float32x4) Float32x4 {
	return x.Mul(BroadcastFloat32x4(0.5)).Mul(f.Add(BroadcastFloat32x4(1)))
}

// tanh writes the hyperbolic tangent of n elements.
func tanh(out, x F32, n uint32) {
	for range n / 4 {
		tanhVec(LoadFloat32x4(x, 0)).Store(out, 0)
		x += 16
		out += 16
	}
	if n%4 != 0 {
		storePart(out, tanhVec(loadPart(x, n%4)), n%4)
	}
}

// silu writes x/(1 + e**(-alpha·x)) of n elements.
func silu(out, x F32, n uint32, alpha float32) {
	a := BroadcastFloat32x4(alpha)
	for range n / 4 {
		v := LoadFloat32x4(x, 0)
		v.Mul(sigmoidVec(v.Mul(a))).Store(out, 0)
		x += 16
		out += 16
	}
	if n%4 != 0 {
		v := loadPart(x, n%4)
		storePart(out, v.Mul(sigmoidVec(v.Mul(a))), n%4)
	}
}

// sigmoid writes 1/(1 + e**-x) of n elements.
func sigmoid(out, x F32, n uint32) {
	for range n / 4 {
		sigmoidVec(LoadFloat32x4(x, 0)).Store(out, 0)
		x += 16
		out += 16
	}
	if n%4 != 0 {
		storePart(out, sigmoidVec(loadPart(x, n%4)), n%4)
	}
}
