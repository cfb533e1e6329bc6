package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// activationGrad writes dout·act'(x) of n elements to dx; alpha is SiLU's.
func activationGrad(dx, x, dout F32, n, act uint32, alpha float32) {
	a := BroadcastFloat32x4(alpha)
	for i := n; i != 0; i -= min(i, 4) {
		storeUpTo4(dx, loadUpTo4(dout, i).Mul(slopeVec(loadUpTo4(x, i), a, act)), i)
		dx += 16
		x += 16
		dout += 16
	}
}

// slopeVec returns the derivative of an activation in each lane; that of ReLU
// at 0 is 0.
func slopeVec(x, alpha Float32x4, act uint32) Float32x4 {
	const (
		invSqrtTau = 0.398942280 // 1/√(2π)
		gain       = 0.797884561 // √(2/π)
		cubic      = 0.044715
	)
	one, half := BroadcastFloat32x4(1), BroadcastFloat32x4(0.5)
	switch act {
	case actReLU:
		return one.Merge(BroadcastFloat32x4(0), x.Greater(BroadcastFloat32x4(0)))
	case actGELU:
		density := decay(x.Mul(x).Mul(BroadcastFloat32x4(-0.5))).Mul(BroadcastFloat32x4(invSqrtTau))
		return erfOf(x.Mul(BroadcastFloat32x4(0.707106781))).Add(one).Mul(half).Add(x.Mul(density))
	case actGELUTanh:
		square := x.Mul(x).Mul(BroadcastFloat32x4(cubic))
		t := tanhOf(x.Mul(square.Add(one)).Mul(BroadcastFloat32x4(gain)))
		inner := square.Mul(BroadcastFloat32x4(3)).Add(one).Mul(BroadcastFloat32x4(gain))
		return t.Add(one).Mul(half).Add(x.Mul(half).Mul(one.Sub(t.Mul(t))).Mul(inner))
	case actTanh:
		t := tanhOf(x)
		return one.Sub(t.Mul(t))
	case actSiLU:
		s := sigmoidVec(x.Mul(alpha))
		return s.Add(x.Mul(alpha).Mul(s).Mul(one.Sub(s)))
	case actSigmoid:
		s := sigmoidVec(x)
		return s.Mul(one.Sub(s))
	}
	return one
}

// erfOf and tanhOf are erfVec and tanhVec where a call costs less than their
// size.
func erfOf(x Float32x4) Float32x4  { return erfVec(x) }
func tanhOf(x Float32x4) Float32x4 { return tanhVec(x) }

// runGatedGrad executes one tile of rows of gated's gradient.
func runGatedGrad(t, op U32, i uint32) {
	act, cols := attrBits(op, 0), attrBits(op, 1)
	gateCols, upCols := colsOf(t, op, 0), colsOf(t, op, 1)
	first, rows := tileSpan(i, elements(t, op, 2), cols)
	at := F32(4 * first * cols)
	gate, up := column(t, op, 0, 2)+F32(4*first*gateCols), column(t, op, 1, 3)+F32(4*first*upCols)
	dgate, dup, dout := outputAt(t, op, 0)+at, outputAt(t, op, 1)+at, f32At(t, op, 2)+at
	for range rows {
		gatedGradRow(dgate, dup, gate, up, dout, cols, act)
		dgate += F32(4 * cols)
		dup += F32(4 * cols)
		dout += F32(4 * cols)
		gate += F32(4 * gateCols)
		up += F32(4 * upCols)
	}
}

// gatedGradRow writes dout·up·act'(gate) and dout·act(gate) of n elements.
func gatedGradRow(dgate, dup, gate, up, dout F32, n, act uint32) {
	times(dup, dout, up, n)
	activationGrad(dgate, gate, dup, n, act, 1)
	activate(dup, gate, n, act)
	times(dup, dup, dout, n)
}

// times writes x·y to out, n elements; out may be x or y.
func times(out, x, y F32, n uint32) {
	for i := n; i != 0; i -= min(i, 4) {
		storeUpTo4(out, loadUpTo4(x, i).Mul(loadUpTo4(y, i)), i)
		out += 16
		x += 16
		y += 16
	}
}
