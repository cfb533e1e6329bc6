package graph

import (
	"fmt"
	"slices"

	"github.com/fovea-run/fovea/wasm/program"
)

// Lower returns the program, or every mistake that was made. The same calls
// give the same program.
//
// What no output needs is left out, inputs excepted. A weight that serves as
// a factor of a matrix product is stored in panels for it; one that is used
// in both ways becomes two tensors of the same name.
func (g *Graph) Lower() (*program.Program, error) {
	if len(g.outputs) == 0 && len(g.errs) == 0 {
		g.errorf("there is no output")
	}
	instrs := fuse(needed(g.instrs))
	for _, in := range instrs {
		if isRowAdd(in) {
			g.errs = append(g.errs, fmt.Errorf("%s: %s: add: the product is also used without the vector", in.at, g.name))
		}
	}
	if err := g.err(); err != nil {
		return nil, err
	}
	l := lowerer{
		p:       &program.Program{Name: g.name},
		exprs:   map[string]uint32{},
		tensors: map[placed]uint32{},
	}
	for _, d := range g.dims {
		l.p.Dims = append(l.p.Dims, *d)
	}
	l.slots, l.p.Slots = assignSlots(g.inputs, g.outputs, instrs)
	for _, t := range slices.Concat(g.inputs, g.outputs) {
		l.tensor(placed{t, program.Rows})
	}
	for _, in := range instrs {
		l.instr(in)
	}
	return l.p, nil
}

// needed returns the operations that an output depends on.
func needed(instrs []*instr) []*instr {
	live := map[*Tensor]bool{}
	var kept []*instr
	for _, in := range slices.Backward(instrs) {
		if in.out.class != program.Output && !live[in.out] {
			continue
		}
		kept = append(kept, in)
		for _, t := range in.operands {
			live[t] = true
		}
	}
	slices.Reverse(kept)
	return kept
}

// placed is a tensor in a layout.
type placed struct {
	t      *Tensor
	layout program.Layout
}

// A lowerer writes a program, each expression and tensor at its first use.
type lowerer struct {
	p       *program.Program
	exprs   map[string]uint32
	tensors map[placed]uint32
	slots   map[*Tensor]uint32
}

func (l *lowerer) instr(in *instr) {
	out := program.Instr{Code: in.code, Attrs: in.attrs}
	for i, t := range in.operands {
		layout := program.Rows
		if t != nil && t.class == program.Weight && in.code == program.OpMatMul && i == 1 {
			layout = program.Panels
		}
		out.Operands = append(out.Operands, l.tensor(placed{t, layout}))
	}
	out.Outputs = []uint32{l.tensor(placed{in.out, program.Rows})}
	l.p.Instrs = append(l.p.Instrs, out)
}

func (l *lowerer) tensor(t placed) uint32 {
	if t.t == nil {
		return program.Absent
	}
	if i, ok := l.tensors[t]; ok {
		return i
	}
	slot, ok := l.slots[t.t]
	if !ok {
		slot = program.NoSlot
	}
	shape := make([]uint32, len(t.t.shape))
	for i, e := range t.t.shape {
		shape[i] = l.expr(e)
	}
	i := uint32(len(l.p.Tensors))
	l.tensors[t] = i
	l.p.Tensors = append(l.p.Tensors, program.Tensor{
		Name: t.t.name, Class: t.t.class, DType: t.t.dtype, Shape: shape, Slot: slot, Layout: t.layout,
	})
	return i
}

func (l *lowerer) expr(e Extent) uint32 {
	if i, ok := l.exprs[e.text]; ok {
		return i
	}
	x := program.Expr{Kind: e.kind}
	switch e.kind {
	case program.Const:
		x.A = uint32(e.value)
	case program.DimExpr:
		x.A = uint32(slices.IndexFunc(l.p.Dims, func(d program.Dim) bool { return d.Name == e.text }))
	default:
		x.A, x.B = l.expr(*e.a), l.expr(*e.b)
	}
	i := uint32(len(l.p.Exprs))
	l.exprs[e.text] = i
	l.p.Exprs = append(l.p.Exprs, x)
	return i
}
