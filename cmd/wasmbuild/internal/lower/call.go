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
	c := &ir.Call{F: g, Site: f.site(place(x))}
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
		result = choice(mnemonic(op, f.info.Types[a].Type), x, y)
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
	for i, x := range operands {
		if _, ok := op.Limit(i); ok {
			n, _ := constant.Uint64Val(constant.ToInt(f.info.Types[x].Value))
			imms = append(imms, n)
		} else {
			args = append(args, f.value(x))
		}
	}
	emits := op.Emits(f.opts.Relaxed)
	if len(emits) == 0 {
		return args[0]
	}
	return chain(op, emits[1:], instruction(op, opcode.Find(emits[0]), args, imms))
}

// chain gives the result of o, which has all the operands, to each of the
// instructions named: they take what operands o does not.
func chain(op *opcode.Intrinsic, names []string, o *ir.Op) ir.Expr {
	if op.AddressFirst {
		return addressFirst(o)
	}
	for _, name := range names {
		params, _ := ir.Signature(o.In)
		taken, left := o.Args[:len(params)], o.Args[len(params):]
		o.Args = taken
		o = ir.NewOp(name, append([]ir.Expr{o}, left...)...)
	}
	return o
}

// instruction applies in to args and to the constants of an intrinsic.
func instruction(op *opcode.Intrinsic, in *opcode.Instruction, args []ir.Expr, imms []uint64) *ir.Op {
	o := &ir.Op{In: in, Args: args}
	switch in.Imm {
	case opcode.MemArg:
		o.Offset = uint32(imms[0])
	case opcode.MemArgLane:
		o.Offset, o.Lane = uint32(imms[0]), byte(imms[1])
	case opcode.Lane:
		o.Lane = byte(imms[0])
	case opcode.Lanes:
		o.Lanes = shuffled(op, imms)
	}
	return o
}

// shuffled returns the bytes that a shuffle picks: those of whole lanes.
func shuffled(op *opcode.Intrinsic, lanes []uint64) (bytes [16]byte) {
	if op.Lanes != "" {
		copy(bytes[:], op.Lanes)
		return bytes
	}
	width := len(bytes) / len(lanes)
	for i := range bytes {
		bytes[i] = byte(int(lanes[i/width])*width + i%width)
	}
	return bytes
}

// addressFirst gives an instruction its operands in WebAssembly's order,
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
