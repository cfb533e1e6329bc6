package pass_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/pass"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/wasm"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// edges are integers that arithmetic goes wrong on.
var edges = []uint64{
	0, 1, 2, 3, 5, 31, 32, 33, 63, 64, 100, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFE, 0xFFFFFFFF,
	0x100000000, 0x123456789ABCDEF0, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFF80000000, 0xFFFFFFFFFFFFFFFE, 0xFFFFFFFFFFFFFFFF,
}

// integers returns the instructions on so many integers, without memory.
func integers(operands int) (list []*opcode.Instruction) {
	for i := range opcode.Instructions {
		in := &opcode.Instructions[i]
		params, results := ir.Signature(in)
		if len(params) != operands || len(results) != 1 || in.Imm != opcode.NoImm || !isInteger(results[0]) {
			continue
		}
		if isInteger(params[0]) && params[operands-1] == params[0] {
			list = append(list, in)
		}
	}
	return list
}

func isInteger(t ir.Type) bool { return t == ir.I32 || t == ir.I64 }

func constant(t ir.Type, v uint64) *ir.Const {
	if t == ir.I32 {
		v = uint64(uint32(v))
	}
	return &ir.Const{T: t, Lo: v}
}

// folded is an expression after the pass.
func folded(t *testing.T, x ir.Expr) ir.Expr {
	t.Helper()
	f := &ir.Func{Name: "f", Results: []ir.Type{x.Type()}, Body: []ir.Stmt{&ir.Return{X: []ir.Expr{x}}}}
	run(t, "fold", f)
	return f.Body[0].(*ir.Return).X[0]
}

// run runs a pass by its name.
func run(t *testing.T, name string, funcs ...*ir.Func) *ir.Module {
	t.Helper()
	m := &ir.Module{Funcs: funcs, Pages: 1}
	for _, p := range pass.All {
		if p.Name == name {
			p.Run(m)
			if err := ir.Verify(m); err != nil {
				t.Fatalf("after %s: %v\n%s", name, err, m)
			}
			return m
		}
	}
	t.Fatalf("no pass %s", name)
	return nil
}

// instance runs functions under wazero.
func instance(t *testing.T, funcs []*ir.Func) api.Module {
	t.Helper()
	ctx := context.Background()
	rt := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	t.Cleanup(func() { rt.Close(ctx) })
	encoded := wasm.Encode(&ir.Module{Funcs: funcs, Pages: 1})
	m, err := rt.Instantiate(ctx, encoded.Binary)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func call(m api.Module, name string, args ...uint64) (uint64, error) {
	r, err := m.ExportedFunction(name).Call(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	if m.ExportedFunction(name).Definition().ResultTypes()[0] == api.ValueTypeI32 {
		return uint64(uint32(r[0])), nil
	}
	return r[0], nil
}

// TestFoldConstants compares what the pass computes with what wazero does.
func TestFoldConstants(t *testing.T) {
	ins := append(integers(1), integers(2)...)
	var funcs []*ir.Func
	for _, in := range ins {
		funcs = append(funcs, applied(in))
	}
	m := instance(t, funcs)
	counted := map[string]int{}
	for _, in := range ins {
		params, _ := ir.Signature(in)
		for _, args := range tuples(params) {
			want, err := call(m, in.Name, args...)
			x := ir.NewOp(in.Name)
			for i, a := range args {
				x.Args = append(x.Args, constant(params[i], a))
			}
			c, ok := folded(t, x).(*ir.Const)
			if !ok {
				continue
			}
			counted[in.Name]++
			if err != nil || c.Lo != want || c.T != x.Type() {
				t.Errorf("%s%x is folded to %s %#x, want %#x, error %v", in.Name, args, c.T, c.Lo, want, err)
			}
		}
	}
	for _, typ := range []string{"i32.", "i64."} {
		for _, op := range strings.Fields("add sub mul and or xor shl shr_u shr_s rotl rotr eq ne lt_u le_u gt_u ge_u lt_s le_s gt_s ge_s") {
			if want := len(edges) * len(edges); counted[typ+op] != want {
				t.Errorf("%s is folded %d times of %d", typ+op, counted[typ+op], want)
			}
		}
		for _, op := range strings.Fields("div_u rem_u div_s rem_s") {
			if counted[typ+op] == 0 {
				t.Errorf("%s is never folded", typ+op)
			}
		}
	}
	for _, name := range []string{"i32.eqz", "i64.eqz", "i32.wrap_i64", "i64.extend_i32_s", "i64.extend_i32_u"} {
		if counted[name] != len(edges) {
			t.Errorf("%s is folded %d times of %d", name, counted[name], len(edges))
		}
	}
}

// applied is a function that applies an instruction to its parameters.
func applied(in *opcode.Instruction) *ir.Func {
	params, results := ir.Signature(in)
	f := &ir.Func{Name: in.Name, Export: in.Name, Results: results}
	x := &ir.Op{In: in}
	for i, p := range params {
		l := &ir.Local{Name: fmt.Sprint("x", i), Type: p}
		f.Params = append(f.Params, l)
		x.Args = append(x.Args, &ir.Get{L: l})
	}
	f.Body = []ir.Stmt{&ir.Return{X: []ir.Expr{x}}}
	return f
}

// tuples returns all edges, or pairs of them.
func tuples(params []ir.Type) (list [][]uint64) {
	for _, a := range edges {
		if len(params) == 1 {
			list = append(list, []uint64{a})
			continue
		}
		for _, b := range edges {
			list = append(list, []uint64{a, b})
		}
	}
	return list
}

// TestFoldIdentities gives instructions one constant, on either side, or
// another instruction with one, and compares the function before and after
// the pass.
func TestFoldIdentities(t *testing.T) {
	var before, after []*ir.Func
	add := func(name string, typ ir.Type, x func(l *ir.Local) ir.Expr) {
		for list, prefix := range map[*[]*ir.Func]string{&before: "before ", &after: "after "} {
			l := &ir.Local{Name: "x", Type: typ}
			y := x(l)
			*list = append(*list, &ir.Func{Name: name, Export: prefix + name, Params: []*ir.Local{l}, Results: []ir.Type{y.Type()},
				Body: []ir.Stmt{&ir.Return{X: []ir.Expr{y}}}})
		}
	}
	for _, in := range integers(2) {
		params, _ := ir.Signature(in)
		typ := params[0]
		for _, c := range []uint64{0, 1, 2, 0xFFFFFFFFFFFFFFFF} {
			add(fmt.Sprintf("%s x %d", in.Name, int64(c)), typ, func(l *ir.Local) ir.Expr { return &ir.Op{In: in, Args: []ir.Expr{&ir.Get{L: l}, constant(typ, c)}} })
			add(fmt.Sprintf("%s %d x", in.Name, int64(c)), typ, func(l *ir.Local) ir.Expr { return &ir.Op{In: in, Args: []ir.Expr{constant(typ, c), &ir.Get{L: l}}} })
			if in.Name[3:] == ".add" || in.Name[3:] == ".sub" {
				for _, inner := range []string{".add", ".sub"} {
					add(fmt.Sprintf("%s %s x 5 %d", in.Name, inner, int64(c)), typ, func(l *ir.Local) ir.Expr {
						return &ir.Op{In: in, Args: []ir.Expr{ir.NewOp(typ.String()+inner, &ir.Get{L: l}, constant(typ, 5)), constant(typ, c)}}
					})
				}
			}
		}
		if _, results := ir.Signature(in); results[0] == ir.I32 {
			add("i32.eqz "+in.Name, typ, func(l *ir.Local) ir.Expr {
				return ir.NewOp("i32.eqz", &ir.Op{In: in, Args: []ir.Expr{&ir.Get{L: l}, constant(typ, 3)}})
			})
		}
	}
	run(t, "fold", after...)
	m := instance(t, append(before, after...))
	for _, f := range before {
		for _, v := range edges {
			want, wantErr := call(m, "before "+f.Name, v)
			got, err := call(m, "after "+f.Name, v)
			if got != want || (err == nil) != (wantErr == nil) {
				t.Errorf("%s of %#x: folded %#x, error %v; want %#x, error %v", f.Name, v, got, err, want, wantErr)
			}
		}
	}
}

// TestFoldForms shows the simplest forms of integer operations.
func TestFoldForms(t *testing.T) {
	for _, typ := range []ir.Type{ir.I32, ir.I64} {
		x := &ir.Get{L: &ir.Local{Name: "x", Type: typ}}
		op := func(name string, args ...ir.Expr) ir.Expr { return ir.NewOp(typ.String()+"."+name, args...) }
		c := func(v uint64) ir.Expr { return constant(typ, v) }
		tests := []struct {
			x    ir.Expr
			want string // % stands for the type
		}{
			{op("add", x, c(0)), "x"}, {op("add", c(0), x), "x"},
			{op("sub", x, c(0)), "x"}, {op("sub", c(0), x), "%.sub(0, x)"},
			{op("or", x, c(0)), "x"}, {op("or", c(0), x), "x"},
			{op("xor", x, c(0)), "x"}, {op("xor", c(0), x), "x"},
			{op("mul", x, c(1)), "x"}, {op("mul", c(1), x), "x"},
			{op("mul", x, c(2)), "%.mul(x, 2)"}, {op("add", x, c(1)), "%.add(x, 1)"},
			{op("and", x, c(0)), "%.and(x, 0)"},
			{op("shl", x, c(0)), "x"}, {op("shr_s", x, c(0)), "x"}, {op("shr_u", x, c(0)), "x"},
			{op("shl", c(0), x), "%.shl(0, x)"},
			{op("div_u", x, c(1)), "x"}, {op("div_s", x, c(1)), "%.div_s(x, 1)"},
			{op("eq", x, c(0)), "%.eqz(x)"}, {op("eq", x, c(1)), "%.eq(x, 1)"},
			{op("add", op("add", x, c(5)), c(7)), "%.add(x, 12)"},
			{op("add", op("sub", x, c(5)), c(7)), "%.add(%.sub(x, 5), 7)"},
			{op("add", op("add", x, x), c(7)), "%.add(%.add(x, x), 7)"},
			{&ir.Choose{Cond: ir.Int32(2), Then: op("eq", x, c(3)), Else: ir.Int32(0)}, "%.eq(x, 3)"},
			{&ir.Choose{Cond: ir.Int32(0), Then: op("eq", x, c(3)), Else: ir.Int32(1)}, "1"},
			{&ir.Seq{X: x}, "x"},
		}
		if typ == ir.I32 {
			f, d := &ir.Get{L: &ir.Local{Name: "f", Type: ir.F32}}, &ir.Get{L: &ir.Local{Name: "d", Type: ir.F64}}
			tests = append(tests, []struct {
				x    ir.Expr
				want string
			}{
				{op("eqz", op("eqz", x)), "i32.ne(x, 0)"}, {op("eqz", x), "i32.eqz(x)"}, {op("eqz", op("add", x, x)), "i32.eqz(i32.add(x, x))"},
				{op("eqz", ir.NewOp("f32.eq", f, f)), "f32.ne(f, f)"}, {op("eqz", ir.NewOp("f64.ne", d, d)), "f64.eq(d, d)"},
				{op("eqz", ir.NewOp("f32.lt", f, f)), "i32.eqz(f32.lt(f, f))"},
			}...)
		}
		for _, p := range [][2]string{{"eq", "ne"}, {"lt_s", "ge_s"}, {"lt_u", "ge_u"}, {"le_s", "gt_s"}, {"le_u", "gt_u"}} {
			for i := range p {
				tests = append(tests, struct {
					x    ir.Expr
					want string
				}{ir.NewOp("i32.eqz", op(p[i], x, x)), "%." + p[1-i] + "(x, x)"})
			}
		}
		for _, test := range tests {
			want := strings.ReplaceAll(test.want, "%", typ.String())
			if got := form(folded(t, test.x)); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
	}
}

// form is the text of an expression.
func form(x ir.Expr) string {
	f := &ir.Func{Body: []ir.Stmt{&ir.Eval{X: x}}}
	_, text, _ := strings.Cut(f.String(), "\n")
	return strings.TrimSpace(text)
}

// TestFoldsNoFloats leaves constants of other types to the engine.
func TestFoldsNoFloats(t *testing.T) {
	for name, typ := range map[string]ir.Type{"f32.add": ir.F32, "f32.eq": ir.F32, "f64.mul": ir.F64, "f64.lt": ir.F64, "v128.xor": ir.V128} {
		for _, v := range []uint64{0, 1} {
			c := &ir.Const{T: typ, Lo: v}
			if got := form(folded(t, ir.NewOp(name, c, c))); !strings.HasPrefix(got, name) {
				t.Errorf("%s of constants is folded to %s", name, got)
			}
			x := &ir.Get{L: &ir.Local{Name: "x", Type: typ}}
			if got := form(folded(t, ir.NewOp(name, x, c))); !strings.HasPrefix(got, name) {
				t.Errorf("%s of a constant is folded to %s", name, got)
			}
		}
	}
}

// TestFoldVectors makes the splat of zero a constant, and no other.
func TestFoldVectors(t *testing.T) {
	for splat, typ := range map[string]ir.Type{
		"i8x16.splat": ir.I32, "i16x8.splat": ir.I32, "i32x4.splat": ir.I32, "i64x2.splat": ir.I64, "f32x4.splat": ir.F32, "f64x2.splat": ir.F64,
	} {
		if got := form(folded(t, ir.NewOp(splat, &ir.Const{T: typ}))); got != "v128 0x0 0x0" {
			t.Errorf("%s of zero is %s", splat, got)
		}
		if got := form(folded(t, ir.NewOp(splat, &ir.Const{T: typ, Lo: 1 << 31}))); !strings.HasPrefix(got, splat) {
			t.Errorf("%s of a sign bit is %s", splat, got)
		}
	}
}
