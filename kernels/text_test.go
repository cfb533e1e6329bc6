package kernels

import (
	"compress/gzip"
	"encoding/binary"
	"os"
	"sync"
	"testing"

	"github.com/fovea-run/fovea/kernels/simd128"
	"github.com/fovea-run/fovea/wasm/models/unigram"
)

var publishedPieces = sync.OnceValues(func() ([]unigram.Piece, error) {
	f, err := os.Open("../wasm/models/unigram/testdata/vocab.json.gz")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return unigram.ReadVocabulary(z)
})

// publishedTokenizer returns the tokenizer tensor of the published model.
func publishedTokenizer(t testing.TB) []byte {
	t.Helper()
	pieces, err := publishedPieces()
	if err != nil {
		t.Fatal(err)
	}
	blob, err := unigram.Build(pieces, 6)
	if err != nil {
		t.Fatal(err)
	}
	return blob
}

// A textModule is an instance of the module with nothing but a tokenizer.
type textModule struct {
	arena *simd128.Arena
	tok   uint32
}

func newTextModule(t testing.TB, blob []byte, maxPages uint32) *textModule {
	t.Helper()
	m := &textModule{arena: simd128.NewArena(2, maxPages)}
	m.arena.Use()
	m.tok = m.put(t, blob)
	gTop.Store(0, heapCur())
	gTokenizer.Store(0, m.tok)
	return m
}

// put copies data to transient memory.
func (m *textModule) put(t testing.TB, data []byte) uint32 {
	t.Helper()
	at := Alloc(uint32(len(data)))
	if at == 0 {
		t.Fatalf("cannot put %d bytes", len(data))
	}
	copy(m.arena.Bytes()[at:], data)
	return at
}

func (m *textModule) word(at uint32) uint32 { return binary.LittleEndian.Uint32(m.arena.Bytes()[at:]) }

type token struct{ id, start, end uint32 }

func (m *textModule) tokenize(t testing.TB, text string, flags uint32) []token {
	t.Helper()
	m.arena.Use()
	Reset()
	at := Tokenize(m.put(t, []byte(text)), uint32(len(text)), flags)
	if at == 0 {
		t.Fatalf("tokenize %.40q: error %d", text, recCode.Load(0))
	}
	tokens := make([]token, m.word(at))
	for i := range tokens {
		p := at + 4 + 12*uint32(i)
		tokens[i] = token{m.word(p), m.word(p + 4), m.word(p + 8)}
	}
	return tokens
}

func tokenIDs(tokens []token) []uint32 {
	ids := []uint32{}
	for _, t := range tokens {
		ids = append(ids, t.id)
	}
	return ids
}

// normalized returns text in the module's Normalization Form KC, and each
// code point's source.
func (m *textModule) normalized(t testing.TB, text string) (string, []token) {
	t.Helper()
	m.arena.Use()
	Reset()
	p := m.put(t, []byte(text))
	nfkc := m.tok + m.word(m.tok+tokNFKC)
	n := decomposedCount(nfkc, p, p+uint32(len(text)))
	counts := alloc(1024)
	sym := alloc(n*symBytes + 16)
	if sym == 0 {
		t.Fatal("out of memory")
	}
	end := normalize(sym, nfkc, p, p+uint32(len(text)), 0, counts)
	var out []rune
	var parts []token
	for s := sym; s < end; s += symBytes {
		out = append(out, rune(m.word(s)))
		parts = append(parts, token{m.word(s), m.word(s + 4), m.word(s + 8)})
	}
	return string(out), parts
}
