package main

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	blockRunes  = 32
	maxRune     = 0x10FFFF
	hangulFirst = 0xAC00
	hangulLast  = 0xD7A3
)

// tables returns the normalisation tables for norm.Version.
func tables() []byte {
	texts := decompositions()
	index, blocks := blocksOf(entries(texts))
	pairs := compositions()
	b := make([]byte, 12*4)
	word := func(i, v int) { binary.LittleEndian.PutUint32(b[4*i:], uint32(v)) }
	word(0, unicodeVersion())
	word(10, len(pairs))
	word(11, len(b))
	for _, p := range pairs {
		b = binary.LittleEndian.AppendUint64(b, p)
	}
	word(4, len(blocks)/blockRunes)
	word(5, len(b))
	b = append16(b, blocks)
	word(6, len(texts))
	word(7, len(b))
	b = append16(b, starts(texts))
	word(2, len(index))
	word(3, len(b))
	b = append16(b, index)
	text := strings.Join(texts, "")
	word(8, len(text))
	word(9, len(b))
	b = append(b, text...)
	for len(b)%8 != 0 {
		b = append(b, 0)
	}
	word(1, len(b))
	return b
}

func append16(b []byte, values []uint16) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return b
}

func unicodeVersion() int {
	var major, minor, patch int
	if _, err := fmt.Sscanf(norm.Version, "%d.%d.%d", &major, &minor, &patch); err != nil {
		panic(err)
	}
	return major<<16 | minor<<8 | patch
}

func isHangul(r rune) bool { return hangulFirst <= r && r <= hangulLast }

func isSurrogate(r rune) bool { return !utf8.ValidRune(r) }

// decompositions returns the different full compatibility decompositions, in
// order of length and text.
func decompositions() []string {
	set := map[string]bool{}
	for r := range rune(maxRune + 1) {
		if d := norm.NFKD.String(string(r)); !isHangul(r) && !isSurrogate(r) && d != string(r) {
			set[d] = true
		}
	}
	return slices.SortedFunc(maps.Keys(set), func(x, y string) int {
		return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
	})
}

// starts returns the offset of each text, and of the end.
func starts(texts []string) []uint16 {
	var at int
	offsets := []uint16{0}
	for _, t := range texts {
		at += len(t)
		if at > 0xFFFF {
			panic("decompositions: more than 65535 bytes")
		}
		offsets = append(offsets, uint16(at))
	}
	return offsets
}

// entries returns the entry of every code point up to the last that has one.
func entries(texts []string) []uint16 {
	number := map[string]uint16{}
	for i, t := range texts {
		number[t] = uint16(256 + i)
	}
	var all []uint16
	for r := range rune(maxRune + 1) {
		if e := entry(r, number); e != 0 {
			all = append(all, make([]uint16, int(r)+1-len(all))...)
			all[r] = e
		}
	}
	return all
}

func entry(r rune, number map[string]uint16) uint16 {
	if isHangul(r) || isSurrogate(r) {
		return 0
	}
	if n, ok := number[norm.NFKD.String(string(r))]; ok && norm.NFKD.String(string(r)) != string(r) {
		return n
	}
	return uint16(norm.NFKD.PropertiesString(string(r)).CCC())
}

// blocksOf cuts all into blocks and stores equal ones once.
func blocksOf(all []uint16) (index, blocks []uint16) {
	number := map[[blockRunes]uint16]int{}
	for len(all) > 0 {
		var b [blockRunes]uint16
		all = all[copy(b[:], all):]
		n, ok := number[b]
		if !ok {
			n = len(number)
			number[b] = n
			blocks = append(blocks, b[:]...)
		}
		index = append(index, uint16(n))
	}
	return index, blocks
}

// compositions returns every primary composite that is no Hangul syllable. A
// composite's last code point composes with all those before it, themselves
// composed.
func compositions() []uint64 {
	var pairs []uint64
	for r := range rune(maxRune + 1) {
		s := string(r)
		d := []rune(norm.NFD.String(s))
		if isHangul(r) || isSurrogate(r) || len(d) < 2 || norm.NFC.String(s) != s {
			continue
		}
		a := []rune(norm.NFC.String(string(d[:len(d)-1])))
		b := d[len(d)-1]
		if len(a) != 1 || norm.NFC.String(string(a)+string(b)) != s {
			panic(fmt.Sprintf("%U composes of %U and %U", r, a, b))
		}
		pairs = append(pairs, uint64(a[0])<<42|uint64(b)<<21|uint64(r))
	}
	slices.Sort(pairs)
	return pairs
}
