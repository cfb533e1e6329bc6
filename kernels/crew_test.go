//go:build threads

package kernels

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// newCrew returns a host of n workers; the others follow in goroutines until
// the test ends.
func newCrew(t testing.TB, n uint32) *host {
	h := &host{t, NewSharedArena(100, 100)}
	h.arena.Use()
	h.noError(Crew(n))
	var followers sync.WaitGroup
	for w := uint32(1); w < n; w++ {
		followers.Go(func() { Follow(w) })
	}
	t.Cleanup(func() {
		Abort()
		followers.Wait()
	})
	return h
}

// TestCrewBits runs every operation with several workers: the bits are those
// of one worker, which TestOpsRunTheirKernels compares with the kernels.
func TestCrewBits(t *testing.T) {
	for _, c := range opCases {
		one := newHost(t, 100)
		table := one.opFor(outputsNeeded(c.name), c.name, c.attrs, c.inputs...)
		one.run(table)
		want := one.output(table)
		for _, n := range []uint32{1, 2, 5} {
			t.Run(fmt.Sprintf("%s/%d", c.name, n), func(t *testing.T) {
				h := newCrew(t, n)
				for range 3 {
					table := h.opFor(outputsNeeded(c.name), c.name, c.attrs, c.inputs...)
					h.run(table)
					sameBits(t, h.output(table), want)
				}
			})
		}
	}
}

// TestCrewNeighbours is TestCrewBits for the neighbours of attention.
func TestCrewNeighbours(t *testing.T) {
	for i, c := range neighbourCases {
		one := newHost(t, 200)
		table := one.op(c.name, c.attrs, c.inputs...)
		one.run(table)
		want := one.output(table)
		t.Run(fmt.Sprint(c.name, " ", i), func(t *testing.T) {
			h := newCrew(t, 3)
			for range 3 {
				table := h.op(c.name, c.attrs, c.inputs...)
				h.run(table)
				sameBits(t, h.output(table), want)
			}
		})
	}
}

// TestOwnScratch runs attention as worker 2 alone: of the scratch memory it
// uses its own part, which is there.
func TestOwnScratch(t *testing.T) {
	h := newCrew(t, 1)
	crewSize.Store(0, 3)
	c := opCases[slices.IndexFunc(opCases, func(c opCase) bool { return c.name == "attention" })]
	table := h.op(c.name, c.attrs, c.inputs...)
	crewSize.Store(0, 1)
	scratch, own := table.Load(bindScratch), table.Load(bindOwnScratch)
	if end := scratch + 3*own; own == 0 || end > heapCur() {
		t.Fatalf("three times %d bytes from %d on end behind %d", own, scratch, heapCur())
	}
	MemoryFill(scratch, 0xAA, 3*own)
	if !perform(table, 2) {
		t.Fatal("aborted")
	}
	used := func(worker uint32) bool {
		at := scratch + worker*own
		part := h.arena.Bytes()[at : at+own]
		return bytes.Count(part, []byte{0xAA}) != len(part)
	}
	if used(0) || used(1) || !used(2) {
		t.Errorf("the workers' parts are used: %v, %v, %v; want that of worker 2", used(0), used(1), used(2))
	}
}

// TestShareGemmQuantized splits quantized products among workers: more rows
// than are quantized at a time, and numbers of rows of which the last are
// multiplied one by one, alone and behind tiles.
func TestShareGemmQuantized(t *testing.T) {
	for _, c := range [][2]uint32{
		{1, 64}, {2, 1120}, {3, 64}, {qmBlock + 1, 64}, {qmBlock + 2, 1120}, {qmBlock + 5, 1120},
		{qShare + 1, 64}, {qShare + 131, 64},
	} {
		for _, bits := range []uint32{4, 8} {
			t.Run(fmt.Sprintf("%dx%d, %d bits", c[0], c[1], bits), func(t *testing.T) {
				shareQuantizedCase(t, c[0], c[1], bits)
			})
		}
	}
}

func shareQuantizedCase(t *testing.T, m, k, bits uint32) {
	const n = 203
	h := newCrew(t, 1)
	g := &guarded{t: t, arena: h.arena, next: 50 * PageSize}
	panels, scales := alloc(uint64(k*(n+7))), F32(alloc(uint64(4*k/blockLen*(n+7))))
	w := newQ8Matrix(int(k), n)
	if bits == 4 {
		w = q8Matrix(newQ4Matrix(int(k), n))
	}
	q, s := w.put(g)
	if bits == 4 {
		packQ4(U32(panels), U32(q), k, n)
	} else {
		packQ8(I8(panels), q, k, n)
	}
	packQ8Scales(scales, s, k, n)
	a, bias, residual := F32(h.floats(m*k)), F32(h.floats(n)), F32(h.floats(m*n))
	out, scratch := alloc(uint64(4*m*n)), alloc(uint64(gemmQuantizedScratch(m, k)))
	gemmQuantized(F32(out), a, panels, scales, bias, residual, scratch, m, k, n, actReLU, bits)
	want := bytesFloats(h.arena.Bytes()[out : out+4*m*n])

	MemoryFill(out, 0xFF, 4*m*n)
	common := alloc(uint64(quantizedBytes(min(m, qShare), k)))
	crewSize.Store(0, 3)
	var workers sync.WaitGroup
	for range 3 {
		own := alloc(uint64(panelCols * k))
		workers.Go(func() {
			shareGemmQuantized(F32(out), a, panels, scales, bias, residual, common, own, m, k, n, actReLU, bits)
		})
	}
	workers.Wait()
	sameBits(t, bytesFloats(h.arena.Bytes()[out:out+4*m*n]), want)
}

// floats takes memory for n numbers around 0.
func (h *host) floats(n uint32) uint32 {
	at := alloc(uint64(4 * n))
	copy(h.arena.Bytes()[at:], ramp(n).bytes())
	return at
}

// TestBarrier lets workers take tiles between barriers, many times, across
// the end of the generations: each tile is taken once and, after a barrier,
// seen by all.
func TestBarrier(t *testing.T) {
	const size, tiles, rounds = 4, 7, 300
	NewSharedArena(2, 2).Use()
	if Crew(size) == 0 {
		t.Fatal("no crew")
	}
	crewState.Store(0, aborted-rounds)
	var all sync.WaitGroup
	for range size {
		all.Go(func() {
			for round := range uint32(rounds) {
				for i := takeTile(); i < tiles; i = takeTile() {
					at := U32(heapAt + 4*i)
					at.Store(0, at.Load(0)+1)
				}
				if !barrier() {
					t.Error("aborted")
				}
				for i := range uint32(tiles) {
					if got := U32(heapAt + 4*i).Load(0); got != round+1 {
						t.Errorf("round %d: tile %d was taken %d times", round, i, got)
					}
				}
				_ = barrier()
			}
		})
	}
	all.Wait()
	if got := crewState.Load(0); got != rounds {
		t.Errorf("generation %d, want %d", got, rounds)
	}
}

// TestLostWorker runs with a worker that never comes: Run and Follow go on
// waiting until the crew is aborted, by the export, or by one who sets the
// bit and is killed before it can wake the others.
func TestLostWorker(t *testing.T) {
	for name, abort := range map[string]func(){
		"abort":          Abort,
		"without notify": func() { _ = crewState.AtomicOr(0, aborted) },
	} {
		t.Run(name, func(t *testing.T) {
			h := &host{t, NewSharedArena(100, 100)}
			h.arena.Use()
			h.noError(Crew(3))
			table := h.op("softmax", nil, ramp(200, 70))
			run, followed := make(chan uint32), make(chan bool)
			go func() { run <- Run(uint32(table)) }()
			go func() { Follow(1); close(followed) }()
			select {
			case <-run:
				t.Fatal("Run came back without worker 2")
			case <-time.After(20 * time.Millisecond):
			}
			abort()
			late := time.After(time.Second)
			for range 2 {
				select {
				case code := <-run:
					if code != errCrewLost {
						t.Errorf("Run = %d", code)
					}
					h.wantError(errCrewLost)
				case <-followed:
					followed = nil
				case <-late:
					t.Fatal("a worker still waits after a second")
				}
			}
			if Run(uint32(table)) != errCrewLost {
				t.Error("a lost crew ran again")
			}
			h.noError(Crew(1))
			h.run(h.op("softmax", nil, ramp(200, 70)))
		})
	}
}

// TestCrewRefuses asks for crews and workers that cannot be.
func TestCrewRefuses(t *testing.T) {
	h := &host{t, NewSharedArena(100, 100)}
	h.arena.Use()
	for _, n := range []uint32{0, maxWorkers + 1, none} {
		if Crew(n) != 0 {
			t.Errorf("a crew of %d was accepted", n)
		}
		h.wantError(errArgument)
	}
	h.noError(Crew(2))
	for _, worker := range []uint32{0, 2, none} {
		Follow(worker) // would wait if it were taken
	}
	table := h.op("softmax", nil, ramp(2))
	h.noError(Crew(1))
	if Run(uint32(table)) != errNotBound {
		t.Error("Crew left a table bound whose scratch memory is for fewer workers")
	}
}
