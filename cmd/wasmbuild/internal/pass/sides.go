package pass

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// sides puts conjunctions on the left of comparisons: wazero 1.12 on amd64
// compiles 0 < x&y as x&y < 0 (tryLowerBandToFlag), also where the zero and
// the conjunction come from locals. It comes behind the passes that decide what
// is in a local.
func sides(f *ir.Func) {
	c := &sider{ands: conjunctions(f)}
	r := ir.Rewriter{Expr: c.expr}
	r.Func(f)
}

// mirrored names the comparison of y with x that gives what one of x with y
// does.
var mirrored = map[string]string{
	"lt_s": "gt_s", "lt_u": "gt_u", "gt_s": "lt_s", "gt_u": "lt_u",
	"le_s": "ge_s", "le_u": "ge_u", "ge_s": "le_s", "ge_u": "le_u",
}

type sider struct {
	ands map[*ir.Local]bool // locals that may hold a conjunction
}

// conjunctions returns the locals of f that are assigned a conjunction, or
// another such local.
func conjunctions(f *ir.Func) map[*ir.Local]bool {
	c := &sider{ands: map[*ir.Local]bool{}}
	for n := -1; n != len(c.ands); {
		n = len(c.ands)
		note := func(l *ir.Local, x ir.Expr) {
			if c.may(x) {
				c.ands[l] = true
			}
		}
		ir.Walk(f.Body, func(x ir.Expr) {
			if t, ok := x.(*ir.Tee); ok {
				note(t.L, t.X)
			}
		}, func(s ir.Stmt) {
			if l, x, ok := single(s); ok {
				note(l, x)
			}
		})
	}
	return c.ands
}

// may reports whether the value of x may be that of a conjunction.
func (c *sider) may(x ir.Expr) bool {
	switch x := x.(type) {
	case *ir.Op:
		return x.In.Name == "i32.and" || x.In.Name == "i64.and"
	case *ir.Tee:
		return c.may(x.X)
	case *ir.Seq:
		return c.may(x.X)
	case *ir.Get:
		return c.ands[x.L]
	}
	return false
}

func (c *sider) expr(x ir.Expr) ir.Expr {
	o, ok := x.(*ir.Op)
	if !ok || len(o.Args) != 2 || !c.may(o.Args[1]) {
		return x
	}
	a, b := o.Args[0], o.Args[1]
	name := mirrored[o.In.Name[len("i32."):]]
	if name == "" {
		return x
	}
	if _, and := a.(*ir.Op); and && c.may(a) {
		return x // it is not zero
	}
	if _, local := b.(*ir.Get); local && c.may(a) || !swap(a, b) {
		t := b.Type()
		o.Args[1] = ir.NewOp(t.String()+".or", b, &ir.Const{T: t}) // hides it
		return x
	}
	return ir.NewOp(o.In.Name[:len("i32.")]+name, b, a)
}

// swap reports whether b may be evaluated before a.
func swap(a, b ir.Expr) bool {
	return ir.Commutes(ir.EffectOf(a), ir.EffectOf(b)) && !touches(a, b) && !touches(b, a)
}

// touches reports whether a assigns a local that b reads or assigns.
func touches(a, b ir.Expr) bool {
	in := []ir.Stmt{&ir.Eval{X: b}}
	other := assigned(in)
	for l := range assigned([]ir.Stmt{&ir.Eval{X: a}}) {
		if other[l] || getsIn(in[0], l) > 0 {
			return true
		}
	}
	return false
}
