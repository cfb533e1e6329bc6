package wasm_test

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/fovea-run/fovea/wasm"
)

// An ending context ends once it has been looked at so many times.
type ending struct {
	context.Context
	looks int
}

func (c *ending) Err() error {
	if c.looks--; c.looks < 0 {
		return context.Canceled
	}
	return nil
}

// TestContextEnds ends the context of each call at every look at it: the call
// then has the context's error and no value, and else a value and no error.
func TestContextEnds(t *testing.T) {
	eachEngine(t, func(t *testing.T, rt *wasm.Runtime) {
		file := newTestFile(t).bytes(t)
		m, err := load(rt, file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.NewSession(nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, call := range map[string]func(ctx context.Context) (any, error){
			"load": func(ctx context.Context) (any, error) { return rt.Load(ctx, bytes.NewReader(file), int64(len(file))) },
			"op": func(ctx context.Context) (any, error) {
				x := wasm.F32([]float32{1, 2}, 2)
				return rt.Op(ctx, "add", nil, wasm.Tensors{"x": x, "y": x})
			},
			"run": func(ctx context.Context) (any, error) {
				return s.Run(ctx, "score", wasm.Tensors{"query": wasm.F32(make([]float32, 7), 1, 7), "keys": wasm.F32(make([]float32, 7), 1, 7)})
			},
			"tokenize": func(ctx context.Context) (any, error) { return m.Tokenize(ctx, "a b") },
			"split":    func(ctx context.Context) (any, error) { return m.Split(ctx, "A. B.") },
			"plan":     func(ctx context.Context) (any, error) { return m.Plan(ctx, []int{1}, 1, 1) },
			"select":   func(ctx context.Context) (any, error) { return m.Select(ctx, []float32{1}, []int{1}, 1) },
			"windows":  func(ctx context.Context) (any, error) { return m.Windows(ctx, []int{1}, 1) },
			"best":     func(ctx context.Context) (any, error) { return m.Best(ctx, []float32{1}, []wasm.Window{{}}, 1) },
		} {
			for looks := 0; ; looks++ {
				ctx := &ending{context.Background(), looks}
				value, err := call(ctx)
				if none := reflect.ValueOf(value).IsZero(); none != (err != nil) {
					t.Errorf("%s, ended at look %d: %v and error %v", name, looks+1, value, err)
				}
				if err == nil {
					if looks < 2 {
						t.Errorf("%s looks at its context %d times, want before and after", name, looks)
					}
					break
				}
				if !errors.Is(err, context.Canceled) || looks > 100 {
					t.Fatalf("%s, ended at look %d: %v", name, looks+1, err)
				}
			}
		}
	})
}
