package calls

import . "github.com/fovea-run/fovea/kernels/simd128"

func offsets(p F32, n uint32) float32 {
	const eight = 8
	s := p.Load(n) // want "the offset is part of the instruction"
	s += p.Load(eight)
	v := LoadFloat32x4(p, n) // want "must be a constant: add to the address"
	v.Store(p, n)            // want "the offset is part of the instruction"
	return s
}

func lanes(v Float32x4, n uint8) float32 { // want "write uint32 or uint64"
	v = v.SetElem(4, 1)                 // want "lane 4 is out of range: write 0 to 3"
	v = v.SelectFromPair(0, 1, 8, 2, v) // want "lane 8 is out of range: write 0 to 7"
	return v.GetElem(n)                 // want "unroll the loop over lanes"
}

func hosts() {
	NewArena(1, 2)        // want "NewArena is for hosts and tests"
	panic(1)              // want "no panic"
	println()             // want "no printing"
	_ = len("text")       // want "write int32 or int64"
	_ = cap([]int32(nil)) // want "no builtin cap"
	func() {}()           // want "no closures"
}

func two() (uint32, uint32) { return 1, 2 }

func sum(x, y uint32) uint32 { return x + y }

func passedOn() uint32 { return sum(two()) } // want "assign them to variables first"

func direct(x uint32) uint32 { return direct(x - 1) } // want "this call of direct is recursive"

func ping(x uint32) uint32 { return pong(x) }

func pong(x uint32) uint32 { return sum(ping(x), 1) } // want "this call of ping is recursive"
