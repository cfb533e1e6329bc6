package kernels

import (
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// tablesVersion is the version of Unicode that nfkc.bin is of.
const tablesVersion = "15.0.0"

// needTables skips a test that compares with another version of Unicode.
func needTables(t *testing.T) {
	t.Helper()
	if norm.Version != tablesVersion {
		t.Skipf("golang.org/x/text normalises for Unicode %s under this Go, the tables are of %s", norm.Version, tablesVersion)
	}
}

// referenceNFKC is Normalization Form KC from the standard's definitions.
// golang.org/x/text gives the decompositions and compositions of single
// characters only, as its own form breaks up long runs of marks.
func referenceNFKC(text string) string {
	var runes []rune
	for _, r := range text {
		runes = append(runes, []rune(norm.NFKD.String(string(r)))...)
	}
	class := func(r rune) uint8 { return norm.NFKD.PropertiesString(string(r)).CCC() }
	for i := 0; i < len(runes); {
		end := i + 1
		for end < len(runes) && class(runes[i]) != 0 && class(runes[end]) != 0 {
			end++
		}
		slices.SortStableFunc(runes[i:end], func(a, b rune) int { return int(class(a)) - int(class(b)) })
		i = end
	}
	var out []rune
	starter := -1
next:
	for _, r := range runes {
		if starter >= 0 && !blocked(out[starter+1:], r, class) {
			pair := norm.NFC.String(string([]rune{out[starter], r}))
			if c, size := utf8.DecodeRuneInString(pair); size == len(pair) && c != out[starter] {
				out[starter] = c
				continue next
			}
		}
		if class(r) == 0 {
			starter = len(out)
		}
		out = append(out, r)
	}
	return string(out)
}

// blocked reports whether what stands between a starter and r keeps them
// apart (Unicode standard, D115).
func blocked(between []rune, r rune, class func(rune) uint8) bool {
	return slices.ContainsFunc(between, func(b rune) bool { return class(b) == 0 || class(b) >= class(r) })
}

func TestReferenceNFKC(t *testing.T) {
	for _, c := range [][2]string{
		{"ﬁ½Å", "fi1⁄2Å"},
		{"a\u0323\u0301\u0302", "ạ\u0301\u0302"},
		{"각\u1100\u1161", "각가"},
		{"a\u0301\u0301", "á\u0301"},
	} {
		if got := referenceNFKC(c[0]); got != c[1] {
			t.Errorf("reference of %q is %q, want %q", c[0], got, c[1])
		}
	}
}

func TestNFKCOfEveryCodePoint(t *testing.T) {
	needTables(t)
	m := newTextModule(t, publishedTokenizer(t), 4096)
	var line strings.Builder
	for r := range rune(utf8.MaxRune + 1) {
		line.WriteRune(r)
		line.WriteByte('\n')
		if r%997 != 0 && r != utf8.MaxRune {
			continue
		}
		text := line.String()
		line.Reset()
		got, _ := m.normalized(t, text)
		if want := norm.NFKC.String(text); got != want {
			t.Fatalf("before %U: got %q, want %q", r, got, want)
		}
	}
}

// marks and letters that meet each other in random strings.
var eventful = []rune("ab0 \u0300\u0301\u0302\u0303\u0304\u0307\u0308\u030A\u031B\u0323\u0327\u0328\u0345\u0338" +
	"AEoOuUsSqﬁﬂ½ÅÅΩÀÁầṩự\u0340\u0343\u0344\u0F71\u0F72\u0F73\u0F74\u0F80\u0F81" +
	"\u1100\u1112\u1161\u1175\u11A7\u11A8\u11C2가각힣\u3099\u309Aかカｶﾞﾟ㍿㎏" +
	"\u0915\u093C\u0958\u09C7\u09BE\u09D7\u0B47\u0B56\u0DD9\u0DCF\u0DCA\u1025\u102E" +
	"\U00011131\U00011127\U00011099\U000110BA\U0001D157\U0001D165\U0001D15E豈\U0002F800ﷺ\u034F\u200D\uFFFD")

func randomText(random *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		if random.IntN(20) == 0 {
			b.WriteRune(rune(random.IntN(0x30000)))
		} else {
			b.WriteRune(eventful[random.IntN(len(eventful))])
		}
	}
	return b.String()
}

func TestNFKCOfRandomText(t *testing.T) {
	needTables(t)
	m := newTextModule(t, publishedTokenizer(t), 4096)
	random := rand.New(rand.NewPCG(3, 4))
	for range 4000 {
		text := randomText(random, 1+random.IntN(24))
		got, _ := m.normalized(t, text)
		if want := referenceNFKC(text); got != want {
			t.Fatalf("%+q: got %+q, want %+q", text, got, want)
		}
		if want := norm.NFKC.String(text); got != want {
			t.Fatalf("%+q: got %+q, golang.org/x/text has %+q", text, got, want)
		}
	}
}

func TestNFKCOfLongRuns(t *testing.T) {
	needTables(t)
	m := newTextModule(t, publishedTokenizer(t), 4096)
	random := rand.New(rand.NewPCG(5, 6))
	marks := []rune("\u0301\u0323\u0327\u0338\u0345\u3099\u05B0\u064B\u0302")
	for _, n := range []int{31, 32, 100, 3000} {
		var b strings.Builder
		b.WriteRune('a')
		for range n {
			b.WriteRune(marks[random.IntN(len(marks))])
		}
		got, parts := m.normalized(t, b.String())
		if want := referenceNFKC(b.String()); got != want {
			t.Errorf("%d marks: got %+.80q, want %+.80q", n, got, want)
		}
		for i, p := range parts {
			if r, _ := utf8.DecodeRuneInString(b.String()[p.start:]); i > 0 && uint32(r) != p.id {
				t.Fatalf("%d marks: symbol %d is %U, its source %U", n, i, p.id, r)
			}
		}
	}
}

func TestNFKCSources(t *testing.T) {
	m := newTextModule(t, publishedTokenizer(t), 64)
	for _, c := range []struct {
		text string
		want []token
	}{
		{"xe\u0301y", []token{{'x', 0, 1}, {'é', 1, 4}, {'y', 4, 5}}},
		{"ﬁx", []token{{'f', 0, 3}, {'i', 0, 3}, {'x', 3, 4}}},
		{"\u1100\u1161\u11A8", []token{{'각', 0, 9}}},
		{"a\u0338\u0301", []token{{'á', 0, 5}, {0x338, 1, 3}}},
		{"a\xFFb", []token{{'a', 0, 1}, {0xFFFD, 1, 2}, {'b', 2, 3}}},
	} {
		if _, got := m.normalized(t, c.text); !slices.Equal(got, c.want) {
			t.Errorf("%+q: got %v, want %v", c.text, got, c.want)
		}
	}
}

// JavaScript's normalize may be of a newer version of Unicode. What it makes
// otherwise of a single code point must then be one that ours does not know.
func TestNFKCAgainstJavaScript(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is missing: nothing to compare with")
	}
	needTables(t)
	const script = `
		const changed = [];
		for (let c = 0; c <= 0x10FFFF; c++) {
			if (c >= 0xD800 && c < 0xE000) continue;
			const s = String.fromCodePoint(c), n = s.normalize('NFKC');
			if (n !== s) changed.push([c, n]);
		}
		console.log(JSON.stringify({ version: process.versions.unicode, changed }));`
	out, err := exec.Command(node, "-e", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	var js struct {
		Version string
		Changed [][2]any
	}
	if err := json.Unmarshal(out, &js); err != nil {
		t.Fatal(err)
	}
	theirs := map[rune]string{}
	for _, c := range js.Changed {
		theirs[rune(c[0].(float64))] = c[1].(string)
	}
	m := newTextModule(t, publishedTokenizer(t), 64)
	differ := 0
	for r := range rune(utf8.MaxRune + 1) {
		if !utf8.ValidRune(r) {
			continue
		}
		want, ok := theirs[r]
		if !ok {
			want = string(r)
		}
		if got := m.normalizedRune(r); got != want {
			differ++
			if !unicode.Is(unicode.Cn, r) { // Go is of the tables' version
				t.Errorf("%U: got %+q, JavaScript has %+q", r, got, want)
			}
		}
	}
	t.Logf("node's Unicode %s changes %d code points, %d of them unknown to %s", js.Version, len(theirs), differ, tablesVersion)
	if len(theirs) < 4900 {
		t.Errorf("JavaScript changes %d code points only", len(theirs))
	}
}

// normalizedRune is normalized for one code point, in the mailbox.
func (m *textModule) normalizedRune(r rune) string {
	const text, sym, counts = mailboxAt, heapAt - 8192, heapAt - 1024
	n := copy(m.arena.Bytes()[text:], string(r))
	end := normalize(sym, m.tok+m.word(m.tok+tokNFKC), text, text+uint32(n), 0, counts)
	var out []rune
	for s := uint32(sym); s < end; s += symBytes {
		out = append(out, rune(m.word(s)))
	}
	return string(out)
}
