package check

import (
	"go/ast"
	"go/constant"
	"go/token"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/dialect"
)

// evaluation refuses divisions that may trap in front of a call that is evaluated
// with them: Go fixes the order of calls only and makes the call first, so
// that what it stores is there when the division traps. WebAssembly goes from
// left to right.
func (c *checker) evaluation(body *ast.BlockStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			c.together(n.Rhs...)
		case *ast.ValueSpec:
			c.together(n.Values...)
		case *ast.ReturnStmt:
			c.together(n.Results...)
		case *ast.ExprStmt:
			c.together(n.X)
		case *ast.IfStmt:
			c.together(n.Cond)
		case *ast.ForStmt:
			c.together(n.Cond)
		case *ast.RangeStmt:
			c.together(n.X)
		case *ast.SwitchStmt:
			c.together(n.Tag)
		}
		return true
	})
}

// together checks expressions that one statement evaluates.
func (c *checker) together(xs ...ast.Expr) {
	var pending []ast.Expr
	for _, x := range xs {
		if x != nil {
			pending = c.divisions(x, pending)
		}
	}
}

// divisions walks x in the order of evaluation. It returns the divisions that
// may trap, those before x included, that no call has come after.
func (c *checker) divisions(x ast.Expr, before []ast.Expr) []ast.Expr {
	if c.info.Types[x].Value != nil {
		return before
	}
	switch x := x.(type) {
	case *ast.ParenExpr:
		return c.divisions(x.X, before)
	case *ast.UnaryExpr:
		return c.divisions(x.X, before)
	case *ast.BinaryExpr:
		return c.binaryDivisions(x, before)
	case *ast.CallExpr:
		return c.callDivisions(x, before)
	}
	return before
}

func (c *checker) binaryDivisions(x *ast.BinaryExpr, before []ast.Expr) []ast.Expr {
	left := c.divisions(x.X, before)
	if x.Op == token.LAND || x.Op == token.LOR {
		c.divisions(x.Y, before) // the left side is done, or the right is not evaluated
		return before
	}
	all := c.divisions(x.Y, left)
	if (x.Op == token.QUO || x.Op == token.REM) && dialect.IsInteger(c.info.Types[x].Type) && !c.nonzero(x.Y) {
		all = append(all[:len(all):len(all)], x)
	}
	return all
}

func (c *checker) callDivisions(x *ast.CallExpr, before []ast.Expr) []ast.Expr {
	callee := dialect.CalleeOf(c.info, x)
	operands := x.Args
	if callee.Intrinsic != nil {
		operands = callee.Operands(x)
	}
	all := before
	for _, a := range operands {
		all = c.divisions(a, all)
	}
	if callee.Func == nil {
		return all
	}
	for _, d := range before {
		c.errorf(d, "Go divides after the call of %s, WebAssembly before it, and the division may trap: assign the quotient to a variable first", callee.Func.Name())
	}
	return before // its arguments are evaluated when it is called
}

// nonzero reports whether a divisor is seen not to be zero: a constant, or
// something with a bit set by |.
func (c *checker) nonzero(y ast.Expr) bool {
	y = ast.Unparen(y)
	if v := c.info.Types[y].Value; v != nil {
		return constant.Sign(v) != 0
	}
	b, ok := y.(*ast.BinaryExpr)
	return ok && b.Op == token.OR && (c.nonzero(b.X) || c.nonzero(b.Y))
}
