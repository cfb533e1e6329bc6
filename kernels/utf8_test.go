package kernels

import (
	"math/rand/v2"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/fovea-run/fovea/kernels/simd128"
)

// checkDecode compares decodeRune with utf8.DecodeRune on data and each of
// its beginnings, at the very end of memory so that reading on traps.
func checkDecode(t *testing.T, mem *simd128.Arena, data []byte) {
	t.Helper()
	end := uint32(simd128.PageSize)
	for n := 1; n <= len(data); n++ {
		p := end - uint32(n)
		copy(mem.Bytes()[p:], data[:n])
		want, wantSize := utf8.DecodeRune(data[:n])
		if r, size := decodeRune(p, end); rune(r) != want || int(size) != wantSize {
			t.Fatalf("% x decodes as %U of %d bytes, want %U of %d", data[:n], r, size, want, wantSize)
		}
	}
}

func TestDecodeRune(t *testing.T) {
	mem := simd128.NewArena(1, 1)
	mem.Use()
	edges := []byte{0, 1, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0}
	for b0 := range 256 {
		for b1 := range 256 {
			for _, b2 := range edges {
				for _, b3 := range edges {
					if b2 == 0 && b3 > 1 || b1 < 0x80 && b2 > 1 {
						continue
					}
					checkDecode(t, mem, []byte{byte(b0), byte(b1), b2, b3})
				}
			}
			if b0 < 0x80 {
				break
			}
		}
	}
	for r := range rune(utf8.MaxRune + 1) {
		if r%17 == 0 {
			checkDecode(t, mem, utf8.AppendRune(nil, r))
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 10000 {
		v := random.Uint32()
		checkDecode(t, mem, []byte{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)})
	}
}

func TestRuneUnits(t *testing.T) {
	for _, r := range []rune{0, 'a', 0x7F, 0x80, 0x7FF, 0x800, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF} {
		size := uint32(utf8.RuneLen(r))
		if got := runeUnits(uint32(r), size, 0); got != size {
			t.Errorf("%U takes %d bytes, want %d", r, got, size)
		}
		if got := runeUnits(uint32(r), size, flagUTF16); int(got) != utf16.RuneLen(r) {
			t.Errorf("%U takes %d UTF-16 units, want %d", r, got, utf16.RuneLen(r))
		}
	}
}
