package dialect

import (
	"go/ast"
	"go/types"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/load"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// A Callee is what a call expression calls: exactly one of the first four is
// set for a call that kernel Go can have.
type Callee struct {
	Conversion types.Type        // the call is a conversion to this type
	Intrinsic  *opcode.Intrinsic // the call is of an intrinsic
	Func       *types.Func       // the call is of a function of the package
	Builtin    string            // the call is of this builtin function

	Recv ast.Expr // the receiver of an intrinsic that is a method
}

// CalleeOf says what call calls.
func CalleeOf(info *types.Info, call *ast.CallExpr) Callee {
	fun := ast.Unparen(call.Fun)
	if tv := info.Types[fun]; tv.IsType() {
		return Callee{Conversion: tv.Type}
	}
	switch fun := fun.(type) {
	case *ast.Ident:
		if b, ok := info.Uses[fun].(*types.Builtin); ok {
			return Callee{Builtin: b.Name()}
		}
		f, ok := info.Uses[fun].(*types.Func)
		if !ok {
			return Callee{}
		}
		if InSimd128(f) {
			return Callee{Intrinsic: opcode.FindIntrinsic(f.Name())}
		}
		return Callee{Func: f}
	case *ast.SelectorExpr:
		f, ok := info.Uses[fun.Sel].(*types.Func)
		if !ok || !InSimd128(f) || info.Types[fun.X].IsType() {
			return Callee{}
		}
		return Callee{Intrinsic: opcode.FindIntrinsic(methodName(f)), Recv: fun.X}
	}
	return Callee{}
}

// InSimd128 reports whether an object belongs to package simd128.
func InSimd128(o types.Object) bool { return o.Pkg() != nil && o.Pkg().Path() == load.Simd128 }

// IsRelaxed reports whether x is the constant that tells a relaxed build.
func IsRelaxed(info *types.Info, x ast.Expr) bool {
	id, ok := ast.Unparen(x).(*ast.Ident)
	if !ok {
		return false
	}
	c, ok := info.Uses[id].(*types.Const)
	return ok && InSimd128(c) && c.Name() == "Relaxed"
}

// methodName returns Type.Method, or only the name of what is no method of a
// named type's value.
func methodName(f *types.Func) string {
	if recv := f.Signature().Recv(); recv != nil {
		if n, ok := recv.Type().(*types.Named); ok {
			return n.Obj().Name() + "." + f.Name()
		}
	}
	return f.Name()
}

// Operands returns the operands of an intrinsic call in Go's order of
// evaluation: the receiver, then the arguments.
func (c Callee) Operands(call *ast.CallExpr) []ast.Expr {
	if c.Recv == nil {
		return call.Args
	}
	return append([]ast.Expr{c.Recv}, call.Args...)
}
