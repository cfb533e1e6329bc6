package pass_test

import (
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

// TestRenew makes new values of locals where wazero reads an operand late,
// unless the local is assigned once, in the same list, and read nowhere else.
func TestRenew(t *testing.T) {
	typed := func(name string, typ ir.Type) *ir.Local { return &ir.Local{Name: name, Type: typ} }
	u, v, w, d, s := typed("u", ir.V128), typed("v", ir.V128), typed("w", ir.V128), typed("d", ir.F64), typed("s", ir.F32)
	vector := func(p *ir.Local) ir.Expr { return op("v128.load", get(p)) }
	bits := func(second ir.Expr) ir.Expr { return op("v128.bitselect", get(u), second, get(w)) }
	end := set(v, get(u)) // v is read elsewhere
	rewrite(t, "renew", []rewriting{
		{"select", list(eval(bits(get(v)))), "v128.bitselect(u, v128.or(v, v), w)"},
		{"select, not a local", list(eval(bits(vector(x)))), "v128.bitselect(u, v128.load+0(x), w)"},
		{"select, assigned on the way", list(eval(bits(teed(v, vector(x))))), "v128.bitselect(u, v128.or((v = v128.load+0(x)), v), w)"},
		{"select, behind statements", list(eval(bits(seq(get(v), store(get(x), num(1)))))),
			"v128.bitselect(u, {\n\ti32.store+0(x, 1)\n\tv128.or(v, v)\n}, w)"},
		{"passing", list(set(v, vector(x)), store(get(x), num(1)), eval(bits(get(v)))),
			"v = v128.load+0(x)\ni32.store+0(x, 1)\nv128.bitselect(u, v, w)"},
		{"read again", list(set(v, vector(x)), eval(bits(get(v))), set(u, get(v))),
			"v = v128.load+0(x)\nv128.bitselect(u, v128.or(v, v), w)\nu = v"},
		{"assigned again", list(set(v, vector(x)), eval(bits(get(v))), end), "v = v128.load+0(x)\nv128.bitselect(u, v128.or(v, v), w)\nv = u"},
		{"assigned again in an expression", list(set(v, vector(x)), eval(bits(get(v))), eval(op("v128.any_true", teed(v, vector(y))))),
			"v = v128.load+0(x)\nv128.bitselect(u, v128.or(v, v), w)\nv128.any_true((v = v128.load+0(y)))"},
		{"assigned behind", list(loop(a, eval(bits(get(v))), set(v, vector(x)), br(a))),
			"loop @a\n\tv128.bitselect(u, v128.or(v, v), w)\n\tv = v128.load+0(x)\n\tbr @a"},
		{"assigned before a loop", list(set(v, vector(x)), loop(a, eval(bits(get(v))), br(a))),
			"v = v128.load+0(x)\nloop @a\n\tv128.bitselect(u, v128.or(v, v), w)\n\tbr @a"},
		{"arms", list(set(z, choose(get(x), op("v128.any_true", bits(get(v))), op("v128.any_true", op("i64x2.mul", get(u), get(v)))))),
			"z = choose(x, v128.any_true(v128.bitselect(u, v128.or(v, v), w)), v128.any_true(i64x2.mul(u, v128.or(v, v))))"},
		{"condition", list(set(z, choose(op("v128.any_true", bits(get(v))), num(1), num(0)))),
			"z = choose(v128.any_true(v128.bitselect(u, v128.or(v, v), w)), 1, 0)"},
		{"product", list(set(v, vector(x)), eval(op("i64x2.mul", get(u), get(v)))), "v = v128.load+0(x)\ni64x2.mul(u, v128.or(v, v))"},
		{"other product", list(eval(op("i32x4.mul", get(u), get(v)))), "i32x4.mul(u, v)"},
		{"lane", list(eval(op("f64x2.replace_lane", get(u), get(d)))), "f64x2.replace_lane[0](u, f64.neg(f64.neg(d)))"},
		{"sign", list(eval(op("f32.copysign", get(s), get(s)))), "f32.copysign(f32.abs(s), s)"},
		{"wide sign", list(eval(op("f64.copysign", get(d), get(d)))), "f64.copysign(f64.abs(d), d)"},
		{"in a sequence", list(eval(seq(bits(get(v)), eval(bits(get(v)))))),
			"{\n\tv128.bitselect(u, v128.or(v, v), w)\n\tv128.bitselect(u, v128.or(v, v), w)\n}"},
	})
}
