package wasm

import (
	"context"
	"io"
)

// Options choose how a [Runtime] computes. The zero value is right for most.
type Options struct {
	// Engine is "wazero" (the module, compiled to machine code; the default)
	// or "native" (the kernels as Go, slower but steppable). Both give the
	// same bits.
	Engine string
	// CacheDir, if set, keeps wazero's machine code between processes.
	CacheDir string
	// MaxMemory limits the memory of each model in bytes; 0 means 1 GiB.
	MaxMemory int64
}

// A Runtime holds the compiled module. It may be used from several
// goroutines.
type Runtime struct{}

// Open compiles the module. Close the Runtime after use.
func Open(ctx context.Context, o Options) (*Runtime, error) {
	return nil, &Error{Code: "unsupported", Op: "open"}
}

// Close frees the runtime and closes its models.
func (rt *Runtime) Close() error { return nil }

// Load reads a model file (see [OpenModelFile]) of size bytes, checks its
// SHA-256 and loads it into an instance of its own. r is not used after
// Load.
func (rt *Runtime) Load(ctx context.Context, r io.ReaderAt, size int64) (*Model, error) {
	return nil, &Error{Code: "unsupported", Op: "load"}
}

// Op runs the single operation name, such as "attention", on inputs named as
// in the operation table, and returns its outputs, named likewise.
func (rt *Runtime) Op(ctx context.Context, name string, attrs Attrs, in Tensors) (Tensors, error) {
	return nil, &Error{Code: "unsupported", Op: name}
}
