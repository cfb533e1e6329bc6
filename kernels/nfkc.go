package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// A text under way from its bytes to its tokens is a row of symbols: records
// of 16 bytes, one a code point.
const (
	symRune  = 0  // code point; while it is normalised its class above bit 24
	symStart = 4  // where in the original text its sources begin
	symEnd   = 8  // and where they end
	symWord  = 12 // scratch of reorder, then the best piece that ends here
	symBytes = 16
)

// Words of the normalisation tables; package wasm/models/unigram documents
// their format.
const (
	nfkcBytes      = 4
	nfkcIndexCount = 8
	nfkcIndex      = 12
	nfkcBlockCount = 16
	nfkcBlocks     = 20
	nfkcSeqCount   = 24
	nfkcSeqs       = 28
	nfkcTextBytes  = 32
	nfkcText       = 36
	nfkcPairCount  = 40
	nfkcPairs      = 44
	nfkcHeader     = 48
)

// nfkcFirst is the first code point that normalisation can change or that
// composes with one before it.
const nfkcFirst = 0xA0

// Hangul syllables are computed, see the Unicode standard, section 3.12.
const (
	hangulS      = 0xAC00
	hangulL      = 0x1100
	hangulV      = 0x1161
	hangulT      = 0x11A7 // one before the first
	hangulLCount = 19
	hangulVCount = 21
	hangulTCount = 28
	hangulSCount = hangulLCount * hangulVCount * hangulTCount
)

// nfkcEntry returns the entry of code point r in the tables at t: its
// canonical combining class, or 256 and the number of its decomposition.
func nfkcEntry(t, r uint32) uint32 {
	block := r >> 5
	if block >= U32(t).Load(nfkcIndexCount) {
		return 0
	}
	block = U16(t + U32(t).Load(nfkcIndex) + 2*block).Load(0)
	return U16(t + U32(t).Load(nfkcBlocks) + 64*block + 2*(r&31)).Load(0)
}

// nfkcSeq returns where the text of entry 256+i lies.
func nfkcSeq(t, i uint32) (from, to uint32) {
	starts := U16(t + U32(t).Load(nfkcSeqs) + 2*i)
	text := t + U32(t).Load(nfkcText)
	return text + starts.Load(0), text + starts.Load(2)
}

// decomposedCount returns how many symbols decompose makes of a text.
func decomposedCount(t, p, end uint32) uint64 {
	var n uint64
	for p < end {
		r, size := decodeRune(p, end)
		p += size
		if r < nfkcFirst {
			n++
			continue
		}
		if s := r - hangulS; s < hangulSCount {
			n += 2
			if s%hangulTCount != 0 {
				n++
			}
			continue
		}
		entry := nfkcEntry(t, r)
		if entry < 256 {
			n++
			continue
		}
		q, to := nfkcSeq(t, entry-256)
		for q < to {
			_, size := decodeRune(q, to)
			q += size
			n++
		}
	}
	return n
}

// decompose writes the full compatibility decomposition of a text as symbols
// to sym, with their combining classes, and returns the end of the last. With
// flagShown what is ignorable is only part of the source of the symbol before
// it, or of the first.
func decompose(sym, t, p, end, flags uint32) uint32 {
	first := sym
	from, at := uint32(0), uint32(0)
	for p < end {
		r, size := decodeRune(p, end)
		p += size
		at += runeUnits(r, size, flags)
		if r < nfkcFirst {
			sym = putSymbol(sym, r, from, at)
		} else if flags&flagShown == 0 || !isIgnorable(r) {
			sym = decomposeRune(sym, t, r, from, at)
		} else if sym != first {
			U32(sym-symBytes).Store(symEnd, at)
		} else {
			continue
		}
		from = at
	}
	return sym
}

func putSymbol(sym, r, start, end uint32) uint32 {
	U32(sym).Store(symRune, r)
	U32(sym).Store(symStart, start)
	U32(sym).Store(symEnd, end)
	return sym + symBytes
}

// decomposeRune writes the decomposition of r, whose source is start..end.
func decomposeRune(sym, t, r, start, end uint32) uint32 {
	if s := r - hangulS; s < hangulSCount {
		sym = putSymbol(sym, hangulL+s/(hangulVCount*hangulTCount), start, end)
		sym = putSymbol(sym, hangulV+s/hangulTCount%hangulVCount, start, end)
		if s%hangulTCount != 0 {
			sym = putSymbol(sym, hangulT+s%hangulTCount, start, end)
		}
		return sym
	}
	entry := nfkcEntry(t, r)
	if entry < 256 {
		return putSymbol(sym, r|entry<<24, start, end)
	}
	p, to := nfkcSeq(t, entry-256)
	for p < to {
		c, size := decodeRune(p, to)
		sym = putSymbol(sym, c|nfkcEntry(t, c)<<24, start, end)
		p += size
	}
	return sym
}

// reorder puts the marks of every run of symbols with a combining class into
// canonical order. counts is scratch of 1 KiB.
func reorder(sym, end, counts uint32) {
	for sym < end {
		class := U32(sym).Load(symRune) >> 24
		if class == 0 {
			sym += symBytes
			continue
		}
		run := sym
		sorted := true
		last := uint32(0)
		for class != 0 {
			sorted = sorted && last <= class
			last = class
			sym += symBytes
			if sym >= end {
				break
			}
			class = U32(sym).Load(symRune) >> 24
		}
		if !sorted {
			sortRun(run, sym, counts)
		}
	}
}

// sortRun sorts a run of symbols by combining class and keeps the order of
// equal ones: a counting sort, so that a long run takes linear time.
func sortRun(run, end, counts uint32) {
	MemoryFill(counts, 0, 1024)
	for s := run; s < end; s += symBytes {
		n := U32(counts + U32(s).Load(symRune)>>24<<2)
		n.Store(0, n.Load(0)+1)
	}
	to := run
	for class := range uint32(256) {
		n := U32(counts + 4*class)
		size := n.Load(0) * symBytes
		n.Store(0, to)
		to += size
	}
	for s := run; s < end; s += symBytes {
		n := U32(counts + U32(s).Load(symRune)>>24<<2)
		U32(s).Store(symWord, n.Load(0))
		n.Store(0, n.Load(0)+symBytes)
	}
	for s := run; s < end; s += symBytes {
		for U32(s).Load(symWord) != s {
			swapSymbols(s, U32(s).Load(symWord))
		}
	}
}

func swapSymbols(a, b uint32) {
	x, y := LoadInt32x4(I32(a), 0), LoadInt32x4(I32(b), 0)
	x.Store(I32(b), 0)
	y.Store(I32(a), 0)
}

// compose replaces each starter and what follows it by its primary
// composites, in place, strips the combining classes and returns the end of
// the symbols that are left. A composite's source is that of all its parts.
func compose(sym, end, t uint32) uint32 {
	to := sym
	starter := uint32(0)
	last := uint32(0) // class of the symbol before, when it is still there
	for s := sym; s < end; s += symBytes {
		r := U32(s).Load(symRune)
		class := r >> 24
		r &= 0xFFFFFF
		if starter != 0 && r >= nfkcFirst && (last < class || last == 0) {
			if c := composite(t, U32(starter).Load(symRune), r); c != 0 {
				U32(starter).Store(symRune, c)
				widen(starter, s)
				continue
			}
		}
		last = class
		if class == 0 {
			starter = to
		}
		LoadInt32x4(I32(s), 0).Store(I32(to), 0)
		U32(to).Store(symRune, r)
		to += symBytes
	}
	return to
}

// widen makes the source of symbol a cover that of b, too.
func widen(a, b uint32) {
	U32(a).Store(symStart, min(U32(a).Load(symStart), U32(b).Load(symStart)))
	U32(a).Store(symEnd, max(U32(a).Load(symEnd), U32(b).Load(symEnd)))
}

// composite returns the primary composite of a and b, 0 if there is none.
func composite(t, a, b uint32) uint32 {
	if l := a - hangulL; l < hangulLCount {
		if v := b - hangulV; v < hangulVCount {
			return hangulS + (l*hangulVCount+v)*hangulTCount
		}
	}
	if s := a - hangulS; s < hangulSCount && s%hangulTCount == 0 {
		if b-hangulT-1 < hangulTCount-1 {
			return a + b - hangulT
		}
	}
	key := uint64(a)<<21 | uint64(b)
	pairs := t + U32(t).Load(nfkcPairs)
	lo, hi := uint32(0), U32(t).Load(nfkcPairCount)
	for lo < hi {
		mid := (lo + hi) >> 1
		pair := U64(pairs + 8*mid).Load(0)
		if pair>>21 == key {
			return uint32(pair) & 0x1FFFFF
		}
		if pair>>21 < key {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return 0
}

// normalize writes text p..end in Normalization Form KC as symbols to sym,
// which has room for decomposedCount of them, and returns their end. Unlike
// golang.org/x/text it adds no joiner to long runs of marks: it follows the
// Unicode standard, as JavaScript's normalize does.
func normalize(sym, t, p, end, flags, counts uint32) uint32 {
	to := decompose(sym, t, p, end, flags)
	reorder(sym, to, counts)
	return compose(sym, to, t)
}
