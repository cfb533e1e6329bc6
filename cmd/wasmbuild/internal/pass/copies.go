package pass

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// copies replaces a local that is assigned once, and that a constant integer
// or another such local, by what it is assigned. The lowering assigns every
// local before it is read, so that the value cannot have changed between.
// Constants of other types stay in their local: they are long, and in a loop
// engines load them again.
func copies(f *ir.Func) {
	c := countLocals(f)
	value := map[*ir.Local]ir.Expr{}
	ir.Walk(f.Body, nil, func(s ir.Stmt) {
		l, x, ok := single(s)
		if !ok || c.sets[l] != 1 {
			return
		}
		switch x := x.(type) {
		case *ir.Const:
			if x.T == ir.I32 || x.T == ir.I64 {
				value[l] = x
			}
		case *ir.Get:
			if c.sets[x.L] == 1 {
				value[l] = x
			}
		}
	})
	r := ir.Rewriter{Expr: func(x ir.Expr) ir.Expr {
		for {
			g, ok := x.(*ir.Get)
			if !ok || value[g.L] == nil {
				return x
			}
			x = value[g.L]
		}
	}}
	r.Func(f)
}
