package wasm

import (
	"context"
	"fmt"
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
			if value >= d.Min && value <= d.Max {
				return nil
			}
			err = failure(program.ErrDimValue, "session", name, value, fmt.Sprintf("%d..%d", d.Min, d.Max))
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

// Run runs the program name on inputs in and returns copies of its outputs.
// The context is looked at before and after the run, not during it.
func (s *Session) Run(ctx context.Context, name string, in Tensors) (Tensors, error) {
	out, err := s.model.host.run(ctx, name, s.dims, in)
	return unlessEnded(ctx, out, err)
}
