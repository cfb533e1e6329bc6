package main

import . "github.com/fovea-run/fovea/kernels/simd128"

// wazero 1.12 on amd64 compares 0 < x&y as if it were x&y < 0. Found with
// seed 1 as rangeAnd32.

//wasm:export rangeAnd32
func rangeAnd32(n uint32) uint64 {
	for i := range int32(n) & 1 {
		_ = i
		return uint64(n)
	}
	return U64(64).Load(0)
}

//wasm:export rangeAnd64
func rangeAnd64(n uint32) uint32 {
	for c := range int64(n) & 3 {
		_ = c
		U32(31408).Store(64, 5)
		break
	}
	return n
}

//wasm:export forAnd
func forAnd(n, m uint32) uint32 {
	s := uint32(0)
	for i := uint32(0); i < n&m&15; i++ {
		s = s*3 + i + 1
	}
	for i := int32(0); i != 9 && i < int32(n&m); i += 3 {
		s ^= 77
	}
	return s
}

//wasm:export ifAnd
func ifAnd(n uint32, x int64) uint32 {
	r := uint32(0)
	if 0 < n&6 {
		r |= 1
	}
	if 0 >= int32(n)&-8 {
		r |= 2
	}
	if 0 > x&-2 {
		r |= 4
	}
	if 0 <= x&^1 {
		r |= 8
	}
	zero := uint64(0)
	if zero < uint64(x)&12 {
		r |= 16
	}
	return r
}

// zeroInLocals has the zero and the conjunction in locals that are assigned
// more than once.
//
//wasm:export zeroInLocals
func zeroInLocals(x, y uint32) uint32 {
	z, m := uint32(0), y
	if y > 5 {
		m = 7
		U32(4096).Store(0, m)
	}
	m = x & 3
	if z < m {
		U32(4096).Store(4, x)
	}
	z, m = y, y&12
	return z + m
}

//wasm:export zeroApart
func zeroApart(x, y uint32) uint32 {
	z := uint32(0)
	m := x & 3
	k := y * 7
	if z < m {
		U32(4096).Store(4, k)
	}
	z = k
	return z + k
}

// zeroOrAnd compares locals that both have been conjunctions.
//
//wasm:export zeroOrAnd
func zeroOrAnd(x, y uint32) uint32 {
	z := uint32(0)
	m := x & 3
	k := y * 7
	if z < m {
		U32(4096).Store(4, k)
	}
	z = k & 5
	m = z & x
	return z<<8 + m
}
