package pass

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// renew makes new values of locals that wazero 1.12 on amd64 might load from
// the stack in the midst of an instruction's machine code. By then that has
// changed a temporary register in place, the local takes this very register
// (where the local is wanted at the end of the block), and the temporary is
// saved as it was when it was defined: without the change. A value that
// nothing else reads is wanted nowhere.
func renew(f *ir.Func) {
	c := countLocals(f)
	r := ir.Rewriter{List: func(list []ir.Stmt) []ir.Stmt {
		passing := map[*ir.Local]bool{} // assigned in this list, read once
		for _, s := range list {
			for _, x := range ir.Exprs(s) {
				renewIn(*x, passing)
			}
			if l, _, _ := single(s); c.sets[l] == 1 && c.gets[l] == 1 {
				passing[l] = true
			}
		}
		return list
	}}
	r.Func(f)
}

// renewIn renews what instructions in x read late; lists in x are done.
func renewIn(x ir.Expr, passing map[*ir.Local]bool) {
	switch x := x.(type) {
	case *ir.Seq:
		renewIn(x.X, passing)
	case *ir.Choose:
		renewIn(x.Then, passing)
		renewIn(x.Else, passing)
	case *ir.Op:
		renewOperand(x, passing)
	}
	for _, o := range ir.Operands(x) {
		renewIn(*o, passing)
	}
}

func renewOperand(o *ir.Op, passing map[*ir.Local]bool) {
	switch o.In.Name {
	case "v128.bitselect":
		if g, ok := o.Args[1].(*ir.Get); ok && passing[g.L] {
			return
		}
		fallthrough
	case "i64x2.mul":
		o.Args[1] = renewed(o.Args[1], func(x, again ir.Expr) ir.Expr { return ir.NewOp("v128.or", x, again) })
	case "f64x2.replace_lane":
		o.Args[1] = renewed(o.Args[1], func(x, _ ir.Expr) ir.Expr { return ir.NewOp("f64.neg", ir.NewOp("f64.neg", x)) })
	case "f32.copysign", "f64.copysign": // they drop the sign in any case
		abs := o.Type().String() + ".abs"
		o.Args[0] = renewed(o.Args[0], func(x, _ ir.Expr) ir.Expr { return ir.NewOp(abs, x) })
	}
}

// renewed returns x, or same(x, x) if its value is that of a local.
func renewed(x ir.Expr, same func(x, again ir.Expr) ir.Expr) ir.Expr {
	switch y := x.(type) {
	case *ir.Get:
		return same(y, &ir.Get{L: y.L})
	case *ir.Tee:
		return same(y, &ir.Get{L: y.L})
	case *ir.Seq:
		y.X = renewed(y.X, same)
	}
	return x
}
