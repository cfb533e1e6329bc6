package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// globalNormTiles are the tiles of all operands, then one.
func globalNormTiles(t, op U32, phase uint32) uint32 {
	if phase == 1 {
		return 1
	}
	tiles := uint32(0)
	for i := range op.Load(opOperandsN) {
		if operandIndex(op, i) != none {
			tiles += tilesOf(elements(t, op, i), tileElements)
		}
	}
	return tiles
}

// runGlobalNorm sums the squares of each tile, then the sums, in f64, which no
// square of f32 overflows.
func runGlobalNorm(t, op U32, phase, tile uint32) {
	parts := F64(commonScratchAt(t))
	if phase == 1 {
		sum := float64(0)
		for range globalNormTiles(t, op, 0) {
			sum += parts.Load(0)
			parts += 8
		}
		outAt(t, op).Store(0, float32(Sqrt64(sum)))
		return
	}
	parts += F64(8 * tile)
	for i := range op.Load(opOperandsN) {
		if operandIndex(op, i) == none {
			continue
		}
		n := elements(t, op, i)
		if tiles := tilesOf(n, tileElements); tile >= tiles {
			tile -= tiles
			continue
		}
		parts.Store(0, sumSquares(f32At(t, op, i)+F32(4*tileElements*tile), min(n-tileElements*tile, tileElements)))
		return
	}
}

// sumSquares returns Σx² over n elements.
func sumSquares(x F32, n uint32) float64 {
	var low, high Float64x2
	for i := n; i != 0; i -= min(i, 4) {
		v := loadUpTo4(x, i)
		a, b := v.ConvertLo2ToFloat64(), v.SelectFromPair(2, 3, 2, 3, v).ConvertLo2ToFloat64()
		low = low.Add(a.Mul(a))
		high = high.Add(b.Mul(b))
		x += 16
	}
	low = low.Add(high)
	return low.GetElem(0) + low.GetElem(1)
}

// clipFactor is what scales a gradient of that norm, 0 for none, to a norm of
// at most most. A norm of NaN leaves it as it is.
func clipFactor(norm F32, most float32) float32 {
	if norm == 0 || !(norm.Load(0) > most) {
		return 1
	}
	return most / norm.Load(0)
}

// runSGD executes one tile of a step of gradient descent.
func runSGD(t, op U32, i uint32) {
	at, n := elementSpan(t, op, i)
	old, velocity := f32At(t, op, 2), outputAt(t, op, 1)
	if old != 0 {
		old += at
	}
	if velocity != 0 {
		velocity += at
	}
	sgd(outAt(t, op)+at, velocity, f32At(t, op, 0)+at, f32At(t, op, 1)+at, old, n,
		attrFloat32(op, 0), attrFloat32(op, 1), attrFloat32(op, 2),
		clipFactor(f32At(t, op, 3), attrFloat32(op, 3)), attrBits(op, 4) != 0)
}

// sgd writes param - rate·velocity and the velocity, momentum·old + g with
// g = clip·grad + decay·param, of n elements; with nesterov it takes the
// velocity that the next step would begin with. old and velocity may be 0.
func sgd(out, velocity, param, grad, old F32, n uint32, rate, momentum, decay, clip float32, nesterov bool) {
	r, mu, wd, c := BroadcastFloat32x4(rate), BroadcastFloat32x4(momentum), BroadcastFloat32x4(decay), BroadcastFloat32x4(clip)
	for i := n; i != 0; i -= min(i, 4) {
		p := loadUpTo4(param, i)
		g := loadUpTo4(grad, i).Mul(c)
		g = p.MulAdd(wd, g)
		v := g
		if old != 0 {
			v = loadUpTo4(old, i).MulAdd(mu, g)
			old += 16
		}
		if velocity != 0 {
			storeUpTo4(velocity, v, i)
			velocity += 16
		}
		if nesterov {
			v = v.MulAdd(mu, g)
		}
		storeUpTo4(out, p.Sub(v.Mul(r)), i)
		out += 16
		param += 16
		grad += 16
	}
}

// runAdam executes one tile of a step of AdamW.
func runAdam(t, op U32, i uint32) {
	at, n := elementSpan(t, op, i)
	step := uint32(i32At(t, op, 2).Load(0))
	m, v := f32At(t, op, 3), f32At(t, op, 4)
	if m != 0 {
		m += at
	}
	if v != 0 {
		v += at
	}
	rate, beta1, beta2 := attrFloat32(op, 0), attrFloat32(op, 1), attrFloat32(op, 2)
	pace := float32(float64(rate) / remainder(beta1, step))
	spread := float32(1 / Sqrt64(remainder(beta2, step)))
	adam(outAt(t, op)+at, outputAt(t, op, 1)+at, outputAt(t, op, 2)+at, f32At(t, op, 0)+at, f32At(t, op, 1)+at, m, v, n,
		beta1, beta2, pace, spread, attrFloat32(op, 3), 1-float32(rate*attrFloat32(op, 4)),
		clipFactor(f32At(t, op, 5), attrFloat32(op, 5)))
}

// remainder returns 1 - betaⁿ, by which the mean of n steps, begun with 0, is
// too small.
func remainder(beta float32, n uint32) float64 {
	power, square := float64(1), float64(beta)
	for ; n != 0; n >>= 1 {
		if n&1 != 0 {
			power = float64(power * square)
		}
		square = float64(square * square)
	}
	return 1 - power
}

// adam writes the means of the gradient, m1 = beta1·m + (1-beta1)·g, and of
// its square, v1, and keep·param - pace·m1/(spread·√v1 + eps), of n elements,
// with g = clip·grad. m and v may be 0 for zeros.
func adam(out, m1, v1, param, grad, m, v F32, n uint32, beta1, beta2, pace, spread, eps, keep, clip float32) {
	b1, b2 := BroadcastFloat32x4(beta1), BroadcastFloat32x4(beta2)
	rest1, rest2 := BroadcastFloat32x4(1-beta1), BroadcastFloat32x4(1-beta2)
	for i := n; i != 0; i -= min(i, 4) {
		g := loadUpTo4(grad, i).Mul(BroadcastFloat32x4(clip))
		mean, square := g.Mul(rest1), g.Mul(g).Mul(rest2)
		if m != 0 {
			mean = loadUpTo4(m, i).MulAdd(b1, mean)
			m += 16
		}
		if v != 0 {
			square = loadUpTo4(v, i).MulAdd(b2, square)
			v += 16
		}
		storeUpTo4(m1, mean, i)
		storeUpTo4(v1, square, i)
		below := square.Sqrt().Mul(BroadcastFloat32x4(spread)).Add(BroadcastFloat32x4(eps))
		step := mean.Mul(BroadcastFloat32x4(pace)).Div(below)
		storeUpTo4(out, loadUpTo4(param, i).Mul(BroadcastFloat32x4(keep)).Sub(step), i)
		out += 16
		m1 += 16
		v1 += 16
		param += 16
		grad += 16
	}
}
