package kernels

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// split returns the spans that Split finds.
func (m *textModule) split(t testing.TB, text string, flags uint32) [][2]uint32 {
	t.Helper()
	m.arena.Use()
	Reset()
	at := Split(m.put(t, []byte(text)), uint32(len(text)), flags)
	if at == 0 {
		t.Fatalf("split %.40q: error %d", text, recCode.Load(0))
	}
	spans := make([][2]uint32, m.word(at))
	for i := range spans {
		p := at + 4 + 8*uint32(i)
		spans[i] = [2]uint32{m.word(p), m.word(p + 4)}
	}
	return spans
}

// In each text | stands where one sentence ends and the next begins; it and
// the white space around it are no part of either.
var splitCases = []string{
	"",
	"One",
	"One. | Two. | Three",
	"Really? | Yes! | No!? | Well.",
	"What?! | He left.",
	"Mr. Smith met Dr. Jones and Mrs. Brown at St. Paul's. | They spoke.",
	"See Fig. 3 and Figs. 4. | The next is Sec. IV of Vol. II.",
	"It is, e.g. in France, common; i.e. Not rare, cf. Smith. | Done.",
	"J. R. R. Tolkien wrote it. | So did C. S. Lewis.",
	"He lives in the U.S. Army base in the U.S. | The end.",
	"At 5 p.m. | He left.",
	"Smith et al. found it. | Jones et al. | The others did not.",
	"She has a Ph.D. in physics. | He has none.",
	"No. 5 is alive. | I said no. | I meant it.",
	"He likes art. | A painting hangs there.",
	"It costs 3.50 or 1,000.25 at example.com. | Version 2.0.1 is out.",
	"Wait... what? | Yes... | No.",
	"Wait… what? | Yes… | No.",
	"“Stop!” he said. | “Why?” | “Because.”",
	"\"Is it?\" she asked. | (Perhaps.) | [Or not.]",
	"He said (see below.) | Then he left.",
	"It ended.’ | New one.",
	"Cited.[3] | Next.[citation needed] | Last.[12][13]",
	"It began in 1999. | In 2000 it ended.",
	"Elle dit : «Non.» | École fermée. été. | Это так. это нет. | Нет.",
	"¿Qué? | ¡Vale! | ¿Y tú?",
	"これは文です。 | 次の文！ | 「そうだ。」と彼は言った。 | 本当？ | はい",
	"今天很好。 | 明天呢？ | 也好！",
	"हाँ। | नहीं।",
	"Heading\n\n | A paragraph without stop\n \t\n | Another",
	"A line that is wrapped hard at some width\nand goes on here with Some\nCapitals in it. | Then\nmore.",
	"A line that is wrapped hard at some width with a\nCapital on the next. | End.",
	"A line that is a little shorter than\nThe next, which goes on to a greater width. | End.",
	"He paused. “and then?” went on. (so it goes.) | “End.”",
	"It was so. | 1999. | The year.. | No.. | 5 left.",
	"Some, e.g. The Times, differ, i.e. The Sun. | Done.",
	"Introduction\n | The first line after a short heading is a good deal longer than it.",
	"# Title\n | Text that follows. | More\n | ## Next\n | Text",
	"Items:\n | - one\n | - two and\nmore\n | * three\n | 1. four\n | 2) five",
	"1. First. | 2. Second. | III. Third one.",
	"a) b. c",
	"End.\r\n | Carriage\r\nreturns.\r\n\r\n | Here",
	"Zeile\u2029 | Absatz\u0085weiter\u2028hier",
	"Roe v. Wade was decided. | It was.",
	"On Sept. 3 and in Oct. he wrote. | In Nov. | She answered.",
	"…and so on. | .5 is half. | . | A",
	"Mid.sentence stops and file.txt names do not. | But this.",
	"_Italic sentence._ | **Bold one.** | Plain.",
	"Pens, ink, etc. | The next, viz. Paper. | Inc. | Last.",
}

func TestSplit(t *testing.T) {
	m := newTextModule(t, nil, 64)
	for _, c := range splitCases {
		var want []string
		for _, s := range strings.Split(c, "|") {
			if s = strings.TrimFunc(s, unicode.IsSpace); s != "" {
				want = append(want, s)
			}
		}
		text := strings.ReplaceAll(strings.ReplaceAll(c, " | ", " "), "\n ", "\n")
		var got []string
		for _, s := range m.split(t, text, 0) {
			got = append(got, text[s[0]:s[1]])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q:\ngot  %q\nwant %q", text, got, want)
		}
	}
}

// checkSpans checks what holds of the sentences of any text.
func checkSpans(t *testing.T, m *textModule, text string) {
	t.Helper()
	units := boundaries(text)
	spans, wide := m.split(t, text, 0), m.split(t, text, flagUTF16)
	if len(spans) != len(wide) {
		t.Fatalf("%d sentences, with UTF-16 offsets %d", len(spans), len(wide))
	}
	var last uint32
	for i, s := range spans {
		if s[0] < last || s[1] <= s[0] || s[1] > uint32(len(text)) {
			t.Fatalf("sentence %d is %d..%d after %d, of %d", i, s[0], s[1], last, len(text))
		}
		if between := text[last:s[0]]; strings.TrimFunc(between, blank) != "" {
			t.Fatalf("%q before sentence %d is in none", between, i)
		}
		sentence := text[s[0]:s[1]]
		if strings.TrimFunc(sentence, unicode.IsSpace) != sentence {
			t.Fatalf("sentence %d, %q, is not trimmed", i, sentence)
		}
		if n := utf8.RuneCountInString(strings.Join(strings.Fields(sentence), " ")); n > maxSentence+24 {
			t.Fatalf("sentence %d has %d code points", i, n)
		}
		if from, to := units[s[0]], units[s[1]]; from < 0 || to < 0 || wide[i] != [2]uint32{uint32(from), uint32(to)} {
			t.Fatalf("sentence %d is %v, with UTF-16 offsets %v, want %d..%d", i, s, wide[i], from, to)
		}
		last = s[1]
	}
	if rest := text[last:]; strings.TrimFunc(rest, blank) != "" {
		t.Fatalf("%q at the end is in no sentence", rest)
	}
}

// blank reports whether r need be in no sentence.
func blank(r rune) bool { return unicode.IsSpace(r) || ignorable(r) }

// TestSplitIgnorable puts what nobody sees where it must change nothing: in
// words, behind stops, before sentences, and in lines of its own.
func TestSplitIgnorable(t *testing.T) {
	m := newTextModule(t, nil, 64)
	plain := "One two. Three four? \"Five.\" six\n\nSeven"
	var want []string
	for _, s := range m.split(t, plain, 0) {
		want = append(want, plain[s[0]:s[1]])
	}
	if len(want) != 4 {
		t.Fatalf("%d sentences without: %q", len(want), want)
	}
	for _, c := range "\u00AD\u034F\u200B\u200C\u200D\u200E\u2060\u2066\uFE0F\uFEFF\U000E0020" {
		at := string(c)
		for _, text := range []string{
			strings.NewReplacer("o", "o"+at, " ", at+" "+at, ".", "."+at, "?", at+"?").Replace(plain),
			at + strings.ReplaceAll(plain, "\n\n", "\n"+at+"\n"+at) + at,
			strings.ReplaceAll(plain, "\n\n", "\n\n"+at+at+"\n\n"),
		} {
			checkSpans(t, m, text)
			var got []string
			for _, s := range m.split(t, text, 0) {
				got = append(got, strings.ReplaceAll(text[s[0]:s[1]], at, ""))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%U in %+q: sentences %q, want %q", c, text, got, want)
			}
		}
	}
}

func TestSplitCoversNastyTexts(t *testing.T) {
	m := newTextModule(t, nil, 64)
	for _, text := range append(nastyTexts(t), strings.Join(nastyTexts(t), " "), strings.Join(nastyTexts(t), ". "), "\xFF. \xC3", "a.\xE2\x80") {
		checkSpans(t, m, text)
	}
	for _, c := range splitCases {
		checkSpans(t, m, c)
	}
}

func TestSplitCutsRuns(t *testing.T) {
	m := newTextModule(t, nil, 64)
	words := strings.Repeat("word ", 1000)
	for i, s := range m.split(t, words, 0) {
		if n := s[1] - s[0]; n > maxSentence || s[0]%5 != 0 || s[1]%5 != 4 {
			t.Errorf("sentence %d of words is %v", i, s)
		}
	}
	clauses := strings.Repeat(strings.Repeat("word ", 60)+"end; ", 10)
	for i, s := range m.split(t, clauses, 0) {
		if clauses[s[1]-1] != ';' {
			t.Errorf("sentence %d of clauses ends with %q", i, clauses[s[1]-9:s[1]])
		}
	}
}

func TestSplitLongTexts(t *testing.T) {
	m := newTextModule(t, nil, 256)
	for _, part := range []string{"a", " ", ".", ". ", "!", "a. ", "\n", "a\n", "e.g. ", "[", ".[", "\u0301", "。", "\"", ". \"", "\t.", "- ", "\n- ", "1. ", "A.", "\xFF"} {
		text := strings.Repeat(part, 1<<20/len(part))
		begin := time.Now()
		checkSpans(t, m, text)
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("a megabyte of %q took %v", part, took)
		} else {
			t.Logf("a megabyte of %q took %v", part, took)
		}
	}
}

func TestSplitOpticks(t *testing.T) {
	m := newTextModule(t, nil, 256)
	text := opticksText(t)
	checkSpans(t, m, text)
	if n := len(m.split(t, text, 0)); n < 2500 || n > 5000 {
		t.Errorf("%d sentences in Newton's Opticks", n)
	}
}

func TestSplitFails(t *testing.T) {
	m := newTextModule(t, nil, 8)
	text := m.put(t, []byte(strings.Repeat("Ab. ", 75<<10)))
	for _, c := range []struct{ addr, n, code uint32 }{
		{8 << 16, 1, errRange},
		{0xFFFFFFFF, 2, errRange},
		{text, 300 << 10, errMemory},
	} {
		if got := Split(c.addr, c.n, 0); got != 0 || recCode.Load(0) != c.code {
			t.Errorf("%d bytes at %d: got %d with error %d, want 0 with error %d", c.n, c.addr, got, recCode.Load(0), c.code)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, text := range append(nastyTexts(f), splitCases...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkSpans(t, newTextModule(t, nil, 256), text)
	})
}
