// Package atomics emulates the instructions of the threads proposal on a
// byte slice. Threads are goroutines. It expects a little-endian machine,
// and memory that starts at a multiple of 8 bytes, as large slices do.
package atomics

import (
	"sync/atomic"
	"unsafe"
)

// Load returns the little-endian number in the width bytes of mem at ea,
// which must be a multiple of width.
func Load(mem []byte, ea uint64, width uint32) uint64 {
	if width == 8 {
		return atomic.LoadUint64(word64(mem, ea))
	}
	word, shift, mask := word32(mem, ea, width)
	return uint64(atomic.LoadUint32(word) >> shift & mask)
}

// Update replaces that number by change(number), of which the low bytes
// count, and returns the number before. It calls change again if another
// thread was quicker.
func Update(mem []byte, ea uint64, width uint32, change func(old uint64) uint64) (old uint64) {
	if width == 8 {
		word := word64(mem, ea)
		for {
			old := atomic.LoadUint64(word)
			if atomic.CompareAndSwapUint64(word, old, change(old)) {
				return old
			}
		}
	}
	word, shift, mask := word32(mem, ea, width)
	for {
		whole := atomic.LoadUint32(word)
		part := whole >> shift & mask
		next := uint32(change(uint64(part))) & mask
		if atomic.CompareAndSwapUint32(word, whole, whole&^(mask<<shift)|next<<shift) {
			return uint64(part)
		}
	}
}

// Fence orders the atomic accesses of the calling thread. Those of Go are
// sequentially consistent already.
func Fence() {}

func word64(mem []byte, ea uint64) *uint64 { return (*uint64)(unsafe.Pointer(&mem[ea])) }

// word32 returns the word that holds width bytes at ea, and where in it.
func word32(mem []byte, ea uint64, width uint32) (word *uint32, shift, mask uint32) {
	word = (*uint32)(unsafe.Pointer(&mem[ea&^3]))
	return word, 8 * uint32(ea&3), uint32(1<<(8*width) - 1)
}
