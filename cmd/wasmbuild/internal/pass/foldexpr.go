package pass

import (
	"math/bits"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

// foldExpr simplifies an expression whose parts are simplified. Float
// arithmetic is left to the engine, which knows its NaNs.
func foldExpr(x ir.Expr) ir.Expr {
	switch x := x.(type) {
	case *ir.Op:
		return foldOp(x)
	case *ir.Choose:
		if c, ok := x.Cond.(*ir.Const); ok {
			if c.Lo != 0 {
				return x.Then
			}
			return x.Else
		}
	case *ir.Seq:
		if len(x.Body) == 0 {
			return x.X
		}
	}
	return x
}

func foldOp(x *ir.Op) ir.Expr {
	switch len(x.Args) {
	case 1:
		return foldUnary(x)
	case 2:
		return foldBinary(x)
	}
	return x
}

func foldUnary(x *ir.Op) ir.Expr {
	c, constant := x.Args[0].(*ir.Const)
	switch x.In.Name {
	case "i32.eqz":
		if o, ok := x.Args[0].(*ir.Op); ok {
			return ir.Not(o)
		}
		if constant {
			return boolean(c.Lo == 0)
		}
	case "i64.eqz":
		if constant {
			return boolean(c.Lo == 0)
		}
	case "i32.wrap_i64":
		if constant {
			return ir.Int32(uint32(c.Lo))
		}
	case "i64.extend_i32_s":
		if constant {
			return &ir.Const{T: ir.I64, Lo: uint64(int64(int32(c.Lo)))}
		}
	case "i8x16.splat", "i16x8.splat", "i32x4.splat", "i64x2.splat", "f32x4.splat", "f64x2.splat":
		if constant && c.Lo == 0 {
			return &ir.Const{T: ir.V128}
		}
	case "i64.extend_i32_u":
		if constant {
			return &ir.Const{T: ir.I64, Lo: c.Lo}
		}
	}
	return x
}

func boolean(b bool) ir.Expr {
	if b {
		return ir.Int32(1)
	}
	return ir.Int32(0)
}

func foldBinary(x *ir.Op) ir.Expr {
	t := x.Args[0].Type()
	if t != ir.I32 && t != ir.I64 {
		return x
	}
	a, aConst := x.Args[0].(*ir.Const)
	b, bConst := x.Args[1].(*ir.Const)
	name := x.In.Name[len("i32."):]
	switch {
	case aConst && bConst:
		if c, ok := evaluate(name, t, a.Lo, b.Lo); ok {
			return c
		}
	case bConst:
		return identity(x, name, b.Lo)
	case aConst && commutes[name]:
		if identity(x, name, a.Lo) != ir.Expr(x) {
			return x.Args[1]
		}
	}
	return x
}

var commutes = map[string]bool{"add": true, "or": true, "xor": true, "mul": true}

// identity simplifies an operation whose one operand, the right if they do
// not commute, is the constant c.
func identity(x *ir.Op, name string, c uint64) ir.Expr {
	switch {
	case c == 0 && (name == "add" || name == "sub" || name == "or" || name == "xor" ||
		name == "shl" || name == "shr_s" || name == "shr_u"),
		c == 1 && (name == "mul" || name == "div_u"):
		return x.Args[0]
	case c == 0 && name == "eq":
		return ir.NewOp(x.In.Name[:4]+"eqz", x.Args[0])
	case name == "add":
		return sum(x, c)
	}
	return x
}

// sum turns (y + c1) + c2 into y + (c1+c2).
func sum(x *ir.Op, c uint64) ir.Expr {
	inner, ok := x.Args[0].(*ir.Op)
	if !ok || inner.In != x.In {
		return x
	}
	if d, ok := inner.Args[1].(*ir.Const); ok {
		return ir.NewOp(x.In.Name, inner.Args[0], integer(x.Type(), c+d.Lo))
	}
	return x
}

func integer(t ir.Type, v uint64) *ir.Const {
	if t == ir.I32 {
		v = uint64(uint32(v))
	}
	return &ir.Const{T: t, Lo: v}
}

// evaluate applies an operation on integers of type t, ok unless it traps or
// is none that is folded.
func evaluate(name string, t ir.Type, a, b uint64) (ir.Expr, bool) {
	if v, ok := arithmetic(name, t, a, b); ok {
		return integer(t, v), true
	}
	if v, ok := compare(name, t, a, b); ok {
		return boolean(v), true
	}
	return nil, false
}

func arithmetic(name string, t ir.Type, a, b uint64) (v uint64, ok bool) {
	mask := uint64(63)
	if t == ir.I32 {
		mask = 31
	}
	switch name {
	case "add":
		return a + b, true
	case "sub":
		return a - b, true
	case "mul":
		return a * b, true
	case "and":
		return a & b, true
	case "or":
		return a | b, true
	case "xor":
		return a ^ b, true
	case "shl":
		return a << (b & mask), true
	case "shr_u":
		return a >> (b & mask), true
	case "shr_s":
		return uint64(extend(t, a) >> (b & mask)), true
	case "rotl":
		return rotate(t, a, int(b&mask)), true
	case "rotr":
		return rotate(t, a, -int(b&mask)), true
	}
	return divide(name, t, a, b)
}

// rotate turns the bits of an integer of type t left by n.
func rotate(t ir.Type, v uint64, n int) uint64 {
	if t == ir.I32 {
		return uint64(bits.RotateLeft32(uint32(v), n))
	}
	return bits.RotateLeft64(v, n)
}

// divide leaves what traps to the engine.
func divide(name string, t ir.Type, a, b uint64) (v uint64, ok bool) {
	if b == 0 || extend(t, b) == -1 {
		return 0, false
	}
	switch name {
	case "div_u":
		return a / b, true
	case "rem_u":
		return a % b, true
	case "div_s":
		return uint64(extend(t, a) / extend(t, b)), true
	case "rem_s":
		return uint64(extend(t, a) % extend(t, b)), true
	}
	return 0, false
}

func compare(name string, t ir.Type, a, b uint64) (v, ok bool) {
	sa, sb := extend(t, a), extend(t, b)
	switch name {
	case "eq":
		return a == b, true
	case "ne":
		return a != b, true
	case "lt_u":
		return a < b, true
	case "le_u":
		return a <= b, true
	case "gt_u":
		return a > b, true
	case "ge_u":
		return a >= b, true
	case "lt_s":
		return sa < sb, true
	case "le_s":
		return sa <= sb, true
	case "gt_s":
		return sa > sb, true
	case "ge_s":
		return sa >= sb, true
	}
	return false, false
}

// extend returns the signed value of an integer of type t.
func extend(t ir.Type, v uint64) int64 {
	if t == ir.I32 {
		return int64(int32(v))
	}
	return int64(v)
}
