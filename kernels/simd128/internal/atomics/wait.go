package atomics

import (
	"slices"
	"sync"
	"time"
)

// The results of Wait.
const (
	Woken    = 0
	NotEqual = 1
	TimedOut = 2
)

// waiters holds those who wait, by the address in the process that they wait
// at, the first comer first.
var waiters = struct {
	sync.Mutex
	at map[*byte][]chan struct{}
}{at: map[*byte][]chan struct{}{}}

// Wait sleeps while the number at ea is expected: until Notify wakes it, or
// timeout nanoseconds have passed, unless that is negative.
func Wait(mem []byte, ea uint64, width uint32, expected uint64, timeout int64) uint32 {
	key := &mem[ea]
	waiters.Lock()
	if Load(mem, ea, width) != expected {
		waiters.Unlock()
		return NotEqual
	}
	woken := make(chan struct{})
	waiters.at[key] = append(waiters.at[key], woken)
	waiters.Unlock()

	var timer <-chan time.Time // nil: never
	if timeout >= 0 {
		timer = time.After(time.Duration(timeout))
	}
	select {
	case <-woken:
		return Woken
	case <-timer:
	}
	return leave(key, woken)
}

// leave takes away one whose time is up, unless it was woken meanwhile.
func leave(key *byte, woken chan struct{}) uint32 {
	waiters.Lock()
	defer waiters.Unlock()
	queue := waiters.at[key]
	i := slices.Index(queue, woken)
	if i < 0 {
		return Woken
	}
	put(key, slices.Delete(queue, i, i+1))
	return TimedOut
}

// Notify wakes up to count of those who wait at ea and returns their number.
func Notify(mem []byte, ea uint64, count uint32) uint32 {
	key := &mem[ea]
	waiters.Lock()
	defer waiters.Unlock()
	queue := waiters.at[key]
	n := min(uint64(len(queue)), uint64(count))
	for _, woken := range queue[:n] {
		close(woken)
	}
	put(key, queue[n:])
	return uint32(n)
}

func put(key *byte, queue []chan struct{}) {
	if len(queue) == 0 {
		delete(waiters.at, key)
		return
	}
	waiters.at[key] = queue
}
