package pass

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// nest puts the value of a local that is assigned and read once, in
// neighbouring statements, in the place of the read.
func nest(f *ir.Func) {
	c := countLocals(f)
	move(f, func(l *ir.Local, x ir.Expr, _ ir.Stmt) (ir.Expr, bool) {
		return x, c.sets[l] == 1 && c.gets[l] == 1
	})
}

// tee merges an assignment with the read of the local that follows it.
func tee(f *ir.Func) {
	move(f, func(l *ir.Local, x ir.Expr, next ir.Stmt) (ir.Expr, bool) {
		if into, _, _ := single(next); into == l && getsIn(next, l) == 1 {
			return x, true // the next statement overwrites it
		}
		return &ir.Tee{L: l, X: x}, true
	})
}

func getsIn(s ir.Stmt, l *ir.Local) int {
	n := 0
	ir.Walk([]ir.Stmt{s}, func(x ir.Expr) {
		if g, ok := x.(*ir.Get); ok && g.L == l {
			n++
		}
	}, nil)
	return n
}

// move removes assignments and puts what replace makes of them in the place
// of the local's first read in the next statement, where that changes no
// order of effects.
func move(f *ir.Func, replace func(*ir.Local, ir.Expr, ir.Stmt) (ir.Expr, bool)) {
	r := ir.Rewriter{List: func(list []ir.Stmt) []ir.Stmt {
		var out []ir.Stmt
		for _, s := range list {
			for len(out) > 0 {
				l, x, ok := single(out[len(out)-1])
				if !ok {
					break
				}
				y, ok := replace(l, x, s)
				if !ok || !substitute(s, l, y) {
					break
				}
				out = out[:len(out)-1]
			}
			out = append(out, s)
		}
		return out
	}}
	r.Func(f)
}

// substitute puts x in the place of the first read of l in s.
func substitute(s ir.Stmt, l *ir.Local, x ir.Expr) bool {
	if b, ok := s.(*ir.Block); ok && len(b.Body) > 0 {
		return substitute(b.Body[0], l, x)
	}
	m := &mover{local: l, x: x, effect: ir.EffectOf(x), assigned: assigned([]ir.Stmt{&ir.Eval{X: x}})}
	for _, o := range ir.Exprs(s) {
		if m.expr(o) {
			return m.found
		}
	}
	return false
}

// A mover looks for the place of an expression.
type mover struct {
	local    *ir.Local
	x        ir.Expr
	effect   ir.Effect          // of x
	assigned map[*ir.Local]bool // by x
	before   ir.Effect          // of what is evaluated before the place
	clash    bool               // something before the place reads what x assigns
	found    bool
}

// expr visits x in evaluation order and reports whether to stop.
func (m *mover) expr(x *ir.Expr) bool {
	switch y := (*x).(type) {
	case *ir.Get:
		if y.L != m.local {
			m.clash = m.clash || m.assigned[y.L]
			return false
		}
		if m.fits() {
			*x = m.x
			m.found = true
		}
		return true
	case *ir.Seq:
		return m.closed(y)
	case *ir.Choose:
		return m.expr(&y.Cond) || m.closed(y.Then) || m.closed(y.Else)
	}
	for _, o := range ir.Operands(*x) {
		if m.expr(o) {
			return true
		}
	}
	m.before |= ir.OwnEffect(*x)
	return false
}

// fits reports whether the expression can be evaluated after what is before.
// It might read a local that is assigned there.
func (m *mover) fits() bool {
	return !m.clash && m.before&ir.Assigns == 0 && ir.Commutes(m.before, m.effect)
}

// closed passes an expression that nothing is moved into; it stops if that
// reads the local.
func (m *mover) closed(x ir.Expr) bool {
	m.before |= ir.EffectOf(x)
	for l := range m.assigned {
		m.clash = m.clash || getsIn(&ir.Eval{X: x}, l) > 0
	}
	return getsIn(&ir.Eval{X: x}, m.local) > 0
}
