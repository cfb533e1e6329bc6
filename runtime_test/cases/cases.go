// Package cases makes the cases that every engine must answer alike: inputs with the values that plain float64 arithmetic gives.
package cases

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/wasm/program"
)

// A Case is a question with its answer.
type Case struct {
	engine.Case
	Want []float64 // of output "out"; nil where there is none, or only equality between engines is asked for
	Tol  float64   // allowed: |got − want| ≤ Tol·(1 + |want|)
	// Also are the values of other outputs.
	Also map[string][]float64
	// What of the support matrix the case is: the masks it has, and whether its data is stored as float16.
	Masks []string
	Half  bool
	// WasmOnly says that no shader does it.
	WasmOnly bool
}

// DType is the storage type of the case's data.
func (c Case) DType() program.DType {
	_, blocks := c.Inputs["k_scales"]
	switch {
	case c.Half:
		return program.F16
	case blocks:
		return program.Q8
	case c.Attrs["bits"] == 8:
		return program.Q8
	case c.Attrs["bits"] == 4:
		return program.Q4
	}
	return program.F32
}

// Check returns an error if got is not the answer.
func (c Case) Check(got engine.Result) error {
	if got.Failure != nil {
		return fmt.Errorf("%s: %w", c.Name, got.Failure)
	}
	if c.Want != nil {
		if err := c.compare(got, "out", c.Want); err != nil {
			return err
		}
	}
	for name, want := range c.Also {
		if err := c.compare(got, name, want); err != nil {
			return err
		}
	}
	return nil
}

// compare returns an error if an output is not as wanted.
func (c Case) compare(got engine.Result, name string, values []float64) error {
	out := got.Outputs[name].Float32s()
	if got.Outputs[name].DType == "f16" {
		out = halves(got.Outputs[name])
	}
	if len(out) != len(values) {
		return fmt.Errorf("%s: output %s: %d elements, want %d", c.Name, name, len(out), len(values))
	}
	for i, want := range values {
		if diff := math.Abs(float64(out[i]) - want); !(diff <= c.Tol*(1+math.Abs(want))) && float64(out[i]) != want {
			return fmt.Errorf("%s: output %s: element %d of %d: got %v, want %v", c.Name, name, i, len(out), out[i], want)
		}
	}
	return nil
}

// array is a dense float64 array; its values are exactly float32.
type array struct {
	shape []int
	v     []float64
}

func zeros(shape ...int) array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return array{shape, make([]float64, n)}
}

// last returns the length of the last axis.
func (a array) last() int { return a.shape[len(a.shape)-1] }

// rows calls f with each slice along the last axis, in place.
func (a array) rows(f func(row []float64)) {
	n := a.last()
	for i := 0; n > 0 && i < len(a.v); i += n {
		f(a.v[i : i+n])
	}
}

func (a array) clone() array { return array{a.shape, append([]float64(nil), a.v...)} }

func (a array) tensor() engine.Tensor {
	f := make([]float32, len(a.v))
	for i, v := range a.v {
		f[i] = float32(v)
	}
	return engine.F32(f, a.shape...)
}

// A source draws inputs, always the same ones.
type source struct{ *rand.Rand }

func newSource(seed uint64) source { return source{rand.New(rand.NewPCG(seed, 1))} }

// normal draws values around 0 of about unit size.
func (s source) normal(shape ...int) array {
	a := zeros(shape...)
	for i := range a.v {
		a.v[i] = float64(float32(s.NormFloat64()))
	}
	return a
}

// lengths draws n lengths in 0..limit; the first three are the whole limit, 0 and half of it.
func (s source) lengths(n, limit int) []int32 {
	l := make([]int32, n)
	for i := range l {
		l[i] = int32(s.IntN(limit + 1))
	}
	copy(l, []int32{int32(limit), 0, int32(limit+1) / 2})
	return l
}

// op makes a case of one operation with inputs that are arrays, []int32 vectors or ready tensors.
func op(name, target string, attrs map[string]float64, inputs map[string]any, want array, tol float64) Case {
	tensors := map[string]engine.Tensor{}
	for operand, v := range inputs {
		switch v := v.(type) {
		case array:
			tensors[operand] = v.tensor()
		case []int32:
			tensors[operand] = engine.I32(v, len(v))
		case engine.Tensor:
			tensors[operand] = v
		}
	}
	c := engine.Case{Name: target + " " + name, Do: engine.Op, Target: target, Attrs: attrs, Inputs: tensors}
	return Case{Case: c, Want: want.v, Tol: tol}
}
