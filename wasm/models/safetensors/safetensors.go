// Package safetensors reads and writes the safetensors container: an 8-byte
// little-endian header length, a JSON header that names every tensor with its
// dtype, shape and byte range, then the tensors' bytes without holes
// (https://huggingface.co/docs/safetensors, section "Format").
//
// The reader is strict: a file that it accepts has every byte accounted for, so
// a host can hand a tensor's range on without checking it again. Fovea's own
// files also carry a digest over the whole file, see [File.Verify].
package safetensors

import (
	"fmt"
	"math/bits"
)

// DType is a tensor's element type as the header spells it.
type DType string

// Element types of the format whose elements are whole bytes.
const (
	Bool   DType = "BOOL"
	U8     DType = "U8"
	I8     DType = "I8"
	F8E4M3 DType = "F8_E4M3"
	F8E5M2 DType = "F8_E5M2"
	U16    DType = "U16"
	I16    DType = "I16"
	F16    DType = "F16"
	BF16   DType = "BF16"
	U32    DType = "U32"
	I32    DType = "I32"
	F32    DType = "F32"
	U64    DType = "U64"
	I64    DType = "I64"
	F64    DType = "F64"
)

// Size is the number of bytes of one element, 0 for an unknown type.
func (d DType) Size() int {
	switch d {
	case Bool, U8, I8, F8E4M3, F8E5M2:
		return 1
	case U16, I16, F16, BF16:
		return 2
	case U32, I32, F32:
		return 4
	case U64, I64, F64:
		return 8
	}
	return 0
}

// maxRank bounds a shape's length; no published model comes near it.
const maxRank = 16

// maxHeader is the header length that the reference implementation accepts.
const maxHeader = 100_000_000

// metadataKey is the header's one entry that is not a tensor.
const metadataKey = "__metadata__"

// byteLen is the length in bytes of a tensor, checked for overflow.
func byteLen(d DType, shape []int64) (int64, error) {
	n := uint64(d.Size())
	if n == 0 {
		return 0, fmt.Errorf("unknown dtype %q", string(d))
	}
	if len(shape) > maxRank {
		return 0, fmt.Errorf("%d dimensions, at most %d are supported", len(shape), maxRank)
	}
	for _, s := range shape {
		if s < 0 {
			return 0, fmt.Errorf("negative dimension in shape %v", shape)
		}
		hi, lo := bits.Mul64(n, uint64(s))
		if hi != 0 || lo > 1<<62 {
			return 0, fmt.Errorf("shape %v overflows", shape)
		}
		n = lo
	}
	return int64(n), nil
}
