package difftest

import . "github.com/fovea-run/fovea/kernels/simd128"

// swap rotates three variables in one assignment.
//
//wasm:export swap
func swap(x, y, z uint32) uint32 {
	x, y, z = y, z, x
	return x ^ y<<7 ^ z<<13
}

// fibonacci assigns in parallel in a loop.
//
//wasm:export fibonacci
func fibonacci(n uint32) uint64 {
	a, b := uint64(0), uint64(1)
	for range n & 127 {
		a, b = b, a+b
	}
	return a
}

// rezeroed declares a variable in a loop, which is zero again each time.
//
//wasm:export rezeroed
func rezeroed(n uint32) uint32 {
	s := uint32(0)
	for i := range n & 15 {
		var x uint32
		if i&1 == 0 {
			x += i + 3
		}
		s = s*31 + x
	}
	return s
}

// shadows declares the same name in nested scopes.
//
//wasm:export shadows
func shadows(x int32) int32 {
	y := x
	{
		x := y + 1
		y += x
		if x := y * 3; x > 10 {
			y -= x
		}
	}
	return x*7 + y
}

// note records at the counter in memory that v was evaluated.
func note(p U32, v uint32) uint32 {
	n := p.Load(0)
	p.Store(0, n*10+v)
	return v
}

// order evaluates calls in the order of Go's specification.
//
//wasm:export order
func order(x uint32) uint32 {
	p := U32(1024)
	r := note(p, 1) + note(p, 2)*note(p, 3)
	a, b := note(p, 4), note(p, 5)+x
	if note(p, 6) > 7 && note(p, 7) > 0 || note(p, 8) == 8 {
		r += a
	}
	ok := x > 3 && note(p, 9) == 9
	if ok != (x < 9 || note(p, 1) == 1) {
		r -= b
	}
	return r ^ p.Load(0)
}

// pair returns its results in the wrong order.
func pair(x, y uint32) (uint32, uint32) { return y, x }

// tuples passes several results through calls.
//
//wasm:export tuples
func tuples(x, y uint32) uint32 {
	a, b := pair(x, y)
	a, b = pair(b, a+1)
	_, c := both(a, b)
	both(c, a)
	return a<<16 ^ b ^ c
}

// both returns what pair does of it.
func both(x, y uint32) (uint32, uint32) { return pair(y, x) }

// named has named results and returns without a list.
func named(x int32) (sum, count int32) {
	for i := range x {
		if i == 9 {
			return
		}
		sum += i
		count++
	}
	return sum, -count
}

//wasm:export namedResults
func namedResults(x int32) int32 {
	sum, count := named(x)
	return sum*100 + count
}

// clamp leaves early, in the middle of an expression that it is inlined in.
//
//wasm:inline
func clamp(x, high int32) int32 {
	for x > high {
		x -= high
		if x < 0 {
			return 0
		}
	}
	if x < -high {
		return -high
	}
	return x
}

//wasm:export inlined
func inlined(x, y int32) int32 {
	p := I32(2048)
	p.Store(0, x)
	return p.Load(0) + clamp(x&1023, 100)*3 - clamp(clamp(y>>20, 7), clamp(x&31, 5)+1)
}

// stores returns nothing and is inlined in a loop.
//
//wasm:inline
func stores(p U32, n, v uint32) {
	if n == 0 {
		return
	}
	for i := range n {
		p.Store(0, v+i)
		p += 4
	}
	v = 0
}

//wasm:export inlinedStatement
func inlinedStatement(x uint32) uint32 {
	for i := range uint32(4) {
		stores(U32(4096+64*i), x&7, i)
		x >>= 1
	}
	return U32(4096).Load(64) + x
}

// bump counts at an address.
//
//wasm:inline
func bump(p U32) uint32 {
	p.Store(0, p.Load(0)+1)
	return p.Load(0) * 5
}

// picked branches by a table, and leaves a loop in its middle.
//
//wasm:inline
func picked(x uint32) uint32 {
	for i := uint32(0); ; i++ {
		switch (x + i) % 6 {
		case 0:
			return 100 + i
		case 1:
			x *= 3
		case 2, 3:
			x += 5
		case 5:
			continue
		default:
			x ^= 1
		}
		if i > 4 {
			break
		}
	}
	return x
}

//wasm:export inlinedTable
func inlinedTable(x, y uint32) uint32 { return picked(x)*7 + picked(y) }

// inlinedOrder reads memory before, between and behind what is inlined.
//
//wasm:export inlinedOrder
func inlinedOrder(x uint32) uint32 {
	p := U32(1024)
	p.Store(0, x)
	r := p.Load(0)*3 + bump(p) + p.Load(0)
	if p.Load(0)&1 == 0 || bump(p) > p.Load(0) {
		r ^= bump(p) / (x & 3)
	}
	return r
}

//wasm:inline
func divide(x, y uint32) (q, r uint32) { return x / y, x % y }

//wasm:export inlinedTuple
func inlinedTuple(x, y uint32) uint32 {
	x, y = divide(x, y)
	return x*7 + y
}

// storeOrder stores a vector that a call makes at an address that another
// call makes: the vector's call comes first.
//
//wasm:export storeOrder
func storeOrder(x uint32) uint32 {
	counter := U32(1024)
	made(counter, x).Store(F32(3000+note(counter, 2)), 0)
	return counter.Load(0) ^ U32(3000).Load(4)
}

func made(counter U32, x uint32) Float32x4 {
	return BroadcastFloat32x4(float32(note(counter, 1) + x&255))
}

type (
	vector = Float32x4
	count  = uint32
)

// unnamed has a result without a name among named ones.
func unnamed(x count) (_ uint32, big bool) {
	if x > 100 {
		big = true
	}
	return
}

// odds has what one rarely writes.
//
//wasm:export odds
func odds(x count, _ uint32, _ int64) uint64 {
	var a, b = pair(x, x+1)
	var c, _ = pair(a, b)
	_, d := unnamed(c)
	_, _ = pair(c, a)
	var e, f uint32 = 3, 'x'
	pair := (uint32)(len("four")) + x
	if pair := (e + f); d {
		pair++
		a += pair
	} else if pair, g := pair*2, x&3; g == 0 {
		a -= pair
	}
	for false {
		a = 0
	}
	for true {
		if a = a>>1 + 7; a < 100 {
			break
		}
	}
	y := float32(x)
	y++
	y -= 2.5
	y--
	var v vector = (BroadcastFloat32x4)(y)
	v = (v.Add)(v)
	switch z := x & 7; z {
	case 'a' - 96, 2:
		return 1 << (x & 63)
	case iotas:
		return uint64(1<<(x&31)) + uint64(-x)
	}
	return uint64(Bits32(v.GetElem(2))) + uint64(a) + uint64(pair&-pair) + (1<<40)>>(x&31)
}

const iotas = count(len("abc"))
