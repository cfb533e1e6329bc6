// Package unigram builds the tokenizer tensor of a model file: what the
// module's tokenize needs to cut text into the pieces of a unigram
// vocabulary, the normalisation tables included.
//
// # Format
//
// All numbers are little endian; offsets are bytes from the start of the
// tensor, or of the normalisation tables inside it. The tensor begins with
// 12 words of 4 bytes:
//
//	 0  magic "FTOK"
//	 1  format version, 1
//	 2  bytes of the whole tensor, a multiple of 8
//	 3  pieces
//	 4  trie nodes
//	 5  length of piece 0, the unknown piece, in UTF-16 units, 1 to 255
//	 6  offset of the scores: float64, one a piece
//	 7  offset of the first children: uint16, one a node and one more
//	 8  offset of the piece ids: uint16, one a node, 0xFFFF for none
//	 9  offset of the labels: uint8, one a node
//	10  offset of the normalisation tables
//	11  bytes of the normalisation tables
//
// The trie is over the UTF-8 bytes of the pieces. Its nodes stand in
// breadth-first order, node 0 is the root; the children of node i are nodes
// first[i] up to first[i+1], in ascending order of their labels, and every
// first[i] is greater than i. The root's label is 0 and means nothing. Pieces
// below the number of reserved ones are not in the trie, nor is a piece that
// a later one repeats. A piece has at most 63 code points.
//
// The normalisation tables also begin with 12 words:
//
//	 0  version of Unicode: major<<16 | minor<<8 | patch
//	 1  bytes of the tables, a multiple of 8
//	 2  index entries         3  their offset: uint16, one for 32 code points
//	 4  blocks                5  their offset: 32 uint16 each
//	 6  decompositions        7  offset of their starts: uint16, one more
//	 8  text bytes            9  offset of the text: UTF-8
//	10  compositions         11  their offset: uint64, ascending
//
// The entry of code point c is number c%32 of block index[c/32], or 0 past
// the index. An entry below 256 is the canonical combining class; entry
// 256+i says that c decomposes into the text from start[i] to start[i+1],
// its full compatibility decomposition. A composition of a and b into c is
// a<<42 | b<<21 | c. Hangul syllables are in neither: they are computed.
package unigram

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	magic       = 0x4B4F5446 // "FTOK"
	version     = 1
	headerBytes = 12 * 4
	noPiece     = 0xFFFF
	maxRunes    = 63 // code points of a piece
)

// A Piece is an entry of a vocabulary. Its position is its id.
type Piece struct {
	Text  string
	Score float64
}

// UnmarshalJSON reads the pair [text, score].
func (p *Piece) UnmarshalJSON(data []byte) error {
	pair := []any{&p.Text, &p.Score}
	if err := json.Unmarshal(data, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return fmt.Errorf("a piece of %d values, not a text and a score", len(pair))
	}
	return nil
}

// ReadVocabulary reads a vocabulary in the published form: a JSON array of
// pairs [text, score].
func ReadVocabulary(r io.Reader) ([]Piece, error) {
	var pieces []Piece
	if err := json.NewDecoder(r).Decode(&pieces); err != nil {
		return nil, fmt.Errorf("vocabulary: %w", err)
	}
	return pieces, nil
}

// Build makes the tokenizer tensor of a vocabulary. The first reserved
// pieces never come out of text; piece 0 of them stands for what is unknown.
func Build(pieces []Piece, reserved int) ([]byte, error) {
	if err := check(pieces, reserved); err != nil {
		return nil, err
	}
	t := newTrie(pieces, reserved)
	if len(t.labels) >= noPiece {
		return nil, fmt.Errorf("vocabulary: its trie has %d nodes, over the limit of %d", len(t.labels), noPiece-1)
	}
	b := make([]byte, headerBytes)
	word := func(i, v int) { binary.LittleEndian.PutUint32(b[4*i:], uint32(v)) }
	word(0, magic)
	word(1, version)
	word(3, len(pieces))
	word(4, len(t.labels))
	word(5, len(utf16.Encode([]rune(pieces[0].Text))))
	word(6, len(b))
	for _, p := range pieces {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p.Score))
	}
	word(10, len(b))
	word(11, len(nfkcTables))
	b = append(b, nfkcTables...)
	word(7, len(b))
	b = append16(b, t.first)
	word(8, len(b))
	b = append16(b, t.ids)
	word(9, len(b))
	b = append(b, t.labels...)
	for len(b)%8 != 0 {
		b = append(b, 0)
	}
	word(2, len(b))
	return b, nil
}

func append16(b []byte, values []uint16) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	return b
}

func check(pieces []Piece, reserved int) error {
	if reserved < 1 || reserved > len(pieces) {
		return fmt.Errorf("vocabulary: %d reserved of %d pieces: at least the unknown one is", reserved, len(pieces))
	}
	if len(pieces) >= noPiece {
		return fmt.Errorf("vocabulary: %d pieces, over the limit of %d", len(pieces), noPiece-1)
	}
	for i, p := range pieces {
		switch n := utf8.RuneCountInString(p.Text); {
		case n == 0 || n > maxRunes:
			return fmt.Errorf("piece %d: %d code points, not 1 to %d", i, n, maxRunes)
		case !utf8.ValidString(p.Text):
			return fmt.Errorf("piece %d: %q is no UTF-8", i, p.Text)
		case math.IsNaN(p.Score) || math.IsInf(p.Score, 0):
			return fmt.Errorf("piece %d, %q: score %v", i, p.Text, p.Score)
		}
	}
	return nil
}
