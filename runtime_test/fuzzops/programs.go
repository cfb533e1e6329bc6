package fuzzops

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/fovea-run/fovea/wasm/program"
)

// An Infer says which outputs a call has, in their order and nil where one is not wanted; false if it is refused.
type Infer func(c *Case) ([]*Input, bool)

// chain is a call and those of some operations after it, of the shape of its first output.
func chain(r *rand.Rand, c *Case, ops []*program.Op, infer Infer) []*Case {
	calls := []*Case{c}
	for range 1 + r.IntN(3) {
		outs, ok := infer(calls[len(calls)-1])
		if !ok || outs[0] == nil || outs[0].DType != program.F32 {
			break
		}
		next := pick(r, ops)
		first, last := next.Operands[0].Shape, ""
		if at := strings.LastIndex(first, ","); at >= 0 {
			first, last = first[:at], first[at+1:]
		}
		e, shape := newEnv(r), outs[0].Shape
		if first != "..." || last == "*" || next.Operands[0].Types[0] != program.F32 || last != "" && len(shape) == 0 {
			continue
		}
		e.drawn, e.rest = true, shape
		if last != "" {
			e.rest = shape[:len(shape)-1]
			e.set(last, shape[len(shape)-1])
		}
		calls = append(calls, newMaker(r, next, e).make())
	}
	return calls
}

// A writer makes a program of calls. Between the tensors of operations lie inputs that none has, and so do weights.
type writer struct {
	r *rand.Rand
	p *program.Program
	c *Case

	of     uint32 // extents that are this many are the dimension, if not 0
	guards int
}

// programOf makes a program of calls, each of which has the first output of the one before as its first operand where that fits.
// It is damaged, mostly not.
func programOf(r *rand.Rand, calls []*Case, infer Infer) *Case {
	last := calls[len(calls)-1]
	w := &writer{r: r, p: &program.Program{Name: "p"}, c: &Case{Op: last.Op, Code: last.Code}}
	w.dimension(calls)
	w.guard()
	before := uint32(program.Absent)
	for i, call := range calls {
		outs, ok := infer(call)
		if !ok {
			if i == 0 {
				return call // which is refused as it is
			}
			w.c.Op = calls[i-1].Op
			break
		}
		before = w.call(call, outs, before)
	}
	if r.IntN(4) == 0 {
		w.shareSlots()
	}
	w.c.Program = w.p.Encode()
	if r.IntN(3) == 0 {
		w.c.Text = w.p.String()
		for range 1 + r.IntN(4) {
			w.damage()
		}
	}
	return w.c
}

// dimension makes of one extent a dimension, sometimes.
func (w *writer) dimension(calls []*Case) {
	if w.r.IntN(4) != 0 {
		return
	}
	in := calls[0].anyInput(w.r)
	if in == nil || len(in.Shape) == 0 {
		return
	}
	w.of = pick(w.r, in.Shape)
	d := program.Dim{Name: "n", Min: 1 + w.r.Uint32N(max(w.of, 1)), Max: pick(w.r, []uint32{w.of, w.of + 1, 2 * w.of, 1 << 30, 1<<32 - 1})}
	w.p.Dims = append(w.p.Dims, d)
	w.c.Dims = []uint32{w.of}
	if w.r.IntN(3) == 0 {
		w.c.Dims[0] = pick(w.r, append([]uint32{d.Min, d.Max, w.of + 1, w.of - 1}, extremes...))
	}
}

// expr returns the expression of an extent.
func (w *writer) expr(n uint32) uint32 {
	x := program.Expr{Kind: program.Const, A: n}
	if n == w.of {
		x = program.Expr{Kind: program.DimExpr}
	}
	w.p.Exprs = append(w.p.Exprs, x)
	return uint32(len(w.p.Exprs) - 1)
}

// tensor adds a tensor with a slot of its own and returns its index.
func (w *writer) tensor(name string, class program.Class, dtype program.DType, shape []uint32) uint32 {
	t := program.Tensor{Name: name, Class: class, DType: dtype, Slot: uint32(w.p.Slots)}
	for _, n := range shape {
		t.Shape = append(t.Shape, w.expr(n))
	}
	w.p.Slots++
	w.p.Tensors = append(w.p.Tensors, t)
	return uint32(len(w.p.Tensors) - 1)
}

// guard adds an input that no operation has, of which all stays poison.
func (w *writer) guard() {
	w.guards++
	name := fmt.Sprintf("guard%d", w.guards)
	w.tensor(name, program.Input, program.F32, []uint32{1 + w.r.Uint32N(70)})
	if w.r.IntN(8) == 0 {
		w.weight(name+"w", program.F32, program.Rows, []uint32{1 + w.r.Uint32N(9)})
	}
}

// call adds an operation and returns the tensor of its first output. before is the last one's.
func (w *writer) call(c *Case, outs []*Input, before uint32) uint32 {
	in := program.Instr{Code: c.Code, Attrs: c.Attrs}
	for i, operand := range c.Inputs {
		if operand == nil {
			in.Operands = append(in.Operands, program.Absent)
			continue
		}
		if i == 0 && before != program.Absent && w.fits(before, operand) {
			in.Operands = append(in.Operands, before)
			w.p.Tensors[before].Class = pick(w.r, []program.Class{program.Scratch, program.Scratch, program.Output})
			continue
		}
		in.Operands = append(in.Operands, w.operand(c, i))
		w.guard()
	}
	first := uint32(program.Absent)
	for i, out := range outs {
		index := uint32(program.Absent)
		if out != nil {
			index = w.tensor(fmt.Sprintf("out%d_%d", len(w.p.Instrs), i), program.Output, out.DType, out.Shape)
			w.guard()
		}
		if i == 0 {
			first = index
		}
		in.Outputs = append(in.Outputs, index)
	}
	if op := program.OpByCode(c.Code); op != nil {
		w.p.Level = max(w.p.Level, op.Level)
	}
	w.p.Instrs = append(w.p.Instrs, in)
	return first
}

// fits reports whether a tensor has the type and the shape of an operand.
func (w *writer) fits(index uint32, operand *Input) bool {
	t := w.p.Tensors[index]
	return t.DType == operand.DType && slices.EqualFunc(t.Shape, operand.Shape, func(x, n uint32) bool {
		e := w.p.Exprs[x]
		return e.Kind == program.Const && e.A == n || e.Kind == program.DimExpr && w.of == n
	})
}

// operand adds a tensor for operand i, which is a weight sometimes where it can be.
func (w *writer) operand(c *Case, i int) uint32 {
	operand := c.Inputs[i]
	name := fmt.Sprintf("in%d_%d", len(w.p.Instrs), i)
	op := program.OpByCode(c.Code)
	matrix := len(operand.Shape) == 2 && op != nil && i < len(op.Operands) && slices.Contains(op.Operands[i].Types, program.Q8)
	if matrix && w.r.IntN(3) == 0 {
		dtype := pick(w.r, op.Operands[i].Types)
		layout := program.Rows
		if c.Code == program.OpMatMul && (dtype.Quantized() || w.r.IntN(2) == 0) {
			layout = program.Panels
		}
		return w.weight(name, dtype, layout, operand.Shape)
	}
	t := w.tensor(name, program.Input, operand.DType, operand.Shape)
	in := *operand
	for len(w.c.Inputs) <= int(t) {
		w.c.Inputs = append(w.c.Inputs, nil)
	}
	w.c.Inputs[t] = &in
	return t
}

// weight adds a weight and what the model file has of it.
func (w *writer) weight(name string, dtype program.DType, layout program.Layout, shape []uint32) uint32 {
	n := uint32(1)
	for _, e := range shape {
		n *= e
	}
	add := func(name string, dtype program.DType, bytes uint32) {
		if bytes < 1<<20 {
			w.c.Weights = append(w.c.Weights, Weight{name, dtype, bytes, w.r.Uint64()})
		}
	}
	switch dtype {
	case program.Q8:
		add(name+".q", program.U8, n)
		add(name+".s", program.F16, n/16)
	case program.Q4:
		add(name+".q", program.U8, n/2)
		add(name+".s", program.F16, n/16)
	default:
		add(name, dtype, n*uint32(dtype.Size()))
	}
	t := w.tensor(name, program.Weight, dtype, shape)
	w.p.Tensors[t].Slot, w.p.Tensors[t].Layout = program.NoSlot, layout
	w.p.Slots--
	return t
}

// shareSlots lets tensors have others' slots.
func (w *writer) shareSlots() {
	for range 1 + w.r.IntN(3) {
		t := &w.p.Tensors[w.r.IntN(len(w.p.Tensors))]
		if t.Class == program.Scratch || t.Class == program.Output {
			t.Slot = w.r.Uint32N(uint32(w.p.Slots))
		}
	}
}

// damage changes a word of the program.
func (w *writer) damage() {
	b := w.c.Program
	at := 4 * w.r.IntN(len(b)/4)
	if w.r.IntN(4) == 0 {
		at = 4 * w.r.IntN(program.HeaderWords)
	}
	v := binary.LittleEndian.Uint32(b[at:])
	switch w.r.IntN(4) {
	case 0:
		v = pick(w.r, extremes)
	case 1:
		v += uint32(w.r.IntN(9)) - 4
	case 2:
		v ^= 1 << w.r.IntN(32)
	case 3:
		v = binary.LittleEndian.Uint32(b[4*w.r.IntN(len(b)/4):])
	}
	binary.LittleEndian.PutUint32(b[at:], v)
}
