package pass_test

import (
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

func load(p *ir.Local) ir.Expr             { return op("i32.load", get(p)) }
func store(p, v ir.Expr) ir.Stmt           { return eval(op("i32.store", p, v)) }
func grow(n *ir.Local) ir.Expr             { return op("memory.grow", get(n)) }
func add(p, q ir.Expr) ir.Expr             { return op("i32.add", p, q) }
func seq(v ir.Expr, ss ...ir.Stmt) ir.Expr { return &ir.Seq{Body: ss, X: v} }
func choose(c, then, otherwise ir.Expr) ir.Expr {
	return &ir.Choose{Cond: c, Then: then, Else: otherwise}
}
func teed(l *ir.Local, v ir.Expr) ir.Expr                 { return &ir.Tee{L: l, X: v} }
func local(name string) *ir.Local                         { return &ir.Local{Name: name, Type: ir.I32} }
func both(l *ir.Local, v ir.Expr, s ...ir.Stmt) []ir.Stmt { return append(list(set(l, v)), s...) }

// TestNest moves values to where they are read, unless something that is
// evaluated there earlier minds.
func TestNest(t *testing.T) {
	u := local("u")
	rewrite(t, "nest", []rewriting{
		{"once", both(u, load(y), set(z, add(get(u), num(1)))), "z = i32.add(i32.load+0(y), 1)"},
		{"twice", both(u, load(y), set(z, add(get(u), get(u)))), "u = i32.load+0(y)\nz = i32.add(u, u)"},
		{"assigned twice", both(u, load(y), set(z, get(u)), set(u, get(x))), "u = i32.load+0(y)\nz = u\nu = x"},
		{"chain", both(u, load(y), set(z, get(u)), store(get(x), get(z))), "z = i32.load+0(y)\ni32.store+0(x, z)"},
		{"not next", both(u, load(y), set(z, get(x)), set(z, get(u))), "u = i32.load+0(y)\nz = x\nz = u"},
		{"read behind a read", both(u, load(y), set(z, add(load(z), get(u)))), "z = i32.add(i32.load+0(z), i32.load+0(y))"},
		{"read behind a write", both(u, load(y), set(z, add(grow(z), get(u)))), "u = i32.load+0(y)\nz = i32.add(memory.grow(z), u)"},
		{"write behind a read", both(u, grow(y), set(z, add(load(z), get(u)))), "u = memory.grow(y)\nz = i32.add(i32.load+0(z), u)"},
		{"write behind nothing", both(u, grow(y), set(z, add(get(x), get(u)))), "z = i32.add(x, memory.grow(y))"},
		{"trap behind a trap", both(u, op("i32.div_s", get(x), get(y)), set(z, add(op("i32.rem_u", get(x), get(z)), get(u)))),
			"z = i32.add(i32.rem_u(x, z), i32.div_s(x, y))"},
		{"behind an assignment", both(u, add(get(y), num(1)), set(z, add(teed(y, num(3)), get(u)))), "u = i32.add(y, 1)\nz = i32.add((y = 3), u)"},
		{"assignment behind a read", both(u, teed(y, num(3)), set(z, add(get(y), get(u)))), "u = (y = 3)\nz = i32.add(y, u)"},
		{"assignment before a read", both(u, teed(y, num(3)), set(z, add(get(u), get(y)))), "z = i32.add((y = 3), y)"},
		{"assignment behind another read", both(u, teed(y, num(3)), set(z, add(get(x), get(u)))), "z = i32.add(x, (y = 3))"},
		{"assignment behind two reads", both(u, teed(y, num(3)), set(z, add(add(get(y), get(x)), get(u)))), "u = (y = 3)\nz = i32.add(i32.add(y, x), u)"},
		{"behind a sequence", both(u, add(get(y), num(1)), set(z, add(seq(num(3), store(get(x), num(1))), get(u)))),
			"z = i32.add({\n\ti32.store+0(x, 1)\n\t3\n}, i32.add(y, 1))"},
		{"behind both arms", both(u, load(y), set(z, add(choose(get(x), num(1), num(0)), get(u)))), "z = i32.add(choose(x, 1, 0), i32.load+0(y))"},
		{"assignment behind a choice", both(u, teed(y, num(3)), set(z, add(choose(get(x), num(1), num(0)), get(u)))),
			"z = i32.add(choose(x, 1, 0), (y = 3))"},
		{"assignment in a sequence behind a read", both(u, seq(get(x), set(x, num(3))), set(z, add(get(x), get(u)))),
			"u = {\n\tx = 3\n\tx\n}\nz = i32.add(x, u)"},
		{"condition", both(u, load(y), cond(get(u), list(set(z, num(1))), nil)), "if i32.load+0(y)\n\tz = 1"},
		{"arm", both(u, load(y), cond(get(x), list(set(z, get(u))), nil)), "u = i32.load+0(y)\nif x\n\tz = u"},
		{"branch", list(block(a, both(u, load(y), brIf(a, get(u)))...)), "block @a\n\tbr @a if i32.load+0(y)"},
		{"table", list(block(a, both(u, load(y), &ir.Table{X: get(u), Default: a})...)), "block @a\n\ttable i32.load+0(y) [] @a"},
		{"block", both(u, load(y), block(a, brIf(a, get(u)))), "block @a\n\tbr @a if i32.load+0(y)"},
		{"empty block", both(u, load(y), block(a), set(z, get(u))), "u = i32.load+0(y)\nblock @a\nz = u"},
		{"loop", both(u, load(y), loop(a, brIf(a, get(u)))), "u = i32.load+0(y)\nloop @a\n\tbr @a if u"},
		{"first of a choice", both(u, load(y), set(z, choose(get(u), num(1), num(0)))), "z = choose(i32.load+0(y), 1, 0)"},
		{"then of a choice", both(u, load(y), set(z, choose(get(x), get(u), num(0)))), "u = i32.load+0(y)\nz = choose(x, u, 0)"},
		{"else of a choice", both(u, load(y), set(z, choose(get(x), num(0), get(u)))), "u = i32.load+0(y)\nz = choose(x, 0, u)"},
		{"behind a choice", both(u, load(y), set(z, add(choose(get(x), grow(z), num(0)), get(u)))),
			"u = i32.load+0(y)\nz = i32.add(choose(x, memory.grow(z), 0), u)"},
		{"behind a choice that reads what is assigned", both(u, teed(y, num(3)), set(z, add(choose(get(x), get(y), num(0)), get(u)))),
			"u = (y = 3)\nz = i32.add(choose(x, y, 0), u)"},
		{"sequence", both(u, load(y), set(z, seq(get(u), store(get(x), num(1))))), "u = i32.load+0(y)\nz = {\n\ti32.store+0(x, 1)\n\tu\n}"},
		{"two operands", list(set(u, load(x)), set(z, load(y)), store(get(u), get(z))), "u = i32.load+0(x)\nz = i32.load+0(y)\ni32.store+0(u, z)"},
	})
}

// TestTee merges an assignment with the first of several reads.
func TestTee(t *testing.T) {
	sum := func() ir.Expr { return add(get(y), num(1)) }
	rewrite(t, "tee", []rewriting{
		{"first of two", both(x, sum(), set(z, op("i32.mul", get(x), get(x)))), "z = i32.mul((x = i32.add(y, 1)), x)"},
		{"overwritten", both(x, sum(), set(x, op("i32.mul", get(x), num(2)))), "x = i32.mul(i32.add(y, 1), 2)"},
		{"overwritten, read twice", both(x, sum(), set(x, op("i32.mul", get(x), get(x)))), "x = i32.mul((x = i32.add(y, 1)), x)"},
		{"overwritten, others read, too", both(x, sum(), set(x, op("i32.mul", get(x), get(z)))), "x = i32.mul(i32.add(y, 1), z)"},
		{"read in a sequence before", both(x, sum(), set(z, add(seq(get(x), store(get(y), num(1))), get(x)))),
			"x = i32.add(y, 1)\nz = i32.add({\n\ti32.store+0(y, 1)\n\tx\n}, x)"},
		{"read in an arm before", both(x, sum(), set(z, add(choose(get(y), get(x), num(0)), get(x)))),
			"x = i32.add(y, 1)\nz = i32.add(choose(y, x, 0), x)"},
		{"read in the other arm before", both(x, sum(), set(z, add(choose(get(y), num(0), get(x)), get(x)))),
			"x = i32.add(y, 1)\nz = i32.add(choose(y, 0, x), x)"},
		{"read later", both(x, sum(), set(z, get(y)), set(z, get(x))), "x = i32.add(y, 1)\nz = y\nz = x"},
		{"assigned inside first", both(x, sum(), set(z, add(teed(x, num(3)), get(x)))), "x = i32.add(y, 1)\nz = i32.add((x = 3), x)"},
		{"two in a row", list(set(x, sum()), set(z, add(get(x), num(2))), store(get(z), get(x))),
			"i32.store+0((z = i32.add((x = i32.add(y, 1)), 2)), x)"},
	})
}

// TestHoist moves statements out of expressions, unless something that is
// evaluated earlier and stays minds.
func TestHoist(t *testing.T) {
	u := local("u")
	rewrite(t, "hoist", []rewriting{
		{"first", list(set(z, add(seq(get(u), set(u, load(y))), load(x)))), "u = i32.load+0(y)\nz = i32.add(u, i32.load+0(x))"},
		{"write over a read", list(set(z, add(load(x), seq(get(u), store(get(y), num(1)))))),
			"z = i32.add(i32.load+0(x), {\n\ti32.store+0(y, 1)\n\tu\n})"},
		{"write over nothing", list(set(z, add(get(x), seq(get(u), store(get(y), num(1)))))), "i32.store+0(y, 1)\nz = i32.add(x, u)"},
		{"read over a read", list(set(z, add(load(x), seq(get(u), set(u, load(y)))))), "u = i32.load+0(y)\nz = i32.add(i32.load+0(x), u)"},
		{"read over a write that stays", list(set(z, add(add(load(x), seq(get(u), store(get(y), num(1)))), seq(get(u), set(u, load(y)))))),
			"z = i32.add(i32.add(i32.load+0(x), {\n\ti32.store+0(y, 1)\n\tu\n}), {\n\tu = i32.load+0(y)\n\tu\n})"},
		{"two", list(set(z, add(seq(get(u), set(u, num(1))), seq(get(y), set(y, get(u)))))), "u = 1\ny = u\nz = i32.add(u, y)"},
		{"one in another", list(set(z, seq(seq(get(u), set(u, num(2))), set(x, num(1))))), "x = 1\nu = 2\nz = u"},
		{"condition of a choice", list(set(z, choose(seq(get(u), set(u, num(1))), num(2), num(3)))), "u = 1\nz = choose(u, 2, 3)"},
		{"arm of a choice", list(set(z, choose(get(x), seq(get(u), set(u, num(1))), num(3)))), "z = choose(x, {\n\tu = 1\n\tu\n}, 3)"},
		{"over a choice that writes", list(set(z, add(choose(get(x), num(1), grow(x)), seq(get(u), set(u, load(y)))))),
			"z = i32.add(choose(x, 1, memory.grow(x)), {\n\tu = i32.load+0(y)\n\tu\n})"},
		{"over a choice that writes first", list(set(z, add(choose(get(x), grow(x), num(1)), seq(get(u), set(u, load(y)))))),
			"z = i32.add(choose(x, memory.grow(x), 1), {\n\tu = i32.load+0(y)\n\tu\n})"},
		{"over its own instruction's operands only", list(set(z, op("i32.load", seq(get(u), store(get(y), num(1)))))), "i32.store+0(y, 1)\nz = i32.load+0(u)"},
		{"of a condition", list(cond(seq(get(u), set(u, num(1))), list(set(z, num(1))), nil)), "u = 1\nif u\n\tz = 1"},
	})
}

// TestCopies replaces locals that are assigned once, by constant integers
// and by locals that are assigned once.
func TestCopies(t *testing.T) {
	u, v := local("u"), local("v")
	w := &ir.Local{Name: "w", Type: ir.I64}
	f := &ir.Local{Name: "f", Type: ir.F32}
	rewrite(t, "copies", []rewriting{
		{"constant", list(set(u, num(5)), set(v, add(get(u), get(x)))), "u = 5\nv = i32.add(5, x)"},
		{"long constant", list(set(w, &ir.Const{T: ir.I64, Lo: 5}), eval(op("i64.store", get(x), get(w)))), "w = 5\ni64.store+0(x, 5)"},
		{"float", list(set(f, &ir.Const{T: ir.F32}), eval(op("f32.store", get(x), get(f)))), "f = f32 0\nf32.store+0(x, f)"},
		{"copy", list(set(u, get(x)), set(v, get(u)), store(get(u), get(v))), "u = x\nv = x\ni32.store+0(x, x)"},
		{"copy of what changes", list(set(u, get(x)), set(x, num(3)), store(get(u), num(1))), "u = x\nx = 3\ni32.store+0(u, 1)"},
		{"what changes itself", list(set(u, num(1)), store(get(u), num(1)), set(u, num(2))), "u = 1\ni32.store+0(u, 1)\nu = 2"},
		{"expression", list(set(u, add(get(x), get(y))), store(get(u), num(1))), "u = i32.add(x, y)\ni32.store+0(u, 1)"},
	})
}
