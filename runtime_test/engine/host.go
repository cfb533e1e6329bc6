package engine

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/fovea-run/fovea/wasm"
)

// Host runs cases on the Go host, package wasm.
type Host struct {
	Kind     string // wasm.Options.Engine: "wazero" or "native"
	Training bool   // with the operations of level 1
	rt       *wasm.Runtime
	models   map[string]*wasm.Model
}

// Name implements Engine.
func (h *Host) Name() string { return h.Kind }

// Start implements Engine.
func (h *Host) Start(ctx context.Context) (err error) {
	h.models = map[string]*wasm.Model{}
	h.rt, err = wasm.Open(ctx, wasm.Options{Engine: h.Kind, Training: h.Training})
	return err
}

// Close implements Engine.
func (h *Host) Close() error { return h.rt.Close() }

// Run implements Engine.
func (h *Host) Run(ctx context.Context, c Case) (Result, error) {
	r, err := h.perform(ctx, c)
	var failure *wasm.Error
	if errors.As(err, &failure) {
		f := Failure{failure.Code, failure.Op, failure.Arg, failure.Got, failure.Want, failure.Error()}
		return Result{Failure: &f}, nil
	}
	return r, err
}

func (h *Host) perform(ctx context.Context, c Case) (Result, error) {
	switch c.Do {
	case About:
		return Result{About: h.Kind}, nil
	case Op:
		out, err := h.rt.Op(ctx, c.Target, c.Attrs, toHost(c.Inputs), c.Wanted...)
		return Result{Outputs: fromHost(out)}, err
	case Load:
		m, err := h.load(ctx, c.Model)
		if err == nil {
			err = m.Close()
		}
		return Result{}, err
	}
	m, err := h.model(ctx, c.Model)
	if err != nil {
		return Result{}, err
	}
	return ask(ctx, m, c)
}

// ask answers a case that is about a model.
func ask(ctx context.Context, m *wasm.Model, c Case) (Result, error) {
	switch c.Do {
	case Run:
		s, err := m.NewSession(nil)
		if err != nil {
			return Result{}, err
		}
		out, err := s.Run(ctx, c.Target, toHost(c.Inputs))
		return Result{Outputs: fromHost(out)}, err
	case Tokenize:
		tokens, err := m.Tokenize(ctx, c.Text)
		spans := make([]Span, len(tokens))
		for i, t := range tokens {
			spans[i] = Span{t.ID, t.Start, t.End}
		}
		return Result{Spans: spans}, err
	case Split:
		sentences, err := m.Split(ctx, c.Text)
		spans := make([]Span, len(sentences))
		for i, s := range sentences {
			spans[i] = Span{0, s.Start, s.End}
		}
		return Result{Spans: spans}, err
	}
	return Result{}, errors.New("engine: unknown kind of case " + string(c.Do))
}

// model returns the model file at path below the root, loaded once.
func (h *Host) model(ctx context.Context, path string) (*wasm.Model, error) {
	if m := h.models[path]; m != nil {
		return m, nil
	}
	m, err := h.load(ctx, path)
	if err == nil {
		h.models[path] = m
	}
	return m, err
}

func (h *Host) load(ctx context.Context, path string) (*wasm.Model, error) {
	f, err := wasm.OpenModelFile(filepath.Join(Root(), path))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return h.rt.Load(ctx, f, f.Size())
}

// dtypes are the element types that cases use, by their names in data.
var dtypes = map[string]wasm.DType{"f32": wasm.Float32, "i32": wasm.Int32, "u8": wasm.Uint8, "f16": wasm.Float16}

func toHost(in map[string]Tensor) wasm.Tensors {
	out := wasm.Tensors{}
	for name, t := range in {
		out[name] = wasm.Tensor{DType: dtypes[t.DType], Shape: t.Shape, Data: t.Data}
	}
	return out
}

func fromHost(in wasm.Tensors) map[string]Tensor {
	out := map[string]Tensor{}
	for name, t := range in {
		for word, dtype := range dtypes {
			if dtype == t.DType {
				out[name] = Tensor{word, t.Shape, t.Data}
			}
		}
	}
	return out
}
