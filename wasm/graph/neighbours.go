package graph

import "github.com/fovea-run/fovea/wasm/program"

// RMSNorm divides x by the root of the mean of its squares, plus eps, along
// the axes of scale, the last of x, and multiplies by scale.
func (g *Graph) RMSNorm(x, scale *Tensor, eps float32) *Tensor {
	c := g.check(program.OpRMSNorm, x, scale)
	c.trailing(1, x)
	return c.result(x.Shape, program.Float(eps))
}

// LogSoftmax is the logarithm of the softmax of the last axis of x.
func (g *Graph) LogSoftmax(x *Tensor) *Tensor {
	c := g.check(program.OpSoftmax, x)
	c.lastAxis(0)
	return c.result(x.Shape, program.Int(0), program.Int(1))
}

// Gated is act(gate)·up of cols columns of each, from gateCol and upCol on:
// SwiGLU with [program.SiLU], GEGLU with a GELU. A fused projection is passed
// as both.
func (g *Graph) Gated(gate, up *Tensor, act program.Act, cols, gateCol, upCol int) *Tensor {
	c := g.check(program.OpGated, gate, up)
	c.lastAxis(0)
	c.lastAxis(1)
	c.columns(0, gateCol, 1, cols)
	c.columns(1, upCol, 1, cols)
	if !act.Valid() {
		c.errorf("activation %v is unknown", act)
	}
	if c.bad {
		return c.broken()
	}
	shape := append(gate.Shape()[:len(gate.shape)-1], Const(cols))
	c.shaped(1, append(gate.Shape()[:len(gate.shape)-1], last(up))...)
	return c.result(func() []Extent { return shape }, intAttrs(int(act), cols, gateCol, upCol)...)
}

// Rotary says which columns [Graph.RoPE] turns and how.
type Rotary struct {
	Heads, Dim  int
	Rotary      int     // elements of a head that are turned, 0 for all
	Col         int     // where head 0 starts
	Interleaved bool    // pairs of neighbours in place of i and i+Rotary/2
	Base        float32 // 0 for 10000
	Scale       float32 // of the positions, 0 for 1
}

// RoPE turns the heads of x [batch, tokens, *] by their tokens' positions,
// i32 [batch, tokens], or nil to count from 0. The other columns stay.
func (g *Graph) RoPE(x, positions *Tensor, r Rotary) *Tensor {
	c := g.check(program.OpRoPE, x, nil, nil, nil, positions)
	c.rank(0, 3)
	c.columns(0, r.Col, r.Heads, r.Dim)
	if turned := max(r.Rotary, 0); turned%2 != 0 || turned > r.Dim || turned == 0 && r.Dim%2 != 0 {
		c.errorf("%d of %d elements of a head cannot be turned in pairs", turned, r.Dim)
	}
	if !c.bad && positions != nil {
		c.shaped(4, x.shape[0], x.shape[1])
	}
	interleaved := 0
	if r.Interleaved {
		interleaved = 1
	}
	return c.result(x.Shape, append(intAttrs(r.Heads, r.Dim, r.Rotary, r.Col, interleaved), program.Float(r.Base), program.Float(r.Scale))...)
}

// Pool reduces the tokens of x [batch, tokens, d] that count to [batch, d]:
// kind is one of program.PoolMean to [program.PoolSum]. Those from lengths
// [batch] on and those whose mask, i32 [batch, tokens], is 0 do not count;
// either may be nil.
func (g *Graph) Pool(x, lengths, mask *Tensor, kind int) *Tensor {
	c := g.check(program.OpPool, x, lengths, mask)
	c.rank(0, 3)
	c.lengths(1, x)
	if !c.bad && mask != nil {
		c.shaped(2, x.shape[0], x.shape[1])
	}
	if kind < 0 || kind >= program.NumPools {
		c.errorf("kind %d is not in 0..%d", kind, program.NumPools-1)
	}
	return c.result(func() []Extent { return []Extent{x.shape[0], x.shape[2]} }, program.Int(int32(kind)))
}

// BatchMatMul multiplies a [..., m, k] by b [..., k, n], of the same leading
// axes; a transposed b is [..., n, k].
func (g *Graph) BatchMatMul(a, b *Tensor, transposedB bool) *Tensor {
	c := g.check(program.OpBatchMatMul, a, b, nil, nil)
	if !c.bad && (len(a.shape) < 2 || len(a.shape) != len(b.shape)) {
		c.errorf("a %v and b %v: matrices of the same leading axes are needed", a, b)
	}
	if c.bad {
		return c.broken()
	}
	lead := len(a.shape) - 2
	k, n, transposed := lead, lead+1, 0
	if transposedB {
		k, n, transposed = lead+1, lead, 1
	}
	c.same(1, 0, b.shape[k], last(a))
	for axis := range lead {
		c.same(1, 0, b.shape[axis], a.shape[axis])
	}
	shape := append(a.Shape()[:lead+1], b.shape[n])
	return c.result(func() []Extent { return shape }, intAttrs(0, 0, transposed)...)
}

// PowerSpectrum is the squared magnitudes of the Fourier transform of
// x·window along the last axis, a constant n: n/2+1 of them. window [n] may
// be nil.
func (g *Graph) PowerSpectrum(x, window *Tensor) *Tensor {
	c := g.check(program.OpPowerSpectrum, x, window)
	c.lastAxis(0)
	if !c.bad && last(x).kind != program.Const {
		c.errorf("x %v: the last axis must be a constant", x)
	}
	if c.bad {
		return c.broken()
	}
	if window != nil {
		c.vector(1, x)
	}
	shape := append(x.Shape()[:len(x.shape)-1], Const(int(last(x).value/2)+1))
	return c.result(func() []Extent { return shape })
}

// Logarithm is scale·ln max(x, floor) + offset, element by element.
func (g *Graph) Logarithm(x *Tensor, floor, scale, offset float32) *Tensor {
	c := g.check(program.OpLogarithm, x)
	return c.result(x.Shape, program.Float(floor), program.Float(scale), program.Float(offset))
}

// trailing checks that the axes of operand i are the last of x.
func (c *checker) trailing(i int, x *Tensor) {
	if c.bad {
		return
	}
	along := len(c.operands[i].shape)
	if along == 0 || along > len(x.shape) {
		c.errorf("%s %v: 1 to %d axes are needed", c.name(i), c.operands[i], len(x.shape))
		return
	}
	c.shaped(i, x.shape[len(x.shape)-along:]...)
}
