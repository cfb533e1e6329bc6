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
		if !sums[x.Op] {
			c.round(x.X, x.Y)
		}
		c.expr(x.X)
		c.expr(x.Y)
		c.binaryOp(x, x.Op, x.X, x.Y, tv.Type)
	case *ast.CallExpr:
		c.call(x)
	case *ast.CompositeLit:
		if c.valueType(x, tv.Type) {
			c.errorf(x, "no composite literals: broadcast or load a vector, and set its lanes with SetElem")
		}
	default:
		c.errorf(x, "%s", insteadOfExpr(x))
	}
}

func insteadOfExpr(x ast.Expr) string {
	switch x.(type) {
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
		if b := tv.Type.Underlying().(*types.Basic); b.Info()&types.IsUntyped == 0 {
			c.valueType(x, tv.Type)
		}
	}
}

func (c *checker) ident(x *ast.Ident) {
	switch c.info.Uses[x].(type) {
	case *types.Func:
		c.errorf(x, "no function values: call %s directly", x.Name)
	case *types.Nil:
		c.errorf(x, "no nil: the address 0 stands for none")
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
	case token.MUL:
		if dialect.IsFloat(t) && !c.rounded[at] {
			c.errorf(at, "Go may fuse this product with a sum, also where its value goes: write %s(a*b), or MulAdd on vectors", typeName(t))
		}
	}
}

// sums holds the operations that Go may fuse with a product.
var sums = map[token.Token]bool{token.ADD: true, token.SUB: true}

// round notes that float products in xs are rounded before anything is added:
// what takes them does it. On some processors Go would round a product and
// the sum it goes into together, across statements and inlined calls;
// WebAssembly never does.
func (c *checker) round(xs ...ast.Expr) {
	for _, x := range xs {
		x = ast.Unparen(x)
		for u, ok := x.(*ast.UnaryExpr); ok; u, ok = x.(*ast.UnaryExpr) {
			x = ast.Unparen(u.X)
		}
		c.rounded[x] = true
	}
}

func (c *checker) division(op token.Token, y ast.Expr, t types.Type) {
	if !dialect.IsInteger(t) || dialect.IsUnsigned(t) {
		return
	}
	v := c.info.Types[y].Value
	if v == nil || constant.Compare(v, token.EQL, constant.MakeInt64(-1)) { // zero is no Go
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
		if n, _ := constant.Uint64Val(constant.ToInt(v)); n >= width {
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
