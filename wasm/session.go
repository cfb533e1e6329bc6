package wasm

import "context"

// Dims are values of dimensions by name.
type Dims map[string]int

// A Session runs a model's programs. It may be used from several goroutines,
// which then take turns.
type Session struct{}

// NewSession returns a session in which dims are fixed: a run whose inputs
// have others fails. All other dimensions follow from each run's inputs, so
// that dims may be nil.
func (m *Model) NewSession(dims Dims) (*Session, error) { return nil, nil }

// Run runs the program name on inputs in and returns copies of its outputs.
// The context is looked at before the run and not during it.
func (s *Session) Run(ctx context.Context, name string, in Tensors) (Tensors, error) {
	return nil, nil
}
