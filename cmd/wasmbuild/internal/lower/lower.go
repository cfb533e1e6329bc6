// Package lower turns checked kernel Go into ir. It lowers what the exports
// reach and nothing else.
package lower

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/dialect"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/load"
)

// pages is the initial size of a module's memory.
const pages = 2

// Options choose the build.
type Options struct {
	Relaxed bool // intrinsics may become relaxed instructions
	Threads bool // the memory is shared
	Bench   bool // functions with //wasm:bench are exported
}

// Package lowers p, which has passed the checker.
func Package(p *load.Package, opts Options) *ir.Module {
	l := &lowerer{
		pkg:   p,
		info:  p.Info,
		opts:  opts,
		decls: map[*types.Func]*ast.FuncDecl{},
		funcs: map[*types.Func]*ir.Func{},
	}
	order := l.declare()
	for len(l.queue) > 0 {
		f := l.queue[0]
		l.queue = l.queue[1:]
		l.function(f)
	}
	m := &ir.Module{Pages: pages, Shared: opts.Threads}
	for _, f := range order {
		if g := l.funcs[f]; g != nil {
			m.Funcs = append(m.Funcs, g)
		}
	}
	return m
}

type lowerer struct {
	pkg   *load.Package
	info  *types.Info
	opts  Options
	decls map[*types.Func]*ast.FuncDecl
	funcs map[*types.Func]*ir.Func // those reached so far
	queue []*types.Func            // reached, body not yet lowered
}

// declare notes every function, queues the exported ones and returns all in
// source order.
func (l *lowerer) declare() []*types.Func {
	var order []*types.Func
	for _, file := range l.pkg.Files {
		for _, d := range file.Decls {
			d, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			f := l.info.Defs[d.Name].(*types.Func)
			l.decls[f] = d
			order = append(order, f)
			if l.exportName(d) != "" {
				l.reach(f)
			}
		}
	}
	return order
}

func (l *lowerer) exportName(d *ast.FuncDecl) string {
	for _, dir := range dialect.Directives(d.Doc) {
		if dir.Verb == "export" || dir.Verb == "bench" && l.opts.Bench {
			return dir.Arg
		}
	}
	return ""
}

// reach returns the ir function of f, whose body is lowered later.
func (l *lowerer) reach(f *types.Func) *ir.Func {
	if g := l.funcs[f]; g != nil {
		return g
	}
	d := l.decls[f]
	g := &ir.Func{Name: f.Name(), Export: l.exportName(d), Pos: d.Name.Pos()}
	for _, dir := range dialect.Directives(d.Doc) {
		g.Inline = g.Inline || dir.Verb == "inline"
	}
	for v := range f.Signature().Results().Variables() {
		g.Results = append(g.Results, valueType(v.Type()))
	}
	for v := range f.Signature().Params().Variables() {
		g.Params = append(g.Params, &ir.Local{Name: v.Name(), Type: valueType(v.Type())})
	}
	l.funcs[f] = g
	l.queue = append(l.queue, f)
	return g
}

// valueType is dialect.ValueType of a type that the checker has let pass.
func valueType(t types.Type) ir.Type {
	vt, ok := dialect.ValueType(t)
	if !ok {
		panic("lower: unchecked type " + t.String())
	}
	return vt
}

// A function is the state of lowering one function.
type function struct {
	*lowerer
	name    string
	pos     token.Pos // of the statement being lowered
	locals  map[types.Object]*ir.Local
	results []*ir.Local // if named
	types   []ir.Type   // of the results
	out     []ir.Stmt   // the list being built
	frames  []frame     // enclosing statements that can be left
	used    map[*ir.Label]bool
}

// A frame is a statement that break or continue can mean.
type frame struct {
	name       string // the Go label, if any
	breakTo    *ir.Label
	continueTo *ir.Label // nil for a switch
}

func (l *lowerer) function(f *types.Func) {
	d, g := l.decls[f], l.funcs[f]
	fn := &function{lowerer: l, name: g.Name, pos: g.Pos, locals: map[types.Object]*ir.Local{}, types: g.Results, used: map[*ir.Label]bool{}}
	sig := f.Signature()
	for i := range sig.Params().Len() {
		fn.locals[sig.Params().At(i)] = g.Params[i]
	}
	for v := range sig.Results().Variables() {
		if v.Name() != "" {
			r := fn.declare(v)
			fn.results = append(fn.results, r)
			fn.set(r, zero(r.Type))
		}
	}
	fn.list(d.Body.List)
	g.Body = fn.out
}

// emit appends a statement. What of it has no place of its own in the source
// has that of the Go statement.
func (f *function) emit(s ir.Stmt) {
	for _, x := range ir.Exprs(s) {
		ir.Mark(*x, f.site(f.pos))
	}
	f.out = append(f.out, s)
}

func (f *function) site(pos token.Pos) *ir.Site { return &ir.Site{Pos: pos, Func: f.name} }

func (f *function) set(l *ir.Local, x ir.Expr) { f.emit(&ir.Set{Dst: []*ir.Local{l}, X: x}) }

// declare makes the local of a variable.
func (f *function) declare(v types.Object) *ir.Local {
	l := &ir.Local{Name: v.Name(), Type: valueType(v.Type())}
	f.locals[v] = l
	return l
}

// temps returns fresh locals for the results of a call.
func temps(results []ir.Type) []*ir.Local {
	ts := make([]*ir.Local, len(results))
	for i, t := range results {
		ts[i] = &ir.Local{Name: "tmp", Type: t}
	}
	return ts
}

// collect lowers into a list of its own.
func (f *function) collect(lower func()) []ir.Stmt {
	saved := f.out
	f.out = nil
	lower()
	body := f.out
	f.out = saved
	return body
}

// block emits a block around what lower emits, or only that if nothing
// branches to the label.
func (f *function) block(name string, lower func(end *ir.Label)) {
	end := &ir.Label{Name: name}
	body := f.collect(func() { lower(end) })
	if f.used[end] {
		f.emit(&ir.Block{L: end, Body: body})
		return
	}
	f.out = append(f.out, body...)
}

// br emits a branch, conditional unless cond is nil.
func (f *function) br(to *ir.Label, cond ir.Expr) {
	f.used[to] = true
	f.emit(&ir.Br{L: to, Cond: cond})
}

func zero(t ir.Type) ir.Expr { return &ir.Const{T: t} }

func gets(ls []*ir.Local) []ir.Expr {
	xs := make([]ir.Expr, len(ls))
	for i, l := range ls {
		xs[i] = &ir.Get{L: l}
	}
	return xs
}
