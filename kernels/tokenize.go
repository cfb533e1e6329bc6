package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Words of the tokenizer tensor; package wasm/models/unigram documents its
// format.
const (
	tokMagic        = 0
	tokVersion      = 4
	tokBytes        = 8
	tokPieces       = 12
	tokNodes        = 16
	tokUnknownUnits = 20
	tokScores       = 24
	tokFirst        = 28
	tokIDs          = 32
	tokLabels       = 36
	tokNFKC         = 40
	tokNFKCBytes    = 44
	tokHeader       = 48
)

const (
	separator = 0x2581 // stands for a space, and before the text
	noPiece   = 0xFFFF // id of a trie node where no piece ends
	maxPiece  = 63     // code points of a piece
	tokenSize = 12     // bytes of a token: id, start, end

	// Scratch of a call: the best scores of the positions ahead, then the
	// counts of reorder.
	ringBytes    = 8 * (maxPiece + 1)
	scratchBytes = ringBytes + 1024
)

// Tokenize cuts n bytes of UTF-8 at addr into the pieces of the loaded
// vocabulary and returns the address of [tokens, tokens × {id, start, end}],
// words in transient memory, 4-aligned; 0 on an error.
//
// The text is brought into Normalization Form KC without what is ignorable,
// every space becomes U+2581, and so does the place before the text, unless nothing is left of it. The
// tokens are those of the best path by the sum of piece scores, found as
// sentencepiece's JavaScript descendants do. Code points that no piece begins
// with have id 0, and a row of them is one token.
//
// start..end is the part of the original text that the token stands for, in
// bytes or, with flags 1, in UTF-16 units. The separator before the text has
// the empty part at 0. Both starts and ends ascend, and the tokens cover the
// text; where one character of the text gives several tokens they all stand
// for the whole of it. Invalid bytes count as U+FFFD each.
//
// Flag 2 is for text whose line breaks and indents mean nothing: a run of
// white space counts as one space, and none at either end.
//
//wasm:export tokenize
func Tokenize(addr, n, flags uint32) uint32 {
	clearError()
	tok := gTokenizer.Load(0)
	if tok == 0 {
		return fail(errNoTokenizer, 0, 0, 0)
	}
	if !textInside(addr, n) {
		return 0
	}
	end := addr + n
	nfkc := tok + U32(tok).Load(tokNFKC)
	symbols := 1 + decomposedCount(nfkc, addr, end)
	scratch := alloc(scratchBytes + symbols*symBytes)
	if scratch == 0 {
		return 0
	}
	first := scratch + scratchBytes
	last := normalize(first+symBytes, nfkc, addr, end, flags|flagShown, scratch+ringBytes)
	if flags&flagProse != 0 {
		last = joinSpaces(first+symBytes, last)
	}
	if last == first+symBytes {
		U32(first).Store(0, 0)
		return first
	}
	putSymbol(first, separator, 0, 0)
	markSpaces(first, last, U32(tok).Load(tokUnknownUnits))
	bestPath(tok, first, last, scratch)
	return collect(first, last)
}

// joinSpaces makes one space of every run of white space, drops what is at
// the ends, and returns the new end.
func joinSpaces(sym, end uint32) uint32 {
	to := sym
	space := true // the symbol before to is a space, or there is none
	for s := sym; s < end; s += symBytes {
		if !isSpace(U32(s).Load(symRune)) {
			MemoryCopy(to, s, symBytes)
			to += symBytes
			space = false
		} else if space {
			if to != sym {
				widen(to-symBytes, s)
			}
		} else {
			to = putSymbol(to, ' ', U32(s).Load(symStart), U32(s).Load(symEnd))
			space = true
		}
	}
	if space && to != sym {
		to -= symBytes
	}
	return to
}

// markSpaces replaces spaces by separators and makes every position's last
// piece the unknown one.
func markSpaces(sym, end, unknown uint32) {
	for s := sym; s < end; s += symBytes {
		if U32(s).Load(symRune) == ' ' {
			U32(s).Store(symRune, separator)
		}
		U32(s).Store(symWord, unknown)
	}
}

// bestPath finds for every symbol the last piece of the best path that ends
// with it: id<<8 and the piece's length in UTF-16 units.
//
// ring holds the scores of the best paths to the next positions. A score of 0
// says that there is none yet; a position that no piece ends at keeps it, and
// paths go on from there as from the start of the text. That and the order
// (a later start wins where scores are equal) are the published tokenizer's.
func bestPath(tok, sym, end, ring uint32) {
	MemoryFill(ring, 0, ringBytes)
	scores := tok + U32(tok).Load(tokScores)
	ids := tok + U32(tok).Load(tokIDs)
	unknown := U32(tok).Load(tokUnknownUnits)
	for s := sym; s < end; s += symBytes {
		here := F64(ringAt(ring, s))
		base := here.Load(0)
		here.Store(0, 0)
		matched := false
		node, units := uint32(0), uint32(0)
		stop := s + min(end-s, maxPiece*symBytes)
		for q := s; q < stop; q += symBytes {
			r := U32(q).Load(symRune)
			node = descend(tok, node, r)
			if node == 0 {
				break
			}
			units += runeUnits(r, 1, flagUTF16)
			id := U16(ids + 2*node).Load(0)
			if id != noPiece {
				matched = true
				score := F64(scores+8*id).Load(0) + base
				offer(ring, q, score, id<<8|units)
			}
		}
		if !matched {
			offer(ring, s, base, unknown)
		}
	}
}

// ringAt returns the address of the score of the position before symbol s.
func ringAt(ring, s uint32) uint32 {
	return ring + s/symBytes&maxPiece<<3
}

// offer proposes the path with this score whose last piece ends with symbol
// s.
func offer(ring, s uint32, score float64, word uint32) {
	p := F64(ringAt(ring, s+symBytes))
	best := p.Load(0)
	if best == 0 || score >= best {
		p.Store(0, score)
		U32(s).Store(symWord, word)
	}
}

// descend returns the node that the UTF-8 bytes of r lead to from node, 0 if
// none.
func descend(tok, node, r uint32) uint32 {
	if r < 0x80 {
		return child(tok, node, r)
	}
	if r < 0x800 {
		node = child(tok, node, 0xC0|r>>6)
	} else {
		if r < 0x10000 {
			node = child(tok, node, 0xE0|r>>12)
		} else {
			node = child(tok, node, 0xF0|r>>18)
			if node != 0 {
				node = child(tok, node, 0x80|r>>12&0x3F)
			}
		}
		if node != 0 {
			node = child(tok, node, 0x80|r>>6&0x3F)
		}
	}
	if node != 0 {
		node = child(tok, node, 0x80|r&0x3F)
	}
	return node
}

// child returns the child of node with this label, 0 if there is none.
func child(tok, node, label uint32) uint32 {
	first := U16(tok + U32(tok).Load(tokFirst) + 2*node)
	labels := tok + U32(tok).Load(tokLabels)
	lo, hi := first.Load(0), first.Load(2)
	for lo < hi {
		mid := (lo + hi) >> 1
		found := U8(labels + mid).Load(0)
		if found == label {
			return mid
		}
		if found < label {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return 0
}

// collect follows the best path back from the end and writes its tokens over
// the symbols, downwards from end: a token takes less room than the symbol
// that it ends with. It returns the address of the count before them.
func collect(sym, end uint32) uint32 {
	to := end
	count := uint32(0)
	next := uint32(0xFFFFFFFF) // start of the token behind
	unknown := false
	for s := end; s > sym; {
		word := U32(s - symBytes).Load(symWord)
		from := s - min(s-sym, (word&0xFF)*symBytes)
		start, stop := sources(from, s)
		start = min(start, next)
		if word>>8 == 0 && unknown {
			stop = max(stop, U32(to).Load(8))
		} else {
			to -= tokenSize
			count++
		}
		U32(to).Store(0, word>>8)
		U32(to).Store(4, start)
		U32(to).Store(8, stop)
		next = start
		unknown = word>>8 == 0
		s = from
	}
	raiseEnds(to, end)
	U32(to-4).Store(0, count)
	return to - 4
}

// sources returns the part of the text that the symbols stand for.
func sources(sym, end uint32) (start, stop uint32) {
	start = 0xFFFFFFFF
	for s := sym; s < end; s += symBytes {
		start = min(start, U32(s).Load(symStart))
		stop = max(stop, U32(s).Load(symEnd))
	}
	return start, stop
}

// raiseEnds makes the ends of tokens ascend. Only reordered marks need it.
func raiseEnds(tokens, end uint32) {
	stop := uint32(0)
	for t := tokens; t < end; t += tokenSize {
		stop = max(stop, U32(t).Load(8))
		U32(t).Store(8, stop)
	}
}
