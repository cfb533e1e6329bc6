package difftest

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/fovea-run/fovea/kernels/simd128"
	"github.com/fovea-run/fovea/kernels/simd128/conformance/ops"
)

// TestAtomicTraps compares, natively and under wazero, when atomic accesses
// trap.
func TestAtomicTraps(t *testing.T) {
	for engine, config := range opsRuntimes() {
		t.Run(engine, func(t *testing.T) {
			m := instantiate(t, config, compileOps(t, false))
			size := m.Memory().Size()
			simd128.NewArena(size>>16, size>>16).Use()
			for _, name := range []string{"U16.AtomicLoad/0", "U32.AtomicAdd/8", "U64.AtomicStore/0", "I64.AtomicCompareExchange/0"} {
				f := kernelNamed(t, name)
				for _, at := range []uint32{1024, 1025, 1026, 1028, 1032, size - 8, size - 4, size - 2, size} {
					args := []uint64{2048, uint64(at), 3072, 4096, 1}
					_, gotErr := m.ExportedFunction(name).Call(context.Background(), args...)
					_, wantErr := native(f, args)
					if (gotErr == nil) != (wantErr == nil) {
						t.Errorf("%s at %d: wasm error %v, native error %v", name, at, gotErr, wantErr)
					}
				}
			}
		})
	}
}

func instantiate(t *testing.T, config wazero.RuntimeConfig, binary []byte) api.Module {
	t.Helper()
	ctx := context.Background()
	rt := wazero.NewRuntimeWithConfig(ctx, config)
	t.Cleanup(func() { rt.Close(ctx) })
	m, err := rt.Instantiate(ctx, binary)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// shared returns a module with its memory shared.
func shared(t *testing.T, binary []byte) []byte {
	t.Helper()
	unshared := []byte{5, 3, 1, 0, 2} // the memory section: of 3 bytes, one memory, no maximum, 2 pages
	if bytes.Count(binary, unshared) != 1 {
		t.Fatal("no memory section of two pages")
	}
	return bytes.Replace(binary, unshared, []byte{5, 4, 1, 3, 2, 4}, 1) // of 4 bytes: shared, 2 to 4 pages
}

// TestWait waits and wakes natively and under wazero, with shared memory.
func TestWait(t *testing.T) {
	binary := shared(t, compileOps(t, false))
	for engine, config := range opsRuntimes() {
		t.Run(engine, func(t *testing.T) {
			m := instantiate(t, config, binary)
			call := func(name string, args ...uint64) uint32 {
				r, err := m.ExportedFunction(name).Call(context.Background(), args...)
				if err != nil {
					t.Error(err)
					return ^uint32(0)
				}
				return uint32(r[0])
			}
			testWait(t, waiter{
				func(p, expected uint32, timeout int64) uint32 {
					return call("U32.AtomicWait", uint64(p), uint64(expected), uint64(timeout))
				},
				func(p uint32, expected, timeout int64) uint32 {
					return call("I64.AtomicWait", uint64(p), uint64(expected), uint64(timeout))
				},
				func(p, count uint32) uint32 { return call("U32.AtomicNotify", uint64(p), uint64(count)) },
			})
		})
	}
	t.Run("native", func(t *testing.T) {
		simd128.NewSharedArena(2, 4).Use()
		testWait(t, waiter{
			func(p, expected uint32, timeout int64) uint32 {
				return ops.DoU32AtomicWait(simd128.U32(p), expected, timeout)
			},
			func(p uint32, expected, timeout int64) uint32 {
				return ops.DoI64AtomicWait(simd128.I64(p), expected, timeout)
			},
			func(p, count uint32) uint32 { return ops.DoU32AtomicNotify(simd128.U32(p), count) },
		})
	})
}

// A waiter is the three instructions on some engine.
type waiter struct {
	wait32 func(p, expected uint32, timeout int64) uint32
	wait64 func(p uint32, expected, timeout int64) uint32
	notify func(p, count uint32) uint32
}

func testWait(t *testing.T, w waiter) {
	for name, c := range map[string]struct{ got, want uint32 }{
		"wait32 for another value": {w.wait32(64, 1, -1), 1},
		"wait64 for another value": {w.wait64(64, -1, -1), 1},
		"wait32 for a millisecond": {w.wait32(64, 0, int64(time.Millisecond)), 2},
		"wait64 for no time":       {w.wait64(64, 0, 0), 2},
		"notify where none waits":  {w.notify(64, 1), 0},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", name, c.got, c.want)
		}
	}
	results := make(chan uint32)
	go func() { results <- w.wait32(64, 0, int64(time.Minute)) }()
	go func() { results <- w.wait64(64, 0, int64(time.Minute)) }()
	woken := uint32(0)
	for deadline := time.Now().Add(10 * time.Second); woken < 2 && time.Now().Before(deadline); {
		woken += w.notify(64, 1)
		time.Sleep(time.Millisecond)
	}
	if woken != 2 {
		t.Fatalf("woken %d, want 2", woken)
	}
	for range 2 {
		if got := <-results; got != 0 {
			t.Errorf("woken one has %d, want 0", got)
		}
	}
}
