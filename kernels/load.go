package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Kinds of what Load takes.
const (
	kindProgram   = 1
	kindWeight    = 2
	kindTokenizer = 3
)

// A program lies behind a node of gPrograms: the next node, the address of the
// entries of the program's weights, a word a tensor, and padding.
const (
	programNext    = 0
	programWeights = 4
	programNode    = 16
)

// Load begins to load a program (kind 1), a weight (2) or the tokenizer (3)
// of so many bytes and returns the address where the host writes them before
// it calls Seal. A weight's name, of nameLen bytes, stands in the mailbox.
// Weights come after the programs: 0 without an error says that no program
// wants this one. Load takes back all transient memory and drops what an
// earlier Load has begun.
//
//wasm:export load
func Load(kind, dtype, nameLen, bytes uint32) uint32 {
	clearError()
	Reset()
	at := uint32(0)
	switch kind {
	case kindProgram:
		at = beginProgram(bytes)
	case kindWeight:
		at = beginWeight(dtype, nameLen, bytes)
	case kindTokenizer:
		at = beginTokenizer(bytes)
	default:
		return fail(errLoadKind, 0, kind, 0)
	}
	if at != 0 {
		gPending.Store(0, kind)
		gPendingAt.Store(0, at)
		gPendingBytes.Store(0, bytes)
	}
	return at
}

// Seal finishes what Load has begun, now that its bytes are written: it
// verifies a program, packs a weight as the programs want it and checks the
// tokenizer. It returns its address, for a program its handle; 0 with an
// error if it is refused, and then nothing of it is kept.
//
//wasm:export seal
func Seal() uint32 {
	clearError()
	kind := gPending.Load(0)
	at, bytes := gPendingAt.Load(0), gPendingBytes.Load(0)
	switch kind {
	case kindProgram:
		at = sealProgram(U32(at), bytes)
	case kindWeight:
		sealWeight(at, bytes)
	case kindTokenizer:
		at = sealTokenizer(at, bytes)
	default:
		at = fail(errNotLoading, 0, 0, 0)
	}
	Reset()
	return at
}

// keep moves the end of what is kept to end.
func keep(end uint32) { gTop.Store(0, end) }

func beginProgram(bytes uint32) uint32 {
	if bytes > maxProgramBytes {
		return fail(errCount, hdrBytes/4, bytes, maxProgramBytes)
	}
	at := alloc(uint64(programNode) + uint64(bytes))
	if at == 0 {
		return 0
	}
	return at + programNode
}

func sealProgram(p U32, bytes uint32) uint32 {
	weights := gWeights.Load(0)
	if !verifyProgram(p, bytes) || !wantWeights(p) {
		gWeights.Store(0, weights)
		return 0
	}
	keep(heapCur())
	node := p - programNode
	node.Store(programNext, gPrograms.Load(0))
	gPrograms.Store(0, uint32(node))
	return uint32(p)
}

// isProgram reports whether p is the handle of a sealed program.
func isProgram(p uint32) bool {
	if p == 0 {
		return false
	}
	for node := gPrograms.Load(0); node != 0; node = U32(node).Load(programNext) {
		if node+programNode == p {
			return true
		}
	}
	return p == gOne.Load(0)
}

func beginTokenizer(bytes uint32) uint32 {
	if gTokenizer.Load(0) != 0 {
		return fail(errTokenizerTwice, 0, 0, 0)
	}
	return alloc(uint64(bytes))
}

func sealTokenizer(at, bytes uint32) uint32 {
	if verifyTokenizer(at, bytes) == 0 {
		return 0
	}
	keep(at + bytes)
	gTokenizer.Store(0, at)
	return at
}
