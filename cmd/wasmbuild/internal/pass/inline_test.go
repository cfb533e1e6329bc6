package pass_test

import (
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/pass"
)

// TestInlineNested leaves no call of an inline function, in whatever order
// the module has caller and callee, and those of others as they are.
func TestInlineNested(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 3, 0, 2}} {
		last := &ir.Func{Name: "last", Body: list(store(num(4), num(1)))}
		inner := &ir.Func{Name: "inner", Inline: true, Results: []ir.Type{ir.I32},
			Body: list(eval(&ir.Call{F: last}), &ir.Return{X: []ir.Expr{num(7)}})}
		outer := &ir.Func{Name: "outer", Inline: true, Results: []ir.Type{ir.I32},
			Body: list(&ir.Return{X: []ir.Expr{add(&ir.Call{F: inner}, &ir.Call{F: inner})}})}
		f := &ir.Func{Name: "f", Export: "f", Body: list(store(num(0), &ir.Call{F: outer}))}
		all := []*ir.Func{f, outer, inner, last}
		m := &ir.Module{}
		for _, i := range order {
			m.Funcs = append(m.Funcs, all[i])
		}
		pass.Inline(m)
		if err := ir.Verify(m); err != nil {
			t.Errorf("order %v: %v", order, err)
		}
		calls := map[string]int{}
		ir.Walk(f.Body, func(x ir.Expr) {
			if c, ok := x.(*ir.Call); ok {
				calls[c.F.Name]++
			}
		}, nil)
		if len(calls) != 1 || calls["last"] != 2 {
			t.Errorf("order %v: f calls %v, want last twice:\n%s", order, calls, f)
		}
	}
}

// TestInlineStatements expands calls that stand alone, with what their bodies
// branch to.
func TestInlineStatements(t *testing.T) {
	p, u, v := local("p"), local("u"), local("v")
	none := &ir.Func{Name: "none", Inline: true, Params: []*ir.Local{p}, Body: list(store(get(p), num(1)))}
	two := &ir.Func{Name: "two", Inline: true, Results: []ir.Type{ir.I32, ir.I32}, Body: list(
		block(a, block(b, &ir.Table{X: num(3), Targets: []*ir.Label{a, b, a}, Default: b}), store(num(0), num(2))),
		loop(a, brIf(a, num(0)), &ir.Return{X: []ir.Expr{num(5), num(6)}}),
		&ir.Return{X: []ir.Expr{num(7), num(8)}})}
	f := &ir.Func{Name: "f", Export: "f", Body: list(
		eval(&ir.Call{F: none, Args: []ir.Expr{num(4)}}),
		&ir.Set{Dst: []*ir.Local{u, v}, X: &ir.Call{F: two}},
		store(get(u), get(v)))}
	m := &ir.Module{Funcs: []*ir.Func{f, none, two}}
	pass.Inline(m)
	if err := ir.Verify(m); err != nil {
		t.Error(err)
	}
	want := `func f()
	p = 4
	i32.store+0(p, 1)
	block @return
		block @a
			block @b
				table 3 [@a @b @a] @b
			i32.store+0(0, 2)
		loop @a
			br @a if 0
			two = 5
			two.2 = 6
			br @return
		two = 7
		two.2 = 8
	u = two
	v = two.2
	i32.store+0(u, v)
`
	if got := f.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
