// Package engine runs the same cases on every engine that Fovea computes on: kernel Go natively, the built module under
// wazero, and the JS bridge in browsers and in node. A case is data made by Go; what an engine answers is data too, so that
// two engines can be compared bit for bit without either knowing of the other.
package engine

import (
	"context"
	"fmt"
)

// An Engine answers cases. Start must be called once before Run, Close once after; Run may not be called concurrently.
type Engine interface {
	Name() string
	Start(ctx context.Context) error
	Run(ctx context.Context, c Case) (Result, error)
	Close() error
}

// A Tensor as it travels to an engine: Data is little endian, row-major.
type Tensor struct {
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
	Data  []byte `json:"data"`
}

// Do says what a case asks an engine for.
type Do string

// The kinds of case.
const (
	About    Do = "about"    // answer Result.About, which engine this is, and Stats
	Op       Do = "op"       // one operation: Target, Attrs, Inputs
	Run      Do = "run"      // a program of a model file: Model, Target, Inputs
	Tokenize Do = "tokenize" // a model's tokenizer: Model, Text
	Split    Do = "split"    // a model's sentence splitter: Model, Text
	Load     Do = "load"     // only load the file Model, anew
	Kernels  Do = "kernels"  // call exports of the module in the file Model: Kernels, Args, Rounds, Inputs["image"]; JS engines only
	Validate Do = "validate" // compile the module in the file Model; JS engines only
)

// A Case is one question to an engine.
type Case struct {
	Name   string             `json:"name"`
	Do     Do                 `json:"do"`
	Target string             `json:"target,omitempty"` // the operation's or program's name
	Attrs  map[string]float64 `json:"attrs,omitempty"`
	Inputs map[string]Tensor  `json:"inputs,omitempty"` // an absent operand is not in it
	Wanted []string           `json:"wanted,omitempty"` // optional outputs of an operation
	Model  string             `json:"model,omitempty"`  // a path below the repository's root
	Text   string             `json:"text,omitempty"`
	// All kernels are called Rounds - 1 times, to have the engine compile them again, better. Then each is called on a memory that
	// is the image. Its output is the memory from Args[0] on, or what the kernel asks for instead.
	Kernels []Kernel `json:"kernels,omitempty"`
	Args    []uint32 `json:"args,omitempty"`
	Rounds  int      `json:"rounds,omitempty"`
}

// A Kernel is an export of a module. With Digest its output is the SHA-256 of the whole memory after it, in which every NaN at or
// above Args[0] is the canonical one, if NaNBits, the width of floats of which any NaN will do, is not 0.
type Kernel struct {
	Name    string `json:"name"`
	Digest  bool   `json:"digest"`
	NaNBits int    `json:"nanBits"`
}

// A Result is an engine's answer. Failure is the runtime's own typed error; trouble in between (a dead child process, say) is
// Run's error instead.
type Result struct {
	About   string            `json:"about,omitempty"`
	Stats   *Stats            `json:"stats,omitempty"` // JS engines only
	Outputs map[string]Tensor `json:"outputs,omitempty"`
	Spans   []Span            `json:"spans,omitempty"`   // of tokenize and split
	Refused string            `json:"refused,omitempty"` // of validate: what is wrong with the module
	Failure *Failure          `json:"failure,omitempty"`
}

// A Span is a token or, with ID 0, a sentence. Start and End are offsets into the text in the engine's own units: UTF-8 bytes
// in Go, UTF-16 units in JS.
type Span struct {
	ID    int32 `json:"id"`
	Start int   `json:"start"`
	End   int   `json:"end"`
}

// A Failure is wasm.Error or FoveaError as data.
type Failure struct {
	Code    string `json:"code"`
	Op      string `json:"op"`
	Arg     string `json:"arg"`
	Got     string `json:"got"`
	Want    string `json:"want"`
	Message string `json:"message"`
}

func (f *Failure) Error() string { return f.Code + ": " + f.Message }

// Missing is the error of an engine whose program is not installed; Install is the command that installs it.
type Missing struct{ What, Install string }

func (m *Missing) Error() string {
	return fmt.Sprintf("%s is not installed; run: %s", m.What, m.Install)
}
