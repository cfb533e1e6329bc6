package kernels

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/fovea-run/fovea/wasm/models/unigram"
)

// The expected ids are the published tokenizer's; the script
// runtime_test/peers/tokenize.mjs recorded them.
const recorded = "testdata/tokenize/"

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func nastyTexts(t testing.TB) []string {
	t.Helper()
	var texts []string
	if err := json.Unmarshal(readFile(t, recorded+"nasty.json"), &texts); err != nil {
		t.Fatal(err)
	}
	return texts
}

// opticksText returns Newton's Opticks from Go's source tree.
func opticksText(t testing.TB) string {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(readFile(t, filepath.Join(strings.TrimSpace(string(root)), "src/testdata/Isaac.Newton-Opticks.txt")))
}

// opticks returns the lines and then the paragraphs of Newton's Opticks, as
// the recording script takes them.
func opticks(t testing.TB) []string {
	t.Helper()
	text := opticksText(t)
	all := append(strings.Split(text, "\n"), regexp.MustCompile(`\n\n+`).Split(text, -1)...)
	return slices.DeleteFunc(all, func(s string) bool { return strings.TrimSpace(s) == "" })
}

func TestTokenizeNastyTexts(t *testing.T) {
	texts := nastyTexts(t)
	m := newTextModule(t, publishedTokenizer(t), 256)
	want := bufio.NewScanner(bytes.NewReader(readFile(t, recorded+"nasty.ids")))
	want.Buffer(nil, 1<<20)
	hidden := 0
	for _, text := range texts {
		if !want.Scan() {
			t.Fatal("nasty.ids is shorter than nasty.json")
		}
		var ids []uint32
		if err := json.Unmarshal(want.Bytes(), &ids); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsFunc(text, ignorable) {
			hidden++ // the published tokenizer takes what nobody sees for unknown words
			continue
		}
		if got := tokenIDs(m.tokenize(t, text, 0)); !slices.Equal(got, ids) {
			t.Errorf("%+.60q: got ids %v, want %v", text, got, ids)
		}
	}
	if want.Scan() || len(texts)-hidden < 200 {
		t.Errorf("%d texts, %d of them with ignorable characters, and more ids", len(texts), hidden)
	}
}

func TestTokenizeOpticks(t *testing.T) {
	texts := opticks(t)
	want := strings.Fields(string(readFile(t, recorded+"opticks.fnv")))
	if len(texts) != len(want) || len(texts) < 5000 {
		t.Fatalf("%d lines and paragraphs, %d recorded", len(texts), len(want))
	}
	m := newTextModule(t, publishedTokenizer(t), 256)
	bad := 0
	for i, text := range texts {
		h := fnv.New32a()
		for j, id := range tokenIDs(m.tokenize(t, text, 0)) {
			if j > 0 {
				h.Write([]byte(","))
			}
			fmt.Fprint(h, id)
		}
		if got := fmt.Sprintf("%08x", h.Sum32()); got != want[i] {
			bad++
			t.Errorf("text %d, %.60q: ids hash to %s, want %s", i, text, got, want[i])
		}
		if bad > 10 {
			t.Fatal("and so on")
		}
	}
	t.Logf("%d texts agree", len(texts))
}

// boundaries returns for every offset into text, its end included, the
// UTF-16 units before it, or -1 where it is inside of a character.
func boundaries(text string) []int {
	units := slices.Repeat([]int{-1}, len(text)+1)
	n := 0
	for i, r := range text {
		units[i] = n
		n += utf16.RuneLen(r)
	}
	units[len(text)] = n
	return units
}

// checkTokens checks what holds of the tokens of any text.
func checkTokens(t *testing.T, m *textModule, text string) {
	t.Helper()
	units := boundaries(text)
	bytewise := m.tokenize(t, text, 0)
	wide := m.tokenize(t, text, flagUTF16)
	if len(bytewise) != len(wide) {
		t.Fatalf("%d tokens, with UTF-16 offsets %d", len(bytewise), len(wide))
	}
	var start, covered uint32
	for i, tok := range bytewise {
		if tok.id >= 8000 || tok.id > 0 && tok.id < 6 {
			t.Fatalf("token %d has id %d", i, tok.id)
		}
		if tok.start < start || tok.start > covered || tok.end < covered || tok.end > uint32(len(text)) {
			t.Fatalf("token %d is %d..%d after one from %d, %d of %d covered", i, tok.start, tok.end, start, covered, len(text))
		}
		start, covered = tok.start, tok.end
		from, to := units[tok.start], units[tok.end]
		if from < 0 || to < 0 {
			t.Fatalf("token %d, %d..%d, cuts a character", i, tok.start, tok.end)
		}
		if want := (token{tok.id, uint32(from), uint32(to)}); wide[i] != want {
			t.Fatalf("token %d is %v, with UTF-16 offsets %v, want %v", i, tok, wide[i], want)
		}
		if i > 0 && tok.id == 0 && bytewise[i-1].id == 0 {
			t.Fatalf("tokens %d and %d are both unknown", i-1, i)
		}
	}
	if covered != uint32(len(text)) && shown(text) != "" {
		t.Fatalf("tokens cover %d of %d bytes", covered, len(text))
	}
}

func TestTokensCoverNastyTexts(t *testing.T) {
	m := newTextModule(t, publishedTokenizer(t), 256)
	for _, text := range append(nastyTexts(t), "\xFF\xFE", "a\xC3", "\xED\xA0\x80", "\xF0\x9F\x98") {
		checkTokens(t, m, text)
	}
}

func TestTokenParts(t *testing.T) {
	m := newTextModule(t, publishedTokenizer(t), 64)
	for _, c := range []struct {
		text  string
		flags uint32
		want  []string // the parts, in UTF-16 units where flags say so
	}{
		{"the cat", 0, []string{"the", " cat"}},
		{"café cafe\u0301", 0, []string{"ca", "f", "é", " ca", "f", "e\u0301"}},
		{"\u2603\u2603 x", 0, []string{"", "\u2603\u2603", " x"}},
		{"😀the", flagUTF16, []string{"", "😀", "the"}},
		{"ﬁne ﬁ", 0, []string{"ﬁne", " ﬁ"}},
	} {
		units := utf16.Encode([]rune(c.text))
		var got []string
		for _, tok := range m.tokenize(t, c.text, c.flags) {
			if c.flags&flagUTF16 != 0 {
				got = append(got, string(utf16.Decode(units[tok.start:tok.end])))
			} else {
				got = append(got, c.text[tok.start:tok.end])
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: parts %q, want %q", c.text, got, c.want)
		}
	}
}

// The rules that only show with other vocabularies. The ids are the published
// Tokenizer class's for them.
func TestTokenizeOddVocabularies(t *testing.T) {
	for _, c := range []struct {
		name, text string
		pieces     []unigram.Piece
		want       []uint32
	}{
		{"a later start wins a tie", "ab", []unigram.Piece{
			{Text: "?"}, {Text: "▁", Score: -1}, {Text: "ab", Score: -4}, {Text: "a", Score: -2}, {Text: "b", Score: -2}},
			[]uint32{1, 3, 4}},
		{"a position without piece starts afresh", "abcd", []unigram.Piece{
			{Text: "?"}, {Text: "▁", Score: -9}, {Text: "ab", Score: -1}, {Text: "bc", Score: -8}, {Text: "cd", Score: -1}},
			[]uint32{1, 0, 3, 0}},
		{"a piece beyond the basic plane goes back two", "x😀y", []unigram.Piece{
			{Text: "?"}, {Text: "▁", Score: -1}, {Text: "x", Score: -1}, {Text: "😀", Score: -1}, {Text: "y", Score: -1}},
			[]uint32{1, 3, 4}},
		{"a long unknown piece", "xxxx", []unigram.Piece{
			{Text: "<unknown>"}, {Text: "▁", Score: -1}}, []uint32{0}},
	} {
		blob, err := unigram.Build(c.pieces, 1)
		if err != nil {
			t.Fatal(err)
		}
		m := newTextModule(t, blob, 16)
		if got := tokenIDs(m.tokenize(t, c.text, 0)); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestTokenizeLongTexts(t *testing.T) {
	m := newTextModule(t, publishedTokenizer(t), 8192)
	for _, part := range []string{"a", " ", "the ", "e\u0301", "\u0301\u0323", "ﷺ", "\u2603", "😀", "각", "\x80", "Q", "i"} {
		text := strings.Repeat(part, 1<<20/len(part))
		begin := time.Now()
		tokens := m.tokenize(t, text, 0)
		if len(tokens) == 0 || tokens[len(tokens)-1].end != uint32(len(text)) {
			t.Errorf("%q: %d tokens", part, len(tokens))
		}
		if took := time.Since(begin); took > 20*time.Second {
			t.Errorf("a megabyte of %q took %v", part, took)
		} else {
			t.Logf("a megabyte of %q took %v", part, took)
		}
	}
}

func TestTokenizeFails(t *testing.T) {
	m := newTextModule(t, publishedTokenizer(t), 16)
	text := m.put(t, bytes.Repeat([]byte("a"), 400<<10))
	for _, c := range []struct {
		name          string
		addr, n, code uint32
	}{
		{"past the end", 16 << 16, 1, errRange},
		{"around the end", 0xFFFFFFFF, 2, errRange},
		{"longer than memory", 0, 0xFFFFFFFF, errRange},
		{"too little memory", text, 400 << 10, errMemory},
	} {
		if got := Tokenize(c.addr, c.n, 0); got != 0 || recCode.Load(0) != c.code {
			t.Errorf("%s: got %d with error %d, want 0 with error %d", c.name, got, recCode.Load(0), c.code)
		}
	}
	gTokenizer.Store(0, 0)
	if got := Tokenize(text, 1, 0); got != 0 || recCode.Load(0) != errNoTokenizer {
		t.Errorf("got %d with error %d, want 0 with errNoTokenizer", got, recCode.Load(0))
	}
}

func FuzzTokenize(f *testing.F) {
	for _, text := range nastyTexts(f) {
		f.Add(text)
	}
	f.Add("\xFF\xC3\x28")
	blob := publishedTokenizer(f)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 {
			t.Skip("long texts have their own test")
		}
		checkTokens(t, newTextModule(t, blob, 256), text)
	})
}

// TestTokenizeProse compares with the text whose white space is joined, and
// finds the same pieces of both.
func TestTokenizeProse(t *testing.T) {
	m := newTextModule(t, publishedTokenizer(t), 256)
	texts := append(nastyTexts(t), " \n\t", "a", " a", "a ", "\r\n  one\r\n\ttwo \u2003\u00a0 three\n", "one . \n two\u3000\u2028three")
	for _, text := range texts {
		if !utf8.ValidString(text) {
			continue // Fields below would not see it as Tokenize does
		}
		joined := strings.Join(strings.FieldsFunc(shown(text), func(r rune) bool { return isSpace(uint32(r)) }), " ")
		got, want := m.tokenize(t, text, flagProse), m.tokenize(t, joined, 0)
		if !slices.Equal(tokenIDs(got), tokenIDs(want)) {
			t.Errorf("%+.60q: ids %v, want %v", text, tokenIDs(got), tokenIDs(want))
			continue
		}
		for i, tok := range got {
			piece := strings.Join(strings.Fields(shown(text[tok.start:tok.end])), " ")
			if w := strings.Join(strings.Fields(joined[want[i].start:want[i].end]), " "); piece != w {
				t.Errorf("%+.60q: token %d is %q, want %q", text, i, piece, w)
			}
		}
	}
}
