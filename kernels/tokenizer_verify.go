package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

const (
	magicFTOK        = 0x4B4F5446
	tokenizerVersion = 1
)

// verifyTokenizer checks the tokenizer tensor of so many bytes at tok: that
// no value in it can make Tokenize read outside of it, or not end. It returns
// 1, or 0 with errTokenizer, whose argument is the byte that is wrong.
func verifyTokenizer(tok, bytes uint32) uint32 {
	if bytes < tokHeader+nfkcHeader {
		return fail(errTokenizer, 0, bytes, tokHeader+nfkcHeader)
	}
	h := U32(tok)
	if h.Load(tokMagic) != magicFTOK {
		return fail(errTokenizer, tokMagic, h.Load(tokMagic), magicFTOK)
	}
	if h.Load(tokVersion) != tokenizerVersion {
		return fail(errTokenizer, tokVersion, h.Load(tokVersion), tokenizerVersion)
	}
	if h.Load(tokBytes) != bytes {
		return fail(errTokenizer, tokBytes, h.Load(tokBytes), bytes)
	}
	if n := h.Load(tokPieces); n == 0 || n > noPiece {
		return fail(errTokenizer, tokPieces, n, noPiece)
	}
	if n := h.Load(tokNodes); n == 0 || n >= noPiece {
		return fail(errTokenizer, tokNodes, n, noPiece)
	}
	if n := h.Load(tokUnknownUnits); n == 0 || n > 0xFF {
		return fail(errTokenizer, tokUnknownUnits, n, 0xFF)
	}
	nodes := h.Load(tokNodes)
	if !inside(tok, tok, tokScores, h.Load(tokPieces), 8, bytes) ||
		!inside(tok, tok, tokFirst, nodes+1, 2, bytes) ||
		!inside(tok, tok, tokIDs, nodes, 2, bytes) ||
		!inside(tok, tok, tokLabels, nodes, 1, bytes) ||
		!inside(tok, tok, tokNFKC, h.Load(tokNFKCBytes), 1, bytes) ||
		!trieSound(tok) || !scoresFinite(tok) {
		return 0
	}
	return verifyNFKC(tok, tok+h.Load(tokNFKC), h.Load(tokNFKCBytes))
}

// inside reports whether the section of count elements whose offset from
// base stands in header word off lies in the first bytes bytes from base.
func inside(tok, base, off, count, size, bytes uint32) bool {
	at := U32(base + off).Load(0)
	stop := uint64(at) + uint64(count)*uint64(size)
	if stop > uint64(bytes) {
		_ = fail(errTokenizer, base-tok+off, at, bytes)
		return false
	}
	return true
}

// trieSound checks that children come after their parent, so that no path
// through the trie is longer than it has nodes, and that pieces exist.
func trieSound(tok uint32) bool {
	h := U32(tok)
	first, ids := h.Load(tokFirst), h.Load(tokIDs)
	nodes, pieces := h.Load(tokNodes), h.Load(tokPieces)
	for i := range nodes {
		p := U16(tok + first + 2*i)
		if p.Load(0) <= i || p.Load(2) < p.Load(0) || p.Load(2) > nodes {
			_ = fail(errTokenizer, first+2*i, p.Load(0), nodes)
			return false
		}
		id := U16(tok + ids + 2*i).Load(0)
		if id >= pieces && id != noPiece {
			_ = fail(errTokenizer, ids+2*i, id, pieces)
			return false
		}
	}
	return true
}

// scoresFinite checks that no score is an infinity or NaN: sums of them
// would not order paths.
func scoresFinite(tok uint32) bool {
	h := U32(tok)
	scores := h.Load(tokScores)
	for i := range h.Load(tokPieces) {
		high := U32(tok + scores + 8*i).Load(4)
		if high>>20&0x7FF == 0x7FF {
			_ = fail(errTokenizer, scores+8*i, high, 0x7FF00000)
			return false
		}
	}
	return true
}

// verifyNFKC checks the normalisation tables at t, inside the tensor at tok.
func verifyNFKC(tok, t, bytes uint32) uint32 {
	if bytes < nfkcHeader {
		return fail(errTokenizer, tokNFKCBytes, bytes, nfkcHeader)
	}
	h := U32(t)
	if n := h.Load(nfkcIndexCount); n > 0x110000>>5 {
		return fail(errTokenizer, t-tok+nfkcIndexCount, n, 0x110000>>5)
	}
	if n := h.Load(nfkcSeqCount); n >= 0xFFFF {
		return fail(errTokenizer, t-tok+nfkcSeqCount, n, 0xFFFF)
	}
	if !inside(tok, t, nfkcIndex, h.Load(nfkcIndexCount), 2, bytes) ||
		!inside(tok, t, nfkcBlocks, h.Load(nfkcBlockCount), 64, bytes) ||
		!inside(tok, t, nfkcSeqs, h.Load(nfkcSeqCount)+1, 2, bytes) ||
		!inside(tok, t, nfkcText, h.Load(nfkcTextBytes), 1, bytes) ||
		!inside(tok, t, nfkcPairs, h.Load(nfkcPairCount), 8, bytes) {
		return 0
	}
	at := t - tok
	if !allBelow(tok, at+h.Load(nfkcIndex), h.Load(nfkcIndexCount), h.Load(nfkcBlockCount)) ||
		!allBelow(tok, at+h.Load(nfkcBlocks), h.Load(nfkcBlockCount)*32, 256+h.Load(nfkcSeqCount)) ||
		!allBelow(tok, at+h.Load(nfkcSeqs), h.Load(nfkcSeqCount)+1, h.Load(nfkcTextBytes)+1) {
		return 0
	}
	for i := range h.Load(nfkcSeqCount) {
		from, to := nfkcSeq(t, i)
		if from > to {
			return fail(errTokenizer, at+h.Load(nfkcSeqs)+2*i, from-t, to-t)
		}
	}
	return 1
}

// allBelow checks that the count 16-bit values at offset at are below limit.
func allBelow(tok, at, count, limit uint32) bool {
	for i := range count {
		v := U16(tok + at + 2*i).Load(0)
		if v >= limit {
			_ = fail(errTokenizer, at+2*i, v, limit)
			return false
		}
	}
	return true
}
