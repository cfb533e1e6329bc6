// Package wasm writes ir as a WebAssembly binary module, a file a section,
// and prints such modules as text. The format is that of the WebAssembly core
// specification 3.0, section 5 (binary format).
package wasm

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// A buffer is binary output.
type buffer []byte

// unsigned appends an unsigned LEB128 number.
func (b *buffer) unsigned(v uint64) {
	for v >= 0x80 {
		*b = append(*b, byte(v)|0x80)
		v >>= 7
	}
	*b = append(*b, byte(v))
}

// signed appends a signed LEB128 number.
func (b *buffer) signed(v int64) {
	for v < -0x40 || v >= 0x40 {
		*b = append(*b, byte(v)|0x80)
		v >>= 7
	}
	*b = append(*b, byte(v)&0x7F)
}

// little appends the low n bytes of v.
func (b *buffer) little(v uint64, n int) {
	for range n {
		*b = append(*b, byte(v))
		v >>= 8
	}
}

func (b *buffer) bytes(p []byte) {
	b.unsigned(uint64(len(p)))
	*b = append(*b, p...)
}

func (b *buffer) types(ts []ir.Type) {
	b.unsigned(uint64(len(ts)))
	for _, t := range ts {
		*b = append(*b, byte(t))
	}
}

// section appends a section of a kind.
func (b *buffer) section(id byte, body buffer) {
	*b = append(*b, id)
	b.bytes(body)
}
