package pass

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// Shake drops the functions that no export reaches.
func Shake(m *ir.Module) {
	live := map[*ir.Func]bool{}
	var mark func(*ir.Func)
	mark = func(f *ir.Func) {
		if live[f] {
			return
		}
		live[f] = true
		ir.Walk(f.Body, func(x ir.Expr) {
			if c, ok := x.(*ir.Call); ok {
				mark(c.F)
			}
		}, nil)
	}
	for _, f := range m.Funcs {
		if f.Export != "" {
			mark(f)
		}
	}
	var kept []*ir.Func
	for _, f := range m.Funcs {
		if live[f] {
			kept = append(kept, f)
		}
	}
	m.Funcs = kept
}
