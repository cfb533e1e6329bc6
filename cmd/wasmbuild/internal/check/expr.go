package check

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/dialect"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

// expr checks an expression of one value.
func (c *checker) expr(x ast.Expr) {
	tv := c.info.Types[x]
	if tv.Value != nil {
		c.constant(x, tv)
		return
	}
	switch x := x.(type) {
	case *ast.Ident:
		c.ident(x)
	case *ast.ParenExpr:
		c.expr(x.X)
	case *ast.UnaryExpr:
		c.unary(x)
	case *ast.BinaryExpr:
		c.expr(x.X)
		c.expr(x.Y)
		c.binaryOp(x, x.Op, x.X, x.Y, tv.Type)
	case *ast.CallExpr:
		c.call(x)
	default:
		c.errorf(x, "%s", insteadOfExpr(x))
	}
}

func insteadOfExpr(x ast.Expr) string {
	switch x.(type) {
	case *ast.CompositeLit:
		return "no composite literals: broadcast or load a vector, and set its lanes with SetElem"
	case *ast.FuncLit:
		return "no closures: write a function, with //wasm:inline if the call must cost nothing"
	case *ast.IndexExpr, *ast.SliceExpr:
		return "no indexing: load at a typed address, as in p.Load(0) after p += F32(4*i)"
	case *ast.StarExpr:
		return "no pointers: load at a typed address"
	case *ast.SelectorExpr:
		return "a method can only be called: write the call here"
	}
	return "this expression is not in kernel Go: use operators, conversions and calls"
}

func (c *checker) constant(x ast.Expr, tv types.TypeAndValue) {
	switch tv.Value.Kind() {
	case constant.String:
		c.errorf(x, "no strings: keep text in linear memory")
	case constant.Complex:
		c.errorf(x, "no complex numbers: keep two floats")
	default:
		if b, ok := tv.Type.Underlying().(*types.Basic); ok && b.Info()&types.IsUntyped == 0 {
			c.valueType(x, tv.Type)
		}
	}
}

func (c *checker) ident(x *ast.Ident) {
	switch o := c.info.Uses[x].(type) {
	case *types.Func:
		c.errorf(x, "no function values: call %s directly", x.Name)
	case *types.Nil:
		c.errorf(x, "no nil: the address 0 stands for none")
	case *types.Var:
		if o.Parent() != c.pkg.Types.Scope() { // package variables have their own diagnostic
			return
		}
	}
}

func (c *checker) unary(x *ast.UnaryExpr) {
	switch x.Op {
	case token.ADD, token.SUB, token.XOR, token.NOT:
		c.expr(x.X)
	case token.AND:
		c.errorf(x, "no pointers: variables have no address; keep what needs one in linear memory")
	default:
		c.errorf(x, "no operator %s here: kernels do not communicate", x.Op)
	}
}

// binaryOp checks an operation of type t whose operands are checked.
func (c *checker) binaryOp(at ast.Node, op token.Token, x, y ast.Expr, t types.Type) {
	if dialect.IsVector(c.info.Types[x].Type) {
		c.errorf(at, "vectors have no operator %s: compare with Equal, and ask AllTrue or AnyTrue of the mask", op)
		return
	}
	switch op {
	case token.SHL, token.SHR:
		c.shift(y, t)
	case token.QUO, token.REM:
		c.division(op, y, t)
	case token.ADD, token.SUB:
		if dialect.IsFloat(t) {
			c.noProduct(x, op)
			c.noProduct(y, op)
		}
	}
}

// noProduct refuses a float product as an operand: on some processors Go
// would round the product and the sum together, WebAssembly never does.
func (c *checker) noProduct(x ast.Expr, op token.Token) {
	inner := ast.Unparen(x)
	for {
		u, ok := inner.(*ast.UnaryExpr)
		if !ok || (u.Op != token.SUB && u.Op != token.ADD) {
			break
		}
		inner = ast.Unparen(u.X)
	}
	b, ok := inner.(*ast.BinaryExpr)
	if !ok || b.Op != token.MUL || c.info.Types[b].Value != nil {
		return
	}
	t := typeName(c.info.Types[b].Type)
	c.errorf(x, "Go may fuse this product with the %s: write %s(a*b) %s c, or MulAdd on vectors", sumName[op], t, op)
}

var sumName = map[token.Token]string{token.ADD: "sum", token.SUB: "difference"}

func (c *checker) division(op token.Token, y ast.Expr, t types.Type) {
	if !dialect.IsInteger(t) || dialect.IsUnsigned(t) {
		return
	}
	v := c.info.Types[y].Value
	if v == nil || constant.Sign(v) == 0 || constant.Compare(v, token.EQL, constant.MakeInt64(-1)) {
		c.errorf(y, "signed %s only by a constant other than 0 and -1 (the least integer by -1 differs): use unsigned operands", op)
	}
}

// shift checks the count y of a shift of a value of type t: beyond the width
// Go shifts everything out and WebAssembly starts again at zero.
func (c *checker) shift(y ast.Expr, t types.Type) {
	vt, ok := dialect.ValueType(t)
	if !ok {
		return
	}
	width := uint64(32)
	if vt == ir.I64 {
		width = 64
	}
	if v := c.info.Types[y].Value; v != nil {
		if n, exact := constant.Uint64Val(constant.ToInt(v)); !exact || n >= width {
			c.errorf(y, "shift count %s is not below the width: write a count of 0 to %d", v, width-1)
		}
		return
	}
	if !c.masked(y, width) {
		c.errorf(y, "a variable shift count must be masked: write x << (n & %d)", width-1)
	}
}

func (c *checker) masked(y ast.Expr, width uint64) bool {
	b, ok := ast.Unparen(y).(*ast.BinaryExpr)
	if !ok || b.Op != token.AND {
		return false
	}
	for _, side := range []ast.Expr{b.X, b.Y} {
		if v := c.info.Types[side].Value; v != nil {
			n, exact := constant.Uint64Val(constant.ToInt(v))
			return exact && n < width
		}
	}
	return false
}
