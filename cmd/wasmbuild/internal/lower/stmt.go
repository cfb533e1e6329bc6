package lower

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

func (f *function) list(list []ast.Stmt) {
	for _, s := range list {
		f.stmt(s, "")
	}
}

// stmt lowers a statement that a Go label, or "", names.
func (f *function) stmt(s ast.Stmt, label string) {
	if s == nil {
		return
	}
	defer func(outer token.Pos) { f.pos = outer }(f.pos)
	f.pos = s.Pos()
	switch s := s.(type) {
	case *ast.EmptyStmt:
	case *ast.BlockStmt:
		f.list(s.List)
	case *ast.LabeledStmt:
		f.stmt(s.Stmt, s.Label.Name)
	case *ast.ExprStmt:
		f.exprStmt(ast.Unparen(s.X).(*ast.CallExpr))
	case *ast.AssignStmt:
		f.assign(s)
	case *ast.IncDecStmt:
		f.incDec(s)
	case *ast.DeclStmt:
		f.decl(s.Decl.(*ast.GenDecl))
	case *ast.IfStmt:
		f.ifStmt(s)
	case *ast.ForStmt:
		f.forStmt(s, label)
	case *ast.RangeStmt:
		f.rangeStmt(s, label)
	case *ast.SwitchStmt:
		f.switchStmt(s, label)
	case *ast.BranchStmt:
		f.br(f.destination(s), nil)
	case *ast.ReturnStmt:
		f.returnStmt(s)
	default:
		panic("lower: unchecked statement")
	}
}

func (f *function) exprStmt(call *ast.CallExpr) {
	x := f.call(call)
	ir.Mark(x, f.site(place(call)))
	f.emit(&ir.Eval{X: x})
}

func (f *function) inFrame(fr frame, lower func()) {
	f.frames = append(f.frames, fr)
	lower()
	f.frames = f.frames[:len(f.frames)-1]
}

func (f *function) decl(d *ast.GenDecl) {
	if d.Tok != token.VAR {
		return
	}
	for _, s := range d.Specs {
		s := s.(*ast.ValueSpec)
		targets := make([]ast.Expr, len(s.Names))
		for i, n := range s.Names {
			targets[i] = n
		}
		if len(s.Values) > 0 {
			f.assignAll(targets, s.Values)
			continue
		}
		for _, n := range s.Names {
			l := f.declare(f.info.Defs[n])
			f.set(l, zero(l.Type))
		}
	}
}

func (f *function) assign(s *ast.AssignStmt) {
	if s.Tok == token.ASSIGN || s.Tok == token.DEFINE {
		f.assignAll(s.Lhs, s.Rhs)
		return
	}
	t := f.info.Types[s.Lhs[0]].Type
	l := f.target(s.Lhs[0])
	f.set(l, f.binary(assignOps[s.Tok], s.Lhs[0], s.Rhs[0], t))
}

var assignOps = map[token.Token]token.Token{
	token.ADD_ASSIGN: token.ADD, token.SUB_ASSIGN: token.SUB, token.MUL_ASSIGN: token.MUL,
	token.QUO_ASSIGN: token.QUO, token.REM_ASSIGN: token.REM, token.AND_ASSIGN: token.AND,
	token.OR_ASSIGN: token.OR, token.XOR_ASSIGN: token.XOR, token.SHL_ASSIGN: token.SHL,
	token.SHR_ASSIGN: token.SHR, token.AND_NOT_ASSIGN: token.AND_NOT,
}

func (f *function) incDec(s *ast.IncDecStmt) {
	l := f.target(s.X)
	op := "add"
	if s.Tok == token.DEC {
		op = "sub"
	}
	f.set(l, arith(l.Type, op, &ir.Get{L: l}, one(l.Type)))
}

// target returns the local of the left side of an assignment, nil for _.
func (f *function) target(x ast.Expr) *ir.Local {
	id := ast.Unparen(x).(*ast.Ident)
	if id.Name == "_" {
		return nil
	}
	if v := f.info.Defs[id]; v != nil {
		return f.declare(v)
	}
	return f.locals[f.info.Uses[id]]
}

func (f *function) assignAll(lhs, rhs []ast.Expr) {
	if len(lhs) > len(rhs) {
		f.assignCall(lhs, ast.Unparen(rhs[0]).(*ast.CallExpr))
		return
	}
	values := make([]ir.Expr, len(rhs))
	for i, r := range rhs {
		values[i] = f.value(r)
	}
	targets := make([]*ir.Local, len(lhs))
	for i, l := range lhs {
		targets[i] = f.target(l)
	}
	if conflict(targets, values) {
		for i, v := range values {
			if targets[i] == nil {
				continue
			}
			t := &ir.Local{Name: "tmp", Type: targets[i].Type}
			f.set(t, v)
			values[i] = &ir.Get{L: t}
		}
	}
	for i, v := range values {
		f.assignTo(targets[i], v)
	}
}

func (f *function) assignTo(l *ir.Local, x ir.Expr) {
	if l == nil {
		f.emit(&ir.Eval{X: x})
		return
	}
	f.set(l, x)
}

// conflict reports whether a later value reads an earlier target, so that
// the assignments cannot be made one after the other.
func conflict(targets []*ir.Local, values []ir.Expr) bool {
	earlier := map[*ir.Local]bool{}
	found := false
	for i, v := range values {
		ir.WalkExpr(v, func(x ir.Expr) {
			if g, ok := x.(*ir.Get); ok && earlier[g.L] {
				found = true
			}
		}, nil)
		earlier[targets[i]] = true
	}
	return found
}

func (f *function) assignCall(lhs []ast.Expr, call *ast.CallExpr) {
	c := f.call(call).(*ir.Call)
	dst := temps(c.F.Results)
	for i, l := range lhs {
		if t := f.target(l); t != nil {
			dst[i] = t
		}
	}
	f.emit(&ir.Set{Dst: dst, X: c})
}

// destination returns the label that a break or continue branches to.
func (f *function) destination(s *ast.BranchStmt) *ir.Label {
	for i := len(f.frames) - 1; i >= 0; i-- {
		fr := f.frames[i]
		switch {
		case s.Label != nil && s.Label.Name != fr.name:
		case s.Tok == token.CONTINUE && fr.continueTo != nil:
			return fr.continueTo
		case s.Tok == token.BREAK:
			return fr.breakTo
		}
	}
	panic("lower: branch to nowhere")
}

func (f *function) returnStmt(s *ast.ReturnStmt) {
	switch {
	case len(s.Results) == 0:
		f.emit(&ir.Return{X: gets(f.results)})
	case len(s.Results) < len(f.types):
		c := f.call(ast.Unparen(s.Results[0]).(*ast.CallExpr)).(*ir.Call)
		ts := temps(c.F.Results)
		f.emit(&ir.Set{Dst: ts, X: c})
		f.emit(&ir.Return{X: gets(ts)})
	default:
		xs := make([]ir.Expr, len(s.Results))
		for i, x := range s.Results {
			xs[i] = f.value(x)
		}
		f.emit(&ir.Return{X: xs})
	}
}

// assigns reports whether body assigns the variable v.
func (f *function) assigns(body ast.Node, v types.Object) bool {
	found := false
	is := func(x ast.Expr) {
		id := ast.Unparen(x).(*ast.Ident)
		found = found || f.info.Uses[id] == v
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				is(l)
			}
		case *ast.IncDecStmt:
			is(n.X)
		}
		return true
	})
	return found
}
