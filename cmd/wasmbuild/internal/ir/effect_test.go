package ir_test

import (
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

const everything = ir.Reads | ir.Writes | ir.Traps | ir.Assigns | ir.Jumps | ir.Divides

// TestCommutes compares all pairs of effects with what single ones mind:
// a write changes what is read or written and shows whether a trap came
// first, and nothing passes a jump.
func TestCommutes(t *testing.T) {
	minds := map[[2]ir.Effect]bool{
		{ir.Writes, ir.Reads}: true, {ir.Writes, ir.Writes}: true, {ir.Writes, ir.Traps}: true,
		{ir.Divides, ir.Reads}: true,
	}
	for a := range everything + 1 {
		for b := range everything + 1 {
			want := (a|b)&ir.Jumps == 0
			for p := ir.Effect(1); p <= everything; p <<= 1 {
				for q := ir.Effect(1); q <= everything; q <<= 1 {
					if a&p != 0 && b&q != 0 && (minds[[2]ir.Effect{p, q}] || minds[[2]ir.Effect{q, p}]) {
						want = false
					}
				}
			}
			if got := ir.Commutes(a, b); got != want {
				t.Errorf("Commutes(%#b, %#b) = %v", a, b, got)
			}
		}
	}
}

func TestPure(t *testing.T) {
	for e := range everything + 1 {
		if want := e == 0 || e == ir.Reads; e.Pure() != want {
			t.Errorf("%#b is pure: %v", e, e.Pure())
		}
	}
}

func TestEffectOf(t *testing.T) {
	x := &ir.Local{Name: "x", Type: ir.I32}
	get := &ir.Get{L: x}
	const access = ir.Reads | ir.Writes | ir.Traps
	tests := []struct {
		x    ir.Expr
		want ir.Effect
	}{
		{get, 0},
		{ir.Int32(1), 0},
		{ir.NewOp("i32.add", get, get), 0},
		{ir.NewOp("f32.div", get, get), 0},
		{ir.NewOp("i32.div_s", get, get), ir.Traps | ir.Divides},
		{ir.NewOp("i64.div_u", get, get), ir.Traps | ir.Divides},
		{ir.NewOp("i32.rem_u", get, get), ir.Traps | ir.Divides},
		{ir.NewOp("i64.rem_s", get, get), ir.Traps | ir.Divides},
		{ir.NewOp("i32.load8_s", get), ir.Reads | ir.Traps},
		{ir.NewOp("v128.load32_splat", get), ir.Reads | ir.Traps},
		{ir.NewOp("f64.store", get, get), access},
		{ir.NewOp("v128.store8_lane", get, get), access},
		{ir.NewOp("memory.copy", get, get, get), access},
		{ir.NewOp("memory.fill", get, get, get), access},
		{ir.NewOp("memory.grow", get), access},
		{ir.NewOp("memory.size"), ir.Reads},
		{ir.NewOp("unreachable"), access},
		{ir.NewOp("i32.atomic.load", get), access},
		{ir.NewOp("atomic.fence"), access},
		{ir.NewOp("i32.add", ir.NewOp("i32.load", get), ir.NewOp("i32.rem_s", get, get)), ir.Reads | ir.Traps | ir.Divides},
		{&ir.Call{F: &ir.Func{Name: "f"}}, access},
		{&ir.Tee{L: x, X: get}, ir.Assigns},
		{&ir.Select{A: get, B: get, Cond: ir.NewOp("memory.size")}, ir.Reads},
		{&ir.Choose{Cond: get, Then: get, Else: ir.NewOp("memory.size")}, ir.Reads},
		{&ir.Seq{Body: []ir.Stmt{&ir.Set{Dst: []*ir.Local{x}, X: get}}, X: ir.NewOp("memory.size")}, ir.Assigns | ir.Reads},
	}
	for _, test := range tests {
		if got := ir.EffectOf(test.x); got != test.want {
			t.Errorf("%s: effect %#b, want %#b", text(&ir.Eval{X: test.x}), got, test.want)
		}
	}
}

func TestEffectOfList(t *testing.T) {
	x := &ir.Local{Name: "x", Type: ir.I32}
	get := &ir.Get{L: x}
	a, b := &ir.Label{Name: "a"}, &ir.Label{Name: "b"}
	br := func(l *ir.Label) ir.Stmt { return &ir.Br{L: l} }
	block := func(l *ir.Label, body ...ir.Stmt) ir.Stmt { return &ir.Block{L: l, Body: body} }
	tests := []struct {
		s    ir.Stmt
		want ir.Effect
	}{
		{&ir.Set{Dst: []*ir.Local{x}, X: get}, ir.Assigns},
		{&ir.Return{}, ir.Jumps},
		{br(a), ir.Jumps},
		{block(a, br(a)), 0},
		{block(a, br(b)), ir.Jumps},
		{&ir.Loop{L: a, Body: []ir.Stmt{br(a)}}, ir.Traps},
		{block(a, &ir.Table{X: get, Targets: []*ir.Label{a}, Default: a}), 0},
		{block(a, &ir.Table{X: get, Targets: []*ir.Label{a, b}, Default: a}), ir.Jumps},
		{block(a, &ir.Table{X: get, Targets: []*ir.Label{a}, Default: b}), ir.Jumps},
		{&ir.If{Cond: get, Then: []ir.Stmt{br(a)}}, ir.Jumps},
		{&ir.If{Cond: ir.NewOp("memory.size"), Else: []ir.Stmt{&ir.Set{Dst: []*ir.Local{x}, X: get}}}, ir.Reads | ir.Assigns},
	}
	for _, test := range tests {
		if got := ir.EffectOfList([]ir.Stmt{test.s}); got != test.want {
			t.Errorf("%s: effect %#b, want %#b", text(test.s), got, test.want)
		}
	}
}

func TestSize(t *testing.T) {
	x := &ir.Get{L: &ir.Local{Name: "x", Type: ir.I32}}
	sum := ir.NewOp("i32.add", x, x)
	for _, test := range []struct {
		x    ir.Expr
		want int
	}{
		{x, 1}, {sum, 3}, {&ir.Select{A: sum, B: x, Cond: x}, 6}, {&ir.Choose{Cond: x, Then: sum, Else: x}, 6},
		{&ir.Seq{Body: []ir.Stmt{&ir.Eval{X: sum}}, X: x}, 6},
	} {
		if got := ir.Size(test.x); got != test.want {
			t.Errorf("%s: size %d, want %d", text(&ir.Eval{X: test.x}), got, test.want)
		}
	}
}

func text(s ir.Stmt) string { return (&ir.Func{Name: "f", Body: []ir.Stmt{s}}).String() }
