package threads

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/wasm/program"
)

// sharedMemory is (module (memory (export "memory") 2 16384 shared)): in wazero it takes a module to make a memory.
var sharedMemory = []byte{
	0, 'a', 's', 'm', 1, 0, 0, 0,
	5, 6, 1, 3, 2, 0x80, 0x80, 1,
	7, 10, 1, 6, 'm', 'e', 'm', 'o', 'r', 'y', 2, 0,
}

const (
	mailbox  = 1024
	crewLost = program.ErrCrewLost
)

// A crew is workers under wazero: goroutines, each with an instance of its own, whose memory is the first one's.
type crew struct {
	t         *testing.T
	memory    api.Memory
	instances []api.Module
	follows   sync.WaitGroup
}

// newCrew starts n workers, the leader included. When the context of follower 1 ends, so does it, as if killed; a follower that
// ends by itself or not aborts the crew.
func newCrew(t *testing.T, first context.Context, n int) *crew {
	ctx := context.Background()
	features := api.CoreFeaturesV2 | experimental.CoreFeaturesThreads
	config := wazero.NewRuntimeConfig().WithCoreFeatures(features).WithCloseOnContextDone(true)
	r := wazero.NewRuntimeWithConfig(ctx, config)
	env, err := r.InstantiateWithConfig(ctx, sharedMemory, wazero.NewModuleConfig().WithName("env"))
	if err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile(filepath.Join(engine.Root(), "wasm/infer-simd-threads.wasm"))
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := r.CompileModule(ctx, module)
	if err != nil {
		t.Fatal(err)
	}
	c := &crew{t: t, memory: env.Memory()}
	for range n + 1 { // one more to abort with
		m, err := r.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName(""))
		if err != nil {
			t.Fatal(err)
		}
		c.instances = append(c.instances, m)
	}
	c.call("crew", uint64(n))
	for i := 1; i < n; i++ {
		ctx := ctx
		if i == 1 {
			ctx = first
		}
		c.follows.Go(func() {
			_, err := c.instances[i].ExportedFunction("follow").Call(ctx, uint64(i))
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("worker %d: %v", i, err)
			}
			c.abort()
		})
	}
	t.Cleanup(func() {
		c.abort()
		c.follows.Wait()
		if err := r.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return c
}

func (c *crew) abort() {
	if _, err := c.instances[len(c.instances)-1].ExportedFunction("abort").Call(context.Background()); err != nil {
		c.t.Error(err)
	}
}

// call calls an export of the leader.
func (c *crew) call(name string, args ...uint64) uint32 {
	result, err := c.instances[0].ExportedFunction(name).Call(context.Background(), args...)
	if err != nil {
		c.t.Errorf("%s: %v", name, err)
		return math.MaxUint32
	}
	if len(result) == 0 {
		return 0
	}
	return uint32(result[0])
}

// product binds the product of two matrices [n, n] of numbers and returns its table.
func (c *crew) product(n uint32) uint64 {
	square := []uint32{1, 2, n, n, 0, 0, 0, 0}
	absent := []uint32{0, math.MaxUint32, 0, 0, 0, 0, 0, 0}
	words := append(append(append(append(square, square...), absent...), absent...), 1, 0)
	for i, w := range words {
		c.memory.WriteUint32Le(mailbox+4*uint32(i), w)
	}
	table := c.call("bind", uint64(c.call("op", uint64(program.OpByName("matmul").Code), 4, 1, 1)), 0)
	for i := range uint32(2) {
		for at, b := 0, c.tensor(table, i); at < len(b); at += 4 {
			binary.LittleEndian.PutUint32(b[at:], math.Float32bits(float32(at%97-48)/32))
		}
	}
	return uint64(table)
}

func (c *crew) tensor(table, i uint32) []byte {
	at, _ := c.memory.ReadUint32Le(table + 32 + 48*i)
	n, _ := c.memory.ReadUint32Le(table + 36 + 48*i)
	b, _ := c.memory.Read(at, n)
	return b
}

// TestWazero runs with one and with three workers under wazero, whose threads are experimental: the bits are the same, and a
// worker that ends in mid-run is told within a second.
func TestWazero(t *testing.T) {
	alone := newCrew(t, t.Context(), 1)
	table := alone.product(200)
	if code := alone.call("run", table); code != 0 {
		t.Fatalf("run = %d", code)
	}
	want := alone.tensor(uint32(table), 2)

	first, kill := context.WithCancel(context.Background())
	defer kill()
	c := newCrew(t, first, 3)
	for range 20 {
		table = c.product(200)
		if code := c.call("run", table); code != 0 {
			t.Fatalf("run = %d", code)
		}
		if got := c.tensor(uint32(table), 2); string(got) != string(want) {
			t.Fatal("three workers compute other bits than one")
		}
	}

	table = c.product(1000)
	code := make(chan uint32)
	go func() {
		for {
			if result := c.call("run", table); result != 0 {
				code <- result
				return
			}
		}
	}()
	time.AfterFunc(20*time.Millisecond, kill)
	<-first.Done()
	killed := time.Now()
	select {
	case got := <-code:
		if got != crewLost {
			t.Errorf("run = %d, want %d", got, crewLost)
		}
		t.Logf("error %v after worker 1 was killed", time.Since(killed).Round(time.Microsecond))
	case <-time.After(time.Second):
		t.Error("no error a second after worker 1 was killed")
	}
}
