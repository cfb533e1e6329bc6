package fuzzops

import (
	"slices"

	"github.com/fovea-run/fovea/wasm/program"
)

// mostWork returns the work, in multiplications or so, above which a case is bound only: every third may take longer.
func mostWork(c *Case) uint64 {
	if c.Number%3 == 0 {
		return 1 << 22
	}
	return 1 << 18
}

// growing are the operations whose work grows faster than their tensors, by what their documentation says.
var growing = []uint32{
	program.OpMatMul, program.OpAttention, program.OpAttentionWeights, program.OpScores, program.OpAdditiveAttention,
	program.OpAttentionFlow, program.OpLinearAttention, program.OpAttentionGrad, program.OpBatchMatMul, program.OpPowerSpectrum,
	program.OpQuantizedMatMul, program.OpMatMulGrad, program.OpRankingLoss, program.OpRelativeBias,
}

// workOf returns the work of a bound program: the elements of all tensors, and for what grows faster a bound by its tensors. And
// it returns which tensors are read.
func workOf(mem []byte, handle, table uint32) (work uint64, read map[int]bool) {
	read = map[int]bool{}
	elements := func(i uint32) uint64 {
		r, n := table+tableTensors+tensorBytes*i, uint64(1)
		for axis := range word(mem, r+12) {
			n *= uint64(word(mem, r+16+4*axis))
		}
		return n
	}
	for i := range word(mem, handle+headerTensors) {
		work += 2 * elements(i)
	}
	op := handle + word(mem, handle+4*program.HeaderOpsAt)
	for range word(mem, handle+4*program.HeaderOps) {
		operands, outputs, attrs := word(mem, op+4), word(mem, op+8), word(mem, op+12)
		for i := range operands {
			read[int(word(mem, op+16+4*i))] = true
		}
		if slices.Contains(growing, word(mem, op)) {
			// Each element of the largest is multiplied by at most an axis of another.
			var sizes []uint64
			for i := range operands + outputs {
				if t := word(mem, op+16+4*i); t != none {
					sizes = append(sizes, elements(t))
				}
			}
			slices.Sort(sizes)
			work += 4 * sizes[len(sizes)-1] * by(mem, table, op)
		}
		op += 4 * (program.OpWords + operands + outputs + 2*attrs)
	}
	return work, read
}

// by returns how often an operation multiplies an element of its largest tensor.
func by(mem []byte, table, op uint32) uint64 {
	code := word(mem, op)
	if code != program.OpAttention && code != program.OpAttentionGrad || word(mem, op+4) < 2 {
		return longestAxis(mem, table, op)
	}
	// Keys, past ones and those of other pages.
	tokens := uint64(0)
	for i := range word(mem, op+4) {
		if t := word(mem, op+16+4*i); t != none && (i == 1 || i == 6 || i == 13) {
			r := table + tableTensors + tensorBytes*t
			n := uint64(word(mem, r+16+4*(max(word(mem, r+12), 2)-2)))
			if i == 13 {
				n = uint64(word(mem, r+20)) * tokens
			}
			tokens += n
		}
	}
	return tokens
}

// longestAxis returns the greatest extent of an operation's tensors.
func longestAxis(mem []byte, table, op uint32) (longest uint64) {
	for i := range word(mem, op+4) + word(mem, op+8) {
		t := word(mem, op+16+4*i)
		if t == none {
			continue
		}
		r := table + tableTensors + tensorBytes*t
		for axis := range word(mem, r+12) {
			longest = max(longest, uint64(word(mem, r+16+4*axis)))
		}
	}
	return longest
}
