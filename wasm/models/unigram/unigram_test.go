package unigram

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"math"
	"os"
	"strings"
	"testing"
)

func vocabulary(t *testing.T) []Piece {
	t.Helper()
	f, err := os.Open("testdata/vocab.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	pieces, err := ReadVocabulary(z)
	if err != nil {
		t.Fatal(err)
	}
	return pieces
}

// A reader reads the tensor by its documentation.
type reader []byte

func (b reader) word(i int) int { return int(binary.LittleEndian.Uint32(b[4*i:])) }

func (b reader) at16(section, i int) int {
	return int(binary.LittleEndian.Uint16(b[b.word(section)+2*i:]))
}

// id returns the id of a piece, or noPiece.
func (b reader) id(text string) int {
	node := 0
next:
	for _, label := range []byte(text) {
		for c := b.at16(7, node); c < b.at16(7, node+1); c++ {
			if b[b.word(9)+c] == label {
				node = c
				continue next
			}
		}
		return noPiece
	}
	return b.at16(8, node)
}

func (b reader) score(id int) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(b[b.word(6)+8*id:]))
}

func TestBuildHoldsEveryPiece(t *testing.T) {
	pieces := vocabulary(t)
	if len(pieces) != 8000 {
		t.Fatalf("%d pieces, want 8000", len(pieces))
	}
	b, err := Build(pieces, 6)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := Build(pieces, 6)
	if !bytes.Equal(b, again) {
		t.Error("two builds differ")
	}
	last := map[string]int{}
	for i, p := range pieces[6:] {
		last[p.Text] = i + 6
	}
	r := reader(b)
	for text, id := range last {
		if got := r.id(text); got != id {
			t.Errorf("piece %q has id %d, want %d", text, got, id)
		}
		if got := r.score(id); !(got == pieces[id].Score) {
			t.Errorf("piece %q has score %v, want %v", text, got, pieces[id].Score)
		}
	}
	for _, text := range []string{"", "<s>", "\uFFFD", "extra_token_id_1", "zzzz", "\xE2"} {
		if got := r.id(text); got != noPiece {
			t.Errorf("%q has id %d, want none", text, got)
		}
	}
	if len(b)%8 != 0 || r.word(2) != len(b) || len(b) > 240<<10 {
		t.Errorf("%d bytes, header says %d; want a multiple of 8 up to 240 KiB", len(b), r.word(2))
	}
}

func TestTrieIsBreadthFirst(t *testing.T) {
	pieces := vocabulary(t)
	b, err := Build(pieces, 6)
	if err != nil {
		t.Fatal(err)
	}
	r := reader(b)
	nodes := r.word(4)
	for i := range nodes {
		from, to := r.at16(7, i), r.at16(7, i+1)
		if from <= i || from > to || to > nodes {
			t.Fatalf("node %d of %d has children %d up to %d", i, nodes, from, to)
		}
		for c := from + 1; c < to; c++ {
			if labels := r[r.word(9):]; labels[c-1] >= labels[c] {
				t.Fatalf("children of node %d are out of order at %d", i, c)
			}
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	many := make([]Piece, noPiece)
	for i := range many {
		many[i].Text = "a"
	}
	for _, c := range []struct {
		pieces   []Piece
		reserved int
		want     string
	}{
		{nil, 1, "1 reserved of 0"},
		{[]Piece{{"?", 0}}, 0, "0 reserved of 1"},
		{[]Piece{{"?", 0}, {"", 0}}, 1, "piece 1: 0 code points"},
		{[]Piece{{"?", 0}, {strings.Repeat("ä", 64), 0}}, 1, "piece 1: 64 code points"},
		{[]Piece{{"?", 0}, {"a\xFF", 0}}, 1, "is no UTF-8"},
		{[]Piece{{"?", 0}, {"a", math.NaN()}}, 1, "score NaN"},
		{[]Piece{{"?", 0}, {"a", math.Inf(-1)}}, 1, "score -Inf"},
		{many, 1, "65535 pieces"},
	} {
		_, err := Build(c.pieces, c.reserved)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got error %v, want %q", err, c.want)
		}
	}
}

func TestReadVocabularyRefuses(t *testing.T) {
	for _, text := range []string{"", "{}", `[["a"]]`, `[["a",1,2]]`, `[[1,"a"]]`, `[["a",1]`} {
		if got, err := ReadVocabulary(strings.NewReader(text)); err == nil {
			t.Errorf("%s reads as %v", text, got)
		}
	}
}
