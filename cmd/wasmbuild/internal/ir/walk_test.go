package ir_test

import (
	"slices"
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

func named(name string) *ir.Get { return &ir.Get{L: &ir.Local{Name: name, Type: ir.I32}} }

// TestOrder walks and rewrites expressions in the order of their evaluation.
func TestOrder(t *testing.T) {
	a, b, c, d := named("a"), named("b"), named("c"), named("d")
	for _, x := range []ir.Expr{
		ir.NewOp("i32.add", ir.NewOp("i32.sub", a, b), ir.NewOp("i32.mul", c, d)),
		&ir.Select{A: a, B: b, Cond: ir.NewOp("i32.eq", c, d)},
		&ir.Choose{Cond: ir.NewOp("i32.eq", a, b), Then: c, Else: d},
		&ir.Call{F: &ir.Func{Name: "f"}, Args: []ir.Expr{a, &ir.Tee{L: a.L, X: b}, c, d}},
		&ir.Seq{Body: []ir.Stmt{&ir.Eval{X: a}, &ir.Block{Body: []ir.Stmt{&ir.Br{Cond: b}}}}, X: ir.NewOp("i32.add", c, d)},
		&ir.Seq{Body: []ir.Stmt{&ir.If{Cond: a, Then: []ir.Stmt{&ir.Eval{X: b}}, Else: []ir.Stmt{&ir.Return{X: []ir.Expr{c}}}}}, X: d},
		&ir.Seq{Body: []ir.Stmt{&ir.Loop{Body: []ir.Stmt{&ir.Set{X: a}, &ir.Table{X: b}}}, &ir.Return{X: []ir.Expr{c}}}, X: d},
	} {
		var walked, rewritten []string
		ir.WalkExpr(x, func(x ir.Expr) {
			if g, ok := x.(*ir.Get); ok {
				walked = append(walked, g.L.Name)
			}
		}, nil)
		r := ir.Rewriter{Expr: func(x ir.Expr) ir.Expr {
			if g, ok := x.(*ir.Get); ok {
				rewritten = append(rewritten, g.L.Name)
			}
			return x
		}}
		r.Operand(&x)
		want := []string{"a", "b", "c", "d"}
		if !slices.Equal(walked, want) || !slices.Equal(rewritten, want) {
			t.Errorf("%s: walked %v, rewritten %v", expression(x), walked, rewritten)
		}
	}
}

// TestMark marks what has no site yet, in all parts of an expression.
func TestMark(t *testing.T) {
	old, site := &ir.Site{Func: "old"}, &ir.Site{Func: "new"}
	var ops []*ir.Op
	op := func(args ...ir.Expr) ir.Expr {
		o := ir.NewOp("i32.add", args...)
		ops = append(ops, o)
		return o
	}
	x := &ir.Choose{
		Cond: op(named("a"), op()),
		Then: &ir.Seq{Body: []ir.Stmt{&ir.Eval{X: op()}}, X: op()},
		Else: &ir.Select{A: op(), B: op(), Cond: &ir.Tee{L: &ir.Local{}, X: op()}},
	}
	call := &ir.Call{F: &ir.Func{}, Args: []ir.Expr{x, op()}}
	kept := &ir.Op{Site: old, Args: []ir.Expr{ir.NewOp("i32.eqz")}}
	keptCall := &ir.Call{F: &ir.Func{}, Site: old, Args: []ir.Expr{ir.NewOp("i32.eqz")}}
	ir.Mark(&ir.Select{A: call, B: kept, Cond: keptCall}, site)
	for i, o := range ops {
		if o.Site != site {
			t.Errorf("instruction %d has site %v", i, o.Site)
		}
	}
	if call.Site != site {
		t.Errorf("the call has site %v", call.Site)
	}
	if kept.Site != old || kept.Args[0].(*ir.Op).Site != nil || keptCall.Site != old || keptCall.Args[0].(*ir.Op).Site != nil {
		t.Errorf("sites that were there are lost: %v, %v", kept.Site, keptCall.Site)
	}
}
