// Package pass holds the passes that improve ir, a file each.
package pass

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// A Pass rewrites a module in place.
type Pass struct {
	Name string
	Run  func(*ir.Module)
}

// All is the passes of a build, in their order.
var All = []Pass{
	{"inline", Inline},
	{"shake", Shake},
	{"hoist", each(hoist)},
	{"copies", each(copies)},
	{"fold", each(fold)},
	{"copies2", each(copies)}, // of what folding made constant
	{"fold2", each(fold)},
	{"invariant", each(invariant)},
	{"copies3", each(copies)}, // of constants that had a name
	{"dead", each(dead)},
	{"nest", each(nest)},
	{"fold3", each(fold)}, // of conditions that nesting brought together
	{"tee", each(tee)},
	{"sides", each(sides)},
	{"renew", each(renew)},
	{"shake2", Shake}, // what only code that folding dropped calls
}

func each(run func(*ir.Func)) func(*ir.Module) {
	return func(m *ir.Module) {
		for _, f := range m.Funcs {
			run(f)
		}
	}
}

// A count of how often each local of a function is assigned and read.
type count struct{ sets, gets map[*ir.Local]int }

func countLocals(f *ir.Func) count {
	c := count{map[*ir.Local]int{}, map[*ir.Local]int{}}
	for _, p := range f.Params {
		c.sets[p] = 1
	}
	ir.Walk(f.Body, func(x ir.Expr) {
		switch x := x.(type) {
		case *ir.Get:
			c.gets[x.L]++
		case *ir.Tee:
			c.sets[x.L]++
		}
	}, func(s ir.Stmt) {
		if s, ok := s.(*ir.Set); ok {
			for _, l := range s.Dst {
				c.sets[l]++
			}
		}
	})
	return c
}

// single returns the local and value of an assignment to one local.
func single(s ir.Stmt) (l *ir.Local, x ir.Expr, ok bool) {
	set, ok := s.(*ir.Set)
	if !ok || len(set.Dst) != 1 {
		return nil, nil, false
	}
	return set.Dst[0], set.X, true
}

// assigned returns the locals that body assigns.
func assigned(body []ir.Stmt) map[*ir.Local]bool {
	ls := map[*ir.Local]bool{}
	ir.Walk(body, func(x ir.Expr) {
		if t, ok := x.(*ir.Tee); ok {
			ls[t.L] = true
		}
	}, func(s ir.Stmt) {
		if s, ok := s.(*ir.Set); ok {
			for _, l := range s.Dst {
				ls[l] = true
			}
		}
	})
	return ls
}
