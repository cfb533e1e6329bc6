// Package conformance holds what every intrinsic is tested with on every
// engine: the kernels of package ops, the memory that they start from, and
// which differences of results count.
//
// A test builds package ops with wasmbuild and, for each of [Ops], writes
// [Image] to address 0, calls the export of that name with [Args] and
// compares the memory with that of a native run by [Op.Same].
package conformance

import (
	"bytes"
	"encoding/binary"
	"math"
	"regexp"
	"slices"
	"strconv"

	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// An Op is a kernel of package ops.
type Op struct {
	Name      string   // of the export: the intrinsic's, a slash and its constants
	Intrinsic string   // name in the opcode table
	Imms      []uint64 // the constants
	Operands  string   // Go types of the other operands, with a space between
	Result    string   // Go type, or empty
	Run       func(out, a, b, c, n uint32)
}

// Ops returns all kernels.
func Ops() []Op { return slices.Concat(ops1, ops2, ops3) }

// The layout of the memory: room for maxCases cases, of which Cases are used.
// Loads at an offset read beyond the last operand.
const (
	maxCases = 7000
	AddrA    = 1 << 10
	AddrB    = AddrA + 16*maxCases + 64
	AddrC    = AddrB + 16*maxCases + 64
	AddrOut  = AddrC + 16*maxCases + 64
	Pages    = (AddrOut+16*maxCases)/(1<<16) + 1
)

// Cases is the number of cases that the operands of Image make.
var Cases = func() uint32 {
	n := len(vectors())
	if n > maxCases {
		panic("conformance: more cases than there is room for")
	}
	return uint32(n)
}()

// Args returns the arguments of every kernel.
func Args() [5]uint32 { return [5]uint32{AddrOut, AddrA, AddrB, AddrC, Cases} }

// Image returns the memory before a kernel runs.
func Image() []byte {
	const untouched = 0x5A
	mem := make([]byte, Pages<<16)
	for i := AddrOut; i < len(mem); i++ {
		mem[i] = untouched
	}
	for i, v := range vectors() {
		for operand, at := range []int{AddrA, AddrB, AddrC} {
			copy(mem[at+16*i:], v[operand][:])
		}
	}
	return mem
}

// anyNaN matches the instructions that may give any NaN, and the width of
// its lanes.
var anyNaN = regexp.MustCompile(`^f(32|64)(?:x\d)?\.(?:add|sub|mul|div|min|max|sqrt|ceil|floor|trunc|nearest|demote\w+|promote\w+|relaxed_n?madd)$`)

// NaNBits returns the width of the floats of which any NaN equals any other
// in the result, 0 if the bits of the result are determined.
func (o *Op) NaNBits(relaxed bool) int {
	emits := opcode.FindIntrinsic(o.Intrinsic).Emits(relaxed)
	if len(emits) == 0 {
		return 0
	}
	m := anyNaN.FindStringSubmatch(emits[len(emits)-1])
	if m == nil {
		return 0
	}
	bits, _ := strconv.Atoi(m[1]) // the pattern admits only numbers
	return bits
}

// Same compares two memories after a run: equal bytes, except that where
// the WebAssembly specification leaves open which NaN a result is, both are
// NaN. It returns the address of the first difference, or -1.
func (o *Op) Same(got, want []byte, relaxed bool) int {
	bits := o.NaNBits(relaxed)
	if len(got) != len(want) {
		return min(len(got), len(want))
	}
	if bytes.Equal(got, want) {
		return -1
	}
	for i := range want {
		if got[i] != want[i] && !(bits > 0 && i >= AddrOut && bothNaN(got, want, i&^(bits/8-1), bits)) {
			return i
		}
	}
	return -1
}

func bothNaN(x, y []byte, at, bits int) bool { return isNaN(x[at:], bits) && isNaN(y[at:], bits) }

func isNaN(b []byte, bits int) bool {
	if bits == 32 {
		return math.IsNaN(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
	}
	return math.IsNaN(math.Float64frombits(binary.LittleEndian.Uint64(b)))
}
