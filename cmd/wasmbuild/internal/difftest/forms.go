package difftest

import . "github.com/fovea-run/fovea/kernels/simd128"

// steps is a type of one's own, with constants.
type steps int64

const (
	none steps = iota - 1
	_
	once
	twice
	many = once << twice
)

// rangesOf ranges over each type of integers, with and without a variable.
//
//wasm:export rangesOf
func rangesOf(x int32, y int64) uint64 {
	r := uint64(0)
	for i := range x & 7 {
		r = r*3 + uint64(i)
	}
	for i := range uint32(x) >> 29 {
		r = r*5 + uint64(i)
	}
	for i := range y >> 60 {
		r = r*7 + uint64(i)
	}
	for i := range uint64(y) >> 60 {
		r = r*11 + i
	}
	for i := range steps(y >> 61) {
		r += uint64(i * many)
	}
	for p := range U16(x & 15) {
		r ^= uint64(p.Load(64))
	}
	for range y >> 61 {
		r++
	}
	for range uint64(y) >> 61 {
		r += 2
	}
	for range x >> 29 {
		r += 4
	}
	for range uint32(x) >> 30 {
		r += 8
	}
	for i := range uint32(5) {
		r += uint64(i)
	}
	for i := range twice {
		r += uint64(i)
	}
	return r
}

// labelled has a label on each kind of loop, and on a switch in them.
//
//wasm:export labelled
func labelled(x uint32) uint32 {
	r := x
rows:
	for i := range x & 7 {
	columns:
		for j := range int64(5) {
		pick:
			switch x & 7 {
			case 0:
				continue rows
			case 1:
				continue columns
			case 2:
				break rows
			case 3:
				break columns
			case 4:
				for range 3 {
					if r++; r&1 == 0 {
						break pick
					}
					continue columns
				}
			case 5:
				continue
			default:
				r += uint32(j)
			}
			r = r*3 + i
		}
		x = x>>1 | x<<31
	}
again:
	for r > 1000 {
		for {
			r >>= 3
			if r&1 == 0 {
				continue again
			}
			break again
		}
	}
	return r
}

// numbers is 1, 2, 3 in three types, and whether x is odd.
func numbers(x uint32) (a int64, b float64, c Int32x4, odd bool) {
	a, b, odd = int64(x)+1, 2, x&1 != 0
	if odd {
		return a, b, BroadcastInt32x4(3), odd
	}
	c = c.Add(BroadcastInt32x4(int32(x)))
	return
}

// several takes results of every type apart.
//
//wasm:export several
func several(x uint32) float64 {
	a, b, c, odd := numbers(x)
	_, d, _, even := numbers(x + 1)
	var (
		v, w Int32x4
		m    Mask32x4
		yes  bool
		f    float32
		g    float64
		i, j int64
	)
	v, w = c, v
	w, v = v.Add(w), w
	m = v.Equal(w)
	yes = !yes && m.AllTrue() == (odd != even)
	if yes {
		i++
	}
	(j)--
	(f) += 1.5
	f /= 4
	g -= d
	g++
	return float64(a) + b + float64(w.GetElem(1)) + float64(f) + g + float64(i) + float64(j)
}

// widths converts between every pair of numeric types.
//
//wasm:export widths
func widths(x int32, y int64) uint64 {
	u, v := uint32(x), uint64(y)
	s, t := steps(y), F32(x)
	r := uint64(x) + 3*uint64(u) + 5*uint64(y) + 7*uint64(s) + 11*uint64(t)
	r = r*31 + uint64(int64(x)+3*int64(u)+5*int64(v)+7*int64(s)+11*int64(t))
	r = r*31 + uint64(uint32(x)+3*uint32(y)+5*uint32(v)+7*uint32(s)+11*uint32(t))
	r = r*31 + uint64(int32(u)+3*int32(y)+5*int32(v)+7*int32(s)+11*int32(t))
	r = r*31 + uint64(steps(x)+3*steps(u)+5*steps(v)+7*steps(y)+11*steps(t))
	r = r*31 + uint64(F32(u)+3*F32(y)+5*F32(v)+7*F32(s)+11*F32(U8(x)))
	r = r*31 + uint64(Bits32(float32(x)+float32(u)))
	r = r*31 + uint64(Bits32(float32(y)))*3 ^ uint64(Bits32(float32(v)))*5
	return r*31 + (Bits64(float64(x)+float64(u)) ^ Bits64(float64(y))*3 ^ Bits64(float64(v))*5)
}

// compound has each assignment with an operation.
//
//wasm:export compound
func compound(x int32, y uint64) uint64 {
	i, u := x, y
	i += x >> 3
	i -= 7
	i *= 3
	i /= 5
	i %= 1000
	i &= -3
	i |= x & 64
	i ^= x << 1
	i &^= 12
	i <<= u & 31
	i >>= y >> 3 & 15
	u += uint64(i)
	u -= y >> 5
	u *= y | 1
	u /= y | 3
	u %= 1<<40 + 1
	u &= y | 0xFFFF
	u |= uint64(uint32(x))
	u ^= ^y
	u &^= 0xF0
	u <<= uint32(x) & 63
	u >>= i & 63
	i++
	u--
	return u ^ uint64(i)
}

// scopes declares the names of a function, a constant, a type and a builtin
// again.
//
//wasm:export scopes
func scopes(x uint32) uint32 {
	const count = 3
	pair, min := x+count, uint32(5)
	{
		const count = count << 2
		pair := float32(count)
		min += uint32(count) + Bits32(pair)
	}
	for x := x & 3; x < 9; x++ {
		x := x * 2
		if x > 8 {
			const min = 7
			pair += min
			break
		}
	}
	switch x := x & 3; x {
	case 1:
		x := x + min
		pair ^= x
	case 2:
		var min uint32
		pair -= min + x
	}
	true := x == 3
	return pair + min + bit(true)
}

// bound gives its arguments other values and leaves early, in several ways.
//
//wasm:inline
func bound(x, y uint32, flip bool) (sum uint32, v Uint32x4, even bool) {
	for x > y {
		x -= 1 + x>>1
		sum += x
		if sum > 1000 {
			return
		}
	}
	var none uint32
	if none++; flip {
		x, y = y, x
		v = BroadcastUint32x4(x + none)
	}
	return sum + y, v.Add(v), x&1 == 0
}

// binds binds arguments that the inlined function changes, in a loop, so that
// what it declares is zero again each time.
//
//wasm:export binds
func binds(x, y uint32) uint32 {
	r := uint32(0)
	for i := range uint32(3) {
		a, v, even := bound(x, x, i == 1)
		b, w, _ := bound(y&0xFFFF+i, a&15, even)
		x, _, even = bound(x, y, !even)
		r = r*31 + a + b + v.Add(w).GetElem(i2) + x + y + bit(even)
	}
	return r
}

const i2 = uint8(len("no") - 2)
