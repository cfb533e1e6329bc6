package kernels

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// A guarded is an arena whose buffers lie apart: run finds every byte that a
// kernel writes outside the buffers meant to be written.
type guarded struct {
	t     *testing.T
	arena *Arena
	next  uint32
	out   [][2]uint32
}

// guardBytes lie between buffers. They are not a multiple of 16, so that
// buffers are aligned to 4 bytes only, and hold a float32 NaN.
const guardBytes = 36

// newGuarded returns an arena of n bytes, in use.
func newGuarded(t *testing.T, n int) *guarded {
	t.Helper()
	g := &guarded{t: t, arena: NewArena(uint32(n/PageSize+1), 1<<16), next: 1024}
	for i := range g.arena.Bytes() {
		g.arena.Bytes()[i] = 0xFF
	}
	g.arena.Use()
	return g
}

// bytes returns the address of n bytes that hold NaNs.
func (g *guarded) bytes(n int) uint32 {
	g.t.Helper()
	at := g.next + guardBytes
	g.next = (at + uint32(n) + 3) &^ 3
	if int(g.next)+guardBytes > len(g.arena.Bytes()) {
		g.t.Fatalf("arena of %d bytes is full", len(g.arena.Bytes()))
	}
	return at
}

// f32 returns the address of a copy of x.
func (g *guarded) f32(x []float32) F32 {
	g.t.Helper()
	at := g.bytes(4 * len(x))
	for i, v := range x {
		binary.LittleEndian.PutUint32(g.arena.Bytes()[at+uint32(4*i):], math.Float32bits(v))
	}
	return F32(at)
}

// last returns the address of a copy of x that ends where memory does, so
// that reading past it traps.
func (g *guarded) last(x []float32) F32 {
	g.t.Helper()
	mem := g.arena.Bytes()
	at := len(mem) - 4*len(x)
	if at < int(g.next)+guardBytes {
		g.t.Fatalf("arena of %d bytes is full", len(mem))
	}
	for i, v := range x {
		binary.LittleEndian.PutUint32(mem[at+4*i:], math.Float32bits(v))
	}
	return F32(at)
}

// i32 returns the address of a copy of x.
func (g *guarded) i32(x ...int32) I32 {
	g.t.Helper()
	at := g.bytes(4 * len(x))
	for i, v := range x {
		binary.LittleEndian.PutUint32(g.arena.Bytes()[at+uint32(4*i):], uint32(v))
	}
	return I32(at)
}

// writable returns the address of n bytes that the kernel may write.
func (g *guarded) writable(n uint32) uint32 {
	g.t.Helper()
	at := g.bytes(int(n))
	g.out = append(g.out, [2]uint32{at, at + n})
	return at
}

// result returns the address of n float32 that the kernel may write.
func (g *guarded) result(n int) F32 {
	g.t.Helper()
	return F32(g.writable(uint32(4 * n)))
}

// run calls kernel and fails if a byte outside the writable buffers changed.
func (g *guarded) run(kernel func()) {
	g.t.Helper()
	before := bytes.Clone(g.arena.Bytes())
	kernel()
	after := bytes.Clone(g.arena.Bytes())
	for _, o := range g.out {
		copy(after[o[0]:o[1]], before[o[0]:o[1]])
	}
	if !bytes.Equal(before, after) {
		for i := range after {
			if before[i] != after[i] {
				g.t.Fatalf("byte %d written outside the outputs %v", i, g.out)
			}
		}
	}
}

// read returns the n float32 at p.
func (g *guarded) read(p F32, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(g.arena.Bytes()[int(p)+4*i:]))
	}
	return x
}

// randoms returns n numbers from a normal distribution, the same for a seed.
func randoms(seed uint64, n int) []float32 {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// closeTo fails unless each got differs from want by at most tol·(1 + |want|).
func closeTo(t *testing.T, got []float32, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d elements, want %d", len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(float64(got[i])-want[i]) <= tol*(1+math.Abs(want[i]))) {
			t.Fatalf("element %d is %v, want %v ± %v", i, got[i], want[i], tol*(1+math.Abs(want[i])))
		}
	}
}

// sameBits fails unless got and want have the same bits.
func sameBits(t *testing.T, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d elements, want %d", len(got), len(want))
	}
	for i := range got {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("element %d is %v, want the bits of %v", i, got[i], want[i])
		}
	}
}
