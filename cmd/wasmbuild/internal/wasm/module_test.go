package wasm_test

import (
	"strings"
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/wasm"
)

// TestSmallest encodes constants in as few bytes as there can be.
func TestSmallest(t *testing.T) {
	for _, test := range []struct {
		value int64
		bytes int
	}{
		{0, 1}, {63, 1}, {64, 2}, {-1, 1}, {-64, 1}, {-65, 2}, {8191, 2}, {8192, 3}, {-8192, 2}, {-8193, 3}, {1<<63 - 1, 10}, {-1 << 63, 10},
	} {
		f := &ir.Func{Name: "f", Body: []ir.Stmt{&ir.Eval{X: &ir.Const{T: ir.I64, Lo: uint64(test.value)}}}}
		const around = 4 // no locals, i64.const, drop, end
		if got := wasm.Encode(&ir.Module{Funcs: []*ir.Func{f}}).Funcs[0].Size(); got != around+test.bytes {
			t.Errorf("i64.const %d takes %d bytes, want %d", test.value, got-around, test.bytes)
		}
	}
}

// TestLocals groups locals by type, the most used first, in an order that
// does not depend on which is mentioned first.
func TestLocals(t *testing.T) {
	i, d, v, w := &ir.Local{Name: "i", Type: ir.I32}, &ir.Local{Name: "d", Type: ir.F64}, &ir.Local{Name: "v", Type: ir.V128}, &ir.Local{Name: "w", Type: ir.V128}
	set := func(l *ir.Local) ir.Stmt { return &ir.Set{Dst: []*ir.Local{l}, X: &ir.Const{T: l.Type}} }
	for _, test := range []struct {
		body []ir.Stmt
		want string
	}{
		{[]ir.Stmt{set(i), set(d)}, "1 x i32, 1 x f64"},
		{[]ir.Stmt{set(d), set(i)}, "1 x i32, 1 x f64"},
		{[]ir.Stmt{set(d), set(i), set(v), set(w)}, "2 x v128, 1 x i32, 1 x f64"},
		{[]ir.Stmt{set(i), set(v), set(d), set(d), set(w), set(w)}, "2 x v128, 1 x f64, 1 x i32"},
	} {
		text, err := wasm.Print(wasm.Encode(&ir.Module{Funcs: []*ir.Func{{Name: "f", Body: test.body}}}).Binary)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for line := range strings.Lines(text) {
			if l, ok := strings.CutPrefix(strings.TrimSpace(line), "(local "); ok {
				got = append(got, strings.TrimSuffix(l, ")"))
			}
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("locals %q, want %q", strings.Join(got, ", "), test.want)
		}
	}
}

// TestNames compares the name section with the specification's layout.
func TestNames(t *testing.T) {
	p, q, u := &ir.Local{Name: "p", Type: ir.I32}, &ir.Local{Name: "q", Type: ir.F32}, &ir.Local{Name: "u", Type: ir.I64}
	f := &ir.Func{Name: "f", Params: []*ir.Local{p, q}, Body: []ir.Stmt{&ir.Set{Dst: []*ir.Local{u}, X: &ir.Const{T: ir.I64}}}}
	want := "\x01\x04" + "\x01" + "\x00\x01f" + // functions: 4 bytes, one, of index 0
		"\x02\x0C" + "\x01" + "\x00\x03" + "\x00\x01p" + "\x01\x01q" + "\x02\x01u" // locals: 12 bytes, of one function, three
	if got := string(wasm.Names(&ir.Module{Funcs: []*ir.Func{f}})); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
