//go:build !js

package wasm

import (
	"context"
	"fmt"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// wazeroEngine runs the baseline module: wazero has no relaxed SIMD.
type wazeroEngine struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
	cache   wazero.CompilationCache // nil without Options.CacheDir
}

func newWazeroEngine(ctx context.Context, o Options, maxPages uint32) (engine, error) {
	module := "infer-simd.wasm"
	if o.Training {
		module = "train-simd.wasm"
	}
	binary, err := Modules.ReadFile(module)
	if err != nil {
		return nil, err
	}
	config := wazero.NewRuntimeConfig().WithMemoryLimitPages(maxPages)
	e := &wazeroEngine{}
	if o.CacheDir != "" {
		if e.cache, err = wazero.NewCompilationCacheWithDir(o.CacheDir); err != nil {
			return nil, err
		}
		config = config.WithCompilationCache(e.cache)
	}
	e.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	if e.module, err = e.runtime.CompileModule(ctx, binary); err != nil {
		e.close(ctx)
		return nil, err
	}
	return e, nil
}

func (e *wazeroEngine) newInstance(ctx context.Context) (instance, error) {
	// Without a name, so that there can be many.
	m, err := e.runtime.InstantiateModule(ctx, e.module, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		return nil, err
	}
	return &wazeroInstance{module: m, exports: map[string]api.Function{}}, nil
}

func (e *wazeroEngine) close(ctx context.Context) error {
	err := e.runtime.Close(ctx)
	if e.cache != nil && err == nil {
		err = e.cache.Close(ctx)
	}
	return err
}

type wazeroInstance struct {
	module  api.Module
	exports map[string]api.Function
}

func (w *wazeroInstance) memory() []byte {
	m := w.module.Memory()
	b, _ := m.Read(0, m.Size())
	return b
}

func (w *wazeroInstance) close(ctx context.Context) error { return w.module.Close(ctx) }

func (w *wazeroInstance) call(ctx context.Context, export string, args ...uint64) (uint32, error) {
	f := w.exports[export]
	if f == nil {
		if f = w.module.ExportedFunction(export); f == nil {
			return 0, fmt.Errorf("the module has no export %q", export)
		}
		w.exports[export] = f
	}
	results, err := f.Call(ctx, args...)
	if err != nil {
		return 0, &trap{err}
	}
	if len(results) == 0 {
		return 0, nil
	}
	return uint32(results[0]), nil
}

// A trap is wazero's error without the stack of the module's functions, which
// says nothing to a caller.
type trap struct{ err error }

func (t *trap) Error() string {
	first, _, _ := strings.Cut(t.err.Error(), "\n")
	return first
}

func (t *trap) Unwrap() error { return t.err }
