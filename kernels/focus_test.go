package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// putWords stores words in scratch and returns their address.
func putWords(words []uint32) U32 {
	p := U32(Alloc(uint32(4 * len(words))))
	for i, w := range words {
		(p + U32(4*i)).Store(0, w)
	}
	return p
}

func putFloats(values []float32) F32 {
	words := make([]uint32, len(values))
	for i, v := range values {
		words[i] = math.Float32bits(v)
	}
	return F32(putWords(words))
}

func getWords(p U32, n int) []uint32 {
	words := make([]uint32, n)
	for i := range words {
		words[i] = (p + U32(4*i)).Load(0)
	}
	return words
}

type planned struct{ first, count, tokens uint32 }

func runPlan(lens []uint32, maxBatch, maxTokens uint32) (batches []planned, order []uint32) {
	NewArena(2, 1024).Use()
	p := U32(Plan(putWords(lens), uint32(len(lens)), maxBatch, maxTokens))
	n := int(p.Load(0))
	for _, w := range slices.Collect(slices.Chunk(getWords(p+4, 3*n), 3)) {
		batches = append(batches, planned{w[0], w[1], w[2]})
	}
	return batches, getWords(p+U32(4+12*n), len(lens))
}

// TestPlan checks by brute force what every plan must be: a stable order by
// clipped length, cut into consecutive batches within the limits.
func TestPlan(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 70 {
		for _, maxBatch := range []uint32{0, 1, 3, 16, math.MaxUint32} {
			lens := make([]uint32, n)
			for i := range lens {
				lens[i] = r.Uint32N(200)
			}
			const maxTokens = 128
			clipped := func(i uint32) uint32 { return min(lens[i], maxTokens) }
			batches, order := runPlan(lens, maxBatch, maxTokens)
			want := make([]uint32, n)
			for i := range want {
				want[i] = uint32(i)
			}
			slices.SortStableFunc(want, func(a, b uint32) int { return int(clipped(a)) - int(clipped(b)) })
			if !slices.Equal(order, want) {
				t.Fatalf("n=%d: order %v, want %v", n, order, want)
			}
			var next uint32
			for i, b := range batches {
				if b.first != next || b.count < 1 || b.count > max(maxBatch, 1) {
					t.Fatalf("n=%d maxBatch=%d: batch %d is %v after %d", n, maxBatch, i, b, next)
				}
				next += b.count
				if last := clipped(order[next-1]); b.tokens != last {
					t.Errorf("n=%d: batch %d has %d tokens, want %d", n, i, b.tokens, last)
				}
			}
			if next != uint32(n) {
				t.Fatalf("n=%d: batches hold %d", n, next)
			}
		}
	}
}

func TestPlanPadding(t *testing.T) {
	for _, c := range []struct {
		lens []uint32
		want []planned
	}{
		{nil, nil},
		{[]uint32{0}, []planned{{0, 1, 0}}},
		{[]uint32{5, 300}, []planned{{0, 2, 128}}},                       // small: padding is taken
		{[]uint32{100, 101, 20}, []planned{{0, 2, 100}, {2, 1, 101}}},    // 80/200 while small, then 82/303
		{[]uint32{64, 70, 128, 128}, []planned{{0, 2, 70}, {2, 2, 128}}}, // 6/140 padded, then 122/384
		{[]uint32{112, 128}, []planned{{0, 2, 128}}},                     // 16/256
		{[]uint32{96, 128}, []planned{{0, 2, 128}}},                      // 32/256 is just 1/8
		{[]uint32{95, 128}, []planned{{0, 1, 95}, {1, 1, 128}}},
	} {
		if got, _ := runPlan(c.lens, 16, 128); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.lens, got, c.want)
		}
	}
}

func runSelect(scores []float32, lens []uint32, budget float32) []uint32 {
	NewArena(2, 1024).Use()
	p := U32(Select(putFloats(scores), putWords(lens), uint32(len(scores)), budget))
	return getWords(p+4, int(p.Load(0)))
}

// selectReference does with slices and exact integers what Select says.
func selectReference(scores []float32, lens []uint32, percent uint64) []uint32 {
	order := make([]uint32, len(scores))
	var total, sum uint64
	for i := range order {
		order[i] = uint32(i)
		total += uint64(lens[i])
	}
	slices.SortStableFunc(order, func(a, b uint32) int {
		x, y := scores[a], scores[b]
		switch {
		case x != x && y != y || x == y:
			return 0
		case x != x || x < y:
			return 1
		}
		return -1
	})
	kept := []uint32{}
	for _, i := range order {
		sum += uint64(lens[i])
		if percent == 0 || len(kept) > 0 && sum > (percent*total+99)/100 {
			break
		}
		kept = append(kept, i)
	}
	slices.Sort(kept)
	return kept
}

func TestSelect(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	nan := float32(math.NaN())
	pool := []float32{nan, -nan, 0, float32(math.Copysign(0, -1)), 1, -1, .5, -.5, float32(math.Inf(1)), float32(math.Inf(-1)), 1e-40}
	for n := range 60 {
		// Quarters are exact in float32, so the reference needs no rounding.
		for _, percent := range []uint64{0, 25, 50, 75, 100, 200} {
			scores, lens := make([]float32, n), make([]uint32, n)
			for i := range scores {
				scores[i], lens[i] = pool[r.IntN(len(pool))], r.Uint32N(40)
				if r.IntN(3) == 0 {
					scores[i] = r.Float32()*2 - 1
				}
			}
			got, want := runSelect(scores, lens, float32(percent)/100), selectReference(scores, lens, percent)
			if !slices.Equal(got, want) {
				t.Fatalf("n=%d %d%%: %v, want %v\nscores %v\nlens %v", n, percent, got, want, scores, lens)
			}
		}
	}
}

func TestSelectBudget(t *testing.T) {
	scores := []float32{.1, .9, .5, .9}
	lens := []uint32{10, 20, 30, 40}
	for _, c := range []struct {
		budget float32
		want   []uint32
	}{
		{0, nil}, {-1, nil}, {float32(math.NaN()), nil},
		{1e-9, []uint32{1}}, {.2, []uint32{1}}, {.599, []uint32{1, 3}}, {.591, []uint32{1, 3}}, {.59, []uint32{1}},
		{.9, []uint32{1, 2, 3}}, {.98, []uint32{1, 2, 3}}, {1, []uint32{0, 1, 2, 3}}, {float32(math.Inf(1)), []uint32{0, 1, 2, 3}},
	} {
		if got := runSelect(scores, lens, c.budget); !slices.Equal(got, c.want) {
			t.Errorf("budget %v: %v, want %v", c.budget, got, c.want)
		}
	}
	if got := runSelect([]float32{1, 2}, []uint32{0, 0}, .1); fmt.Sprint(got) != "[0 1]" {
		t.Errorf("sentences without tokens: %v, want both", got)
	}
	huge := []uint32{math.MaxUint32, math.MaxUint32, math.MaxUint32}
	if got := runSelect([]float32{3, 2, 1}, huge, .5); fmt.Sprint(got) != "[0]" {
		t.Errorf("lengths near 1<<32: %v, want the first", got)
	}
}

func TestFocusOutOfMemory(t *testing.T) {
	NewArena(2, 2).Use()
	if got := Plan(heapAt, 1<<14, 16, 128); got != 0 || recCode.Load(0) != errMemory {
		t.Errorf("Plan returned %d with code %d, want 0 with %d", got, recCode.Load(0), errMemory)
	}
	NewArena(2, 2).Use()
	if got := Select(heapAt, heapAt, 1<<14, 1); got != 0 || recCode.Load(0) != errMemory {
		t.Errorf("Select returned %d with code %d, want 0 with %d", got, recCode.Load(0), errMemory)
	}
}
