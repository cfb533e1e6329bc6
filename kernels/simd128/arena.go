package simd128

import (
	"encoding/binary"
	"fmt"
)

// PageSize is the size of a WebAssembly page in bytes.
const PageSize = 1 << 16

// An Arena is the linear memory of a native run.
type Arena struct {
	mem      []byte
	maxPages uint32
	shared   bool
}

// mem is the memory of the arena in use. All goroutines use the same; a host
// that runs several arenas switches between calls with [Arena.Use].
var (
	mem     []byte
	current *Arena
)

// NewArena returns an arena of pages zeroed pages that can grow to maxPages.
func NewArena(pages, maxPages uint32) *Arena {
	return &Arena{mem: make([]byte, int(pages)*PageSize), maxPages: maxPages}
}

// NewSharedArena returns an arena for threads, which natively are goroutines:
// it never moves, and one can wait on it. Grow it while only one runs.
func NewSharedArena(pages, maxPages uint32) *Arena {
	mem := make([]byte, int(pages)*PageSize, int(maxPages)*PageSize)
	return &Arena{mem: mem, maxPages: maxPages, shared: true}
}

// Use makes a the memory that the intrinsics address.
func (a *Arena) Use() {
	current = a
	mem = a.mem
}

// Bytes returns the whole memory of a. The slice is stale after a grows.
func (a *Arena) Bytes() []byte { return a.mem }

// A Trap is the panic value of an access or instruction that traps in
// WebAssembly.
type Trap struct{ Reason string }

func (t *Trap) Error() string { return "trap: " + t.Reason }

func outOfBounds(ea uint64, size uint32) {
	panic(&Trap{fmt.Sprintf("out of bounds memory access: %d bytes at %d, memory has %d", size, ea, len(mem))})
}

// at returns the memory at p+off, of which size bytes must exist. The sum is
// taken in 64 bits, as WebAssembly takes that of an address and its offset.
func at(p, off, size uint32) []byte {
	ea := uint64(p) + uint64(off)
	if ea+uint64(size) > uint64(len(mem)) {
		outOfBounds(ea, size)
	}
	return mem[ea:]
}

func load8(p, off uint32) byte        { return at(p, off, 1)[0] }
func load16(p, off uint32) uint16     { return binary.LittleEndian.Uint16(at(p, off, 2)) }
func load32(p, off uint32) uint32     { return binary.LittleEndian.Uint32(at(p, off, 4)) }
func load64(p, off uint32) uint64     { return binary.LittleEndian.Uint64(at(p, off, 8)) }
func store8(p, off uint32, v byte)    { at(p, off, 1)[0] = v }
func store16(p, off uint32, v uint16) { binary.LittleEndian.PutUint16(at(p, off, 2), v) }
func store32(p, off uint32, v uint32) { binary.LittleEndian.PutUint32(at(p, off, 4), v) }
func store64(p, off uint32, v uint64) { binary.LittleEndian.PutUint64(at(p, off, 8), v) }

func loadPair(p, off uint32) (lo, hi uint64) {
	b := at(p, off, 16)
	return binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
}

func storePair(p, off uint32, lo, hi uint64) {
	b := at(p, off, 16)
	binary.LittleEndian.PutUint64(b, lo)
	binary.LittleEndian.PutUint64(b[8:], hi)
}

// MemorySize returns the size of memory in pages (memory.size).
func MemorySize() uint32 { return uint32(len(mem) / PageSize) }

// MemoryGrow grows memory by pages zeroed pages and returns the former size
// in pages, or 0xFFFFFFFF if it cannot grow (memory.grow).
func MemoryGrow(pages uint32) uint32 {
	old := MemorySize()
	if current == nil || uint64(old)+uint64(pages) > uint64(current.maxPages) {
		return 0xFFFFFFFF
	}
	current.mem = append(current.mem, make([]byte, int(pages)*PageSize)...)
	mem = current.mem
	return old
}

// MemoryCopy copies n bytes from src to dst; they may overlap (memory.copy).
func MemoryCopy(dst, src, n uint32) {
	from, to := at(src, 0, n), at(dst, 0, n)
	copy(to[:n], from[:n])
}

// MemoryFill sets n bytes at dst to the low byte of value (memory.fill).
func MemoryFill(dst, value, n uint32) {
	to := at(dst, 0, n)[:n]
	for i := range to {
		to[i] = byte(value)
	}
}

// Unreachable traps (unreachable).
func Unreachable() { panic(&Trap{"unreachable"}) }
