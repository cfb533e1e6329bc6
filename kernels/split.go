package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// maxSentence is the number of code points at which text without a stop is
// cut, so that no sentence swallows a document.
const maxSentence = 1000

// What a run of stops and closing marks holds beside a full stop.
const (
	stopStrong = 1 << iota // a question, an exclamation, an ellipsis
	stopWide               // a stop of a script without spaces
	stopClosed             // a closing quote or bracket
)

// Split finds the sentences of n bytes of UTF-8 at addr and returns the
// address of [sentences, sentences × {start, end}], words in transient
// memory; 0 on an error. Offsets count bytes or, with flags 1, UTF-16 units.
//
// The spans ascend, do not overlap, begin and end with what is not white
// space, and cover all that is neither that nor ignorable.
//
// A sentence ends with a stop that white space follows, unless what comes
// next is a lower-case letter or the stop belongs to an abbreviation, an
// initial or a list's number; with a stop of Chinese or Japanese; with a
// blank line; with a line break before a list item, after a heading, or
// after a line that is clearly shorter than the next; and after maxSentence
// code points, then if possible at the end of a clause or a word.
//
//wasm:export split
func Split(addr, n, flags uint32) uint32 {
	clearError()
	if !textInside(addr, n) {
		return 0
	}
	end := addr + n
	count := uint32(0)
	for p := skipSpace(addr, end); p < end; {
		p = skipSpace(sentenceEnd(addr, p, end), end)
		count++
	}
	table := alloc(4 + 8*uint64(count))
	if table == 0 {
		return 0
	}
	U32(table).Store(0, count)
	to := table + 4
	for p := skipSpace(addr, end); p < end; {
		stop := sentenceEnd(addr, p, end)
		U32(to).Store(0, p-addr)
		U32(to).Store(4, stop-addr)
		to += 8
		p = skipSpace(stop, end)
	}
	if flags&flagUTF16 != 0 {
		offsetsToUTF16(addr, end, table+4, 2*count)
	}
	return table
}

// offsetsToUTF16 turns count ascending byte offsets of a text into offsets
// of UTF-16 units, in place.
func offsetsToUTF16(text, end, table, count uint32) {
	p, units := text, uint32(0)
	for i := range count {
		at := U32(table + 4*i)
		for p < text+at.Load(0) {
			r, size := decodeRune(p, end)
			units += runeUnits(r, size, flagUTF16)
			p += size
		}
		at.Store(0, units)
	}
}

// sentenceEnd returns the end of the sentence that begins at start, which is
// not white space.
func sentenceEnd(text, start, end uint32) uint32 {
	line := lineOf(text, start)
	last := start       // end of what is no white space
	space := uint32(0)  // end of the last whole word
	clause := uint32(0) // end of the last whole clause
	room := uint32(maxSentence)
	p := start
	for p < end && room > 0 {
		used := uint32(1)
		r, size := decodeRune(p, end)
		if isSpace(r) {
			next, breaks := skipBreaks(p, end)
			if next == end || breaks > 1 || breaks == 1 && lineEnds(line, last, next, end) {
				return last
			}
			if breaks == 1 {
				line = next
			}
			space = last
			if endsClause(last) {
				clause = last
			}
			used = next - p
			p = next
		} else if isStop(r) {
			next, kind := stopRun(p, end, room)
			if stopEnds(start, p, next, end, kind) {
				return next
			}
			used = next - p
			p = next
			last = p
		} else {
			p += size
			if !isIgnorable(r) {
				last = p
			}
		}
		room -= min(room, used)
	}
	if p == end {
		return last
	}
	if clause-start > (space-start)/2 && clause != 0 {
		return clause
	}
	if space != 0 {
		return space
	}
	return p
}

// skipSpace returns the first address from p that is not white space.
func skipSpace(p, end uint32) uint32 {
	next, _ := skipBreaks(p, end)
	return next
}

// skipBreaks is skipSpace, and counts the line breaks that it passes; a
// paragraph separator counts as two. What is ignorable is passed, too.
func skipBreaks(p, end uint32) (next, breaks uint32) {
	before := uint32(0)
	for p < end {
		r, size := decodeRune(p, end)
		if !isSpace(r) && !isIgnorable(r) {
			break
		}
		if r == '\n' && before != '\r' || r == '\r' || r == 0x85 || r == 0x2028 {
			breaks++
		}
		if r == 0x2029 {
			breaks += 2
		}
		before = r
		p += size
	}
	return p, breaks
}

// stopRun returns the end of the stops, closing marks and note numbers at p,
// of at most room bytes and a character, and what they hold.
func stopRun(p, end, room uint32) (next, kind uint32) {
	dots := uint32(0)
	limit := p + min(room, end-p)
	for p < limit {
		r, size := decodeRune(p, end)
		if r == '[' {
			size = noteSize(p, end)
		}
		if size == 0 || !isStop(r) && !isCloser(r) && !isIgnorable(r) && r != '[' {
			break
		}
		if isIgnorable(r) {
			p += size
			continue
		}
		if r == '.' {
			dots++
		} else if isWideStop(r) {
			kind |= stopWide
		} else if isStop(r) {
			kind |= stopStrong
		} else {
			kind |= stopClosed
		}
		p += size
	}
	if dots > 1 {
		kind |= stopStrong
	}
	return p, kind
}

// noteSize returns the size of a note's mark in brackets at p, such as [12]
// or [citation needed]; 0 if there is none.
func noteSize(p, end uint32) uint32 {
	for i := uint32(1); i < min(end-p, 24); i++ {
		c := U8(p + i).Load(0)
		if c == ']' && i > 1 {
			return i + 1
		}
		if !isLetter(c) && !isDigit(c) && c != ' ' {
			return 0
		}
	}
	return 0
}

// stopEnds reports whether the run of stops from p to next ends the sentence
// that began at start.
func stopEnds(start, p, next, end, kind uint32) bool {
	if next == end {
		return true
	}
	r, _ := decodeRune(next, end)
	if kind&stopWide != 0 {
		// A quotation goes on with a comma or a particle.
		return kind&stopClosed == 0 || r != 0x3001 && r != 0xFF0C && r != 0x3068
	}
	if !isSpace(r) {
		return false
	}
	word, breaks := skipBreaks(next, end)
	if breaks > 1 {
		return true
	}
	word = skipOpeners(word, end)
	if word == end {
		return true
	}
	if r, _ = decodeRune(word, end); isLower(r) {
		return false
	}
	if kind&stopStrong != 0 {
		return true
	}
	switch abbreviation(start, p) {
	case abbrNever:
		return false
	case abbrName:
		return startsSentence(word, end)
	case abbrNumber:
		return !startsNumber(word, end)
	}
	return true
}

// skipOpeners returns the address past a few opening marks at p.
func skipOpeners(p, end uint32) uint32 {
	for range 4 {
		if p == end {
			break
		}
		r, size := decodeRune(p, end)
		if !isOpener(r) {
			break
		}
		p += size
	}
	return p
}

// lineOf returns start if only blanks stand before it on its line, else 0.
func lineOf(text, start uint32) uint32 {
	p := start
	for p > text && (U8(p-1).Load(0) == ' ' || U8(p-1).Load(0) == '\t') {
		p--
	}
	if p == text || U8(p-1).Load(0) == '\n' || U8(p-1).Load(0) == '\r' {
		return start
	}
	return 0
}

// lineEnds reports whether the break between the line that ends at last and
// the one that begins at next ends the sentence. line is where the former
// begins, 0 if with another sentence.
func lineEnds(line, last, next, end uint32) bool {
	first := U8(next).Load(0)
	if startsItem(next, end) || first == '#' || line != 0 && U8(line).Load(0) == '#' {
		return true
	}
	if line == 0 || endsClause(last) || U8(last-1).Load(0) == '-' {
		return false
	}
	if r, _ := decodeRune(skipOpeners(next, end-1), end); isLower(r) {
		return false
	}
	return lineLongerThan(next, end, 2*(last-line))
}

// lineLongerThan reports whether the line at p has more than n bytes.
func lineLongerThan(p, end, n uint32) bool {
	if end-p <= n {
		return false
	}
	for i := range n {
		if c := U8(p + i).Load(0); c == '\n' || c == '\r' {
			return false
		}
	}
	return true
}

// startsItem reports whether a list's item begins at p: a bullet, or a
// number of one or two digits, and a blank.
func startsItem(p, end uint32) bool {
	r, size := decodeRune(p, end)
	if isDigit(r) {
		if p+1 < end && isDigit(U8(p+1).Load(0)) {
			size = 2
		}
		p += size
		if p == end || U8(p).Load(0) != '.' && U8(p).Load(0) != ')' {
			return false
		}
		size = 1
	} else if r != '-' && r != '*' && r != '+' && r != 0x2022 && r != 0xB7 && r != 0x2023 && r != 0x25E6 {
		return false
	}
	p += size
	return p < end && (U8(p).Load(0) == ' ' || U8(p).Load(0) == '\t')
}

// endsClause reports whether the text before p ends with a mark inside of a
// sentence.
func endsClause(p uint32) bool {
	c := U8(p - 1).Load(0)
	return c == ',' || c == ';' || c == ':'
}
