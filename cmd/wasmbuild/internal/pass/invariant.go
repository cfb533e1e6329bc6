package pass

import (
	"strings"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

// invariant moves constant vectors out of loops into locals: V8 makes one
// anew, in three instructions, wherever it is used. Zero stays, which takes
// one. They go in front of the outermost loop without calls, since around a
// call they are stored and loaded again; where every loop has calls, in front
// of the innermost.
func invariant(f *ir.Func) {
	inv := &invariants{own: map[ir.Stmt]bool{}}
	f.Body = inv.list(f.Body)
}

type invariants struct {
	own map[ir.Stmt]bool // the assignments that the pass has made
}

func (inv *invariants) list(list []ir.Stmt) []ir.Stmt {
	var out []ir.Stmt
	for _, s := range list {
		loop, ok := s.(*ir.Loop)
		if !ok || calls(loop.Body) {
			for _, b := range ir.Bodies(s) {
				*b = inv.list(*b)
			}
		}
		if ok {
			out = append(out, inv.extract(loop)...)
		}
		out = append(out, s)
	}
	return out
}

func calls(body []ir.Stmt) bool {
	found := false
	ir.Walk(body, func(x ir.Expr) {
		if _, ok := x.(*ir.Call); ok {
			found = true
		}
	}, nil)
	return found
}

// extract replaces the constants in a loop by locals and returns their
// assignments. Loops in it are done already if it has calls.
func (inv *invariants) extract(loop *ir.Loop) []ir.Stmt {
	var out []ir.Stmt
	locals := map[constantVector]*ir.Local{}
	r := ir.Rewriter{Expr: func(x ir.Expr) ir.Expr {
		c, ok := constantOf(x)
		if !ok {
			return x
		}
		if locals[c] == nil {
			locals[c] = &ir.Local{Name: "const", Type: ir.V128}
			s := &ir.Set{Dst: []*ir.Local{locals[c]}, X: x}
			inv.own[s] = true
			out = append(out, s)
		}
		return &ir.Get{L: locals[c]}
	}}
	inv.rewrite(&r, loop.Body)
	return out
}

// rewrite applies r to the expressions in list, except in the pass's own
// assignments.
func (inv *invariants) rewrite(r *ir.Rewriter, list []ir.Stmt) {
	for _, s := range list {
		if inv.own[s] {
			continue
		}
		for _, x := range ir.Exprs(s) {
			r.Operand(x)
		}
		for _, b := range ir.Bodies(s) {
			inv.rewrite(r, *b)
		}
	}
}

// A constantVector identifies a vector constant or the splat of a constant.
type constantVector struct {
	splat  string // the instruction, or empty
	lo, hi uint64
}

func constantOf(x ir.Expr) (c constantVector, ok bool) {
	switch x := x.(type) {
	case *ir.Const:
		return constantVector{lo: x.Lo, hi: x.Hi}, x.T == ir.V128 && (x.Lo != 0 || x.Hi != 0)
	case *ir.Op:
		if !strings.HasSuffix(x.In.Name, ".splat") {
			return c, false
		}
		arg, ok := x.Args[0].(*ir.Const)
		if !ok {
			return c, false
		}
		return constantVector{splat: x.In.Name, lo: arg.Lo}, true
	}
	return c, false
}
