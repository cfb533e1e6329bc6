package graph

import (
	"slices"

	"github.com/fovea-run/fovea/wasm/program"
)

// Operands of a matrix product.
const (
	biasOperand     = 2
	residualOperand = 3
)

// takesBias reports whether x is a matrix product to which a bias can still
// be added.
func (g *Graph) takesBias(x *Tensor) bool {
	i := slices.IndexFunc(g.instrs, func(in *instr) bool { return in.out == x })
	return i >= 0 && plainProduct(g.instrs[i]) && g.instrs[i].operands[biasOperand] == nil
}

// plainProduct reports whether in is a matrix product, at most with a bias.
func plainProduct(in *instr) bool {
	return in.code == program.OpMatMul && in.operands[residualOperand] == nil && in.attrs[0] == program.Int(int32(program.NoAct))
}

// fuse returns the operations with biases, activations and residuals that
// were written separately taken into the matrix products before them. A
// product moves to where its successor stood, so that a residual which is
// computed between them is there.
func fuse(instrs []*instr) []*instr {
	uses := countUses(instrs)
	producer := map[*Tensor]*instr{}
	dead := map[*instr]bool{}
	var fused []*instr
	for _, in := range instrs {
		for i := range in.operands {
			p := producer[in.operands[i]]
			if p == nil || uses[p.out] != 1 || p.out.class == program.Output {
				continue
			}
			if merged := merge(p, in, i); merged != nil {
				dead[p] = true
				in = merged
				break
			}
		}
		producer[in.out] = in
		fused = append(fused, in)
	}
	return slices.DeleteFunc(fused, func(in *instr) bool { return dead[in] })
}

// countUses counts the operands that each tensor is.
func countUses(instrs []*instr) map[*Tensor]int {
	uses := map[*Tensor]int{}
	for _, in := range instrs {
		for _, t := range in.operands {
			uses[t]++
		}
	}
	return uses
}

// merge returns the product p with in taken into it, nil if that cannot be;
// p's result is operand i of in.
func merge(p, in *instr, i int) *instr {
	m := &instr{p.code, slices.Clone(p.operands), slices.Clone(p.attrs), in.out, in.at}
	switch {
	case p.code != program.OpMatMul || p.operands[residualOperand] != nil:
		return nil
	case in.code == program.OpActivation && plainProduct(p):
		m.attrs[0] = in.attrs[0]
	case in.code == program.OpAdd && isRowAdd(in):
		if i != 0 { // the vector is a product itself
			return nil
		}
		// Add has made sure that p has no bias yet.
		m.operands[biasOperand] = in.operands[1]
	case in.code == program.OpAdd:
		m.operands[residualOperand] = in.operands[1-i]
	default:
		return nil
	}
	return m
}

// isRowAdd reports whether in adds a vector to every row, which only a
// matrix product can do.
func isRowAdd(in *instr) bool {
	return in.code == program.OpAdd && len(in.operands[1].shape) != len(in.operands[0].shape)
}
