package wasm

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/fovea-run/fovea/wasm/program"
)

// Options choose how a [Runtime] computes. The zero value is right for most.
type Options struct {
	// Engine is "wazero" (the module, compiled to machine code; the default)
	// or "native" (the kernels as Go, slower but steppable, and the only one
	// under GOOS=js). Both give the same bits.
	Engine string
	// CacheDir, if set, keeps wazero's machine code between processes.
	CacheDir string
	// MaxMemory limits the memory of each model in bytes; 0 means 1 GiB.
	MaxMemory int64
}

const defaultMaxMemory = 1 << 30

// A Runtime holds the compiled module. It may be used from several
// goroutines.
type Runtime struct {
	engine engine

	mu       sync.Mutex
	closed   bool
	machines map[*machine]struct{}
	ops      *machine // for single operations, made by the first
}

// Open compiles the module. Close the Runtime after use.
func Open(ctx context.Context, o Options) (*Runtime, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	pages, err := o.pages()
	if err != nil {
		return nil, err
	}
	rt := &Runtime{machines: map[*machine]struct{}{}}
	if o.Engine == "" {
		o.Engine = defaultEngine
	}
	switch o.Engine {
	case "native":
		rt.engine = nativeEngine{pages}
	case "wazero":
		if rt.engine, err = newWazeroEngine(ctx, o.CacheDir, pages); err != nil {
			return nil, because(err, program.ErrCompile, "open", "wazero")
		}
	default:
		return nil, failure(program.ErrUnsupported, "open", "Engine", o.Engine, `"wazero" or "native"`)
	}
	return rt, nil
}

// pages is MaxMemory in pages of WebAssembly.
func (o Options) pages() (uint32, error) {
	const most = 1<<16 - 1 // so that a memory's size fits into 32 bits
	n := o.MaxMemory
	if n == 0 {
		n = defaultMaxMemory
	}
	if n < 2*pageSize {
		return 0, failure(program.ErrValue, "open", "MaxMemory", n, "at least 128 KiB")
	}
	return uint32(min(n/pageSize, most)), nil
}

// newMachine makes an instance that rt closes with itself.
func (rt *Runtime) newMachine(ctx context.Context) (*machine, error) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return rt.newMachineLocked(ctx)
}

func (rt *Runtime) newMachineLocked(ctx context.Context) (*machine, error) {
	if rt.closed {
		return nil, failure(program.ErrClosed, "", "runtime", "", "")
	}
	m, err := newMachine(ctx, rt.engine)
	if err == nil {
		rt.machines[m] = struct{}{}
	}
	return m, err
}

func (rt *Runtime) forget(m *machine) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	delete(rt.machines, m)
}

// Close waits for running calls, then closes the models and frees the
// runtime.
func (rt *Runtime) Close() error {
	rt.mu.Lock()
	rt.closed = true
	machines := slices.Collect(maps.Keys(rt.machines))
	clear(rt.machines)
	rt.mu.Unlock()
	ctx := context.Background()
	var errs []error
	for _, m := range machines {
		errs = append(errs, m.shut(ctx))
	}
	return errors.Join(append(errs, rt.engine.close(ctx))...)
}
