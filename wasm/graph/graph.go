package graph

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/fovea-run/fovea/wasm/program"
)

// Graph is a computation under construction.
type Graph struct {
	name    string
	dims    []*program.Dim
	inputs  []*Tensor
	weights []*Tensor
	outputs []*Tensor
	instrs  []*instr
	errs    []error
}

// Tensor is a value of a graph: a weight, an input or an operation's result.
type Tensor struct {
	graph  *Graph
	name   string
	class  program.Class
	dtype  program.DType
	shape  []Extent
	broken bool // made by a mistake that is reported already
}

// instr is an operation that computes out. An operand that is left out is nil.
type instr struct {
	code     uint32
	operands []*Tensor
	attrs    []program.AttrValue
	out      *Tensor
	at       string // file:line of the call
}

// New starts a graph for the program of that name.
func New(name string) *Graph { return &Graph{name: name} }

// Shape returns the extents of t, none for a scalar or after a mistake.
func (t *Tensor) Shape() []Extent { return slices.Clone(t.shape) }

// Name returns the name of a weight, an input or an output.
func (t *Tensor) Name() string { return t.name }

// DType returns the element type of t.
func (t *Tensor) DType() program.DType { return t.dtype }

func (t *Tensor) String() string {
	axes := make([]string, len(t.shape))
	for i, e := range t.shape {
		axes[i] = e.text
	}
	name := t.name
	if name != "" {
		name += " "
	}
	return name + t.dtype.String() + "[" + strings.Join(axes, ", ") + "]"
}

// Dim declares a dimension that each binding chooses in least..most. Its name
// is unique.
func (g *Graph) Dim(name string, least, most int) Extent {
	d := &program.Dim{Name: name, Min: uint32(least), Max: uint32(most)}
	if least < 1 || most < least || uint64(most) > 0xFFFFFFFF {
		g.errorf("dimension %s: %d..%d is no range from at least 1 upwards", name, least, most)
	}
	if name == "" || slices.ContainsFunc(g.dims, func(d *program.Dim) bool { return d.Name == name }) {
		g.errorf("dimension %q: the name is empty or taken", name)
	}
	g.dims = append(g.dims, d)
	return Extent{kind: program.DimExpr, dim: d, text: name}
}

// Input declares a tensor that the host writes before each run.
func (g *Graph) Input(name string, dtype program.DType, shape ...Extent) *Tensor {
	t := g.declare(program.Input, name, dtype, shape)
	if dtype.Size() == 0 {
		g.errorf("input %s is %v: only f32, i32, u8 and f16 are possible", name, dtype)
		t.broken = true
	}
	g.inputs = append(g.inputs, t)
	return t
}

// Weight declares a tensor of the model file. Its shape is constant. A
// quantized weight is in blocks of 32 along the last axis as a table of [Graph.Gather],
// along the first as a factor of [Graph.MatMul].
func (g *Graph) Weight(name string, dtype program.DType, shape ...Extent) *Tensor {
	t := g.declare(program.Weight, name, dtype, shape)
	if dtype != program.F32 && dtype != program.F16 && (!dtype.Quantized() || len(shape) != 2) {
		g.errorf("weight %s is %v of rank %d: only f32, f16, and q8 or q4 of rank 2, are possible", name, dtype, len(shape))
		t.broken = true
	}
	for _, e := range shape {
		if e.kind != program.Const {
			g.errorf("weight %s: extent %v is not a constant", name, e)
			t.broken = true
		}
	}
	g.weights = append(g.weights, t)
	return t
}

// Output makes t, the result of an operation, an output of that name.
func (g *Graph) Output(name string, t *Tensor) {
	switch {
	case t == nil || t.graph != g:
		g.errorf("output %s is no tensor of this graph", name)
		return
	case t.broken:
		return
	case t.class != program.Scratch:
		g.errorf("output %s: %v is an %v, only the result of an operation can become an output", name, t, t.class)
		return
	}
	g.checkName(name, slices.Concat(g.inputs, g.outputs))
	t.name, t.class = name, program.Output
	g.outputs = append(g.outputs, t)
}

func (g *Graph) declare(class program.Class, name string, dtype program.DType, shape []Extent) *Tensor {
	others := g.weights
	if class == program.Input {
		others = slices.Concat(g.inputs, g.outputs)
	}
	g.checkName(name, others)
	t := &Tensor{graph: g, name: name, class: class, dtype: dtype, shape: slices.Clone(shape)}
	t.broken = !g.checkShape(t)
	return t
}

// checkName reports a name that is empty or that one of the others has.
// Weights are named apart from inputs and outputs.
func (g *Graph) checkName(name string, others []*Tensor) {
	if name == "" || slices.ContainsFunc(others, func(t *Tensor) bool { return t.name == name }) {
		g.errorf("tensor %q: the name is empty or taken", name)
	}
}

// checkShape reports extents that no tensor can have.
func (g *Graph) checkShape(t *Tensor) bool {
	if len(t.shape) > program.MaxRank {
		g.errorf("%v: rank %d is over the limit of %d", t, len(t.shape), program.MaxRank)
		return false
	}
	for _, e := range t.shape {
		if n := e.largest(); n < 1 || n > 0xFFFFFFFF {
			g.errorf("%v: extent %q is not in 1..2³²-1", t, e)
			return false
		}
	}
	return true
}

// errorf keeps an error with the position of the caller outside of this
// package.
func (g *Graph) errorf(format string, args ...any) {
	g.errs = append(g.errs, fmt.Errorf("%s: %s: %w", caller(), g.name, fmt.Errorf(format, args...)))
}

// err returns all mistakes so far.
func (g *Graph) err() error { return errors.Join(g.errs...) }

// caller is file:line of the innermost function outside of this package.
func caller() string {
	pc := make([]uintptr, 16)
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc)])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, "github.com/fovea-run/fovea/wasm/graph.") {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		if !more {
			return "?"
		}
	}
}
