package pass

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// dead drops assignments to locals that are never read, until there are no
// more.
func dead(f *ir.Func) {
	for changed := true; changed; {
		changed = false
		c := countLocals(f)
		r := ir.Rewriter{List: func(list []ir.Stmt) []ir.Stmt {
			var out []ir.Stmt
			for _, s := range list {
				l, x, ok := single(s)
				switch {
				case !ok || c.gets[l] > 0:
					out = append(out, s)
					continue
				case !ir.EffectOf(x).Pure():
					out = append(out, &ir.Eval{X: x})
				}
				changed = true
			}
			return out
		}}
		r.Func(f)
	}
}
