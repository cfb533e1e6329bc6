package lower

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/dialect"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

// cheap is the size up to which an expression is evaluated even where Go
// would skip it, or written out twice.
const cheap = 8

// branch emits a branch to a label that is taken if x is want. Conditions
// with && and || become several branches and no value.
func (f *function) branch(to *ir.Label, x ast.Expr, want bool) {
	x = ast.Unparen(x)
	if v := f.info.Types[x].Value; v != nil {
		if constant.BoolVal(v) == want {
			f.br(to, nil)
		}
		return
	}
	if not, ok := x.(*ast.UnaryExpr); ok { // the other operators give no bool
		f.branch(to, not.X, !want)
		return
	}
	b, ok := x.(*ast.BinaryExpr)
	if !ok || !f.splits(b) {
		cond := f.value(x)
		if !want {
			cond = ir.Not(cond)
		}
		f.br(to, ir.Truth(cond))
		return
	}
	if (b.Op == token.LOR) == want {
		f.branch(to, b.X, want)
		f.branch(to, b.Y, want)
		return
	}
	f.block("skip", func(skip *ir.Label) {
		f.branch(skip, b.X, !want)
		f.branch(to, b.Y, want)
	})
}

// splits reports whether x is a && or || whose right side must not be
// evaluated in vain.
func (f *function) splits(x *ast.BinaryExpr) bool {
	if x.Op != token.LAND && x.Op != token.LOR {
		return false
	}
	if f.info.Types[x.X].Value != nil || f.info.Types[x.Y].Value != nil {
		return true
	}
	return !isCheap(f.value(x.Y)) || f.splitsInside(x.X)
}

func (f *function) splitsInside(x ast.Expr) bool {
	b, ok := ast.Unparen(x).(*ast.BinaryExpr)
	return ok && f.splits(b)
}

func isCheap(x ir.Expr) bool { return ir.EffectOf(x) == 0 && ir.Size(x) <= cheap }

func (f *function) ifStmt(s *ast.IfStmt) {
	f.stmt(s.Init, "")
	if v := f.info.Types[s.Cond].Value; v != nil {
		if constant.BoolVal(v) {
			f.list(s.Body.List)
		} else {
			f.stmt(s.Else, "")
		}
		return
	}
	if b := onlyBranch(s); b != nil {
		f.branch(f.destination(b), s.Cond, true)
		return
	}
	if !f.splitsInside(s.Cond) {
		f.emit(&ir.If{
			Cond: ir.Truth(f.value(s.Cond)),
			Then: f.collect(func() { f.list(s.Body.List) }),
			Else: f.collect(func() { f.stmt(s.Else, "") }),
		})
		return
	}
	f.block("endif", func(end *ir.Label) {
		f.block("else", func(otherwise *ir.Label) {
			f.branch(otherwise, s.Cond, false)
			f.list(s.Body.List)
			if s.Else != nil {
				f.br(end, nil)
			}
		})
		f.stmt(s.Else, "")
	})
}

// onlyBranch returns the break or continue that is all that s does.
func onlyBranch(s *ast.IfStmt) *ast.BranchStmt {
	if s.Else != nil || len(s.Body.List) != 1 {
		return nil
	}
	b, _ := s.Body.List[0].(*ast.BranchStmt)
	return b
}

// A loop is what for and range have in common.
type loop struct {
	label string
	// leave emits a branch that is taken if the loop ends here, again one
	// that is taken if it goes on. Both are nil without a condition.
	leave func(to *ir.Label)
	again func(to *ir.Label)
	once  bool // test at the top: the condition is too large to write twice
	body  func()
	post  func()
}

func (f *function) forStmt(s *ast.ForStmt, label string) {
	f.stmt(s.Init, "")
	l := loop{
		label: label,
		body:  func() { f.list(s.Body.List) },
		post:  func() { f.stmt(s.Post, "") },
	}
	if s.Cond != nil {
		l.leave = func(to *ir.Label) { f.branch(to, s.Cond, false) }
		l.again = func(to *ir.Label) { f.branch(to, s.Cond, true) }
		l.once = f.large(s.Cond)
	}
	f.loop(l)
}

// large reports whether a loop condition is better not written twice.
func (f *function) large(cond ast.Expr) bool {
	x := f.value(cond)
	called := false
	ir.WalkExpr(x, func(x ir.Expr) {
		if _, ok := x.(*ir.Call); ok {
			called = true
		}
	}, nil)
	return called || ir.Size(x) > 2*cheap
}

// loop emits a loop with its condition at the bottom, behind a test at the
// entry, so that an iteration has one branch.
func (f *function) loop(l loop) {
	start := &ir.Label{Name: "loop"}
	f.block("break", func(end *ir.Label) {
		if l.leave != nil && !l.once {
			l.leave(end)
		}
		body := f.collect(func() {
			if l.once {
				l.leave(end)
			}
			f.block("continue", func(next *ir.Label) {
				f.inFrame(frame{name: l.label, breakTo: end, continueTo: next}, l.body)
			})
			l.post()
			if l.leave == nil || l.once {
				f.br(start, nil)
			} else {
				l.again(start)
			}
		})
		f.emit(&ir.Loop{L: start, Body: body})
	})
}

// rangeStmt counts in a local of its own if the body assigns the variable.
func (f *function) rangeStmt(s *ast.RangeStmt, label string) {
	t := f.info.Types[s.X].Type
	vt, ok := dialect.ValueType(t)
	if !ok { // an untyped constant: the loop has no variable to give it a type
		vt = ir.I32
	}
	id, ok := s.Key.(*ast.Ident)
	if !ok {
		f.countDown(s, label, t, vt)
		return
	}
	limit := f.constantOr(s.X, vt)
	v := f.info.Defs[id]
	variable := f.declare(v)
	counter := variable
	prologue := func() {}
	if f.assigns(s.Body, v) {
		counter = &ir.Local{Name: "i", Type: vt}
		prologue = func() { f.set(variable, &ir.Get{L: counter}) }
	}
	f.set(counter, zero(vt))
	less, notLess := "lt_s", "ge_s"
	if dialect.IsUnsigned(t) {
		less, notLess = "lt_u", "ge_u"
	}
	f.loop(loop{
		label: label,
		leave: func(to *ir.Label) { f.br(to, arith(vt, notLess, &ir.Get{L: counter}, limit())) },
		again: func(to *ir.Label) { f.br(to, arith(vt, less, &ir.Get{L: counter}, limit())) },
		body:  func() { prologue(); f.list(s.Body.List) },
		post:  func() { f.set(counter, arith(vt, "add", &ir.Get{L: counter}, one(vt))) },
	})
}

// countDown lowers a range loop without a variable: a count down to zero
// needs neither a register for the limit nor a comparison with it.
func (f *function) countDown(s *ast.RangeStmt, label string, t types.Type, vt ir.Type) {
	counter := &ir.Local{Name: "i", Type: vt}
	f.set(counter, f.constantOr(s.X, vt)())
	f.loop(loop{
		label: label,
		leave: func(to *ir.Label) {
			none := arith(vt, "eqz", &ir.Get{L: counter})
			if !dialect.IsUnsigned(t) {
				none = arith(vt, "le_s", &ir.Get{L: counter}, zero(vt))
			}
			f.br(to, none)
		},
		again: func(to *ir.Label) {
			left := arith(vt, "ne", &ir.Get{L: counter}, zero(vt))
			f.br(to, ir.Truth(left))
		},
		body: func() { f.list(s.Body.List) },
		post: func() { f.set(counter, arith(vt, "sub", &ir.Get{L: counter}, one(vt))) },
	})
}

// constantOr returns a maker of expressions for x, which is evaluated here
// once.
func (f *function) constantOr(x ast.Expr, vt ir.Type) func() ir.Expr {
	if v := f.info.Types[x].Value; v != nil {
		return func() ir.Expr { return constantOf(v, vt) }
	}
	l := &ir.Local{Name: "n", Type: vt}
	f.set(l, f.value(x))
	return func() ir.Expr { return &ir.Get{L: l} }
}
