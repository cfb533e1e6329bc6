package fuzzops

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/fovea-run/fovea/wasm/program"
)

// A maker makes a valid call of an operation: from its row of the table, and from what forms says beside it.
type maker struct {
	r  *rand.Rand
	e  *env
	op *program.Op

	shapes map[string]string // of operands, in place of the table's
	width  map[string]uint32 // what "*" stands for
	types  map[string]program.DType
	bounds map[string][2]int32 // of i32
	has    map[string]bool     // which optional operands and outputs are there
	attrs  map[string]program.AttrValue
	short  int // attributes that are given, if not all
}

func newMaker(r *rand.Rand, op *program.Op, e *env) *maker {
	m := &maker{r: r, e: e, op: op}
	m.shapes, m.width, m.types = map[string]string{}, map[string]uint32{}, map[string]program.DType{}
	m.bounds, m.has, m.attrs = map[string][2]int32{}, map[string]bool{}, map[string]program.AttrValue{}
	rare := 10
	if len(e.fixed) == 0 {
		rare = 3
	}
	for _, o := range slices.Concat(op.Operands, op.Outputs) {
		m.has[o.Name] = !o.Optional || r.IntN(rare) == 0
	}
	m.short = len(op.Attrs)
	for m.short > 0 && op.Attrs[m.short-1].Optional && r.IntN(4) == 0 {
		m.short--
	}
	return m
}

// make returns the call.
func (m *maker) make() *Case {
	if f := forms[m.op.Name]; f != nil {
		f(m)
	}
	c := &Case{Op: m.op.Name, Code: m.op.Code}
	for _, o := range m.op.Operands {
		if m.has[o.Name] {
			c.Inputs = append(c.Inputs, m.input(o))
		} else {
			c.Inputs = append(c.Inputs, nil)
		}
	}
	for len(c.Inputs) > 0 && c.Inputs[len(c.Inputs)-1] == nil && m.r.IntN(2) == 0 {
		c.Inputs = c.Inputs[:len(c.Inputs)-1]
	}
	for _, a := range m.op.Attrs[:m.short] {
		c.Attrs = append(c.Attrs, m.attr(a))
	}
	for i, o := range m.op.Outputs {
		if m.has[o.Name] {
			c.Outputs |= 1 << i
		}
	}
	if c.Outputs == 0 {
		c.Outputs = 1
	}
	c.Args, c.AttrsN = len(c.Inputs), len(c.Attrs)
	return c
}

func (m *maker) input(o program.Operand) *Input {
	text, ok := m.shapes[o.Name]
	if !ok {
		text, _, _ = strings.Cut(o.Shape, " or ")
	}
	in := &Input{DType: pick(m.r, o.Types), Seed: m.r.Uint64(), Odd: m.r.IntN(10) == 0}
	if t, ok := m.types[o.Name]; ok {
		in.DType = t
	} else if in.DType.Quantized() {
		in.DType = program.F32
	}
	in.Shape = m.e.shape(text, m.width[o.Name])
	if b, ok := m.bounds[o.Name]; ok {
		in.Low, in.High = b[0], b[1]
	}
	return in
}

func (m *maker) attr(a program.Attr) program.AttrValue {
	if v, ok := m.attrs[a.Name]; ok && !m.e.fixed[a.Name] {
		return v
	}
	if v, ok := m.e.values[a.Name]; ok {
		return program.AttrValue{Tag: program.TagInt, Bits: v}
	}
	switch {
	case a.Kind.Tag() == program.TagFloat:
		return program.Float(pick(m.r, []float32{1, 0.5, 0.125, 1e-5, 3, 0}))
	case a.Kind == program.AttrAct:
		return program.Int(m.r.Int32N(7))
	}
	return program.Int(m.r.Int32N(2))
}

func (m *maker) flip() bool { return m.r.IntN(2) == 0 }

// setInt gives an attribute one of some values.
func (m *maker) setInt(name string, values ...int32) { m.attrs[name] = program.Int(pick(m.r, values)) }

func (m *maker) setFloat(name string, values ...float32) {
	m.attrs[name] = program.Float(pick(m.r, values))
}

// bound says that the i32 of an operand are in low..high.
func (m *maker) bound(name string, low int64, high uint32) {
	m.bounds[name] = [2]int32{int32(low), int32(high)}
}

// columns gives an operand rows with heads of columns from where an attribute says.
func (m *maker) columns(name, col string, heads, dim uint32) {
	from := pick(m.r, []uint32{0, 0, 1, 3, 32})
	if m.e.fixed[col] {
		from = m.e.of(col)
	}
	m.attrs[col] = program.AttrValue{Tag: program.TagInt, Bits: from}
	m.width[name] = from + heads*dim + pick(m.r, []uint32{0, 0, 1, 5})
}

// multiple makes a name a multiple of n, unless it is given.
func (m *maker) multiple(name string, n uint32) {
	if _, ok := m.e.values[name]; !ok {
		m.e.set(name, n*(1+m.r.Uint32N(3)))
	}
}

// choose gives a name one of some values, unless it is given.
func (m *maker) choose(name string, values ...uint32) uint32 {
	if _, ok := m.e.values[name]; !ok {
		m.e.set(name, pick(m.r, values))
	}
	return m.e.of(name)
}
