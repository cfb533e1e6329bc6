package wasm

import (
	"context"
	"io"
)

// Options choose how a [Runtime] computes. The zero value is right for most.
type Options struct {
	// Engine is "wazero" (the module, compiled to machine code; the default)
	// or "native" (the kernels as Go, slower but steppable). Both give the
	// same bits. Under GOOS=js it is "bridge", see [OpenBridge].
	Engine string
	// Training takes the module that has the operations of level 1, too:
	// gradients, losses and optimisers. The native engine has them where the
	// program is built with the tag train. Under GOOS=js it must be false: who
	// opens the bridge chooses its module.
	Training bool
	// CacheDir, if set, keeps wazero's machine code between processes. A
	// browser does so by itself.
	CacheDir string
	// MaxMemory limits the memory of each model in bytes; 0 means 1 GiB.
	// Under GOOS=js it must be 0: who opens the bridge sets the limit.
	MaxMemory int64
}

// A Runtime holds the compiled module. It may be used from several
// goroutines.
type Runtime struct{ host host }

// A host computes: machines or, under GOOS=js, the bridge.
type host interface {
	load(ctx context.Context, r io.ReaderAt, size int64) (*Model, error)
	op(ctx context.Context, name string, attrs Attrs, in Tensors, outputs []string) (Tensors, error)
	close() error
}

// A hostModel is a host's side of a [Model].
type hostModel interface {
	// run takes the dimensions that are not in dims from the inputs.
	run(ctx context.Context, program string, dims Dims, in Tensors) (Tensors, error)
	// spans calls an export that turns text into groups of width words.
	// Offsets are in bytes.
	spans(ctx context.Context, export, text string, flags uint64, width int) ([]uint32, error)
	plan(ctx context.Context, lens []uint32, maxBatch, maxTokens uint32) ([]Batch, error)
	choose(ctx context.Context, scores []float32, lens []uint32, budget float32) ([]int, error)
	windows(ctx context.Context, lens []uint32, maxTokens uint32) ([]Window, error)
	best(ctx context.Context, scores []float32, owners []uint32, texts uint32) ([]float32, error)
	close() error
}

// Open compiles the module; under GOOS=js it takes the bridge that
// globalThis.foveaBridge is. Close the Runtime after use.
func Open(ctx context.Context, o Options) (*Runtime, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	h, err := openHost(ctx, o)
	if err != nil {
		return nil, err
	}
	return &Runtime{h}, nil
}

// Load reads a model file (see [OpenModelFile]) of size bytes, checks its
// SHA-256 and loads it into an instance of its own. r is not used after
// Load.
func (rt *Runtime) Load(ctx context.Context, r io.ReaderAt, size int64) (*Model, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m, err := rt.host.load(ctx, r, size)
	if err == nil && ctx.Err() != nil {
		m.Close()
	}
	return unlessEnded(ctx, m, err)
}

// unlessEnded is the answer of a call, or the context's error where that has
// ended meanwhile: who has gone is not told what nobody waits for.
func unlessEnded[T any](ctx context.Context, value T, err error) (T, error) {
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		var none T
		return none, err
	}
	return value, nil
}

// Op runs the single operation name, such as "attention", on inputs named as
// the operands in the operation table; the result is named "out". Operands and
// attributes that are optional may be left out. Of the outputs that are, those
// are computed that outputs names. The context is looked at before and after,
// not during it.
func (rt *Runtime) Op(ctx context.Context, name string, attrs Attrs, in Tensors, outputs ...string) (Tensors, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out, err := rt.host.op(ctx, name, attrs, in, outputs)
	return unlessEnded(ctx, out, err)
}

// Close waits for running calls, then closes the models and frees the
// runtime.
func (rt *Runtime) Close() error { return rt.host.close() }
