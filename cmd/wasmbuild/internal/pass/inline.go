package pass

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// Inline replaces every call of an inline function by its body, over fresh
// locals.
func Inline(m *ir.Module) {
	in := &inliner{done: map[*ir.Func]bool{}}
	for _, f := range m.Funcs {
		in.function(f)
	}
}

type inliner struct{ done map[*ir.Func]bool }

// function expands the calls in f, those of its callees first.
func (in *inliner) function(f *ir.Func) {
	if in.done[f] {
		return
	}
	in.done[f] = true
	ir.Walk(f.Body, func(x ir.Expr) {
		if c, ok := x.(*ir.Call); ok && c.F.Inline {
			in.function(c.F)
		}
	}, nil)
	r := ir.Rewriter{Expr: inlineExpr, List: inlineList}
	r.Func(f)
}

// inlineExpr expands a call with one result where it stands.
func inlineExpr(x ir.Expr) ir.Expr {
	c, ok := x.(*ir.Call)
	if !ok || !c.F.Inline || len(c.F.Results) != 1 {
		return x
	}
	body, results := expand(c)
	return &ir.Seq{Body: body, X: &ir.Get{L: results[0]}}
}

// inlineList expands calls with no result or several, which are statements.
func inlineList(list []ir.Stmt) []ir.Stmt {
	var out []ir.Stmt
	for _, s := range list {
		out = append(out, inlineStmt(s)...)
	}
	return out
}

func inlineStmt(s ir.Stmt) []ir.Stmt {
	xs := ir.Exprs(s)
	if len(xs) != 1 {
		return []ir.Stmt{s}
	}
	c, ok := (*xs[0]).(*ir.Call)
	if !ok || !c.F.Inline {
		return []ir.Stmt{s}
	}
	body, results := expand(c)
	if set, ok := s.(*ir.Set); ok {
		for i, r := range results {
			body = append(body, &ir.Set{Dst: []*ir.Local{set.Dst[i]}, X: &ir.Get{L: r}})
		}
	}
	return body
}

// expand returns the body of the called function with its parameters set to
// the arguments, and the locals that then hold its results.
func expand(c *ir.Call) (body []ir.Stmt, results []*ir.Local) {
	e := &expansion{
		locals: map[*ir.Local]*ir.Local{},
		labels: map[*ir.Label]*ir.Label{},
		sites:  map[*ir.Site]*ir.Site{nil: c.Site},
	}
	for i, p := range c.F.Params {
		body = append(body, &ir.Set{Dst: []*ir.Local{e.local(p)}, X: c.Args[i]})
	}
	for _, t := range c.F.Results {
		e.results = append(e.results, &ir.Local{Name: c.F.Name, Type: t})
	}
	e.end = &ir.Label{Name: "return"}
	inner := e.list(c.F.Body, true)
	if e.left {
		inner = []ir.Stmt{&ir.Block{L: e.end, Body: inner}}
	}
	return append(body, inner...), e.results
}

// An expansion copies one call's body.
type expansion struct {
	locals  map[*ir.Local]*ir.Local
	labels  map[*ir.Label]*ir.Label
	sites   map[*ir.Site]*ir.Site
	results []*ir.Local
	end     *ir.Label // behind the body
	left    bool      // a return inside the body branches to end
}

func (e *expansion) local(l *ir.Local) *ir.Local {
	if e.locals[l] == nil {
		e.locals[l] = &ir.Local{Name: l.Name, Type: l.Type}
	}
	return e.locals[l]
}

func (e *expansion) label(l *ir.Label) *ir.Label {
	if e.labels[l] == nil {
		e.labels[l] = &ir.Label{Name: l.Name}
	}
	return e.labels[l]
}

// site is s behind the call that is expanded.
func (e *expansion) site(s *ir.Site) *ir.Site {
	if e.sites[s] == nil && s != nil {
		e.sites[s] = &ir.Site{Pos: s.Pos, Func: s.Func, Caller: e.site(s.Caller)}
	}
	return e.sites[s]
}

// list copies statements; last says that the body ends with them.
func (e *expansion) list(list []ir.Stmt, last bool) []ir.Stmt {
	var out []ir.Stmt
	for i, s := range list {
		out = append(out, e.stmt(s, last && i == len(list)-1)...)
	}
	return out
}

func (e *expansion) stmt(s ir.Stmt, last bool) []ir.Stmt {
	switch s := s.(type) {
	case *ir.Return:
		return e.ret(s, last)
	case *ir.Set:
		dst := make([]*ir.Local, len(s.Dst))
		for i, l := range s.Dst {
			dst[i] = e.local(l)
		}
		return []ir.Stmt{&ir.Set{Dst: dst, X: e.expr(s.X)}}
	case *ir.Eval:
		return []ir.Stmt{&ir.Eval{X: e.expr(s.X)}}
	case *ir.If:
		return []ir.Stmt{&ir.If{Cond: e.expr(s.Cond), Then: e.list(s.Then, last), Else: e.list(s.Else, last)}}
	case *ir.Block:
		return []ir.Stmt{&ir.Block{L: e.label(s.L), Body: e.list(s.Body, last)}}
	case *ir.Loop:
		return []ir.Stmt{&ir.Loop{L: e.label(s.L), Body: e.list(s.Body, false)}}
	case *ir.Br:
		b := &ir.Br{L: e.label(s.L)}
		if s.Cond != nil {
			b.Cond = e.expr(s.Cond)
		}
		return []ir.Stmt{b}
	case *ir.Table:
		t := &ir.Table{X: e.expr(s.X), Default: e.label(s.Default)}
		for _, l := range s.Targets {
			t.Targets = append(t.Targets, e.label(l))
		}
		return []ir.Stmt{t}
	}
	panic("pass: unknown statement")
}

// ret sets the results and leaves the body.
func (e *expansion) ret(s *ir.Return, last bool) []ir.Stmt {
	var out []ir.Stmt
	for i, x := range s.X {
		out = append(out, &ir.Set{Dst: []*ir.Local{e.results[i]}, X: e.expr(x)})
	}
	if last {
		return out
	}
	e.left = true
	return append(out, &ir.Br{L: e.end})
}

func (e *expansion) exprs(xs []ir.Expr) []ir.Expr {
	out := make([]ir.Expr, len(xs))
	for i, x := range xs {
		out[i] = e.expr(x)
	}
	return out
}

func (e *expansion) expr(x ir.Expr) ir.Expr {
	switch x := x.(type) {
	case *ir.Const:
		return x
	case *ir.Get:
		return &ir.Get{L: e.local(x.L)}
	case *ir.Tee:
		return &ir.Tee{L: e.local(x.L), X: e.expr(x.X)}
	case *ir.Op:
		y := *x
		y.Args = e.exprs(x.Args)
		y.Site = e.site(x.Site)
		return &y
	case *ir.Call:
		return &ir.Call{F: x.F, Args: e.exprs(x.Args), Site: e.site(x.Site)}
	case *ir.Seq:
		return &ir.Seq{Body: e.list(x.Body, false), X: e.expr(x.X)}
	case *ir.Select:
		return &ir.Select{A: e.expr(x.A), B: e.expr(x.B), Cond: e.expr(x.Cond)}
	case *ir.Choose:
		return &ir.Choose{Cond: e.expr(x.Cond), Then: e.expr(x.Then), Else: e.expr(x.Else)}
	}
	panic("pass: unknown expression")
}
