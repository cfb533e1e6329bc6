package opcode

import "slices"

// An Intrinsic is a function or method of package simd128: what wasmbuild makes
// of a call of it.
type Intrinsic struct {
	Go   string // function, or Type.Method
	Wasm string // mnemonic; empty when it only reinterprets bits
	// Then holds instructions on Wasm's result, each of which takes the
	// operands that it lacks from those left.
	Then []string
	// Relaxed, if set, replaces Wasm and Then in a relaxed build.
	Relaxed string
	// RelaxedOnly tells that only relaxed builds have the instruction.
	RelaxedOnly bool
	// Imms are the operands that must be constants.
	Imms []Imm
	// Lanes holds the bytes that a shuffle picks, if no operand tells.
	Lanes string
	// AddressFirst tells that Go has the vector first, and the instruction
	// the address.
	AddressFirst bool
}

// An Imm is an operand that becomes part of the instruction.
type Imm struct {
	Operand int    // its position, that of the receiver being 0
	Limit   uint64 // it stays below
}

// Offsets is the limit of the offset of a memory instruction.
const Offsets = 1 << 32

// Instruction returns the intrinsic's instruction, nil for a reinterpretation.
func (o *Intrinsic) Instruction() *Instruction { return byName[o.Wasm] }

// Limit returns what operand i stays below if it must be a constant.
func (o *Intrinsic) Limit(i int) (limit uint64, constant bool) {
	for _, m := range o.Imms {
		if m.Operand == i {
			return m.Limit, true
		}
	}
	return 0, false
}

// Emits returns the instructions that the intrinsic becomes.
func (o *Intrinsic) Emits(relaxed bool) []string {
	switch {
	case o.Wasm == "":
		return nil
	case relaxed && o.Relaxed != "":
		return []string{o.Relaxed}
	}
	return append([]string{o.Wasm}, o.Then...)
}

// Intrinsics is every intrinsic of package simd128.
var Intrinsics = slices.Concat(scalars, accesses, signed, unsigned, floats, masks)

// FindIntrinsic returns the intrinsic with a Go name, nil if there is none.
func FindIntrinsic(name string) *Intrinsic { return intrinsicsByName[name] }

var intrinsicsByName = func() map[string]*Intrinsic {
	m := make(map[string]*Intrinsic, len(Intrinsics))
	for i := range Intrinsics {
		m[Intrinsics[i].Go] = &Intrinsics[i]
	}
	return m
}()
