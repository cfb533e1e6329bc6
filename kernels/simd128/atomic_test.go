package simd128

import (
	"errors"
	"sync"
	"testing"
	"time"
)

// trapOf returns the trap that f ends in.
func trapOf(f func()) (trap *Trap) {
	defer func() {
		if err, ok := recover().(error); ok {
			errors.As(err, &trap)
		}
	}()
	f()
	return nil
}

func TestAtomicTraps(t *testing.T) {
	NewArena(1, 1).Use()
	for name, f := range map[string]func(){
		"unaligned 16":         func() { U16(1).AtomicLoad(0) },
		"unaligned by offset":  func() { U32(8).AtomicLoad(2) },
		"unaligned store":      func() { U64(4).AtomicStore(0, 1) },
		"unaligned change":     func() { I32(3).AtomicAdd(0, 1) },
		"unaligned comparison": func() { U16(7).AtomicCompareExchange64(0, 0, 1) },
		"unaligned wait":       func() { U32(2).AtomicWait(0, 0, 0) },
		"unaligned notify":     func() { U32(2).AtomicNotify(0, 0) },
		"out of bounds":        func() { U32(PageSize).AtomicLoad(0) },
		"beyond 32 bits":       func() { U8(0xFFFFFFFF).AtomicOr(1, 1) },
		"notify out of bounds": func() { U32(PageSize).AtomicNotify(0, 1) },
		"wait unshared":        func() { U32(8).AtomicWait(0, 0, 0) },
		"wait 64 unshared":     func() { I64(8).AtomicWait(0, 1, 0) },
	} {
		if trapOf(f) == nil {
			t.Errorf("%s: no trap", name)
		}
	}
	if trap := trapOf(func() { U32(8).AtomicNotify(0, 1) }); trap != nil {
		t.Errorf("notify on memory that is not shared: %v", trap)
	}
}

// TestAtomicThreads lets goroutines change neighbouring numbers: none of the
// changes may be lost, and none may touch a neighbour.
func TestAtomicThreads(t *testing.T) {
	const threads, rounds = 4, 2000
	NewSharedArena(1, 1).Use()
	var all sync.WaitGroup
	for i := range uint32(threads) {
		all.Go(func() {
			for range rounds {
				U8(64+i).AtomicAdd(0, 1)
				U16(128).AtomicAdd(2, 1)
				U32(256).AtomicXor(0, 1<<i)
				I64(512).AtomicSub(8, 3)
				for { // an increment by comparison
					old := U16(128).AtomicLoad64(0)
					if U16(128).AtomicCompareExchange64(0, old, old+1) == old {
						break
					}
				}
			}
		})
	}
	all.Wait()
	for i := range uint32(threads) {
		if got := U8(64 + i).Load(0); got != rounds%256 {
			t.Errorf("byte %d is %d, want %d", i, got, rounds%256)
		}
	}
	if got := U16(128).Load(0); got != threads*rounds {
		t.Errorf("exchanged is %d, want %d", got, threads*rounds)
	}
	if got := U16(130).Load(0); got != threads*rounds {
		t.Errorf("added is %d, want %d", got, threads*rounds)
	}
	if got := U32(256).Load(0); got != 0 {
		t.Errorf("flipped is %#x, want 0", got)
	}
	if got := I64(520).Load(0); got != -3*threads*rounds {
		t.Errorf("subtracted is %d, want %d", got, -3*threads*rounds)
	}
}

func TestWait(t *testing.T) {
	NewSharedArena(1, 1).Use()
	U32(8).Store(0, 0xFFFFFFFF)
	if got := I32(8).AtomicWait(0, 1, -1); got != 1 {
		t.Errorf("wait for another value: %d, want 1", got)
	}
	if got := I32(8).AtomicWait(0, -1, 0); got != 2 {
		t.Errorf("wait for no time: %d, want 2", got)
	}
	before := time.Now()
	if got := U64(0).AtomicWait(16, 0, int64(20*time.Millisecond)); got != 2 || time.Since(before) < 20*time.Millisecond {
		t.Errorf("wait for 20 ms: %d after %v", got, time.Since(before))
	}
	if got := U32(8).AtomicNotify(0, 1); got != 0 {
		t.Errorf("woken where none waits: %d", got)
	}
}

// TestNotify wakes one of three, then the others; who waits elsewhere
// sleeps on.
func TestNotify(t *testing.T) {
	NewSharedArena(1, 1).Use()
	results := make(chan uint32)
	for range 3 {
		go func() { results <- U32(64).AtomicWait(0, 0, int64(time.Minute)) }()
	}
	elsewhere := make(chan uint32)
	go func() { elsewhere <- I64(64).AtomicWait(8, 0, int64(100*time.Millisecond)) }()

	if got := notified(64, 1, 1); got != 1 {
		t.Fatalf("woken %d, want 1", got)
	}
	if got := <-results; got != 0 {
		t.Errorf("woken one has %d, want 0", got)
	}
	if got := notified(64, 0xFFFFFFFF, 2); got != 2 {
		t.Fatalf("woken %d, want 2", got)
	}
	for range 2 {
		if got := <-results; got != 0 {
			t.Errorf("woken one has %d, want 0", got)
		}
	}
	if got := <-elsewhere; got != 2 {
		t.Errorf("the other has %d, want 2", got)
	}
}

// notified wakes up to count a call until there were want.
func notified(p U32, count, want uint32) (n uint32) {
	for deadline := time.Now().Add(10 * time.Second); n < want && time.Now().Before(deadline); {
		n += p.AtomicNotify(0, min(count, want-n))
		time.Sleep(time.Millisecond)
	}
	return n
}

// TestSharedArena checks that growing leaves the memory where it is.
func TestSharedArena(t *testing.T) {
	a := NewSharedArena(1, 3)
	a.Use()
	first := &a.Bytes()[0]
	if got := MemoryGrow(2); got != 1 {
		t.Fatalf("grown from %d pages, want 1", got)
	}
	if &a.Bytes()[0] != first {
		t.Error("the memory moved")
	}
	if got := MemoryGrow(1); got != 0xFFFFFFFF {
		t.Errorf("grown beyond the maximum: %d", got)
	}
}
