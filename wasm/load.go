//go:build !js

package wasm

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/fovea-run/fovea/wasm/models/safetensors"
	"github.com/fovea-run/fovea/wasm/program"
)

// Kinds of what the module's load takes.
const (
	kindProgram   = 1
	kindWeight    = 2
	kindTokenizer = 3
)

// Names in a model file.
const (
	programPrefix = "program."
	tokenizerName = "tokenizer"
	cardKey       = "fovea.card"
)

var fileTypes = map[safetensors.DType]DType{
	safetensors.F32: program.F32, safetensors.I32: program.I32, safetensors.U8: program.U8, safetensors.F16: program.F16,
}

func (h *machines) load(ctx context.Context, r io.ReaderAt, size int64) (*Model, error) {
	f, err := safetensors.Read(r, size)
	if err != nil {
		return nil, because(err, program.ErrFile, "load", "")
	}
	if err := f.Verify(); err != nil {
		return nil, because(err, program.ErrFile, "load", "")
	}
	var card Card
	if err := json.Unmarshal([]byte(f.Metadata[cardKey]), &card); err != nil {
		return nil, because(err, program.ErrFile, "load", cardKey)
	}
	m := &machineModel{owner: h}
	if m.machine, err = h.add(ctx); err != nil {
		return nil, err
	}
	if err := m.load(ctx, f); err != nil {
		m.close()
		return nil, err
	}
	return &Model{m, card, m.describe()}, nil
}

// load hands the file's tensors to the module and tries to bind each program,
// so that a missing weight shows now rather than in the first run.
func (m *machineModel) load(ctx context.Context, f *safetensors.File) error {
	if err := m.take(ctx, "model"); err != nil {
		return err
	}
	defer m.give()
	for _, t := range f.Tensors {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := m.loadTensor(ctx, f, t); err != nil {
			return err
		}
	}
	if len(m.programs) == 0 {
		return failure(program.ErrFile, "load", "", "it has no program", "")
	}
	for _, p := range m.programs {
		least := make([]uint32, len(p.Dims))
		for i, d := range p.Dims {
			least[i] = d.Min
		}
		if _, err := m.bind(ctx, p.Name, p, least); err != nil {
			return err
		}
	}
	return nil
}

func (m *machineModel) loadTensor(ctx context.Context, f *safetensors.File, t safetensors.Info) error {
	const op = "load"
	if t.Size > math.MaxUint32 {
		return failure(program.ErrMemory, op, t.Name, t.Size, "")
	}
	if err := m.postName(op, t.Name); err != nil {
		return err
	}
	kind := kindOf(t.Name)
	at, err := m.do(ctx, op, "load", kind, uint64(fileTypes[t.DType]), uint64(len(t.Name)), uint64(t.Size))
	if err != nil {
		return err
	}
	if at == 0 {
		return m.failure(ctx, op, nil) // nil if no program wants it
	}
	if _, err := io.ReadFull(f.Section(t), m.bytes(at, uint32(t.Size))); err != nil {
		return because(err, program.ErrFile, op, t.Name)
	}
	handle, err := m.need(ctx, op, "seal")
	if err != nil || kind != kindProgram {
		return err
	}
	p, err := m.program(handle)
	if err != nil {
		return because(err, program.ErrFile, op, t.Name)
	}
	if err := m.checkNames(t.Name, p); err != nil {
		return err
	}
	m.programs = append(m.programs, loadedProgram{p, handle})
	return nil
}

// checkNames refuses a program whose name another one has, and one of which
// two inputs or outputs, or two dimensions, have one name: callers know them
// by nothing else.
func (m *machineModel) checkNames(tensor string, p *program.Program) error {
	if slices.Contains(m.programNames(), p.Name) {
		return failure(program.ErrFile, "load", tensor, fmt.Sprintf("two programs are called %q", p.Name), "")
	}
	ports, dims := map[string]bool{}, map[string]bool{}
	for _, t := range p.Tensors {
		if t.Class != program.Input && t.Class != program.Output {
			continue
		}
		if ports[t.Name] {
			return failure(program.ErrFile, "load", tensor, fmt.Sprintf("two inputs or outputs are called %q", t.Name), "")
		}
		ports[t.Name] = true
	}
	for _, d := range p.Dims {
		if dims[d.Name] {
			return failure(program.ErrFile, "load", tensor, fmt.Sprintf("two dimensions are called %q", d.Name), "")
		}
		dims[d.Name] = true
	}
	return nil
}

// kindOf tells by its name what a tensor of a model file is.
func kindOf(name string) uint64 {
	switch {
	case strings.HasPrefix(name, programPrefix):
		return kindProgram
	case name == tokenizerName:
		return kindTokenizer
	}
	return kindWeight
}
