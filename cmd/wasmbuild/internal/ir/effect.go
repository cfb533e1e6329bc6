package ir

import (
	"slices"
	"strings"

	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// An Effect says what evaluating an expression does beside giving its value.
type Effect uint8

// The effects.
const (
	Reads   Effect = 1 << iota // reads memory
	Writes                     // writes or grows memory, or may not return
	Traps                      // may trap
	Assigns                    // assigns a local
	Jumps                      // branches or returns
	Divides                    // may trap otherwise than memory does
)

// Pure reports whether an expression with effect e may be dropped.
func (e Effect) Pure() bool { return e&(Writes|Traps|Assigns|Jumps|Divides) == 0 }

// Commutes reports whether expressions with effects a and b may change
// places. Assignments are compared by the caller, which knows the locals.
func Commutes(a, b Effect) bool {
	if (a|b)&Jumps != 0 || a&Divides != 0 && b&Reads != 0 || b&Divides != 0 && a&Reads != 0 {
		return false
	}
	return (a&Writes == 0 || b&(Reads|Writes|Traps) == 0) && (b&Writes == 0 || a&(Reads|Writes|Traps) == 0)
}

// EffectOf returns the effect of evaluating x.
func EffectOf(x Expr) Effect { return EffectOfList([]Stmt{&Eval{x}}) }

// EffectOfList returns the effect of running body. Branches to labels inside
// it do not count as jumps.
func EffectOfList(body []Stmt) Effect {
	var e Effect
	inside := map[*Label]bool{}
	Walk(body, nil, func(s Stmt) {
		switch s := s.(type) {
		case *Block:
			inside[s.L] = true
		case *Loop:
			inside[s.L] = true
		}
	})
	Walk(body, func(x Expr) { e |= OwnEffect(x) }, func(s Stmt) {
		switch s := s.(type) {
		case *Set:
			e |= Assigns
		case *Loop:
			e |= Traps // it may run for ever
		case *Return:
			e |= Jumps
		case *Br:
			e |= jump(inside, s.L)
		case *Table:
			for _, l := range append(slices.Clone(s.Targets), s.Default) {
				e |= jump(inside, l)
			}
		}
	})
	return e
}

func jump(inside map[*Label]bool, l *Label) Effect {
	if inside[l] {
		return 0
	}
	return Jumps
}

// OwnEffect is the effect of x without its operands.
func OwnEffect(x Expr) Effect {
	switch x := x.(type) {
	case *Tee:
		return Assigns
	case *Call:
		return Reads | Writes | Traps
	case *Op:
		return ofInstruction(x.In)
	}
	return 0
}

func ofInstruction(in *opcode.Instruction) Effect {
	name := in.Name
	switch {
	case in.Atomic(): // other threads' accesses are ordered by it
		return Reads | Writes | Traps
	case strings.Contains(name, ".load"):
		return Reads | Traps
	case strings.Contains(name, ".store"), name == "memory.copy", name == "memory.fill",
		name == "memory.grow", name == "unreachable":
		return Reads | Writes | Traps
	case name == "memory.size":
		return Reads
	case strings.Contains(name, ".div_"), strings.Contains(name, ".rem_"):
		return Traps | Divides
	}
	return 0
}

// Size returns the number of expressions in x, itself included.
func Size(x Expr) int {
	n := 0
	WalkExpr(x, func(Expr) { n++ }, func(Stmt) { n++ })
	return n
}
