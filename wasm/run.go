//go:build !js

package wasm

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/fovea-run/fovea/wasm/program"
)

// A loadedProgram is a program in a machine's memory.
type loadedProgram struct {
	*program.Program
	handle uint32
}

// operation is the name of an operation of p, "" for program.NoOp.
func (p loadedProgram) operation(index uint32) string {
	if index == program.NoOp {
		return ""
	}
	return program.OpByCode(p.Instrs[index].Code).Name
}

// A port is an input or output tensor of a program.
type port struct {
	index int // of the tensor
	name  string
	dtype DType
}

// ports lists p's tensors of a class. names, where given, stand in for the
// tensors' own.
func (p loadedProgram) ports(class program.Class, names ...string) []port {
	var ports []port
	for i, t := range p.Tensors {
		if t.Class != class {
			continue
		}
		name := t.Name
		if len(ports) < len(names) {
			name = names[len(ports)]
		}
		ports = append(ports, port{i, name, t.DType})
	}
	return ports
}

// describe returns a program as callers see it.
func (p loadedProgram) describe() Program {
	d := Program{Name: p.Name, Inputs: p.describePorts(program.Input), Outputs: p.describePorts(program.Output)}
	for _, dim := range p.Dims {
		d.Dims = append(d.Dims, Dim{dim.Name, int(dim.Min), int(dim.Max)})
	}
	return d
}

func (p loadedProgram) describePorts(class program.Class) []Port {
	var out []Port
	for _, t := range p.ports(class) {
		out = append(out, Port{t.name, t.dtype, p.Axes(p.Tensors[t.index])})
	}
	return out
}

// A machineModel is a model file in a machine of its own.
type machineModel struct {
	*machine
	owner    *machines
	programs []loadedProgram
}

func (m *machineModel) describe() []Program {
	var out []Program
	for _, p := range m.programs {
		out = append(out, p.describe())
	}
	return out
}

func (m *machineModel) programNames() []string {
	var names []string
	for _, p := range m.programs {
		names = append(names, p.Name)
	}
	return names
}

func (m *machineModel) close() error {
	m.owner.forget(m.machine)
	return m.shut(context.Background())
}

// A call is one run of a program.
type call struct {
	op       string // its name in errors
	program  loadedProgram
	dims     []uint32
	in       []port
	out      []port
	bindings Tensors // the inputs
}

// checkInputs checks that each of wanted but the optional ones is in given,
// sound in itself, and nothing else.
func checkInputs(op string, wanted []string, optional func(string) bool, given Tensors) error {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(wanted, name) {
			return failure(program.ErrUnknown, op, name, "", strings.Join(wanted, ", "))
		}
		if err := given[name].check(op, name); err != nil {
			return err
		}
	}
	for _, name := range wanted {
		if _, ok := given[name]; !ok && !optional(name) {
			return failure(program.ErrMissing, op, name, "", "")
		}
	}
	return nil
}

func (m *machineModel) run(ctx context.Context, name string, dims Dims, in Tensors) (Tensors, error) {
	i := slices.IndexFunc(m.programs, func(p loadedProgram) bool { return p.Name == name })
	if i < 0 {
		return nil, failure(program.ErrUnknown, "run", name, "", strings.Join(m.programNames(), ", "))
	}
	c := call{op: name, program: m.programs[i], bindings: in}
	c.in, c.out = c.program.ports(program.Input), c.program.ports(program.Output)
	var wanted []string
	for _, p := range c.in {
		wanted = append(wanted, p.name)
	}
	if err := checkInputs(name, wanted, func(string) bool { return false }, in); err != nil {
		return nil, err
	}
	var err error
	if c.dims, err = c.values(dims); err != nil {
		return nil, err
	}
	if err := m.take(ctx, "model"); err != nil {
		return nil, err
	}
	defer m.give()
	return m.execute(ctx, c)
}

// values returns the values of the program's dimensions: those fixed, else that
// of the first input with the dimension for an axis. Whether all inputs agree
// shows once the dimensions are bound.
func (c call) values(fixed Dims) ([]uint32, error) {
	values := make([]uint32, len(c.program.Dims))
	for i, d := range c.program.Dims {
		v, ok := fixed[d.Name]
		if !ok {
			var err error
			if v, err = c.deduce(uint32(i)); err != nil {
				return nil, err
			}
		}
		values[i] = uint32(v)
	}
	return values, nil
}

// deduce returns the value of dimension dim from the inputs.
func (c call) deduce(dim uint32) (int, error) {
	var wrong error
	for _, p := range c.in {
		t := c.program.Tensors[p.index]
		axis := slices.IndexFunc(t.Shape, func(e uint32) bool {
			x := c.program.Exprs[e]
			return x.Kind == program.DimExpr && x.A == dim
		})
		if axis < 0 {
			continue
		}
		if shape := c.bindings[p.name].Shape; len(shape) == len(t.Shape) {
			return shape[axis], nil
		}
		wrong = failure(program.ErrInputShape, c.op, p.name, c.bindings[p.name].Shape, c.program.Axes(t))
	}
	if wrong == nil {
		wrong = failure(program.ErrDimUnset, c.op, c.program.Dims[dim].Name, "", "")
	}
	return 0, wrong
}

// bind binds p's dimensions and returns the table's address.
func (m *machine) bind(ctx context.Context, op string, p loadedProgram, dims []uint32) (uint32, error) {
	if err := m.post(op, dims); err != nil {
		return 0, err
	}
	table, err := m.do(ctx, op, "bind", uint64(p.handle), uint64(len(dims)))
	if err == nil && table == 0 {
		err = m.failure(ctx, op, p.operation)
	}
	return table, err
}

// execute binds and runs a program and copies its outputs.
func (m *machine) execute(ctx context.Context, c call) (Tensors, error) {
	table, err := m.bind(ctx, c.op, c.program, c.dims)
	if err != nil {
		return nil, err
	}
	for _, p := range c.in {
		if err := m.fill(table, c.op, p, c.bindings[p.name]); err != nil {
			return nil, err
		}
	}
	code, err := m.do(ctx, c.op, "run", uint64(table))
	if err != nil {
		return nil, err
	}
	if code != 0 {
		return nil, m.failure(ctx, c.op, c.program.operation)
	}
	out := Tensors{}
	for _, p := range c.out {
		shape, data := m.tensor(table, p.index)
		out[p.name] = Tensor{DType: p.dtype, Shape: shape, Data: slices.Clone(data)}
	}
	return out, nil
}

// fill copies an input to its place, which has the shape that it must have.
func (m *machine) fill(table uint32, op string, p port, t Tensor) error {
	shape, data := m.tensor(table, p.index)
	if t.DType != p.dtype {
		return failure(program.ErrInputType, op, p.name, t.DType, p.dtype)
	}
	if !slices.Equal(t.Shape, shape) {
		return failure(program.ErrInputShape, op, p.name, t.Shape, shape)
	}
	copy(data, t.Data)
	return nil
}

// tensor returns the shape of a bound tensor and a view of its elements.
func (m *machine) tensor(table uint32, index int) (shape []int, data []byte) {
	w := m.words(table+tableTensors+uint32(tableTensor*index), 10)
	return indices(w[4:][:w[3]]), m.bytes(w[0], w[1])
}
