package difftest

import . "github.com/fovea-run/fovea/kernels/simd128"

// ranges counts signed, so that there may be no turn at all, and changes the
// variable, which does not change the count.
//
//wasm:export ranges
func ranges(n int32) int32 {
	s := int32(0)
	for i := range n >> 27 {
		s = s*3 + i
		i += 5
		s += i
	}
	m := n & 7
	for i := range m {
		m += i
		s ^= m
	}
	for range 3 {
		s += 2
	}
	return s
}

//wasm:export range64
func range64(n uint64) uint64 {
	s := uint64(0)
	for i := range n & 31 {
		s += i * i
	}
	return s
}

// loops has every way to leave and go on.
//
//wasm:export loops
func loops(x uint32) uint32 {
	r := uint32(0)
outer:
	for i := uint32(0); i < 9; i++ {
		for j := i; ; j += 2 {
			if j > 12 {
				break
			}
			if (x>>(j&31))&3 == 1 {
				continue
			}
			if (x>>(j&31))&7 == 6 {
				continue outer
			}
			if j*i > 60 && x&1 == 0 {
				break outer
			}
			r = r*5 + j
		}
		r++
	}
	for x > 3 && r != 0 || x == 77 {
		x >>= 1
		r -= x
	}
	for {
		r += 3
		if r&15 < 4 {
			return r
		}
	}
}

// conditions loops on conditions with effects.
//
//wasm:export conditions
func conditions(x uint32) uint32 {
	p := U32(1024)
	for i := uint32(0); note(p, i&7) < 5 && (i < x&7 || note(p, 9) == 8); i++ {
		if !(i == 3 || note(p, 3) == 4) && x&8 == 0 {
			continue
		} else if i == 2 {
			x += 16
		} else {
			x += 32
		}
		x ^= p.Load(0)
	}
	return x ^ p.Load(0)
}

//wasm:export dense
func dense(x int32) int32 {
	r := int32(1)
	for i := range int32(3) {
		switch y := x&7 - 1 + i; y {
		case -1:
			r += 100
		case 0, 3:
			r *= 3
			if x&8 != 0 {
				break
			}
			r++
		default:
			r -= 7
		case 1:
		case 2:
			return r
		case 4:
			if x&16 != 0 {
				continue
			}
			r ^= 55
		}
		r <<= 1
	}
	return r
}

//wasm:export sparse
func sparse(x int32) int32 {
	switch x {
	case -2147483648:
		return 1
	case 0, 1000, 2147483647:
		return 2
	case -1:
		x -= 5
	}
	switch x {
	default:
		x++
	case 12345:
	}
	switch x {
	}
	return x
}

//wasm:export long
func long(x int64) int64 {
	switch x {
	case -9223372036854775808, 1:
		return 1
	case 2, 3, 4, 5:
		return 2
	case 9223372036854775807:
		return 3
	}
	return x
}

// labels leaves a switch from a loop inside.
//
//wasm:export labels
func labels(x uint32) uint32 {
	r := x >> 3 & 3
which:
	switch x & 3 {
	case 0:
		for {
			r++
			if r > 5 {
				break which
			}
			if x == 9 {
				break
			}
		}
		r += 9
	case 1:
		r += 7
	}
	return r
}

//wasm:export constantBranches
func constantBranches(x uint32) uint32 {
	const yes = third > second
	if yes {
		x += 3
	} else {
		x += 5
	}
	if !yes || x == 9 {
		x++
	}
	if yes && x != 10 {
		x += 2
	}
	for i := uint32(4); i < 4; i++ {
		x = 0
	}
	for i := uint32(0); i < 4; i++ {
		if i == 2 {
			i = 7
		}
		x = x*3 + i
	}
	if Relaxed {
		x = 1
	}
	return x
}

//wasm:export booleans
func booleans(x, y uint32) uint32 {
	a, b := x&1 != 0, y > 7
	var c bool
	c = a == b
	if !a {
		c = c != (x == y)
	}
	d := !c && (a || b)
	e := c || d && U32(64+4*(x&7)).Load(0) == 0
	return bit(a) | bit(b)<<1 | bit(c)<<2 | bit(d)<<3 | bit(e)<<4 | bit(true)<<5
}

// early returns on every path from inside a loop and ifs.
//
//wasm:export early
func early(x uint32) uint32 {
	if x&1 != 0 {
		if x&2 != 0 {
			return 1
		} else {
			return 2
		}
	} else {
		switch x & 12 {
		case 4:
			return 3
		default:
			return x
		}
	}
}

// known has variables whose values are constants on some paths only.
//
//wasm:export known
func known(x uint32) uint32 {
	r := x
	i := uint32(0)
	if x&1 != 0 {
		i = 5
	} else if i == 0 {
		r += 3
	}
	for ; i < 4; i++ {
		r = r*7 + i
	}
	j := uint32(1)
	if x&2 != 0 || U32(64).Load(0) == x {
		j = 9
	}
	if j == 1 {
		r ^= 99
	}
	for k := uint32(3); k > j; k-- {
		r++
	}
	return r
}

// unread keeps the effects of what nothing reads.
//
//wasm:export unread
func unread(x uint32) uint32 {
	p := U32(1024)
	a := note(p, x&7)
	b := x / (x & 3)
	_, _ = a, b
	return p.Load(0)
}
