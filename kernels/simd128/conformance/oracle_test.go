package conformance

import (
	"encoding/binary"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/kernels/simd128"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// The oracle computes instructions from their mnemonics as the WebAssembly
// core specification, section 4.3, words them: one lane at a time, on
// unbounded integers where it speaks of integers and on rational numbers
// where it speaks of reals. It shares nothing with the emulation.

// A value is an operand or result: a vector, or a number's bits in lo.
type value struct{ lo, hi uint64 }

func (v value) lanes(bits int) []uint64 {
	var all []uint64
	for _, half := range []uint64{v.lo, v.hi} {
		for shift := 0; shift < 64; shift += bits {
			all = append(all, low(half>>shift, bits))
		}
	}
	return all
}

func vector(lanes []uint64, bits int) (v value) {
	for i, l := range lanes {
		half := &v.lo
		if i*bits >= 64 {
			half = &v.hi
		}
		*half |= low(l, bits) << (i * bits % 64)
	}
	return v
}

// low keeps bits of x.
func low(x uint64, bits int) uint64 {
	if bits == 64 {
		return x
	}
	return x & (1<<bits - 1)
}

// signedOf reads bits as two's complement.
func signedOf(x uint64, bits int) int64 { return int64(x<<(64-bits)) >> (64 - bits) }

// An oracle is a memory on which it runs a kernel.
type oracle struct {
	mem      []byte
	op       *Op
	in       *opcode.Intrinsic
	operands []string // types
	emits    []string
	stores   bool // the kernel stores itself, at out
}

func newOracle(op *Op, image []byte) *oracle {
	in := opcode.FindIntrinsic(op.Intrinsic)
	fused := simd128.Relaxed && strings.Contains(in.Relaxed, "madd") // the only ones that the emulation minds
	return &oracle{
		mem: slices.Clone(image), op: op, in: in, operands: strings.Fields(op.Operands), emits: in.Emits(fused),
		stores: op.Result == "" && !strings.Contains(in.Wasm, "atomic"),
	}
}

// run does what the kernel of o.op does.
func (o *oracle) run() {
	for i := range Cases {
		o.step([]uint32{AddrA + 16*i, AddrB + 16*i, AddrC + 16*i}, AddrOut+16*i)
	}
}

// step runs one case: it loads the operands, applies the instructions and
// stores the result.
func (o *oracle) step(at []uint32, out uint32) {
	var stack []value
	for _, typ := range o.operands {
		if isAddress(typ) && o.stores {
			stack = append(stack, value{lo: uint64(out)})
			continue
		}
		stack = append(stack, o.operand(typ, at[0]))
		at = at[1:]
	}
	if o.in.AddressFirst {
		stack[0], stack[1] = stack[1], stack[0]
	}
	for _, name := range o.emits {
		n := strings.Index(opcode.Find(name).Sig, ":")
		result := o.apply(name, stack[:n])
		stack = append([]value{result}, stack[n:]...)
	}
	if o.op.Result != "" {
		o.put(out, stack[0], size(o.op.Result))
	}
}

func isAddress(typ string) bool { return len(typ) <= 3 }

var shapeOf = newPattern(`(\d+)x\d+$`)

// operand is a value of a Go type in memory: masks are the signs of lanes.
func (o *oracle) operand(typ string, at uint32) value {
	if isAddress(typ) {
		return value{lo: uint64(at)}
	}
	v := o.get(at, size(typ))
	if strings.HasPrefix(typ, "Mask") {
		bits := number(shapeOf.match(typ)[1])
		var lanes []uint64
		for _, l := range v.lanes(bits) {
			lanes = append(lanes, uint64(signedOf(l, bits)>>(bits-1)))
		}
		return vector(lanes, bits)
	}
	return v
}

// size is the number of bytes that a value of a Go type has in memory.
func size(typ string) uint32 {
	switch {
	case shapeOf.match(typ) != nil:
		return 16
	case strings.HasSuffix(typ, "64"):
		return 8
	}
	return 4
}

func (o *oracle) get(at, n uint32) value {
	var b [16]byte
	copy(b[:n], o.mem[at:])
	return value{binary.LittleEndian.Uint64(b[:]), binary.LittleEndian.Uint64(b[8:])}
}

func (o *oracle) put(at uint32, v value, n uint32) {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], v.lo)
	binary.LittleEndian.PutUint64(b[8:], v.hi)
	copy(o.mem[at:at+n], b[:])
}

func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		panic(err)
	}
	return n
}

var mnemonic = newPattern(`^([ifv])(\d+)(?:x(\d+))?\.(.+)$`)

// A pattern remembers what it matched: there are few mnemonics.
type pattern struct {
	re   *regexp.Regexp
	seen map[string][]string
}

func newPattern(re string) pattern { return pattern{regexp.MustCompile(re), map[string][]string{}} }

// match returns the submatches, nil if there is no match.
func (p pattern) match(s string) []string {
	m, ok := p.seen[s]
	if !ok {
		m = p.re.FindStringSubmatch(s)
		p.seen[s] = m
	}
	return m
}

// apply computes one instruction.
func (o *oracle) apply(name string, args []value) value {
	if name == "atomic.fence" {
		return value{}
	}
	m := mnemonic.match(name)
	if m == nil {
		panic("no such instruction: " + name)
	}
	kind, bits, vectorial, op := m[1], number(m[2]), m[3] != "", m[4]
	switch {
	case strings.HasPrefix(op, "load") || strings.HasPrefix(op, "store") || strings.HasPrefix(op, "atomic"):
		return o.memory(bits, op, args)
	case kind == "v":
		return whole(op, args)
	case strings.HasPrefix(op, "reinterpret"):
		return args[0]
	case vectorial:
		if v, ok := o.arrange(bits, op, args); ok {
			return v
		}
		if v, ok := convertVector(name, args[0]); ok {
			return v
		}
		return lanewise(kind, bits, op, args)
	}
	if v, ok := convertNumber(name, args[0].lo); ok {
		return value{lo: v}
	}
	numbers := []uint64{}
	for _, a := range args {
		numbers = append(numbers, low(a.lo, bits))
	}
	return value{lo: scalar(kind, bits, op, numbers)}
}

// whole computes the instructions on all 128 bits.
func whole(op string, args []value) value {
	x, y := args[0], args[len(args)-1]
	switch op {
	case "and":
		return value{x.lo & y.lo, x.hi & y.hi}
	case "or":
		return value{x.lo | y.lo, x.hi | y.hi}
	case "xor":
		return value{x.lo ^ y.lo, x.hi ^ y.hi}
	case "andnot":
		return value{x.lo & ^y.lo, x.hi & ^y.hi}
	case "not":
		return value{^x.lo, ^x.hi}
	case "bitselect":
		z, c := args[1], args[2]
		return value{x.lo&c.lo | z.lo & ^c.lo, x.hi&c.hi | z.hi & ^c.hi}
	case "any_true":
		return value{lo: flag(x.lo != 0 || x.hi != 0)}
	}
	panic("no such instruction: v128." + op)
}

func flag(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// lanewise computes what is done to each lane alone.
func lanewise(kind string, bits int, op string, args []value) value {
	operands := make([][]uint64, len(args))
	for i, a := range args {
		operands[i] = a.lanes(bits)
	}
	if op == "shl" || strings.HasPrefix(op, "shr") { // one count for all
		count := args[1].lo
		for i := range operands[1] {
			operands[1][i] = count
		}
	}
	compares := kind == "f" && comparison[op] || kind == "i" && comparison[strings.TrimRight(op, "su")]
	var lanes []uint64
	for i := range operands[0] {
		var lane []uint64
		for _, o := range operands {
			lane = append(lane, o[i])
		}
		r := scalar(kind, bits, op, lane)
		if compares {
			r = -r
		}
		lanes = append(lanes, r)
	}
	return vector(lanes, bits)
}

var comparison = map[string]bool{
	"eq": true, "ne": true, "lt": true, "le": true, "gt": true, "ge": true,
	"lt_": true, "le_": true, "gt_": true, "ge_": true,
}

// TestOracle holds the native emulation of every intrinsic to the oracle.
func TestOracle(t *testing.T) {
	image := Image()
	arena := simd128.NewArena(Pages, Pages)
	arena.Use()
	args := Args()
	reported := 0
	for _, op := range Ops() {
		in := opcode.FindIntrinsic(op.Intrinsic)
		if in.RelaxedOnly {
			continue // it has no baseline instruction: TestRelaxed of wasmbuild's difftest
		}
		copy(arena.Bytes(), image)
		op.Run(args[0], args[1], args[2], args[3], args[4])
		o := newOracle(&op, image)
		o.run()
		if at := op.Same(arena.Bytes(), o.mem, false); at >= 0 {
			t.Errorf("%s: %s", op.Name, describe(at, image, arena.Bytes(), o.mem))
			if reported++; reported == 20 {
				t.Fatal("and perhaps others")
			}
		}
	}
	t.Logf("%d kernels of %d intrinsics, %d cases each", len(Ops()), len(opcode.Intrinsics), Cases)
}

func describe(at int, image, got, want []byte) string {
	if at < AddrOut {
		return fmt.Sprintf("memory at %d is %x, want %x", at, got[at:at+16], want[at:at+16])
	}
	i := (at - AddrOut) / 16 * 16
	return fmt.Sprintf("of %x, %x, %x: got %x, want %x", image[AddrA+i:][:16], image[AddrB+i:][:16], image[AddrC+i:][:16],
		got[AddrOut+i:][:16], want[AddrOut+i:][:16])
}
