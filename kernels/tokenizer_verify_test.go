package kernels

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fovea-run/fovea/wasm/models/unigram"
)

// smallTokenizer returns a tensor with few pieces, quick to check often.
func smallTokenizer(t testing.TB) []byte {
	t.Helper()
	blob, err := unigram.Build([]unigram.Piece{
		{Text: "\uFFFD"}, {Text: "▁", Score: -3}, {Text: "▁the", Score: -2}, {Text: "e", Score: -4}, {Text: "é", Score: -5}, {Text: "th", Score: -4.5},
	}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return blob
}

// probe has decompositions, marks out of order, pieces of every length and
// what is unknown.
const probe = "the thé e\u0323\u0301 ﬁ㎏ﷺ 각\u1100\u1161 \U0002F800😀 \uFFFDe"

// tokensBetween tokenizes with the tensor between bytes of a kind. If two
// kinds give different tokens, something was read outside of the tensor.
func tokensBetween(t *testing.T, blob []byte, text string, around byte) (tokens []token, ok bool) {
	t.Helper()
	pad := slices.Repeat([]byte{around}, 1<<14)
	all := slices.Concat(pad, blob, pad)
	m := newTextModule(t, all, 256)
	gTokenizer.Store(0, m.tok+uint32(len(pad)))
	clearError()
	switch got := verifyTokenizer(m.tok+uint32(len(pad)), uint32(len(blob))); {
	case got == 0 && recCode.Load(0) == errTokenizer:
		return nil, false
	case got != 1 || recCode.Load(0) != 0:
		t.Fatalf("verifyTokenizer returned %d with error %d", got, recCode.Load(0))
	}
	return m.tokenize(t, text, 0), true
}

// checkDamaged checks that a damaged tensor is refused, or harmless.
func checkDamaged(t *testing.T, blob []byte, text string) (accepted bool) {
	t.Helper()
	zeros, ok := tokensBetween(t, blob, text, 0)
	if !ok {
		return false
	}
	if ones, _ := tokensBetween(t, blob, text, 0xFF); !slices.Equal(zeros, ones) {
		t.Fatalf("tokens depend on what surrounds the tensor: %v, %v", zeros, ones)
	}
	for i, tok := range zeros {
		if tok.id >= binary.LittleEndian.Uint32(blob[tokPieces:]) || tok.end > uint32(len(text)) {
			t.Fatalf("token %d is %v", i, tok)
		}
	}
	return true
}

func TestVerifyTokenizerAccepts(t *testing.T) {
	for _, blob := range [][]byte{smallTokenizer(t), publishedTokenizer(t)} {
		if !checkDamaged(t, blob, probe) {
			t.Errorf("refused with error %d: byte %d is %d, limit %d", recCode.Load(0), recArg.Load(0), recGot.Load(0), recWant.Load(0))
		}
	}
}

func TestVerifyTokenizerRefuses(t *testing.T) {
	good := smallTokenizer(t)
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(good[at:]) }
	nfkc := int(word(tokNFKC))
	at := func(base, off int) int { return base + int(word(base+off)) }
	for _, c := range []struct {
		name  string
		at    int
		value uint32
		size  int
		arg   int // byte that the error names
	}{
		{"magic", tokMagic, 1, 4, tokMagic},
		{"version", tokVersion, 2, 4, tokVersion},
		{"length", tokBytes, word(tokBytes) + 8, 4, tokBytes},
		{"no pieces", tokPieces, 0, 4, tokPieces},
		{"too many pieces", tokPieces, 0x20000001, 4, tokPieces},
		{"no nodes", tokNodes, 0, 4, tokNodes},
		{"too many nodes", tokNodes, 0xFFFF, 4, tokNodes},
		{"unknown piece without length", tokUnknownUnits, 0, 4, tokUnknownUnits},
		{"unknown piece too long", tokUnknownUnits, 256, 4, tokUnknownUnits},
		{"scores outside", tokScores, 0xFFFFFFF8, 4, tokScores},
		{"labels outside", tokLabels, word(tokBytes) - 1, 4, tokLabels},
		{"tables outside", tokNFKCBytes, word(tokBytes), 4, tokNFKC},
		{"child before its parent", at(0, tokFirst) + 2, 1, 2, at(0, tokFirst) + 2},
		{"children backwards", at(0, tokFirst) + 4, 3, 2, at(0, tokFirst) + 2},
		{"child past the end", at(0, tokFirst) + 2, 0xFFFF, 2, at(0, tokFirst)},
		{"unknown id", at(0, tokIDs) + 4, word(tokPieces), 2, at(0, tokIDs) + 4},
		{"score NaN", at(0, tokScores) + 4, 0x7FF80000, 4, at(0, tokScores)},
		{"index too long", nfkc + nfkcIndexCount, 0x110001, 4, nfkc + nfkcIndexCount},
		{"no such block", at(nfkc, nfkcIndex) + 6, word(nfkc + nfkcBlockCount), 2, at(nfkc, nfkcIndex) + 6},
		{"no such decomposition", at(nfkc, nfkcBlocks) + 8, 256 + word(nfkc+nfkcSeqCount), 2, at(nfkc, nfkcBlocks) + 8},
		{"text outside", at(nfkc, nfkcSeqs) + 2, word(nfkc+nfkcTextBytes) + 1, 2, at(nfkc, nfkcSeqs) + 2},
		{"text backwards", at(nfkc, nfkcSeqs) + 2, 100, 2, at(nfkc, nfkcSeqs) + 2},
		{"compositions outside", nfkc + nfkcPairCount, 0x20000000, 4, nfkc + nfkcPairs},
	} {
		blob := slices.Clone(good)
		if c.size == 2 {
			binary.LittleEndian.PutUint16(blob[c.at:], uint16(c.value))
		} else {
			binary.LittleEndian.PutUint32(blob[c.at:], c.value)
		}
		if _, ok := tokensBetween(t, blob, probe, 0); ok || int(recArg.Load(0)) != c.arg {
			t.Errorf("%s: accepted %v, error names byte %d, want %d", c.name, ok, recArg.Load(0), c.arg)
		}
	}
	for n := range 200 {
		if _, ok := tokensBetween(t, good[:n], probe, 0); ok {
			t.Errorf("the first %d bytes are accepted", n)
		}
	}
}

func TestFlippedTokenizerIsHarmless(t *testing.T) {
	good := smallTokenizer(t)
	nfkc := int(binary.LittleEndian.Uint32(good[tokNFKC:]))
	random := rand.New(rand.NewPCG(7, 8))
	var bits []int
	for i := range 8 * tokHeader {
		bits = append(bits, i, 8*nfkc+i)
	}
	for range 800 {
		bits = append(bits, random.IntN(8*len(good)), 8*(len(good)-1-random.IntN(200)))
	}
	accepted := 0
	for _, bit := range bits {
		blob := slices.Clone(good)
		blob[bit/8] ^= 1 << (bit % 8)
		if checkDamaged(t, blob, probe) {
			accepted++
		}
	}
	t.Logf("%d of %d accepted", accepted, len(bits))
}

func FuzzVerifyTokenizer(f *testing.F) {
	good := smallTokenizer(f)
	f.Add(uint32(tokScores), uint32(4), uint32(tokNodes), uint32(1), probe)
	f.Fuzz(func(t *testing.T, at1, xor1, at2, xor2 uint32, text string) {
		if len(text) > 1<<10 {
			t.Skip("long texts have their own test")
		}
		blob := slices.Clone(good)
		for _, c := range [][2]uint32{{at1, xor1}, {at2, xor2}} {
			p := blob[c[0]%uint32(len(blob)/4)*4:]
			binary.LittleEndian.PutUint32(p, binary.LittleEndian.Uint32(p)^c[1])
		}
		checkDamaged(t, blob, text)
	})
}
