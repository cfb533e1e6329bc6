package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Fixed addresses of an instance's memory. Address 0 means none.
const (
	errorAt      = 64   // the error record, see error.go
	globalsAt    = 128  // module globals, a word each
	resultAt     = 512  // the shape that an operation gives, see infer.go
	mailboxAt    = 1024 // small arguments that the host writes
	mailboxBytes = 4096
	heapAt       = 1 << 16 // programs, weights and what follows them
)

// Module globals. A zeroed memory is a valid initial state.
const (
	gTop       U32 = globalsAt + 4*iota // end of what is kept, 0 for heapAt
	gCur                                // end of the transient part, 0 for gTop
	gPrograms                           // list of programs, see load.go
	gWeights                            // list of wanted weights, see load.go
	gTokenizer                          // address of the sealed tokenizer
	gPending                            // what Load has begun: its kind, 0 for nothing
	gPendingAt
	gPendingBytes
	gPendingDType
	gPendingRows // the entries of weights that it fills, see weights.go
	gPendingPanels
	gPendingPanelsAt
	gOne // the one-operation program, see op.go
	gOneEnd
	gBound // the table of the last bind, 0 when it is gone
)

const (
	pageBytes = 1 << 16 // a page of memory

	// addressEnd ends what is ever given out: the last 16 bytes of the
	// address space stay free, so that no end of a buffer wraps around to 0.
	addressEnd = 0xFFFFFFF0
)

// heapTop returns the end of what is kept: programs, tokenizer, weights.
func heapTop() uint32 {
	if t := gTop.Load(0); t > heapAt {
		return t
	}
	return heapAt
}

// heapCur returns where the next transient allocation starts.
func heapCur() uint32 {
	t := heapTop()
	if c := gCur.Load(0); c > t {
		return c
	}
	return t
}

// Alloc takes n bytes of transient memory and returns their address, a
// multiple of 16; 0 with errMemory when memory cannot grow so far. The bytes
// are not cleared. The next Reset, Load, Op or Bind takes them back.
//
//wasm:export alloc
func Alloc(n uint32) uint32 {
	clearError()
	return alloc(uint64(n))
}

// Reset takes back all transient memory: a bound program, a one-operation
// program and what Load has begun are gone.
//
//wasm:export reset
func Reset() {
	gCur.Store(0, 0)
	gPending.Store(0, 0)
	gOne.Store(0, 0)
	gBound.Store(0, 0)
}

// alloc is Alloc for kernels: it keeps an error that is set already.
func alloc(n uint64) uint32 {
	at := (heapCur() + 15) &^ 15
	end := uint64(at) + n
	if n > addressEnd || at < heapAt || !reserve(end) {
		return fail(errMemory, 0, saturate(n), 0)
	}
	gCur.Store(0, uint32(end))
	return at
}

// saturate is n, or the largest uint32 where n is above it.
func saturate(n uint64) uint32 {
	if n > 0xFFFFFFFF {
		return 0xFFFFFFFF
	}
	return uint32(n)
}

// reserve grows memory to at least end bytes and reports whether it has them.
func reserve(end uint64) bool {
	if end > addressEnd {
		return false
	}
	have := uint64(MemorySize()) * pageBytes
	if end <= have {
		return true
	}
	pages := (end - have + pageBytes - 1) / pageBytes
	return MemoryGrow(uint32(pages)) != 0xFFFFFFFF
}
