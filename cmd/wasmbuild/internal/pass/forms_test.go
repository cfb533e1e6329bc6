package pass_test

import (
	"strings"
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

// The locals and labels that the tests' functions are made of.
var (
	x, y, z = &ir.Local{Name: "x", Type: ir.I32}, &ir.Local{Name: "y", Type: ir.I32}, &ir.Local{Name: "z", Type: ir.I32}
	callee  = &ir.Func{Name: "g"} // which they can call
	a, b    = &ir.Label{Name: "a"}, &ir.Label{Name: "b"}
)

func get(l *ir.Local) ir.Expr                 { return &ir.Get{L: l} }
func set(l *ir.Local, v ir.Expr) ir.Stmt      { return &ir.Set{Dst: []*ir.Local{l}, X: v} }
func num(v uint32) ir.Expr                    { return ir.Int32(v) }
func op(name string, args ...ir.Expr) ir.Expr { return ir.NewOp(name, args...) }
func eval(v ir.Expr) ir.Stmt                  { return &ir.Eval{X: v} }
func br(l *ir.Label) ir.Stmt                  { return &ir.Br{L: l} }
func brIf(l *ir.Label, cond ir.Expr) ir.Stmt  { return &ir.Br{L: l, Cond: cond} }
func list(ss ...ir.Stmt) []ir.Stmt            { return ss }
func block(l *ir.Label, ss ...ir.Stmt) ir.Stmt {
	return &ir.Block{L: l, Body: ss}
}
func loop(l *ir.Label, ss ...ir.Stmt) ir.Stmt { return &ir.Loop{L: l, Body: ss} }
func cond(c ir.Expr, then, otherwise []ir.Stmt) ir.Stmt {
	return &ir.If{Cond: c, Then: then, Else: otherwise}
}

// A rewriting is a body before a pass and its text after it.
type rewriting struct {
	name string
	body []ir.Stmt
	want string // lines, tabs for nesting
}

// rewrite runs a pass over each body.
func rewrite(t *testing.T, pass string, tests []rewriting) {
	t.Helper()
	for _, test := range tests {
		f := &ir.Func{Name: "f", Params: []*ir.Local{x, y, z}, Body: test.body}
		before := f.String()
		run(t, pass, f, callee)
		_, got, _ := strings.Cut(f.String(), "\n")
		got = strings.ReplaceAll("\n"+got, "\n\t", "\n")
		if strings.TrimSpace(got) != strings.TrimSpace(test.want) {
			t.Errorf("%s:\n%sbecame%swant\n%s", test.name, before, got, test.want)
		}
	}
}

func TestFoldStatements(t *testing.T) {
	five := op("i32.eq", get(x), num(5))
	rewrite(t, "fold", []rewriting{
		{"truth", list(cond(op("i32.ne", get(x), num(0)), list(set(y, num(1))), nil)), "if x\n\ty = 1"},
		{"inside both arms", list(cond(get(x), list(brIf(a, num(0)), set(y, num(1))), list(eval(get(z)), set(y, num(2))))),
			"if x\n\ty = 1\nelse\n\ty = 2"},
		{"constant, true", list(cond(num(2), list(set(y, num(1))), list(set(y, num(2))))), "y = 1"},
		{"constant, false", list(cond(num(0), list(set(y, num(1))), list(set(y, num(2))))), "y = 2"},
		{"empty arm", list(cond(op("i32.lt_s", get(x), get(y)), nil, list(set(y, num(1))))), "if i32.ge_s(x, y)\n\ty = 1"},
		{"empty arm of a negation", list(cond(op("i32.eqz", get(x)), nil, list(set(y, num(1))))), "if x\n\ty = 1"},
		{"empty arms", list(cond(get(x), nil, nil)), ""},
		{"empty arms behind an effect", list(cond(op("i32.load", get(x)), nil, nil)), "i32.eqz(i32.load+0(x))"},
		{"branch", list(block(a, cond(get(x), list(br(a)), list(set(y, num(1)))), set(z, num(2)))),
			"block @a\n\tbr @a if x\n\ty = 1\n\tz = 2"},
		{"conditional branch", list(block(a, cond(get(x), list(brIf(a, get(y)), set(y, num(1))), nil), set(z, num(2)))),
			"block @a\n\tif x\n\t\tbr @a if y\n\t\ty = 1\n\tz = 2"},
		{"last branch", list(block(a, brIf(a, get(x)), set(y, num(1)), br(a))), "block @a\n\tbr @a if x\n\ty = 1"},
		{"last conditional branch", list(block(a, set(y, num(1)), brIf(a, get(x)))), "block @a\n\ty = 1\n\tbr @a if x"},
		{"only branch", list(block(a, set(y, num(1)), br(a))), "y = 1"},
		{"only a branch", list(block(a, br(a)), set(z, num(2))), "z = 2"},
		{"empty block", list(block(a)), ""},
		{"assigned in an expression", list(set(x, num(5)), eval(op("i32.load", teed(x, get(y)))), cond(five, list(set(y, num(1))), nil)),
			"x = 5\ni32.load+0((x = y))\nif i32.eq(x, 5)\n\ty = 1"},
		{"assigned in a condition", list(set(x, num(5)), cond(teed(x, get(y)), list(set(z, num(1))), nil), cond(five, list(set(y, num(1))), nil)),
			"x = 5\nif (x = y)\n\tz = 1\nif i32.eq(x, 5)\n\ty = 1"},
		{"assigned in a branch's condition", list(set(x, num(5)), block(a, brIf(a, teed(x, get(y))), cond(five, list(set(y, num(1))), nil))),
			"x = 5\nblock @a\n\tbr @a if (x = y)\n\tif i32.eq(x, 5)\n\t\ty = 1"},
		{"branch out of two", list(block(a, block(b, set(y, num(1)), br(a)), set(z, num(2)))),
			"y = 1"},
		{"loop that ends", list(loop(a, set(y, num(1)))), "y = 1"},
		{"always", list(block(a, cond(get(z), list(set(y, num(3))), nil), brIf(a, num(1)), set(y, num(1)))), "if z\n\ty = 3"},
		{"never", list(block(a, brIf(a, num(0)), set(y, num(1)))), "y = 1"},
		{"behind a return", list(&ir.Return{}, set(y, num(1))), "return "},
		{"behind a trap", list(eval(op("unreachable")), set(y, num(1))), "unreachable()"},
		{"behind a table", list(block(a, block(b, &ir.Table{X: get(x), Targets: []*ir.Label{a}, Default: b}, set(y, num(1))), set(y, num(2)))),
			"block @a\n\tblock @b\n\t\ttable x [@a] @b\n\ty = 2"},
		{"behind two ends", list(cond(get(x), list(set(y, num(1)), &ir.Return{}), list(set(y, num(2)), &ir.Return{})), set(y, num(3))),
			"if x\n\ty = 1\n\treturn \nelse\n\ty = 2\n\treturn"},
		{"behind one end", list(cond(get(x), list(set(y, num(1)), &ir.Return{}), list(set(y, num(2)))), set(y, num(3))),
			"if x\n\ty = 1\n\treturn \nelse\n\ty = 2\ny = 3"},
		{"behind the other end", list(cond(get(x), list(set(y, num(1))), list(set(y, num(2)), &ir.Return{})), set(y, num(3))),
			"if x\n\ty = 1\nelse\n\ty = 2\n\treturn \ny = 3"},
		{"known", list(set(x, num(5)), cond(five, list(set(y, num(1))), nil)), "x = 5\ny = 1"},
		{"known in a branch", list(set(x, num(5)), block(a, brIf(a, get(y)), brIf(a, five), set(y, num(1)))), "x = 5\nblock @a\n\tbr @a if y"},
		{"known inside", list(set(x, num(5)), cond(get(y), list(cond(five, list(set(z, num(1))), nil)), nil)), "x = 5\nif y\n\tz = 1"},
		{"assigned again", list(set(x, num(5)), set(x, get(y)), cond(five, list(set(y, num(1))), nil)), "x = 5\nx = y\nif i32.eq(x, 5)\n\ty = 1"},
		{"assigned in an arm", list(set(x, num(5)), cond(get(y), list(set(x, get(z))), nil), cond(five, list(set(y, num(1))), nil)),
			"x = 5\nif y\n\tx = z\nif i32.eq(x, 5)\n\ty = 1"},
		{"assigned in the other arm", list(set(x, num(5)), cond(get(y), list(set(z, num(1))), list(set(x, get(z)))), cond(five, list(set(y, num(1))), nil)),
			"x = 5\nif y\n\tz = 1\nelse\n\tx = z\nif i32.eq(x, 5)\n\ty = 1"},
		{"assigned behind a branch", list(set(x, num(4)), block(a, brIf(a, get(y)), set(x, num(5))), cond(five, list(set(y, num(1))), nil)),
			"x = 4\nblock @a\n\tbr @a if y\n\tx = 5\nif i32.eq(x, 5)\n\ty = 1"},
		{"assigned in a loop", list(set(x, num(5)), loop(a, cond(five, list(set(y, num(1))), nil), set(x, get(y)), brIf(a, get(x)))),
			"x = 5\nloop @a\n\tif i32.eq(x, 5)\n\t\ty = 1\n\tx = y\n\tbr @a if x"},
		{"assigned at a loop's end", list(set(x, num(4)), loop(a, brIf(a, get(y)), set(x, num(5))), cond(five, list(set(y, num(1))), nil)),
			"x = 4\nloop @a\n\tbr @a if y\n\tx = 5\nif i32.eq(x, 5)\n\ty = 1"},
	})
}

func TestDead(t *testing.T) {
	rewrite(t, "dead", []rewriting{
		{"chain", list(set(x, num(5)), set(y, get(x)), set(z, get(y))), ""},
		{"effect", list(set(x, op("i32.load", get(y)))), "i32.load+0(y)"},
		{"read", list(set(x, num(5)), eval(op("i32.load", get(x)))), "x = 5\ni32.load+0(x)"},
		{"nested", list(loop(a, set(x, num(5)), brIf(a, get(y)))), "loop @a\n\tbr @a if y"},
	})
}
