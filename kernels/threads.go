package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// Threads. A crew is the workers that run programs together, each on a
// thread and in an instance of its own over one shared memory. Worker 0, the
// leader, calls Run and every other export; the others sit in Follow. All
// run every operation in step: they take its tiles from one counter and meet
// at a barrier before the next. Which worker computes a tile makes no
// difference to its bits, so that the number of workers makes none either.
//
// These words are written atomically, or before the workers start. Words
// that change at different times lie in cache lines of their own.
const (
	crewState   U32 = 256 // generation of the barrier, and the bit aborted
	crewArrived U32 = 320 // workers that have come to the barrier
	crewTiles   U32 = 384 // tiles taken since the last barrier
	crewSize    U32 = 448 // workers, 0 for one
	crewTable   U32 = 452 // the table that is run
)

const (
	// aborted in crewState means that a worker is lost. It stays until the
	// next Crew.
	aborted = 1 << 31

	// spins is how often a worker that is early at the barrier looks before
	// it sleeps, which costs it and those who wake it some 50 µs. Where it was
	// measured, a look took 0.34 ns in V8 and 1.1 ns in wazero.
	spins = 1 << 18

	// patience is how long a worker sleeps at the barrier, in nanoseconds,
	// before it looks again. Those who change crewState wake it; this is for
	// the case that one of them is killed before it can.
	patience = 100_000_000
)

// workers returns the number of workers of the crew.
//
//wasm:inline
func workers() uint32 {
	if Threads {
		return max(crewSize.Load(0), 1)
	}
	return 1
}

// barrier waits until all workers of the crew have come, and makes what each
// has written visible to all. The tiles then count from 0 again. It reports
// whether the crew is whole; an operation need not look, since the tiles of a
// crew that is not are none.
func barrier() bool {
	state := crewState.AtomicLoad(0)
	if state >= aborted {
		return false
	}
	if crewArrived.AtomicAdd(0, 1)+1 >= workers() {
		return release(state)
	}
	for range uint32(spins) {
		if crewState.AtomicLoad(0) != state {
			break
		}
	}
	for crewState.AtomicLoad(0) == state {
		_ = crewState.AtomicWait(0, state, patience)
	}
	return crewState.AtomicLoad(0) < aborted
}

// release lets the workers go on that wait at the barrier of that state.
func release(state uint32) bool {
	crewArrived.AtomicStore(0, 0)
	crewTiles.AtomicStore(0, 0)
	next := (state + 1) &^ aborted
	if crewState.AtomicCompareExchange(0, state, next) != state {
		return false
	}
	_ = crewState.AtomicNotify(0, none)
	return true
}

// takeTile returns the next tile of the operation, the same to no two
// workers. It is for the caller to see that all are taken; those of a crew
// that is not whole are.
func takeTile() uint32 {
	if crewState.AtomicLoad(0) >= aborted {
		return none
	}
	return crewTiles.AtomicAdd(0, 1)
}
