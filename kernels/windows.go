package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// A sequence longer than the model reads at once is read in windows: as many
// tokens as it reads, each window sharing 1/windowShare of them with the one
// before, so that what stands at a cut is read whole in one of the two.
const (
	windowShare = 4

	// A window's record in the result of Windows.
	windowOf    = 0 // the sequence
	windowStart = 4 // its first token
	windowEnd   = 8 // after its last one
	windowBytes = 12

	quietNaN = 0x7FC00000
)

// Windows cuts n sequences, whose lengths in tokens are at lens, into windows
// of at most maxTokens tokens. A sequence that is not longer is one window.
// The last window of a longer one is as long as the others and ends with it.
//
// The result, in scratch, is [windows, windows × {sequence, start, end}], in
// the order of the sequences and within them. It is 0 after an error.
//
//wasm:export windows
func Windows(lens U32, n, maxTokens uint32) uint32 {
	clearError()
	if maxTokens == 0 {
		return fail(errArgument, 2, maxTokens, 0)
	}
	total := uint64(0)
	for i := range n {
		total += windowCount(word(lens, i), maxTokens)
	}
	out := U32(alloc(4 + windowBytes*total))
	if out == 0 {
		return 0
	}
	out.Store(0, uint32(total))
	p := out + 4
	for i := range n {
		length := word(lens, i)
		for k := range windowCount(length, maxTokens) {
			start := min(uint32(k)*windowStep(maxTokens), length-min(length, maxTokens))
			p.Store(windowOf, i)
			p.Store(windowStart, start)
			p.Store(windowEnd, start+min(length, maxTokens))
			p += windowBytes
		}
	}
	return uint32(out)
}

// windowStep returns how many tokens after each other windows begin.
func windowStep(maxTokens uint32) uint32 {
	return maxTokens - maxTokens/windowShare
}

// windowCount returns how many windows a sequence has.
func windowCount(length, maxTokens uint32) uint64 {
	if length <= maxTokens {
		return 1
	}
	step := uint64(windowStep(maxTokens))
	return 1 + (uint64(length-maxTokens)+step-1)/step
}

// Best gives each of n sequences the greatest score of its windows: scores
// has a number for each of the count windows, owners the window's sequence. A
// score that is NaN counts where a sequence has no other; a sequence without
// windows has NaN. The result, in scratch, is a number a sequence, 0 after an
// error.
//
//wasm:export best
func Best(scores F32, owners U32, count, n uint32) uint32 {
	clearError()
	out := F32(alloc(4 * uint64(n)))
	if out == 0 {
		return 0
	}
	for i := range n {
		(out + F32(4*i)).Store(0, FromBits32(quietNaN))
	}
	for i := range count {
		owner := word(owners, i)
		if owner >= n {
			return fail(errArgument, 1, owner, 0)
		}
		score, best := (scores + F32(4*i)).Load(0), out+F32(4*owner)
		if b := best.Load(0); score > b || b != b {
			best.Store(0, score)
		}
	}
	return uint32(out)
}
