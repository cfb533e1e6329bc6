package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/dialect"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

// value lowers an expression of one value.
func (f *function) value(x ast.Expr) ir.Expr {
	v := f.unmarked(x)
	ir.Mark(v, f.site(place(x)))
	return v
}

// place is where a diagnosis of an expression points: to the operator, or to
// the name of what is called, which tells the calls of a chain apart.
func place(x ast.Expr) token.Pos {
	switch x := x.(type) {
	case *ast.BinaryExpr:
		return x.OpPos
	case *ast.CallExpr:
		if sel, ok := ast.Unparen(x.Fun).(*ast.SelectorExpr); ok {
			return sel.Sel.Pos()
		}
	}
	return x.Pos()
}

func (f *function) unmarked(x ast.Expr) ir.Expr {
	tv := f.info.Types[x]
	if tv.Value != nil {
		return constantOf(tv.Value, valueType(tv.Type))
	}
	switch x := x.(type) {
	case *ast.ParenExpr:
		return f.value(x.X)
	case *ast.Ident:
		return &ir.Get{L: f.locals[f.info.Uses[x]]}
	case *ast.UnaryExpr:
		return f.unary(x)
	case *ast.BinaryExpr:
		return f.binary(x.Op, x.X, x.Y, f.info.Types[x].Type)
	case *ast.CallExpr:
		return f.call(x)
	}
	panic("lower: unchecked expression")
}

// constantOf returns v as a constant of type t.
func constantOf(v constant.Value, t ir.Type) *ir.Const {
	c := &ir.Const{T: t}
	switch t {
	case ir.F32:
		x, _ := constant.Float32Val(v)
		c.Lo = uint64(math.Float32bits(x))
	case ir.F64:
		x, _ := constant.Float64Val(v)
		c.Lo = math.Float64bits(x)
	default:
		c.Lo = integerBits(v)
		if t == ir.I32 {
			c.Lo &= math.MaxUint32
		}
	}
	return c
}

func integerBits(v constant.Value) uint64 {
	if v.Kind() == constant.Bool {
		if constant.BoolVal(v) {
			return 1
		}
		return 0
	}
	if n, exact := constant.Int64Val(v); exact {
		return uint64(n)
	}
	n, _ := constant.Uint64Val(v)
	return n
}

func one(t ir.Type) ir.Expr { return constantOf(constant.MakeInt64(1), t) }

// arith applies an instruction of type t by the rest of its name.
func arith(t ir.Type, op string, args ...ir.Expr) *ir.Op {
	return ir.NewOp(t.String()+"."+op, args...)
}

func (f *function) unary(x *ast.UnaryExpr) ir.Expr {
	v := f.value(x.X)
	t := v.Type()
	switch {
	case x.Op == token.NOT:
		return ir.Not(v)
	case x.Op == token.XOR:
		return arith(t, "xor", v, &ir.Const{T: t, Lo: ones(t)})
	case x.Op == token.ADD:
		return v
	case t == ir.F32 || t == ir.F64:
		return arith(t, "neg", v)
	}
	return arith(t, "sub", zero(t), v)
}

// ones has every bit of an integer type set.
func ones(t ir.Type) uint64 {
	if t == ir.I32 {
		return math.MaxUint32
	}
	return math.MaxUint64
}

// binary lowers an operation; t is the type of its result.
func (f *function) binary(op token.Token, x, y ast.Expr, t types.Type) ir.Expr {
	switch op {
	case token.LAND, token.LOR:
		return f.logical(op, x, y)
	case token.SHL, token.SHR:
		return f.shift(op, x, y)
	}
	operand := f.info.Types[x].Type // that of y, too
	a, b := f.value(x), f.value(y)
	vt := a.Type()
	if op == token.AND_NOT {
		return arith(vt, "and", a, arith(vt, "xor", b, &ir.Const{T: vt, Lo: ones(vt)}))
	}
	return arith(vt, mnemonic(op, operand), a, b)
}

// mnemonic names an operation on operands of type t, without the type.
func mnemonic(op token.Token, t types.Type) string {
	if name, ok := plain[op]; ok {
		return name
	}
	name := signed[op]
	switch {
	case dialect.IsFloat(t):
		return name
	case dialect.IsUnsigned(t):
		return name + "_u"
	}
	return name + "_s"
}

var plain = map[token.Token]string{
	token.ADD: "add", token.SUB: "sub", token.MUL: "mul",
	token.AND: "and", token.OR: "or", token.XOR: "xor",
	token.EQL: "eq", token.NEQ: "ne",
}

// signed holds the operations of which there are two for integers.
var signed = map[token.Token]string{
	token.QUO: "div", token.REM: "rem",
	token.LSS: "lt", token.LEQ: "le", token.GTR: "gt", token.GEQ: "ge",
}

func (f *function) logical(op token.Token, x, y ast.Expr) ir.Expr {
	a, b := f.value(x), f.value(y)
	switch {
	case op == token.LAND && isCheap(b):
		return ir.NewOp("i32.and", a, b)
	case op == token.LAND:
		return &ir.Choose{Cond: a, Then: b, Else: ir.Int32(0)}
	case isCheap(b):
		return ir.NewOp("i32.or", a, b)
	}
	return &ir.Choose{Cond: a, Then: ir.Int32(1), Else: b}
}

// shift drops a mask that the instruction applies itself.
func (f *function) shift(op token.Token, x, y ast.Expr) ir.Expr {
	a := f.value(x)
	t := a.Type()
	name := "shl"
	if op == token.SHR {
		name = "shr_s"
		if dialect.IsUnsigned(f.info.Types[x].Type) {
			name = "shr_u"
		}
	}
	if v := f.info.Types[y].Value; v != nil {
		return arith(t, name, a, constantOf(v, t))
	}
	n := f.value(y)
	if masked := n.(*ir.Op); ir.IsConst(masked.Args[1], width(t)-1) { // the checker lets no other count pass
		n = masked.Args[0]
	}
	return arith(t, name, a, resize(n, t, false))
}

func width(t ir.Type) uint64 {
	if t == ir.I32 {
		return 32
	}
	return 64
}

// resize converts an integer to another width, with its sign or with zeros.
func resize(x ir.Expr, to ir.Type, sign bool) ir.Expr {
	switch {
	case x.Type() == to:
		return x
	case to == ir.I32:
		return ir.NewOp("i32.wrap_i64", x)
	case sign:
		return ir.NewOp("i64.extend_i32_s", x)
	}
	return ir.NewOp("i64.extend_i32_u", x)
}

// convert lowers a conversion between numeric types.
func convert(x ir.Expr, from, to types.Type) ir.Expr {
	vt := valueType(to)
	suffix := "_s"
	if dialect.IsUnsigned(from) {
		suffix = "_u"
	}
	switch {
	case dialect.IsInteger(to): // the checker lets no float pass
		return resize(x, vt, suffix == "_s")
	case dialect.IsInteger(from):
		return arith(vt, "convert_"+x.Type().String()+suffix, x)
	case x.Type() == vt:
		return x
	case vt == ir.F32:
		return ir.NewOp("f32.demote_f64", x)
	}
	return ir.NewOp("f64.promote_f32", x)
}
