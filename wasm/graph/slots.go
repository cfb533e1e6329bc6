package graph

import (
	"slices"

	"github.com/fovea-run/fovea/wasm/program"
)

// assignSlots gives every input, output and intermediate its slot: inputs
// and outputs one of their own, an intermediate one whose former tenants have
// all been read for the last time before the operation that writes it. So an
// operation never writes where it reads. It returns the number of slots.
func assignSlots(inputs, outputs []*Tensor, instrs []*instr) (map[*Tensor]uint32, int) {
	slots := map[*Tensor]uint32{}
	for _, t := range slices.Concat(inputs, outputs) {
		slots[t] = uint32(len(slots))
	}
	a := allocator{sizes: make([]uint64, len(slots))}
	ends := lifetimeEnds(instrs)
	for i, in := range instrs {
		if in.out.class == program.Scratch {
			slots[in.out] = a.take(largestSize(in.out))
		}
		for _, t := range ends[i] {
			a.free = append(a.free, slots[t])
		}
	}
	return slots, len(a.sizes)
}

// lifetimeEnds returns, for each operation, the intermediates that are not
// needed after it.
func lifetimeEnds(instrs []*instr) [][]*Tensor {
	last := map[*Tensor]int{}
	for i, in := range instrs {
		last[in.out] = i
		for _, t := range in.operands {
			last[t] = i
		}
	}
	ends := make([][]*Tensor, len(instrs))
	for _, in := range instrs {
		if t := in.out; t.class == program.Scratch {
			ends[last[t]] = append(ends[last[t]], t)
		}
	}
	return ends
}

// An allocator hands out slots. A slot is as large as its largest tenant.
type allocator struct {
	sizes []uint64
	free  []uint32
}

// take returns the free slot that wastes least: the smallest that is large
// enough, else the largest, else a new one.
func (a *allocator) take(size uint64) uint32 {
	best := -1
	for i, s := range a.free {
		if best < 0 || a.better(s, a.free[best], size) {
			best = i
		}
	}
	if best < 0 {
		a.sizes = append(a.sizes, size)
		return uint32(len(a.sizes) - 1)
	}
	slot := a.free[best]
	a.free = slices.Delete(a.free, best, best+1)
	a.sizes[slot] = max(a.sizes[slot], size)
	return slot
}

// better reports whether slot s suits size better than slot t; of two that
// suit alike, the lower one does.
func (a *allocator) better(s, t uint32, size uint64) bool {
	x, y := a.sizes[s], a.sizes[t]
	switch {
	case x == y:
		return s < t
	case x >= size && y >= size:
		return x < y
	}
	return x > y
}

// largestSize is the size of t in elements with every dimension at its
// maximum; it saturates.
func largestSize(t *Tensor) uint64 {
	n := uint64(1)
	for _, e := range t.shape {
		n = saturatingMul(n, e.largest())
	}
	return n
}
