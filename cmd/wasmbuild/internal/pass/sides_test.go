package pass_test

import (
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

// TestSides has no conjunction on the right of a comparison, unless one is on
// the left, too, and hides those that cannot change places.
func TestSides(t *testing.T) {
	u, v := local("u"), local("v")
	wide := &ir.Local{Name: "wide", Type: ir.I64}
	and := func() ir.Expr { return op("i32.and", get(x), get(y)) }
	hidden := "i32.or(i32.and(x, y), 0)"
	var all []rewriting
	for name, mirrored := range map[string]string{
		"lt_s": "gt_s", "lt_u": "gt_u", "gt_s": "lt_s", "gt_u": "lt_u", "le_s": "ge_s", "le_u": "ge_u", "ge_s": "le_s", "ge_u": "le_u",
	} {
		all = append(all,
			rewriting{name, list(eval(op("i32."+name, num(0), and()))), "i32." + mirrored + "(i32.and(x, y), 0)"},
			rewriting{name + ", wide", list(eval(op("i64."+name, &ir.Const{T: ir.I64}, op("i64.and", get(wide), get(wide))))),
				"i64." + mirrored + "(i64.and(wide, wide), 0)"})
	}
	rewrite(t, "sides", append(all, []rewriting{
		{"left", list(eval(op("i32.lt_s", and(), num(0)))), "i32.lt_s(i32.and(x, y), 0)"},
		{"both", list(eval(op("i32.lt_s", and(), and()))), "i32.lt_s(i32.and(x, y), i32.and(x, y))"},
		{"no conjunction", list(eval(op("i32.lt_s", num(0), add(get(x), get(y))))), "i32.lt_s(0, i32.add(x, y))"},
		{"no comparison", list(eval(op("i32.sub", num(0), and()))), "i32.sub(0, i32.and(x, y))"},
		{"equal", list(eval(op("i32.eq", num(0), and()))), "i32.eq(0, i32.and(x, y))"},
		{"conjunction of a comparison", list(eval(op("i32.and", num(1), op("i32.lt_s", num(0), and())))), "i32.and(1, i32.gt_s(i32.and(x, y), 0))"},
		{"bytes", list(eval(op("i8x16.lt_s", op("i8x16.splat", num(0)), op("i8x16.splat", and())))), "i8x16.lt_s(i8x16.splat(0), i8x16.splat(i32.and(x, y)))"},
		{"condition", list(cond(op("i32.lt_u", num(0), and()), list(set(z, num(1))), nil)), "if i32.gt_u(i32.and(x, y), 0)\n\tz = 1"},

		{"in a local", list(set(u, and()), eval(op("i32.lt_s", num(0), get(u)))), "u = i32.and(x, y)\ni32.gt_s(u, 0)"},
		{"in a local, later", list(eval(op("i32.lt_s", num(0), get(u))), set(u, and())), "i32.gt_s(u, 0)\nu = i32.and(x, y)"},
		{"in a local of a local", list(eval(op("i32.lt_s", num(0), get(v))), set(v, get(u)), set(u, and())), "i32.gt_s(v, 0)\nv = u\nu = i32.and(x, y)"},
		{"in a local, on the way", list(eval(op("i32.lt_s", num(0), teed(u, and())))), "i32.gt_s((u = i32.and(x, y)), 0)"},
		{"on the way in a local", list(set(v, teed(u, and())), eval(op("i32.lt_s", num(0), get(v))), eval(op("i32.le_s", num(0), get(u)))),
			"v = (u = i32.and(x, y))\ni32.gt_s(v, 0)\ni32.ge_s(u, 0)"},
		{"behind statements", list(eval(op("i32.lt_s", num(0), seq(and(), store(get(x), num(1)))))),
			"i32.gt_s({\n\ti32.store+0(x, 1)\n\ti32.and(x, y)\n}, 0)"},
		{"not in the local", list(set(u, add(get(x), num(1))), eval(op("i32.lt_s", num(0), get(u)))), "u = i32.add(x, 1)\ni32.lt_s(0, u)"},
		{"in both locals", list(set(u, and()), set(v, and()), eval(op("i32.lt_s", get(u), get(v)))),
			"u = i32.and(x, y)\nv = i32.and(x, y)\ni32.lt_s(u, i32.or(v, 0))"},
		{"in the left local", list(set(u, and()), eval(op("i32.lt_s", get(u), and()))), "u = i32.and(x, y)\ni32.gt_s(i32.and(x, y), u)"},

		{"behind a load", list(eval(op("i32.lt_s", load(z), op("i32.and", get(x), grow(y))))),
			"i32.lt_s(i32.load+0(z), i32.or(i32.and(x, memory.grow(y)), 0))"},
		{"behind what it reads", list(eval(op("i32.lt_s", teed(x, num(3)), and()))), "i32.lt_s((x = 3), " + hidden + ")"},
		{"behind what it assigns", list(eval(op("i32.lt_s", get(z), op("i32.and", teed(z, num(3)), get(y))))),
			"i32.lt_s(z, i32.or(i32.and((z = 3), y), 0))"},
		{"both assign", list(eval(op("i32.lt_s", teed(z, num(1)), op("i32.and", teed(z, num(3)), get(y))))),
			"i32.lt_s((z = 1), i32.or(i32.and((z = 3), y), 0))"},
		{"both assign in sequences", list(eval(op("i32.lt_s", seq(num(1), set(z, num(1))), op("i32.and", seq(num(1), set(z, num(3))), get(y))))),
			"i32.lt_s({\n\tz = 1\n\t1\n}, i32.or(i32.and({\n\tz = 3\n\t1\n}, y), 0))"},
		{"wide, behind what it reads", list(eval(op("i64.lt_s", &ir.Tee{L: wide, X: &ir.Const{T: ir.I64}}, op("i64.and", get(wide), get(wide))))),
			"i64.lt_s((wide = 0), i64.or(i64.and(wide, wide), 0))"},
	}...))
}
