package pass

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// hoist moves the statements inside expressions, which inlining makes, in
// front of their statement where nothing that is evaluated earlier minds.
func hoist(f *ir.Func) {
	r := ir.Rewriter{List: func(list []ir.Stmt) []ir.Stmt {
		var out []ir.Stmt
		for _, s := range list {
			h := &hoister{}
			for _, x := range ir.Exprs(s) {
				h.expr(x)
			}
			out = append(append(out, h.out...), s)
		}
		return out
	}}
	r.Func(f)
}

type hoister struct {
	out    []ir.Stmt
	before ir.Effect // of what stays in the statement and is evaluated earlier
}

// expr visits x in evaluation order. A Seq's locals belong to an inlined
// body or are temporary, so that nothing before it reads them.
func (h *hoister) expr(x *ir.Expr) {
	switch y := (*x).(type) {
	case *ir.Seq:
		e := ir.EffectOfList(y.Body)
		if !ir.Commutes(h.before, e) {
			h.before |= ir.EffectOf(y)
			return
		}
		h.out = append(h.out, y.Body...)
		*x = y.X
		h.expr(x)
	case *ir.Choose:
		h.expr(&y.Cond)
		h.before |= ir.EffectOf(y.Then) | ir.EffectOf(y.Else)
	default:
		for _, o := range ir.Operands(y) {
			h.expr(o)
		}
		h.before |= ir.OwnEffect(y)
	}
}
