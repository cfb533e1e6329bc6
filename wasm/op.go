//go:build !js

package wasm

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/fovea-run/fovea/wasm/program"
)

// absent is the rank that tells the module's op of an operand left out.
const absent = 0xFFFFFFFF

func (h *machines) op(ctx context.Context, name string, attrs Attrs, in Tensors, wanted []string) (Tensors, error) {
	row := program.OpByName(name)
	if row == nil {
		return nil, failure(program.ErrUnknown, "op", name, "", strings.Join(opNames(), ", "))
	}
	var operands []string
	for _, o := range row.Operands {
		operands = append(operands, o.Name)
	}
	outputs, mask, err := wantedOutputs(row, wanted)
	if err != nil {
		return nil, err
	}
	optional := func(name string) bool { return row.Operands[slices.Index(operands, name)].Optional }
	if err := checkInputs(name, operands, optional, in); err != nil {
		return nil, err
	}
	words, err := describeOp(row, attrs, in)
	if err != nil {
		return nil, err
	}
	m, err := h.opMachine(ctx)
	if err != nil {
		return nil, err
	}
	if err := m.take(ctx, "runtime"); err != nil {
		return nil, err
	}
	defer m.give()
	defer h.replaceBroken(m)
	p, err := m.newOp(ctx, row, words, mask)
	if err != nil {
		return nil, err
	}
	present := slices.DeleteFunc(operands, func(name string) bool {
		_, ok := in[name]
		return !ok
	})
	return m.execute(ctx, call{
		op: name, program: p, bindings: in,
		in: p.ports(program.Input, present...), out: p.ports(program.Output, outputs...),
	})
}

// wantedOutputs returns the names of the outputs that are computed, in the
// table's order, and a mask of them: those that always are and, of the
// optional ones, the wanted.
func wantedOutputs(row *program.Op, wanted []string) (outputs []string, mask uint64, err error) {
	var names []string
	for i, o := range row.Outputs {
		names = append(names, o.Name)
		if !o.Optional || slices.Contains(wanted, o.Name) {
			outputs = append(outputs, o.Name)
			mask |= 1 << i
		}
	}
	for _, name := range wanted {
		if !slices.Contains(names, name) {
			return nil, 0, failure(program.ErrUnknown, row.Name, name, "", strings.Join(names, ", "))
		}
	}
	return outputs, mask, nil
}

func opNames() []string {
	var names []string
	for _, op := range program.Ops {
		names = append(names, op.Name)
	}
	return names
}

// opMachine returns the machine for single operations.
func (h *machines) opMachine(ctx context.Context) (*machine, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ops == nil {
		m, err := h.addLocked(ctx)
		if err != nil {
			return nil, err
		}
		h.ops = m
	}
	return h.ops, nil
}

// replaceBroken lets the next operation make a new machine after m, whose turn
// the caller has, has trapped.
func (h *machines) replaceBroken(m *machine) {
	if m.broken == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.all, m)
	if h.ops == m {
		h.ops = nil
	}
}

// newOp makes a program of one operation from its description and a mask of
// its outputs.
func (m *machine) newOp(ctx context.Context, row *program.Op, words []uint32, outputs uint64) (loadedProgram, error) {
	var p loadedProgram
	if _, err := m.do(ctx, row.Name, "reset"); err != nil {
		return p, err
	}
	if err := m.post(row.Name, words); err != nil {
		return p, err
	}
	var err error
	p.handle, err = m.do(ctx, row.Name, "op",
		uint64(row.Code), uint64(len(row.Operands)), uint64(len(row.Attrs)), outputs)
	if err == nil && p.handle == 0 {
		err = m.failure(ctx, row.Name, func(uint32) string { return row.Name })
	}
	if err != nil {
		return p, err
	}
	if p.Program, err = m.program(p.handle); err != nil {
		return p, because(err, program.ErrInternal, row.Name, "")
	}
	return p, nil
}

// describeOp makes the words that the module's op reads: dtype, rank and
// MaxRank extents an operand, then tag and bits an attribute.
func describeOp(row *program.Op, attrs Attrs, in Tensors) ([]uint32, error) {
	var words []uint32
	for _, o := range row.Operands {
		w := make([]uint32, 2+program.MaxRank)
		t, ok := in[o.Name]
		switch {
		case !ok:
			w[1] = absent
		case len(t.Shape) > program.MaxRank:
			return nil, failure(program.ErrInputShape, row.Name, o.Name, t.Shape, "at most 6 axes")
		default:
			w[0], w[1] = uint32(t.DType), uint32(len(t.Shape))
			for i, n := range t.Shape {
				w[2+i] = uint32(n)
			}
		}
		words = append(words, w...)
	}
	values, err := describeAttrs(row, attrs)
	return append(words, values...), err
}

func describeAttrs(row *program.Op, attrs Attrs) ([]uint32, error) {
	var words []uint32
	var names []string
	for _, a := range row.Attrs {
		names = append(names, a.Name)
		v, ok := attrs[a.Name]
		if !ok {
			if !a.LeftOut() {
				return nil, failure(program.ErrMissing, row.Name, a.Name, "", "")
			}
			words = append(words, 0, 0)
			continue
		}
		bits := math.Float32bits(float32(v))
		if a.Kind.Tag() == program.TagInt {
			if v != math.Trunc(v) || math.Abs(v) > math.MaxInt32 {
				return nil, failure(program.ErrValue, row.Name, a.Name, program.Number(v), a.Kind.Want())
			}
			bits = uint32(int32(v))
		}
		words = append(words, uint32(a.Kind.Tag()), bits)
	}
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		if !slices.Contains(names, name) {
			return nil, failure(program.ErrUnknown, row.Name, name, "", strings.Join(names, ", "))
		}
	}
	return words, nil
}
