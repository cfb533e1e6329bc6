package wasm

import (
	"fmt"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

// A reader reads a binary module. The first fault stops it: from then on it
// reads zeros, and err says what was wrong where.
type reader struct {
	data []byte
	pos  int
	base int // position of data in the module
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("offset %d: %s", r.base+r.pos, fmt.Sprintf(format, args...))
		r.pos = len(r.data)
	}
}

func (r *reader) more() bool { return r.err == nil && r.pos < len(r.data) }

func (r *reader) byte() byte {
	if !r.more() {
		r.fail("unexpected end")
		return 0
	}
	b := r.data[r.pos]
	r.pos++
	return b
}

// unsigned reads an unsigned LEB128 number of at most 32 bits.
func (r *reader) unsigned() uint32 {
	var v uint64
	for shift := 0; shift < 35; shift += 7 {
		b := r.byte()
		v |= uint64(b&0x7F) << shift
		if b < 0x80 {
			return uint32(v)
		}
	}
	r.fail("number too long")
	return 0
}

// signed reads a signed LEB128 number of at most 64 bits.
func (r *reader) signed() int64 {
	var v int64
	for shift := 0; shift < 70; shift += 7 {
		b := r.byte()
		v |= int64(b&0x7F) << shift
		if b < 0x80 {
			if shift < 57 {
				v = v << (57 - shift) >> (57 - shift)
			}
			return v
		}
	}
	r.fail("number too long")
	return 0
}

// little reads n bytes as a little-endian number.
func (r *reader) little(n int) uint64 {
	var v uint64
	for i := range n {
		v |= uint64(r.byte()) << (8 * i)
	}
	return v
}

func (r *reader) take(n uint32) []byte {
	if r.err != nil || uint64(n) > uint64(len(r.data)-r.pos) {
		r.fail("unexpected end")
		return nil
	}
	p := r.data[r.pos : r.pos+int(n)]
	r.pos += int(n)
	return p
}

// sub returns a reader of the next n bytes.
func (r *reader) sub(n uint32) *reader {
	base := r.base + r.pos
	return &reader{data: r.take(n), base: base, err: r.err}
}

// count reads the length of a vector, of which each element takes a byte or
// more.
func (r *reader) count() int {
	n := r.unsigned()
	if uint64(n) > uint64(len(r.data)-r.pos) {
		r.fail("vector of %d elements is longer than its section", n)
		return 0
	}
	return int(n)
}

func (r *reader) types() []ir.Type {
	ts := make([]ir.Type, r.count())
	for i := range ts {
		ts[i] = ir.Type(r.byte())
	}
	return ts
}
