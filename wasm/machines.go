//go:build !js

package wasm

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/fovea-run/fovea/kernels/simd128"
	"github.com/fovea-run/fovea/wasm/program"
)

const defaultMaxMemory = 1 << 30

// machines is the host that computes in instances of the module: one for each
// model and one for single operations.
type machines struct {
	engine engine

	mu     sync.Mutex
	closed bool
	all    map[*machine]struct{}
	ops    *machine // made by the first single operation
}

func openHost(ctx context.Context, o Options) (host, error) {
	pages, err := o.pages()
	if err != nil {
		return nil, err
	}
	h := &machines{all: map[*machine]struct{}{}}
	switch o.Engine {
	case "native":
		if o.Training && !simd128.Training {
			const want = "a program built with the tag train, on the native engine"
			return nil, failure(program.ErrUnsupported, "open", "Training", true, want)
		}
		h.engine = nativeEngine{pages}
	case "wazero", "":
		if h.engine, err = newWazeroEngine(ctx, o, pages); err != nil {
			return nil, because(err, program.ErrCompile, "open", "the module")
		}
	default:
		return nil, failure(program.ErrUnsupported, "open", "Engine", o.Engine, `"wazero" or "native"`)
	}
	return h, nil
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

// add makes a machine that h closes with itself.
func (h *machines) add(ctx context.Context) (*machine, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.addLocked(ctx)
}

func (h *machines) addLocked(ctx context.Context) (*machine, error) {
	if h.closed {
		return nil, failure(program.ErrClosed, "", "runtime", "", "")
	}
	m, err := newMachine(ctx, h.engine)
	if err == nil {
		h.all[m] = struct{}{}
	}
	return m, err
}

func (h *machines) forget(m *machine) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.all, m)
}

func (h *machines) close() error {
	h.mu.Lock()
	h.closed = true
	all := slices.Collect(maps.Keys(h.all))
	clear(h.all)
	h.mu.Unlock()
	ctx := context.Background()
	var errs []error
	for _, m := range all {
		errs = append(errs, m.shut(ctx))
	}
	return errors.Join(append(errs, h.engine.close(ctx))...)
}
