package ir_test

import (
	"strings"
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

// TestVerify hands the verifier functions that each have one fault.
func TestVerify(t *testing.T) {
	x := &ir.Local{Name: "x", Type: ir.I32}
	f := &ir.Local{Name: "f", Type: ir.F32}
	v := &ir.Local{Name: "v", Type: ir.V128}
	label := &ir.Label{Name: "l"}
	get := func(l *ir.Local) ir.Expr { return &ir.Get{L: l} }
	pair := &ir.Func{Name: "pair", Results: []ir.Type{ir.I32, ir.F32}}
	set := func(x ir.Expr, dst ...*ir.Local) ir.Stmt { return &ir.Set{Dst: dst, X: x} }
	load := ir.NewOp("i32.load", get(x))
	constant := ir.NewOp("i32.const")
	offset := ir.NewOp("i32.eqz", get(x))
	offset.Offset = 4
	tests := []struct {
		stmt ir.Stmt
		want string // in the error; none if empty
	}{
		{set(load, x), ""},
		{set(&ir.Call{F: pair}, x, f), ""},
		{&ir.Block{L: label, Body: []ir.Stmt{&ir.Br{L: label}}}, ""},
		{set(get(f), x), "assignment to x has type f32, want i32"},
		{set(get(x), x, f), "to 2 locals"},
		{set(&ir.Call{F: pair}, f, x), "assignment of a i32 result of pair to f32 f"},
		{set(&ir.Call{F: pair}, x), "has type none, want i32"},
		{&ir.Br{L: label}, "which does not enclose it"},
		{&ir.Table{X: get(x), Default: label}, "which does not enclose it"},
		{&ir.Loop{L: label, Body: []ir.Stmt{&ir.Loop{L: label}}}, "encloses itself"},
		{&ir.If{Cond: get(f)}, "condition has type f32"},
		{&ir.Return{X: []ir.Expr{get(f)}}, "operand 0 of return has type f32, want i32"},
		{&ir.Return{}, "return has 0 operands, want 1"},
		{&ir.Eval{X: ir.NewOp("i32.add", get(x))}, "i32.add has 1 operands, want 2"},
		{&ir.Eval{X: ir.NewOp("f32x4.splat", get(x))}, "operand 0 of f32x4.splat has type i32, want f32"},
		{&ir.Eval{X: constant}, "i32.const is no operation"},
		{&ir.Eval{X: ir.NewOp("br")}, "br is no operation"},
		{&ir.Eval{X: offset}, "i32.eqz has an offset"},
		{&ir.Eval{X: &ir.Tee{L: x, X: get(f)}}, "assignment to x has type f32"},
		{&ir.Eval{X: &ir.Call{F: &ir.Func{Name: "gone"}}}, "gone, which is not in the module"},
		{&ir.Eval{X: &ir.Call{F: pair, Args: []ir.Expr{get(x)}}}, "call of pair has 1 operands, want 0"},
		{&ir.Eval{X: &ir.Select{A: get(x), B: get(f), Cond: get(x)}}, "second value of select has type f32"},
		{&ir.Eval{X: &ir.Select{A: get(v), B: get(v), Cond: get(x)}}, "select of vectors"},
		{&ir.Eval{X: &ir.Choose{Cond: get(x), Then: get(f), Else: get(x)}}, "operand 1 of choose has type f32"},
		{&ir.Eval{X: &ir.Seq{Body: []ir.Stmt{&ir.Br{L: label}}, X: get(x)}}, "which does not enclose it"},
	}
	for _, test := range tests {
		g := &ir.Func{Name: "g", Params: []*ir.Local{x, f, v}, Results: []ir.Type{ir.I32}, Body: []ir.Stmt{test.stmt}}
		err := ir.Verify(&ir.Module{Funcs: []*ir.Func{pair, g}})
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: unexpected error %v", g, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: error %v, want %q", g, err, test.want)
		}
	}
}
