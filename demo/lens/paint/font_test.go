package paint

import (
	"math"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
)

// TestWidth compares with what golang.org/x/image's own face measures, at a
// size at which its rounding does not matter.
func TestWidth(t *testing.T) {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	const size = 1000
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "a", "Light", "Schrödinger", "“…” λόγος Вода"} {
		want := 0.0 // without kerning, which MeasureString adds
		for _, r := range text {
			a, ok := face.GlyphAdvance(r)
			if !ok {
				t.Fatalf("no advance of %q", r)
			}
			want += float64(a) / 64
		}
		if got := Regular.Width(text, size); !(math.Abs(got-want) <= 0.02*float64(len(text))) {
			t.Errorf("%q is %v wide, want %v", text, got, want)
		}
	}
}

func TestFit(t *testing.T) {
	const text = "the sizes of light"
	if got := Regular.Fit(text, 14, 1000); got != text {
		t.Errorf("with room for all: %q", got)
	}
	for width := 0.0; width < 120; width += 3 {
		got := Regular.Fit(text, 14, width)
		if got != text && got[len(got)-3:] != "…" {
			t.Errorf("in %v: %q, want an ellipsis", width, got)
		}
		if w := Regular.Width(got, 14); w > width && got != "…" {
			t.Errorf("in %v: %q, which is %v wide", width, got, w)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		lines int
		want  []string
	}{
		{"", 3, nil},
		{"  one \n two  ", 3, []string{"one two"}},
		{"one two three four five six", 9, []string{"one two", "three four", "five six"}},
		{"one two three four five six", 2, []string{"one two", "three fou…"}},
		{"antidisestablishmentarianism yes", 2, []string{"antidise…", "yes"}},
	} {
		got := Regular.Wrap(c.text, 14, 70, c.lines)
		if len(got) != len(c.want) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%q: %q, want %q", c.text, got, c.want)
			}
			if w := Regular.Width(got[i], 14); w > 70 {
				t.Errorf("%q: %q is %v wide", c.text, got[i], w)
			}
		}
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"":                    "",
		" \t\n":               "",
		"Light\tand\u00a0so":  "Light and so",
		"naïve λόγος Вода":    "naïve λόγος Вода",
		"北京":                  "U+5317 U+4EAC",
		"a北b":                 "a U+5317 b",
		"\U0001F642":          "U+1F642",
		"\x1b[31m":            "U+001B [31m",
		"\u202egnirts":        "U+202E gnirts",
		"bad \xff":            "bad \uFFFD",
		"שלום":                "U+05E9 U+05DC U+05D5 U+05DD",
		"e\u0301 \u200d \x00": "e U+0301 U+200D U+0000",
	} {
		got := Printable(in)
		if got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
		for _, r := range got {
			if !Regular.Has(r) || !Medium.Has(r) {
				t.Errorf("%q is shown as %q, and there is no picture of %q", in, got, r)
			}
		}
	}
}
