package difftest

import . "github.com/fovea-run/fovea/kernels/simd128"

// plain branches on variables and has an if that does nothing.
//
//wasm:export plain
func plain(x uint32) uint32 {
	going, found := x&1 == 0, false
	r := uint32(0)
	for going {
		r++
		going = r < x&15
		if found {
			continue
		}
		found = r == 3
		if r > 4 {
		}
	}
	return r<<3 | bit(found)<<2 | bit(found == (len("a") == 1))<<1 | bit(found != false)
}

// extremesOrder evaluates the operands of min and max in their order.
//
//wasm:export extremesOrder
func extremesOrder(x uint32) float32 {
	p := U32(1024)
	p.Store(0, 0)
	r := min(float32(note(p, 1)), float32(note(p, x&7)), 3)
	r += float32(max(note(p, 2), note(p, x&3), 1))
	return r + float32(p.Load(0))
}

//wasm:export negate64
func negate64(x float64) float64 { return -x }

// leaves has break and continue behind loops and switches that have ended.
//
//wasm:export leaves
func leaves(x uint32) uint32 {
	r := uint32(0)
	for i := range x & 31 {
		for j := range uint32(9) {
			if j*i == x&7 {
				break
			}
			r += j
		}
		if r > 90 {
			break
		}
		switch r & 3 {
		case 1:
			r++
		}
		if r&7 == 5 {
			continue
		}
		i++
		r += i
	}
	return r
}

// tables has values with others in between, the least of which is 1.
//
//wasm:export tables
func tables(x uint32) uint32 {
	switch x & 15 {
	case 1:
		return x >> 2
	case 3, 9:
		x ^= 0xFF
	case 12:
		x *= 5
	}
	return x
}

// halves ends in one half of an if only, each in turn.
//
//wasm:export halves
func halves(x uint32) uint32 {
	if x&1 == 0 {
		x += 3
	} else {
		return x ^ 1
	}
	if x&2 == 0 {
		return x ^ 2
	} else {
		x += 5
	}
	if x&4 == 0 {
		if x&8 == 0 {
			return 1
		}
	} else if x&8 == 0 {
		return 2
	} else {
		x ^= 4
	}
	return x
}

// reassigned has locals that are known constants no more.
//
//wasm:export reassigned
func reassigned(x uint32) uint32 {
	i, j, k := uint32(1), uint32(2), uint32(3)
	i = x & 3
	if i == 1 {
		x += 10
	}
	j, k = pair(x, x>>1)
	if j == 2 || k == 3 {
		x ^= 5
	}
	k = 7
	for k > 4 {
		k -= x&1 + 1
		if k == 6 {
			j = 1
		}
	}
	if j == 1 {
		x++
	}
	return x ^ k
}
