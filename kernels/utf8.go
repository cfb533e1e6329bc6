package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// badRune stands for a byte that is no part of valid UTF-8.
const badRune = 0xFFFD

// Flags of Tokenize and Split, and one of decompose.
const (
	flagUTF16 = 1 // offsets count UTF-16 units of the text, else its bytes
	flagProse = 2 // Tokenize: white space is joined
	flagShown = 4 // what is ignorable is left out
)

// decodeRune returns the code point at p, which must be below end, and its
// size in bytes. Like Go's utf8.DecodeRune it takes any byte that does not
// begin a shortest-form encoding of a scalar value alone, as badRune.
func decodeRune(p, end uint32) (r, size uint32) {
	b0 := U8(p).Load(0)
	if b0 < 0x80 {
		return b0, 1
	}
	size = encodedSize(b0)
	if size == 0 || end-p < size {
		return badRune, 1
	}
	b1 := U8(p).Load(1)
	if b1&0xC0 != 0x80 {
		return badRune, 1
	}
	if size == 2 {
		return b0&0x1F<<6 | b1&0x3F, 2
	}
	b2 := U8(p).Load(2)
	if b2&0xC0 != 0x80 {
		return badRune, 1
	}
	if size == 3 {
		r = b0&0xF<<12 | b1&0x3F<<6 | b2&0x3F
		if r < 0x800 || r>>11 == 0xD800>>11 {
			return badRune, 1
		}
		return r, 3
	}
	b3 := U8(p).Load(3)
	r = b0&7<<18 | b1&0x3F<<12 | b2&0x3F<<6 | b3&0x3F
	if b3&0xC0 != 0x80 || r < 0x10000 || r > 0x10FFFF {
		return badRune, 1
	}
	return r, 4
}

// encodedSize returns the number of bytes of an encoding that begins with
// b0 ≥ 0x80, 0 if none does.
func encodedSize(b0 uint32) uint32 {
	if b0 < 0xC2 || b0 > 0xF4 {
		return 0
	}
	if b0 < 0xE0 {
		return 2
	}
	if b0 < 0xF0 {
		return 3
	}
	return 4
}

// runeUnits returns how many units of an offset the code point r takes that
// has size bytes.
func runeUnits(r, size, flags uint32) uint32 {
	if flags&flagUTF16 == 0 {
		return size
	}
	if r >= 0x10000 {
		return 2
	}
	return 1
}

// textInside reports whether n bytes of text at addr lie inside of memory;
// errRange if not.
func textInside(addr, n uint32) bool {
	end := uint64(addr) + uint64(n)
	if end > uint64(MemorySize())*pageBytes || end > 0xFFFFFFF0 {
		_ = fail(errRange, 0, addr, n)
		return false
	}
	return true
}
