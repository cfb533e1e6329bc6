package kernels

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

func runWindows(lens []uint32, maxTokens uint32) (windows [][]uint32) {
	NewArena(2, 1024).Use()
	p := U32(Windows(putWords(lens), uint32(len(lens)), maxTokens))
	return slices.Collect(slices.Chunk(getWords(p+4, 3*int(p.Load(0))), 3))
}

// TestWindows checks what all windows must be: whole ones, of the lengths
// asked for, that cover their sequence and overlap by a quarter.
func TestWindows(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		maxTokens := 1 + r.Uint32N(40)
		lens := make([]uint32, r.IntN(6))
		for i := range lens {
			lens[i] = r.Uint32N(150)
		}
		windows := runWindows(lens, maxTokens)
		for i, length := range lens {
			var own [][]uint32
			for len(windows) > 0 && windows[0][0] == uint32(i) {
				own, windows = append(own, windows[0]), windows[1:]
			}
			if len(own) == 0 || own[0][1] != 0 || own[len(own)-1][2] != length {
				t.Fatalf("%d tokens, %d at once: windows %v", length, maxTokens, own)
			}
			for j, w := range own {
				if w[2]-w[1] != min(length, maxTokens) {
					t.Fatalf("%d tokens, %d at once: windows %v", length, maxTokens, own)
				}
				if j > 0 && (w[1] <= own[j-1][1] || own[j-1][2]-w[1] < maxTokens/4 || j < len(own)-1 && own[j-1][2]-w[1] != maxTokens/4) {
					t.Fatalf("%d tokens, %d at once: windows %v", length, maxTokens, own)
				}
			}
		}
		if len(windows) != 0 {
			t.Fatalf("windows %v of nothing", windows)
		}
	}
}

func TestWindowsRefuses(t *testing.T) {
	h := newHost(t, 16)
	if Windows(putWords([]uint32{1}), 1, 0) != 0 {
		t.Error("windows of no tokens")
	}
	h.wantError(errArgument)
	if Windows(putWords([]uint32{math.MaxUint32, math.MaxUint32}), 2, 1) != 0 {
		t.Error("2³³ windows")
	}
	h.wantError(errMemory)
}

func TestBest(t *testing.T) {
	h := newHost(t, 16)
	nan := float32(math.NaN())
	owners := putWords([]uint32{0, 2, 2, 2, 3, 3, 4})
	best := bytesFloats(floatBytesAt(h, Best(putFloats([]float32{-3, 1, nan, 2, nan, -1, nan}), owners, 7, 5), 5))
	for i, want := range []float32{-3, nan, 2, -1, nan} {
		if got := best[i]; got != want && !(got != got && want != want) {
			t.Errorf("text %d: %v, want %v", i, got, want)
		}
	}
	if Best(putFloats([]float32{1}), putWords([]uint32{5}), 1, 5) != 0 {
		t.Error("a window of no text is taken")
	}
	h.wantError(errArgument)
}

func floatBytesAt(h *host, at uint32, n uint32) []byte {
	return h.arena.Bytes()[h.noError(at) : at+4*n]
}
