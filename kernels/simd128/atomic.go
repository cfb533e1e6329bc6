package simd128

import "github.com/fovea-run/fovea/kernels/simd128/internal/atomics"

// aligned returns the address p+off of an atomic access, which traps unless
// it is a multiple of size.
func aligned(p, off, size uint32) uint64 {
	at(p, off, size)
	ea := uint64(p) + uint64(off)
	if ea%uint64(size) != 0 {
		panic(&Trap{"unaligned atomic"})
	}
	return ea
}

func atomicLoad(p, off, size uint32) uint64 { return atomics.Load(mem, aligned(p, off, size), size) }

func update(p, off, size uint32, change func(old uint64) uint64) uint64 {
	return atomics.Update(mem, aligned(p, off, size), size, change)
}

func atomicStore(p, off, size uint32, v uint64) { atomicExchange(p, off, size, v) }

func atomicAdd(p, off, size uint32, v uint64) uint64 {
	return update(p, off, size, func(old uint64) uint64 { return old + v })
}

func atomicSub(p, off, size uint32, v uint64) uint64 {
	return update(p, off, size, func(old uint64) uint64 { return old - v })
}

func atomicAnd(p, off, size uint32, v uint64) uint64 {
	return update(p, off, size, func(old uint64) uint64 { return old & v })
}

func atomicOr(p, off, size uint32, v uint64) uint64 {
	return update(p, off, size, func(old uint64) uint64 { return old | v })
}

func atomicXor(p, off, size uint32, v uint64) uint64 {
	return update(p, off, size, func(old uint64) uint64 { return old ^ v })
}

func atomicExchange(p, off, size uint32, v uint64) uint64 {
	return update(p, off, size, func(uint64) uint64 { return v })
}

func atomicCompareExchange(p, off, size uint32, expected, v uint64) uint64 {
	return update(p, off, size, func(old uint64) uint64 {
		if old == expected {
			return v
		}
		return old
	})
}

func fence() { atomics.Fence() }

func wait(p, off, size uint32, expected uint64, timeout int64) uint32 {
	ea := aligned(p, off, size)
	if current == nil || !current.shared {
		panic(&Trap{"wait on memory that is not shared"})
	}
	return atomics.Wait(mem, ea, size, expected, timeout)
}

func notify(p, off, count uint32) uint32 { return atomics.Notify(mem, aligned(p, off, 4), count) }
