package ir_test

import (
	"strings"
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

// TestNot negates constants, comparisons and anything else.
func TestNot(t *testing.T) {
	x := &ir.Get{L: &ir.Local{Name: "x", Type: ir.I32}}
	tests := []struct {
		x    ir.Expr
		want string
	}{
		{ir.Int32(0), "1"},
		{ir.Int32(1), "0"},
		{ir.Int32(2), "0"},
		{x, "i32.eqz(x)"},
		{ir.NewOp("i32.eqz", x), "i32.ne(x, 0)"},
		{ir.NewOp("i64.eqz", x), "i32.eqz(i64.eqz(x))"},
		{ir.NewOp("f32.eq", x, x), "f32.ne(x, x)"},
		{ir.NewOp("f64.ne", x, x), "f64.eq(x, x)"},
		{ir.NewOp("f32.lt", x, x), "i32.eqz(f32.lt(x, x))"}, // false of NaN, as is f32.ge
		{ir.NewOp("f64.ge", x, x), "i32.eqz(f64.ge(x, x))"},
	}
	for _, typ := range []string{"i32.", "i64."} {
		for _, p := range [][2]string{{"eq", "ne"}, {"lt_s", "ge_s"}, {"lt_u", "ge_u"}, {"le_s", "gt_s"}, {"le_u", "gt_u"}} {
			a, b := typ+p[0], typ+p[1]
			tests = append(tests, struct {
				x    ir.Expr
				want string
			}{ir.NewOp(a, x, ir.Int32(7)), b + "(x, 7)"}, struct {
				x    ir.Expr
				want string
			}{ir.NewOp(b, x, ir.Int32(7)), a + "(x, 7)"})
		}
	}
	for _, test := range tests {
		if got := expression(ir.Not(test.x)); got != test.want {
			t.Errorf("not %s is %s, want %s", expression(test.x), got, test.want)
		}
	}
}

// TestTruth drops a comparison with zero, and no other.
func TestTruth(t *testing.T) {
	x := &ir.Get{L: &ir.Local{Name: "x", Type: ir.I32}}
	for _, test := range []struct {
		x    ir.Expr
		want string
	}{
		{x, "x"},
		{ir.NewOp("i32.ne", x, ir.Int32(0)), "x"},
		{ir.NewOp("i32.ne", x, ir.Int32(1)), "i32.ne(x, 1)"},
		{ir.NewOp("i32.ne", x, x), "i32.ne(x, x)"},
		{ir.NewOp("i32.eq", x, ir.Int32(0)), "i32.eq(x, 0)"},
		{ir.NewOp("i64.ne", x, &ir.Const{T: ir.I64}), "i64.ne(x, 0)"},
	} {
		if got := expression(ir.Truth(test.x)); got != test.want {
			t.Errorf("the truth of %s is %s, want %s", expression(test.x), got, test.want)
		}
	}
}

func TestIsConst(t *testing.T) {
	for _, test := range []struct {
		x    ir.Expr
		want bool
	}{
		{ir.Int32(3), true},
		{ir.Int32(4), false},
		{&ir.Const{T: ir.V128, Lo: 3, Hi: 1}, false},
		{ir.NewOp("memory.size"), false},
	} {
		if got := ir.IsConst(test.x, 3); got != test.want {
			t.Errorf("%s is 3: %v", expression(test.x), got)
		}
	}
}

// expression prints an expression.
func expression(x ir.Expr) string {
	_, line, _ := strings.Cut(text(&ir.Eval{X: x}), "\n")
	return strings.TrimSpace(line)
}
