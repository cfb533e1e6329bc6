package difftest

import . "github.com/fovea-run/fovea/kernels/simd128"

//wasm:export loadTrap
func loadTrap(p uint32) uint32 { return U32(p).Load(8) }

//wasm:export storeTrap
func storeTrap(p uint32) {
	U8(1024).Store(0, 1)
	BroadcastInt32x4(7).Store(I32(p), 4294967280)
	U8(1024).Store(0, 2)
}

//wasm:export unused
func unused(p uint32) uint32 {
	_ = U8(p).Load(0)
	return 1
}

//wasm:export stop
func stop(x uint32) uint32 {
	if x > 3 {
		Unreachable()
	}
	return x
}

//wasm:export fill
func fill(dst, v, n uint32) { MemoryFill(dst, v, n) }

//wasm:export move
func move(dst, src, n uint32) {
	for i := range uint32(64) {
		U8(1024+i).Store(0, i*7)
	}
	MemoryCopy(dst, src, n)
}

//wasm:export grow
func grow(pages uint32) uint32 {
	old := MemoryGrow(pages)
	if old != 0xFFFFFFFF && pages != 0 {
		U8(old*65536).Store(65535, 9)
	}
	return old*1000 + MemorySize()
}

// loads reads one word in every width.
//
//wasm:export loads
func loads(x uint64) uint64 {
	U64(1032).Store(0, x)
	r := uint64(U8(1032).Load(0)) + uint64(I8(1032).Load(1))
	r = r*31 + uint64(U16(1032).Load(1)) + uint64(I16(1032).Load(2))
	r = r*31 + uint64(U32(1032).Load(3)) + uint64(I32(1032).Load(1))
	r = r*31 + U64(1032).Load(1) + uint64(I64(1032).Load(3))
	F64(1048).Store(0, F64(1032).Load(0))
	F32(1056).Store(0, F32(1032).Load(4))
	U16(1060).Store(0, uint32(x))
	I16(1062).Store(0, int32(x>>16))
	I8(1064).Store(0, int32(x>>32))
	return r
}

// dot is a product with its loop over vectors and what is left.
//
//wasm:export dot
func dot(x, y, n uint32) float32 {
	p, q := F32(x&2040), F32(y&2040)
	var sum Float32x4
	for i := uint32(0); i+4 <= n&255; i += 4 {
		sum = LoadFloat32x4(p, 0).MulAdd(LoadFloat32x4(q, 0), sum)
		p += 16
		q += 16
	}
	s := sum.GetElem(0) + sum.GetElem(1) + (sum.GetElem(2) + sum.GetElem(3))
	for range n & 3 {
		s += float32(p.Load(0) * q.Load(0))
		p += 4
		q += 4
	}
	return s
}
