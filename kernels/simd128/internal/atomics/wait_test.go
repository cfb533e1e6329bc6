package atomics

import "testing"

// TestLeave is the moment at which one is woken while its time is up: it
// counts as woken, as Notify has counted it.
func TestLeave(t *testing.T) {
	mem := make([]byte, 64)
	if got := leave(&mem[8], make(chan struct{})); got != Woken {
		t.Errorf("one that Notify took is %d, want %d", got, Woken)
	}
	stays, leaves := make(chan struct{}), make(chan struct{})
	put(&mem[8], []chan struct{}{stays, leaves})
	if got := leave(&mem[8], leaves); got != TimedOut {
		t.Errorf("one that waited is %d, want %d", got, TimedOut)
	}
	if got := Notify(mem, 8, 2); got != 1 {
		t.Errorf("woken %d, want the other one", got)
	}
	if len(waiters.at) != 0 {
		t.Errorf("%d addresses left", len(waiters.at))
	}
}
