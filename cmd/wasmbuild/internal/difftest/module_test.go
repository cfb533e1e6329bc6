package difftest

import (
	"context"
	"reflect"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/build"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/kernels/simd128"
)

// pages is the memory of both runs; it may grow to maxPages.
const pages, maxPages = 2, 5

// runs is the same kernels compiled and native.
type runs struct {
	module api.Module
	arena  *simd128.Arena
}

// compile builds this package, verifying every step.
func compile(t *testing.T) []byte {
	t.Helper()
	m, err := build.Dir(".", build.Options{Inspect: func(step string, m *ir.Module) error { return ir.Verify(m) }})
	if err != nil {
		t.Fatal(err)
	}
	return m.Binary
}

// runtimes are wazero's two engines. Each compiles a module once, however
// often it is started.
func runtimes() map[string]wazero.RuntimeConfig {
	return map[string]wazero.RuntimeConfig{
		"compiler":    limited(wazero.NewRuntimeConfigCompiler()),
		"interpreter": limited(wazero.NewRuntimeConfigInterpreter()),
	}
}

func limited(config wazero.RuntimeConfig) wazero.RuntimeConfig {
	return config.WithMemoryLimitPages(maxPages).WithCompilationCache(wazero.NewCompilationCache())
}

// start instantiates a module beside a fresh arena.
func start(t *testing.T, binary []byte, config wazero.RuntimeConfig) *runs {
	t.Helper()
	ctx := context.Background()
	rt := wazero.NewRuntimeWithConfig(ctx, config)
	t.Cleanup(func() { rt.Close(ctx) })
	mod, err := rt.Instantiate(ctx, binary)
	if err != nil {
		t.Fatal(err)
	}
	p := &runs{mod, simd128.NewArena(pages, maxPages)}
	p.arena.Use()
	return p
}

// write writes to both memories.
func (p *runs) write(t *testing.T, at uint32, data []byte) {
	t.Helper()
	copy(p.arena.Bytes()[at:], data)
	if !p.module.Memory().Write(at, data) {
		t.Fatalf("no memory at %d", at)
	}
}

// compiled calls an export. The error is a trap.
func (p *runs) compiled(t *testing.T, name string, args []uint64) (uint64, error) {
	t.Helper()
	f := p.module.ExportedFunction(name)
	if f == nil {
		t.Fatalf("no export %q", name)
	}
	results, err := f.Call(context.Background(), args...)
	if err != nil || len(results) == 0 {
		return 0, err
	}
	return results[0], nil
}

// native calls a function with arguments by their bits. The error is a trap
// or a panic of Go's run time.
func native(f any, args []uint64) (result uint64, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(error)
		}
	}()
	v := reflect.ValueOf(f)
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		in[i] = fromBits(v.Type().In(i), a)
	}
	out := v.Call(in)
	if len(out) == 0 {
		return 0, nil
	}
	return toBits(out[0]), nil
}

func fromBits(t reflect.Type, bits uint64) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.Float32:
		*v.Addr().Interface().(*float32) = api.DecodeF32(bits)
	case reflect.Float64:
		v.SetFloat(api.DecodeF64(bits))
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(bits))
	default:
		v.SetUint(bits)
	}
	return v
}

func toBits(v reflect.Value) uint64 {
	switch v.Kind() {
	case reflect.Float32:
		return api.EncodeF32(v.Interface().(float32))
	case reflect.Float64:
		return api.EncodeF64(v.Float())
	case reflect.Int32:
		return uint64(uint32(v.Int()))
	case reflect.Int64:
		return uint64(v.Int())
	}
	return v.Uint()
}
