package check

import (
	"go/ast"
	"go/constant"
	"go/types"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/dialect"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// callOrExpr checks an expression that may be a call with several results.
func (c *checker) callOrExpr(x ast.Expr) {
	if call, ok := ast.Unparen(x).(*ast.CallExpr); ok && c.info.Types[x].Value == nil {
		c.call(call)
		return
	}
	c.expr(x)
}

func (c *checker) call(x *ast.CallExpr) {
	callee := dialect.CalleeOf(c.info, x)
	switch {
	case callee.Conversion != nil:
		c.conversion(x, callee.Conversion)
	case callee.Intrinsic != nil:
		c.intrinsic(x, callee)
	case callee.Builtin == "min" || callee.Builtin == "max":
		for _, a := range x.Args {
			c.expr(a)
		}
	case callee.Func != nil:
		c.calls[c.fn] = append(c.calls[c.fn], call{x.Pos(), callee.Func})
		c.arguments(x)
	default:
		c.errorf(x, "%s", c.insteadOfCall(x))
	}
}

func (c *checker) arguments(x *ast.CallExpr) {
	for _, a := range x.Args {
		if _, several := c.info.Types[a].Type.(*types.Tuple); several {
			c.errorf(a, "the results of a call cannot be passed on at once: assign them to variables first")
		}
		c.callOrExpr(a)
	}
}

func (c *checker) insteadOfCall(x *ast.CallExpr) string {
	switch fun := ast.Unparen(x.Fun).(type) {
	case *ast.Ident:
		if _, ok := c.info.Uses[fun].(*types.Func); ok { // of simd128, as others can be called
			return fun.Name + " is for hosts and tests: a kernel can call only intrinsics"
		}
		if _, ok := c.info.Uses[fun].(*types.Builtin); ok {
			return insteadOfBuiltin(fun.Name)
		}
	case *ast.FuncLit:
		return "no closures: write a function"
	}
	return "only functions of this package and intrinsics can be called, directly"
}

func insteadOfBuiltin(name string) string {
	switch name {
	case "panic":
		return "no panic: return an error code, or call Unreachable where nothing can be returned"
	case "print", "println":
		return "no printing: test the kernel natively"
	}
	return "no builtin " + name + ": kernels have numbers and linear memory only"
}

func (c *checker) conversion(x *ast.CallExpr, to types.Type) {
	arg := x.Args[0]
	c.round(arg)
	c.expr(arg)
	from := c.info.Types[arg].Type
	switch {
	case dialect.IsVector(to): // Go converts vectors to vectors only
		c.errorf(x, "vectors are not converted: use an As method for the same bits, or a Convert method")
	case dialect.IsFloat(from) && dialect.IsInteger(to):
		c.errorf(x, "float to integer differs outside the integer's range: use %s", truncation(from, to))
	default:
		c.valueType(x, to)
	}
}

// truncation names the intrinsic that converts a float to an integer.
func truncation(from, to types.Type) string {
	name, ok := map[types.BasicKind]string{
		types.Uint32: "TruncUint32", types.Int64: "TruncInt64", types.Uint64: "TruncUint64",
	}[to.Underlying().(*types.Basic).Kind()]
	if !ok {
		name = "TruncInt32"
	}
	if from.Underlying().(*types.Basic).Kind() == types.Float64 {
		name += "F64"
	}
	return name
}

func (c *checker) intrinsic(x *ast.CallExpr, callee dialect.Callee) {
	operands := callee.Operands(x)
	if callee.Intrinsic.RelaxedOnly && !c.relaxed {
		c.errorf(x, "only relaxed builds have this instruction: call it inside `if Relaxed { … }`, and do without in the else branch")
	}
	for i, a := range operands {
		if limit, ok := callee.Intrinsic.Limit(i); ok {
			c.immediate(a, limit)
			continue
		}
		c.expr(a)
	}
}

func (c *checker) immediate(x ast.Expr, limit uint64) {
	v := c.info.Types[x].Value
	if v == nil {
		if limit == opcode.Offsets {
			c.errorf(x, "the offset is part of the instruction and must be a constant: add to the address instead")
		} else {
			c.errorf(x, "the lane is part of the instruction and must be a constant: unroll the loop over lanes")
		}
		return
	}
	if n, _ := constant.Uint64Val(constant.ToInt(v)); n >= limit {
		c.errorf(x, "lane %s is out of range: write 0 to %d", v, limit-1)
	}
}
