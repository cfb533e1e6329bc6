package pass

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// fold computes what constants determine, removes what is never reached and
// takes the simplest form of what remains.
func fold(f *ir.Func) {
	r := ir.Rewriter{Expr: foldExpr}
	r.Func(f)
	f.Body = foldList(f.Body, known{})
}

// known holds the locals whose values are known constants at some point.
type known map[*ir.Local]*ir.Const

// forget drops the locals that body assigns.
func (k known) forget(body []ir.Stmt) {
	for l := range assigned(body) {
		delete(k, l)
	}
}

func (k known) copy() known {
	c := known{}
	for l, v := range k {
		c[l] = v
	}
	return c
}

// foldList folds statements that start with k and leaves k for what follows.
func foldList(list []ir.Stmt, k known) []ir.Stmt {
	var out []ir.Stmt
	for _, s := range list {
		out = append(out, foldStmt(s, k)...)
		if ends(out) {
			break
		}
	}
	return out
}

// terminates reports whether nothing runs behind s.
func terminates(s ir.Stmt) bool {
	switch s := s.(type) {
	case *ir.Return, *ir.Table:
		return true
	case *ir.Br:
		return s.Cond == nil
	case *ir.Eval:
		o, ok := s.X.(*ir.Op)
		return ok && o.In.Name == "unreachable"
	case *ir.If:
		return ends(s.Then) && ends(s.Else)
	}
	return false
}

func ends(list []ir.Stmt) bool { return len(list) > 0 && terminates(list[len(list)-1]) }

func foldStmt(s ir.Stmt, k known) []ir.Stmt {
	switch s := s.(type) {
	case *ir.Set:
		k.forget([]ir.Stmt{s})
		if l, x, ok := single(s); ok {
			if c, ok := x.(*ir.Const); ok {
				k[l] = c
			}
		}
	case *ir.Eval:
		k.forget([]ir.Stmt{s})
		if ir.EffectOf(s.X).Pure() {
			return nil
		}
	case *ir.If:
		return foldIf(s, k)
	case *ir.Br:
		return foldBr(s, k)
	case *ir.Block:
		return foldBlock(s, k)
	case *ir.Loop:
		return foldLoop(s, k)
	}
	return []ir.Stmt{s}
}

// condition returns cond simplified by what is known, and its value if it is
// constant.
func condition(cond ir.Expr, k known) (x ir.Expr, value, constant bool) {
	k.forget([]ir.Stmt{&ir.Eval{X: cond}})
	if c, ok := valueOf(cond, k); ok {
		return c, c.Lo != 0, true
	}
	return ir.Truth(cond), false, false
}

// valueOf computes an expression of operations on constants.
func valueOf(x ir.Expr, k known) (*ir.Const, bool) {
	switch x := x.(type) {
	case *ir.Const:
		return x, true
	case *ir.Get:
		c, ok := k[x.L]
		return c, ok
	case *ir.Op:
		y := *x
		y.Args = nil
		for _, a := range x.Args {
			c, ok := valueOf(a, k)
			if !ok {
				return nil, false
			}
			y.Args = append(y.Args, c)
		}
		c, ok := foldOp(&y).(*ir.Const)
		return c, ok
	}
	return nil, false
}

func foldIf(s *ir.If, k known) []ir.Stmt {
	cond, value, constant := condition(s.Cond, k)
	if constant {
		if value {
			return foldList(s.Then, k)
		}
		return foldList(s.Else, k)
	}
	s.Cond = cond
	s.Then = foldList(s.Then, k.copy())
	s.Else = foldList(s.Else, k.copy())
	k.forget([]ir.Stmt{s})
	if len(s.Then) == 0 {
		s.Cond, s.Then, s.Else = ir.Truth(ir.Not(s.Cond)), s.Else, nil
	}
	if len(s.Then) == 0 {
		return foldStmt(&ir.Eval{X: s.Cond}, k)
	}
	if b, ok := s.Then[0].(*ir.Br); ok && b.Cond == nil {
		return append([]ir.Stmt{&ir.Br{L: b.L, Cond: s.Cond}}, s.Else...)
	}
	return []ir.Stmt{s}
}

func foldBr(s *ir.Br, k known) []ir.Stmt {
	if s.Cond == nil {
		return []ir.Stmt{s}
	}
	cond, value, constant := condition(s.Cond, k)
	switch {
	case constant && !value:
		return nil
	case constant:
		return []ir.Stmt{&ir.Br{L: s.L}}
	}
	return []ir.Stmt{&ir.Br{L: s.L, Cond: cond}}
}

// foldBlock removes a last branch to the block's own end, and the block if no
// other is left.
func foldBlock(s *ir.Block, k known) []ir.Stmt {
	s.Body = foldList(s.Body, k)
	if n := len(s.Body); n > 0 {
		if b, ok := s.Body[n-1].(*ir.Br); ok && b.L == s.L && b.Cond == nil {
			s.Body = s.Body[:n-1]
		}
	}
	k.forget(s.Body)
	if branchesTo(s.Body, s.L) {
		return []ir.Stmt{s}
	}
	return s.Body
}

func foldLoop(s *ir.Loop, k known) []ir.Stmt {
	k.forget(s.Body)
	s.Body = foldList(s.Body, k.copy())
	if branchesTo(s.Body, s.L) {
		return []ir.Stmt{s}
	}
	return s.Body
}

func branchesTo(body []ir.Stmt, l *ir.Label) bool {
	found := false
	ir.Walk(body, nil, func(s ir.Stmt) {
		switch s := s.(type) {
		case *ir.Br:
			found = found || s.L == l
		case *ir.Table:
			for _, t := range s.Targets {
				found = found || t == l
			}
			found = found || s.Default == l
		}
	})
	return found
}
