package wasm

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/fovea-run/fovea/wasm/program"
)

// Dims are values of dimensions by name.
type Dims map[string]int

// A Session runs a model's programs. It may be used from several goroutines,
// which then take turns.
type Session struct {
	model *Model
	dims  Dims
}

// NewSession returns a session in which dims are fixed: a run whose inputs
// have others fails. All other dimensions follow from each run's inputs, so
// that dims may be nil.
func (m *Model) NewSession(dims Dims) (*Session, error) {
	for _, name := range slices.Sorted(maps.Keys(dims)) {
		if err := m.checkDim(name, dims[name]); err != nil {
			return nil, err
		}
	}
	return &Session{m, maps.Clone(dims)}, nil
}

// checkDim checks that value is in the range of a dimension called name.
func (m *Model) checkDim(name string, value int) error {
	err := failure(program.ErrUnknown, "session", name, "", strings.Join(m.dimNames(), ", "))
	for _, p := range m.programs {
		for _, d := range p.Dims {
			if d.Name != name {
				continue
			}
			if int64(value) >= int64(d.Min) && int64(value) <= int64(d.Max) {
				return nil
			}
			err = failure(program.ErrDimValue, "session", name, value, span(d))
		}
	}
	return err
}

func (m *Model) dimNames() []string {
	var names []string
	for _, p := range m.programs {
		for _, d := range p.Dims {
			names = append(names, d.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func span(d program.Dim) string { return decimal(d.Min) + ".." + decimal(d.Max) }

// Run runs the program name on inputs in and returns copies of its outputs.
// The context is looked at before the run and not during it.
func (s *Session) Run(ctx context.Context, name string, in Tensors) (Tensors, error) {
	m := s.model
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
	if c.dims, err = s.bindings(c); err != nil {
		return nil, err
	}
	if err := m.machine.take(ctx, "model"); err != nil {
		return nil, err
	}
	defer m.machine.give()
	return m.machine.run(ctx, c)
}

// bindings returns the values of the program's dimensions: the session's,
// else that of the first input with the dimension for an axis. Whether all
// inputs agree shows once the dimensions are bound.
func (s *Session) bindings(c call) ([]uint32, error) {
	values := make([]uint32, len(c.program.Dims))
	for i, d := range c.program.Dims {
		v, ok := s.dims[d.Name]
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
