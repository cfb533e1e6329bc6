//go:build threads

package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// maxWorkers is the most workers that a crew can have.
const maxWorkers = 64

// Crew makes the workers of this memory n, and takes back all transient
// memory. The leader calls it before the others call Follow; when they have
// done so already, each must have come back from there or be dead. It returns
// the address of the word that Abort changes, 0 with an error if n is not in
// 1..64.
//
//wasm:export crew
func Crew(n uint32) uint32 {
	clearError()
	if n-1 >= maxWorkers {
		return fail(errArgument, 0, n, maxWorkers)
	}
	Reset()
	crewArrived.AtomicStore(0, 0)
	crewTiles.AtomicStore(0, 0)
	crewSize.Store(0, n)
	crewState.AtomicStore(0, 0)
	return uint32(crewState)
}

// Follow makes the caller worker number worker, from 1 up, of the crew. It
// takes part in every Run of the leader and comes back when the crew is
// aborted.
//
//wasm:export follow
func Follow(worker uint32) {
	if worker-1 >= workers()-1 {
		return
	}
	for barrier() {
		if !perform(U32(crewTable.Load(0)), worker) {
			return
		}
	}
}

// Abort takes the crew apart: Follow comes back, Run with an error, each at
// its next tile or barrier. Whoever learns of a worker that trapped or was
// killed calls it, and who wants to dismiss the crew. A thread without an
// instance, which must not wait, does the same by setting the top bit of the
// word that Crew returned and notifying those who wait there.
//
//wasm:export abort
func Abort() {
	_ = crewState.AtomicOr(0, aborted)
	_ = crewState.AtomicNotify(0, none)
}
