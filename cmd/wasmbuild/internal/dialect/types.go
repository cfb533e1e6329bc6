// Package dialect says what Go's types, calls and directives mean in kernel
// Go. The checker and the lowering both ask it.
package dialect

import (
	"go/types"
	"regexp"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/load"
)

var vectorName = regexp.MustCompile(`^[A-Z][a-z]+\d+x\d+$`)

// ValueType returns the WebAssembly type of a Go type, ok if kernel Go has
// variables of it.
func ValueType(t types.Type) (vt ir.Type, ok bool) {
	if IsVector(t) {
		return ir.V128, true
	}
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return ir.None, false
	}
	switch b.Kind() {
	case types.Int32, types.Uint32, types.Bool, types.UntypedBool:
		return ir.I32, true
	case types.Int64, types.Uint64:
		return ir.I64, true
	case types.Float32:
		return ir.F32, true
	case types.Float64:
		return ir.F64, true
	}
	return ir.None, false
}

// IsVector reports whether t is one of the vector types of simd128.
func IsVector(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.Obj().Pkg().Path() != load.Simd128 {
		return false
	}
	return vectorName.MatchString(n.Obj().Name())
}

// IsUnsigned reports whether t is an unsigned integer type.
func IsUnsigned(t types.Type) bool { return info(t)&types.IsUnsigned != 0 }

// IsInteger reports whether t is an integer type.
func IsInteger(t types.Type) bool { return info(t)&types.IsInteger != 0 }

// IsFloat reports whether t is a floating-point type.
func IsFloat(t types.Type) bool { return info(t)&types.IsFloat != 0 }

// IsBoolean reports whether t is a boolean type.
func IsBoolean(t types.Type) bool { return info(t)&types.IsBoolean != 0 }

func info(t types.Type) types.BasicInfo {
	if b, ok := t.Underlying().(*types.Basic); ok {
		return b.Info()
	}
	return 0
}
