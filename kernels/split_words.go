package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// What a word before a full stop says of it.
const (
	abbrNone   = iota
	abbrNever  // no sentence ends here
	abbrName   // a name follows, unless the next word rather begins a sentence
	abbrNumber // no sentence ends here if a number follows
)

// abbreviation tells what the word before the full stop at p is, in a
// sentence that began at start.
func abbreviation(start, p uint32) uint32 {
	if isLabel(start, p) {
		return abbrNever
	}
	word, key := p, uint64(0)
	for word > start && p-word < 9 && isLetter(U8(word-1).Load(0)) {
		word--
		key = key<<8 | uint64(U8(word).Load(0)|0x20)
	}
	if word == p || p-word > 8 {
		return abbrNone
	}
	if p-word == 1 {
		return initial(start, word)
	}
	return knownWord(key)
}

// isLabel reports whether start..p, the beginning of a sentence, is the label
// of a list's item or a heading: up to three digits, Roman numerals, or one
// letter.
func isLabel(start, p uint32) bool {
	n := p - start
	if n == 0 || n > 6 {
		return false
	}
	c := U8(start).Load(0)
	if isDigit(c) && n <= 3 {
		return isDigit(U8(p-1).Load(0)) && isDigit(U8(start+n/2).Load(0))
	}
	return n == 1 && isLetter(c) || romanEnd(start, p) == p
}

// initial tells what the single letter at word is, before a full stop.
func initial(start, word uint32) uint32 {
	c := U8(word).Load(0)
	upper := c < 'a'
	if word >= start+2 && U8(word-1).Load(0) == '.' && isLetter(U8(word-2).Load(0)) {
		before := U8(word-2).Load(0) | 0x20
		if before == 'e' && c == 'g' || before == 'i' && c == 'e' {
			return abbrNever
		}
		if upper {
			return abbrName
		}
		return abbrNone
	}
	if word > start && isDigit(U8(word-1).Load(0)) {
		return abbrNone
	}
	if upper || c == 'v' {
		return abbrName
	}
	if c == 'p' || c == 'c' || c == 'n' {
		return abbrNumber
	}
	return abbrNone
}

// knownWord looks up a word of two to eight lower-case letters, the first in
// the lowest byte.
func knownWord(key uint64) uint32 {
	switch key {
	case 'c' | 'f'<<8, 'v' | 's'<<8, 'e' | 'g'<<8, 'i' | 'e'<<8, 'c' | 'a'<<8,
		'v' | 'i'<<8 | 'z'<<16,
		'e' | 's'<<8 | 'p'<<16,
		'i' | 'n'<<8 | 'c'<<16 | 'l'<<24,
		'a' | 'p'<<8 | 'p'<<16 | 'r'<<24 | 'o'<<32 | 'x'<<40:
		return abbrNever
	case 'm' | 'r'<<8, 'm' | 's'<<8, 'd' | 'r'<<8, 's' | 't'<<8, 'm' | 't'<<8, 'l' | 't'<<8, 'a' | 'l'<<8,
		'm' | 'r'<<8 | 's'<<16,
		'r' | 'e'<<8 | 'v'<<16,
		'h' | 'o'<<8 | 'n'<<16,
		'g' | 'e'<<8 | 'n'<<16,
		'c' | 'o'<<8 | 'l'<<16,
		's' | 'g'<<8 | 't'<<16,
		'g' | 'o'<<8 | 'v'<<16,
		's' | 'e'<<8 | 'n'<<16,
		'r' | 'e'<<8 | 'p'<<16,
		'm' | 'm'<<8 | 'e'<<16,
		'p' | 'r'<<8 | 'o'<<16 | 'f'<<24,
		'c' | 'a'<<8 | 'p'<<16 | 't'<<24,
		'm' | 'l'<<8 | 'l'<<16 | 'e'<<24,
		'm' | 'e'<<8 | 's'<<16 | 's'<<24 | 'r'<<32 | 's'<<40:
		return abbrName
	case 'n' | 'o'<<8, 'p' | 'p'<<8, 'c' | 'h'<<8, 'e' | 'q'<<8, 'p' | 'l'<<8, 'p' | 't'<<8,
		'n' | 'o'<<8 | 's'<<16,
		'f' | 'i'<<8 | 'g'<<16,
		'v' | 'o'<<8 | 'l'<<16,
		's' | 'e'<<8 | 'c'<<16,
		'e' | 'q'<<8 | 's'<<16,
		'a' | 'r'<<8 | 't'<<16,
		'o' | 'b'<<8 | 's'<<16,
		'd' | 'e'<<8 | 'f'<<16,
		't' | 'a'<<8 | 'b'<<16,
		'f' | 'i'<<8 | 'g'<<16 | 's'<<24,
		'v' | 'o'<<8 | 'l'<<16 | 's'<<24,
		's' | 'e'<<8 | 'c'<<16 | 't'<<24,
		'c' | 'h'<<8 | 'a'<<16 | 'p'<<24,
		'p' | 'r'<<8 | 'o'<<16 | 'p'<<24,
		'p' | 'r'<<8 | 'o'<<16 | 'b'<<24,
		'e' | 'x'<<8 | 'p'<<16 | 'e'<<24 | 'r'<<32,
		't' | 'h'<<8 | 'e'<<16 | 'o'<<24 | 'r'<<32,
		'j' | 'a'<<8 | 'n'<<16,
		'f' | 'e'<<8 | 'b'<<16,
		'm' | 'a'<<8 | 'r'<<16,
		'a' | 'p'<<8 | 'r'<<16,
		'j' | 'u'<<8 | 'n'<<16,
		'j' | 'u'<<8 | 'l'<<16,
		'a' | 'u'<<8 | 'g'<<16,
		's' | 'e'<<8 | 'p'<<16,
		's' | 'e'<<8 | 'p'<<16 | 't'<<24,
		'o' | 'c'<<8 | 't'<<16,
		'n' | 'o'<<8 | 'v'<<16,
		'd' | 'e'<<8 | 'c'<<16:
		return abbrNumber
	}
	return abbrNone
}

// startsSentence reports whether the word at p is one that begins sentences
// rather than names.
func startsSentence(p, end uint32) bool {
	key, n := uint64(0), uint32(0)
	for n < 9 && n < end-p && isLetter(U8(p+n).Load(0)) {
		key |= uint64(U8(p+n).Load(0)|0x20) << (8 * n & 63)
		n++
	}
	if n == 0 || n > 7 || n == end-p || !isSpace(U8(p+n).Load(0)) {
		return false
	}
	switch key {
	case 'a', 'i',
		'a' | 'n'<<8, 'a' | 's'<<8, 'a' | 't'<<8, 'b' | 'y'<<8, 'h' | 'e'<<8, 'i' | 'f'<<8, 'i' | 'n'<<8, 'i' | 't'<<8, 'o' | 'n'<<8, 's' | 'o'<<8, 'w' | 'e'<<8,
		't' | 'h'<<8 | 'e'<<16,
		'a' | 'n'<<8 | 'd'<<16,
		'b' | 'u'<<8 | 't'<<16,
		's' | 'h'<<8 | 'e'<<16,
		'y' | 'o'<<8 | 'u'<<16,
		'f' | 'o'<<8 | 'r'<<16,
		'h' | 'o'<<8 | 'w'<<16,
		'w' | 'h'<<8 | 'y'<<16,
		't' | 'h'<<8 | 'i'<<16 | 's'<<24,
		't' | 'h'<<8 | 'a'<<16 | 't'<<24,
		't' | 'h'<<8 | 'e'<<16 | 'y'<<24,
		't' | 'h'<<8 | 'e'<<16 | 'n'<<24,
		'w' | 'h'<<8 | 'e'<<16 | 'n'<<24,
		'w' | 'h'<<8 | 'a'<<16 | 't'<<24,
		't' | 'h'<<8 | 'e'<<16 | 's'<<24 | 'e'<<32,
		't' | 'h'<<8 | 'e'<<16 | 'r'<<24 | 'e'<<32,
		't' | 'h'<<8 | 'o'<<16 | 's'<<24 | 'e'<<32,
		'a' | 'f'<<8 | 't'<<16 | 'e'<<24 | 'r'<<32,
		'w' | 'h'<<8 | 'i'<<16 | 'l'<<24 | 'e'<<32,
		'h' | 'o'<<8 | 'w'<<16 | 'e'<<24 | 'v'<<32 | 'e'<<40 | 'r'<<48:
		return true
	}
	return false
}

// startsNumber reports whether a number begins at p: a digit, Roman
// numerals, or a capital on its own. A and I before a space are words.
func startsNumber(p, end uint32) bool {
	c := U8(p).Load(0)
	if isDigit(c) {
		return true
	}
	next := romanEnd(p, end)
	if next == p && isLetter(c) && c < 'a' {
		next++
	}
	if next == p || next == end {
		return next > p
	}
	after := U8(next).Load(0)
	if next == p+1 && (c == 'A' || c == 'I') && isSpace(after) {
		return false
	}
	return !isLetter(after)
}

// romanEnd returns the end of up to six capital Roman numerals at p.
func romanEnd(p, end uint32) uint32 {
	for range 6 {
		if p == end {
			break
		}
		switch U8(p).Load(0) {
		case 'I', 'V', 'X', 'L', 'C':
			p++
			continue
		}
		break
	}
	return p
}
