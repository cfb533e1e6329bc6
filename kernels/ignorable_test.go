package kernels

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

// ignorable is Default_Ignorable_Code_Point as DerivedCoreProperties.txt
// derives it, from Go's tables, and the anchors of annotations.
func ignorable(r rune) bool {
	if unicode.Is(unicode.White_Space, r) || unicode.Is(unicode.Prepended_Concatenation_Mark, r) || r-0x13430 < 0x11 && r >= 0x13430 {
		return false
	}
	return unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Cf, unicode.Variation_Selector)
}

// shown is text without what is ignorable.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if ignorable(r) {
			return -1
		}
		return r
	}, text)
}

func TestIsIgnorable(t *testing.T) {
	for r := range rune(0x110000) {
		if got := isIgnorable(uint32(r)); got != ignorable(r) {
			t.Errorf("%U: %v", r, got)
		}
	}
}

// TestTokenizeIgnorable strews what nobody sees over texts: their tokens stay
// the same, and still cover all of them.
func TestTokenizeIgnorable(t *testing.T) {
	m := newTextModule(t, publishedTokenizer(t), 64)
	for _, plain := range []string{
		"The content of an article", "naïve café", "한국어 텍스트", "ｗｉｄｅ １２", "👩👩👧 went home", "x", " two  spaces ", "e\u0301t\u00e9 A\u030a",
	} {
		for _, flags := range []uint32{0, flagProse} {
			want := tokenIDs(m.tokenize(t, plain, flags))
			for _, c := range "\u00AD\u034F\u061C\u200B\u200C\u200D\u200F\u202E\u2060\u2066\u3164\uFE0F\uFEFF\uFFA0\uFFF9\U000E0041" {
				for every := 1; every <= 3; every++ {
					text := string(c) + strewn(plain, string(c), every) + string(c)
					if got := tokenIDs(m.tokenize(t, text, flags)); !slices.Equal(got, want) {
						t.Errorf("%+q: ids %v, want %v as of %q", text, got, want, plain)
					}
					checkTokens(t, m, text)
				}
			}
		}
	}
	for _, text := range []string{"\u00AD", "\u200B\uFEFF"} {
		if got := m.tokenize(t, text, 0); len(got) != 0 {
			t.Errorf("%+q has the tokens %v", text, got)
		}
	}
}

// strewn puts s behind each every-th character of text.
func strewn(text, s string, every int) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		b.WriteRune(r)
		if n++; n%every == 0 {
			b.WriteString(s)
		}
	}
	return b.String()
}
