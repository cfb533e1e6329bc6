package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// A rotary embedding turns pairs of a head's first rotary elements by angles
// that grow with the token's position: (x, y) becomes
// (x·cos - y·sin, y·cos + x·sin). The pairs are elements i and i+rotary/2, or
// neighbours if interleaved. The other elements of a row are copied.

// rotateToken writes one token's row of width elements to out, which may be
// x: heads heads of dim elements from column col on are turned by the
// rotary/2 cosines and sines.
func rotateToken(out, x, cos, sin F32, width, col, heads, dim, rotary uint32, interleaved bool) {
	if out != x {
		MemoryCopy(uint32(out), uint32(x), 4*width)
	}
	out += F32(4 * col)
	for range heads {
		if interleaved {
			rotateNeighbours(out, cos, sin, rotary/2)
		} else {
			rotateHalves(out, cos, sin, rotary/2)
		}
		out += F32(4 * dim)
	}
}

// rotateHalves turns, in place, the pairs of elements i and n+i, i < n.
func rotateHalves(p, cos, sin F32, n uint32) {
	for i := uint32(0); i < n; i += 4 {
		q := p + F32(4*n)
		x, y := loadUpTo4(p, n-i), loadUpTo4(q, n-i)
		c, s := loadUpTo4(cos, n-i), loadUpTo4(sin, n-i)
		storeUpTo4(p, x.MulAdd(c, y.Mul(s).Neg()), n-i)
		storeUpTo4(q, y.MulAdd(c, x.Mul(s)), n-i)
		p += 16
		cos += 16
		sin += 16
	}
}

// rotateNeighbours turns, in place, n pairs of neighbours.
func rotateNeighbours(p, cos, sin F32, n uint32) {
	for i := uint32(0); i < n; i += 4 {
		cols := least(2*(n-i), 8)
		u, v := loadRow(p, cols)
		x, y := u.SelectFromPair(0, 2, 4, 6, v), u.SelectFromPair(1, 3, 5, 7, v)
		c, s := loadUpTo4(cos, n-i), loadUpTo4(sin, n-i)
		u, v = x.MulAdd(c, y.Mul(s).Neg()), y.MulAdd(c, x.Mul(s))
		storeRow(p, u.SelectFromPair(0, 4, 1, 5, v), u.SelectFromPair(2, 6, 3, 7, v), cols)
		p += 32
		cos += 16
		sin += 16
	}
}

// rotaryAngles writes the cosines and sines of position·inv[i], i < n; where
// inv is 0, of position·base**(-i/n).
func rotaryAngles(cos, sin, inv F32, n uint32, position, base float32) {
	lane := BroadcastFloat32x4(0).SetElem(1, 1).SetElem(2, 2).SetElem(3, 3)
	step := BroadcastFloat32x4(-log32(base) / float32(n))
	for i := uint32(0); i < n; i += 4 {
		var v Float32x4
		if inv != 0 {
			v = loadUpTo4(inv+F32(4*i), n-i)
		} else {
			v = decay(lane.Add(BroadcastFloat32x4(float32(i))).Mul(step))
		}
		s, c := sinCosVec(v.Mul(BroadcastFloat32x4(position)))
		storeUpTo4(cos, c, n-i)
		storeUpTo4(sin, s, n-i)
		cos += 16
		sin += 16
	}
}
