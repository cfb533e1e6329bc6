package lower

import (
	"go/ast"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

// A switchCase is one value of a switch and where it leads.
type switchCase struct {
	value uint64
	to    *ir.Label
}

// switchStmt nests a block a clause; a dispatch in the innermost leaves as
// many as it takes to arrive at its clause.
func (f *function) switchStmt(s *ast.SwitchStmt, label string) {
	f.stmt(s.Init, "")
	vt := valueType(f.info.Types[s.Tag].Type)
	tag := &ir.Local{Name: "tag", Type: vt}
	f.set(tag, f.value(s.Tag))

	var clauses []*ast.CaseClause
	var otherwise *ast.CaseClause
	for _, c := range s.Body.List {
		c := c.(*ast.CaseClause)
		if c.List == nil {
			otherwise = c
		} else {
			clauses = append(clauses, c)
		}
	}
	f.block("endswitch", func(end *ir.Label) {
		f.inFrame(frame{name: label, breakTo: end}, func() {
			f.block("default", func(dflt *ir.Label) { f.clauses(clauses, nil, tag, dflt, end) })
			if otherwise != nil {
				f.list(otherwise.Body)
			}
		})
	})
}

// clauses nests the clauses, of which the first is innermost.
func (f *function) clauses(clauses []*ast.CaseClause, cases []switchCase, tag *ir.Local, dflt, end *ir.Label) {
	if len(clauses) == 0 {
		f.dispatch(tag, cases, dflt)
		return
	}
	last := clauses[len(clauses)-1]
	f.block("case", func(l *ir.Label) {
		var more []switchCase
		for _, x := range last.List {
			more = append(more, switchCase{constantOf(f.info.Types[x].Value, tag.Type).Lo, l})
		}
		f.clauses(clauses[:len(clauses)-1], append(more, cases...), tag, dflt, end)
	})
	f.list(last.Body)
	f.br(end, nil)
}

// dispatch branches by a table if the values lie close together, else by
// comparisons.
func (f *function) dispatch(tag *ir.Local, cases []switchCase, dflt *ir.Label) {
	if tag.Type == ir.I32 && len(cases) >= 4 {
		if low, span := extent(cases); span <= 4*uint64(len(cases)) {
			f.table(tag, cases, low, span, dflt)
			return
		}
	}
	for _, c := range cases {
		f.br(c.to, arith(tag.Type, "eq", &ir.Get{L: tag}, &ir.Const{T: tag.Type, Lo: c.value}))
	}
	f.br(dflt, nil)
}

// extent returns the least value and the number of values up to the greatest.
func extent(cases []switchCase) (low, span uint64) {
	low, high := cases[0].value, cases[0].value
	for _, c := range cases {
		low, high = min(low, c.value), max(high, c.value)
	}
	return low, high - low + 1
}

func (f *function) table(tag *ir.Local, cases []switchCase, low, span uint64, dflt *ir.Label) {
	t := &ir.Table{X: &ir.Get{L: tag}, Targets: make([]*ir.Label, span), Default: dflt}
	if low > 0 {
		t.X = arith(ir.I32, "sub", t.X, &ir.Const{T: ir.I32, Lo: low})
	}
	for i := range t.Targets {
		t.Targets[i] = dflt
	}
	for _, c := range cases {
		t.Targets[c.value-low] = c.to
		f.used[c.to] = true
	}
	f.used[dflt] = true
	f.emit(t)
}
