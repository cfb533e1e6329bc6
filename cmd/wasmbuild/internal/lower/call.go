package lower

import (
	"go/ast"
	"go/constant"
	"go/token"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/dialect"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// call lowers a conversion or call; the result is a *ir.Call if it may have
// several values.
func (f *function) call(x *ast.CallExpr) ir.Expr {
	callee := dialect.CalleeOf(f.info, x)
	switch {
	case callee.Conversion != nil:
		return convert(f.value(x.Args[0]), f.info.Types[x.Args[0]].Type, callee.Conversion)
	case callee.Intrinsic != nil:
		return f.intrinsic(callee, callee.Operands(x))
	}
	if callee.Builtin != "" {
		return f.extremum(callee.Builtin, x.Args)
	}
	g := f.reach(callee.Func)
	c := &ir.Call{F: g}
	for _, a := range x.Args {
		c.Args = append(c.Args, f.value(a))
	}
	return c
}

// extremum lowers min or max. Those of floats are instructions, which treat
// NaN and zeros as Go does.
func (f *function) extremum(name string, args []ast.Expr) ir.Expr {
	result := f.value(args[0])
	for _, a := range args[1:] {
		x, y := result, f.value(a)
		if t := x.Type(); t == ir.F32 || t == ir.F64 {
			result = arith(t, name, x, y)
			continue
		}
		op := map[string]token.Token{"min": token.LSS, "max": token.GTR}[name]
		result = choice(mnemonic(op, f.operandType(args[0], a)), x, y)
	}
	return result
}

// choice is x if x compares so to y, else y.
func choice(compare string, x, y ir.Expr) ir.Expr {
	ts := temps([]ir.Type{x.Type(), x.Type()})
	return &ir.Seq{
		Body: []ir.Stmt{
			&ir.Set{Dst: ts[:1], X: x},
			&ir.Set{Dst: ts[1:], X: y},
		},
		X: &ir.Select{
			A:    &ir.Get{L: ts[0]},
			B:    &ir.Get{L: ts[1]},
			Cond: arith(x.Type(), compare, &ir.Get{L: ts[0]}, &ir.Get{L: ts[1]}),
		},
	}
}

func (f *function) intrinsic(callee dialect.Callee, operands []ast.Expr) ir.Expr {
	op := callee.Intrinsic
	var args []ir.Expr
	var imms []uint64
	from, to, _ := dialect.Immediates(op)
	for i, x := range operands {
		if i >= from && i < to {
			n, _ := constant.Uint64Val(constant.ToInt(f.info.Types[x].Value))
			imms = append(imms, n)
		} else {
			args = append(args, f.value(x))
		}
	}
	switch {
	case op.Wasm == "":
		return args[0]
	case op.Relaxed != "" && f.opts.Relaxed:
		return ir.NewOp(op.Relaxed, args...)
	case op.Then != "":
		last := len(args) - 1
		return ir.NewOp(op.Then, ir.NewOp(op.Wasm, args[:last]...), args[last])
	}
	return f.instruction(op.Instruction(), args, imms)
}

func (f *function) instruction(in *opcode.Instruction, args []ir.Expr, imms []uint64) ir.Expr {
	o := &ir.Op{In: in, Args: args}
	switch in.Imm {
	case opcode.MemArg:
		o.Offset = uint32(imms[0])
	case opcode.Lane:
		o.Lane = byte(imms[0])
	case opcode.Lanes:
		for i := range o.Lanes {
			o.Lanes[i] = byte(imms[i/4]*4) + byte(i%4)
		}
	}
	if in.Name == "v128.store" {
		return addressFirst(o)
	}
	return o
}

// addressFirst gives a vector store its operands in WebAssembly's order,
// address before vector, without changing the order of their effects.
func addressFirst(o *ir.Op) ir.Expr {
	vector, address := o.Args[0], o.Args[1]
	if ir.Commutes(ir.EffectOf(vector), ir.EffectOf(address)) {
		o.Args = []ir.Expr{address, vector}
		return o
	}
	t := &ir.Local{Name: "tmp", Type: ir.V128}
	o.Args = []ir.Expr{address, &ir.Get{L: t}}
	return &ir.Seq{Body: []ir.Stmt{&ir.Set{Dst: []*ir.Local{t}, X: vector}}, X: o}
}
