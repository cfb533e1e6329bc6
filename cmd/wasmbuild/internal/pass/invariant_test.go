package pass_test

import (
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

// TestInvariant moves constant vectors in front of the outermost loop without
// calls, of the innermost if all have calls.
func TestInvariant(t *testing.T) {
	v := &ir.Local{Name: "v", Type: ir.V128}
	one := func() ir.Expr { return op("i8x16.splat", num(1)) }
	call := func() ir.Stmt { return eval(&ir.Call{F: callee}) }
	rewrite(t, "invariant", []rewriting{
		{"outermost", list(loop(a, loop(b, set(v, one()), brIf(b, get(x))), brIf(a, get(y)))),
			"const = i8x16.splat(1)\nloop @a\n\tloop @b\n\t\tv = const\n\t\tbr @b if x\n\tbr @a if y"},
		{"outermost without calls", list(loop(a, call(), loop(b, set(v, one()), brIf(b, get(x))), brIf(a, get(y)))),
			"loop @a\n\tg()\n\tconst = i8x16.splat(1)\n\tloop @b\n\t\tv = const\n\t\tbr @b if x\n\tbr @a if y"},
		{"innermost", list(loop(a, loop(b, call(), set(v, one()), brIf(b, get(x))), brIf(a, get(y)))),
			"loop @a\n\tconst = i8x16.splat(1)\n\tloop @b\n\t\tg()\n\t\tv = const\n\t\tbr @b if x\n\tbr @a if y"},
		{"around the innermost", list(loop(a, loop(b, call(), brIf(b, get(x))), set(v, one()), brIf(a, get(y)))),
			"const = i8x16.splat(1)\nloop @a\n\tloop @b\n\t\tg()\n\t\tbr @b if x\n\tv = const\n\tbr @a if y"},
		{"outside", list(set(v, one()), cond(get(x), list(set(v, one())), nil)),
			"v = i8x16.splat(1)\nif x\n\tv = i8x16.splat(1)"},
		{"zero", list(loop(a, set(v, &ir.Const{T: ir.V128}), brIf(a, get(x)))), "loop @a\n\tv = v128 0x0 0x0\n\tbr @a if x"},
		{"half of zero", list(loop(a, set(v, &ir.Const{T: ir.V128, Lo: 1}), set(v, &ir.Const{T: ir.V128, Hi: 1}), brIf(a, get(x)))),
			"const = v128 0x1 0x0\nconst.2 = v128 0x0 0x1\nloop @a\n\tv = const\n\tv = const.2\n\tbr @a if x"},
		{"same twice", list(loop(a, set(v, one()), set(v, op("i8x16.add", one(), op("i8x16.splat", num(2)))), brIf(a, get(x)))),
			"const = i8x16.splat(1)\nconst.2 = i8x16.splat(2)\nloop @a\n\tv = const\n\tv = i8x16.add(const, const.2)\n\tbr @a if x"},
	})
}
