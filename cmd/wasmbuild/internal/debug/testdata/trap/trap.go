// Package trap holds kernels that trap.
package trap

import . "github.com/fovea-run/fovea/kernels/simd128"

// quotient is inlined in share, which is inlined in divide and called by
// nobody else.
//
//wasm:inline
func quotient(p U32, n uint32) uint32 {
	x := p.Load(0)
	return (x + 7) / n // divides
}

//wasm:inline
func share(p U32, n uint32) uint32 {
	p += 4
	return quotient(p, n) + 1 // inlines quotient
}

// divide traps if n is zero.
//
//wasm:export divide
func divide(n uint32) uint32 {
	var sum uint32
	for i := range uint32(3) {
		sum += share(U32(4*i), n) // inlines share
	}
	return sum
}

// read traps if p is not in the memory.
func read(p F32) float32 {
	return BroadcastFloat32x4(1).
		Add(LoadFloat32x4(p, 16)). // loads
		GetElem(0)
}

// call traps where read does.
//
//wasm:export call
func call(p uint32) float32 {
	if p < 4 {
		return 0
	}
	return 2 + read(F32(p)) // calls read
}

// stored traps if p is not in the memory.
//
//wasm:export stored
func stored(p uint32) {
	BroadcastFloat32x4(1).
		Store(F32(p), 0) // stores
}

// reduced traps if n is zero.
//
//wasm:export reduced
func reduced(n uint32) uint32 {
	x := uint32(7)
	x /= n // divides in place
	return x
}

// stop always traps.
//
//wasm:export stop
func stop() {
	Unreachable() // stops
}
