package graph

import (
	"fmt"
	"math"

	"github.com/fovea-run/fovea/wasm/program"
)

// Extent is the size of an axis: a constant, a dimension, or a sum, product
// or ceil-division of extents. Extents that print alike are equal; constants
// are folded and the operands of sums and products ordered.
type Extent struct {
	kind  program.ExprKind
	value uint64 // of a constant
	dim   *program.Dim
	a, b  *Extent
	text  string
}

// Const is the extent n, at least 1.
func Const(n int) Extent {
	return constant(uint64(max(n, 0)))
}

func constant(n uint64) Extent {
	return Extent{kind: program.Const, value: n, text: fmt.Sprint(n)}
}

func (e Extent) String() string { return e.text }

// Plus is e + f.
func (e Extent) Plus(f Extent) Extent {
	if e.kind == program.Const && f.kind == program.Const {
		return constant(e.value + f.value)
	}
	return commutative(program.Add, e, f, "(%s+%s)")
}

// Times is e · f.
func (e Extent) Times(f Extent) Extent {
	switch {
	case e.kind == program.Const && f.kind == program.Const:
		return constant(saturatingMul(e.value, f.value))
	case e.text == "1":
		return f
	case f.text == "1":
		return e
	}
	return commutative(program.Mul, e, f, "%s*%s")
}

// CeilDiv is e / f, rounded up.
func (e Extent) CeilDiv(f Extent) Extent {
	switch {
	case f.text == "1":
		return e
	case e.kind == program.Const && f.kind == program.Const && f.value > 0:
		return constant((e.value + f.value - 1) / f.value)
	}
	return Extent{kind: program.CeilDiv, a: &e, b: &f, text: fmt.Sprintf("ceil(%s/%s)", e, f)}
}

func commutative(kind program.ExprKind, e, f Extent, format string) Extent {
	if f.text < e.text {
		e, f = f, e
	}
	return Extent{kind: kind, a: &e, b: &f, text: fmt.Sprintf(format, e, f)}
}

// largest is the extent with every dimension at its maximum; it saturates.
func (e Extent) largest() uint64 {
	switch e.kind {
	case program.DimExpr:
		return uint64(e.dim.Max)
	case program.Add:
		a, b := e.a.largest(), e.b.largest()
		if a > math.MaxUint64-b {
			return math.MaxUint64
		}
		return a + b
	case program.Mul:
		return saturatingMul(e.a.largest(), e.b.largest())
	case program.CeilDiv:
		// Not monotone in the divisor; good enough to compare sizes by.
		a, b := e.a.largest(), max(e.b.largest(), 1)
		return a/b + min(a%b, 1)
	}
	return e.value
}

func saturatingMul(a, b uint64) uint64 {
	if a != 0 && b > math.MaxUint64/a {
		return math.MaxUint64
	}
	return a * b
}
