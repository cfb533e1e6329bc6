package graph

import (
	"github.com/fovea-run/fovea/wasm/program"
)

// Gather returns the rows of table that ids name, times scale: table
// [rows, cols] and ids [...] give [..., cols].
func (g *Graph) Gather(table, ids *Tensor, scale float32) *Tensor {
	c := g.check(program.OpGather, table, ids)
	c.rank(0, 2)
	c.blocks(table, 1)
	return c.result(func() []Extent { return append(ids.Shape(), table.shape[1]) }, program.Float(scale))
}

// AddTiming adds sinusoidal positions to x [batch, tokens, d]: the sines of
// the position times inv [d/2], then the cosines.
func (g *Graph) AddTiming(x, inv *Tensor) *Tensor {
	c := g.check(program.OpAddTiming, x, inv)
	c.rank(0, 3)
	c.rank(1, 1)
	if !c.bad {
		c.same(1, 0, inv.shape[0].Times(Const(2)), last(x))
	}
	return c.result(x.Shape)
}

// LayerNorm normalises the last axis of x to mean 0 and variance 1, then
// multiplies by scale and adds bias.
func (g *Graph) LayerNorm(x, scale, bias *Tensor, eps float32) *Tensor {
	c := g.check(program.OpLayerNorm, x, scale, bias)
	c.lastAxis(0)
	c.vector(1, x)
	c.vector(2, x)
	return c.result(x.Shape, program.Float(eps))
}

// An Option completes [Graph.MatMul].
type Option func(*matMul)

type matMul struct {
	bias, residual *Tensor
	act            program.Act
}

// Bias adds b to every row of the product.
func Bias(b *Tensor) Option { return func(m *matMul) { m.bias = b } }

// Act applies a to the product with its bias.
func Act(a program.Act) Option { return func(m *matMul) { m.act = a } }

// Residual adds r, of the result's shape, last.
func Residual(r *Tensor) Option { return func(m *matMul) { m.residual = r } }

// MatMul multiplies x [..., k] by w [k, n]: [..., n].
func (g *Graph) MatMul(x, w *Tensor, options ...Option) *Tensor {
	var m matMul
	for _, o := range options {
		o(&m)
	}
	c := g.check(program.OpMatMul, x, w, m.bias, m.residual)
	c.lastAxis(0)
	c.rank(1, 2)
	c.blocks(w, 0)
	if c.bad {
		return c.broken()
	}
	c.same(1, 0, w.shape[0], last(x))
	shape := append(x.Shape()[:len(x.shape)-1], w.shape[1])
	if m.bias != nil {
		c.shaped(2, w.shape[1])
	}
	if m.residual != nil {
		c.shaped(3, shape...)
	}
	if !m.act.Valid() {
		c.errorf("activation %v is unknown", m.act)
	}
	return c.result(func() []Extent { return shape }, program.Int(int32(m.act)))
}

// Heads says where the heads of an attention lie: head i of the queries at
// column QCol + i·Dim of a query's row, and so on.
type Heads struct {
	Heads            int
	Dim              int // columns of a head of queries and keys
	VDim             int // columns of a head of values
	QCol, KCol, VCol int // columns where head 0 starts
	Scale            float32
}

// Attention is softmax(q·kᵀ·scale)·v for each head: q [batch, tq, *], k and v
// [batch, tk, *] give [batch, tq, heads·vdim]. Keys from lengths [batch] on
// are masked; lengths may be nil. A fused projection is passed as q, k and v.
func (g *Graph) Attention(q, k, v, lengths *Tensor, h Heads) *Tensor {
	c := g.check(program.OpAttention, q, k, v, lengths)
	c.tokens(q, k, 3)
	c.rank(2, 3)
	if !c.bad {
		c.same(2, 1, v.shape[0], k.shape[0])
		c.same(2, 1, v.shape[1], k.shape[1])
	}
	c.columns(0, h.QCol, h.Heads, h.Dim)
	c.columns(1, h.KCol, h.Heads, h.Dim)
	c.columns(2, h.VCol, h.Heads, h.VDim)
	return c.result(func() []Extent {
		return []Extent{q.shape[0], q.shape[1], Const(h.Heads * h.VDim)}
	}, append(intAttrs(h.Heads, h.Dim, h.VDim, h.QCol, h.KCol, h.VCol), program.Float(h.Scale))...)
}

// AttentionWeights is softmax(q·kᵀ·scale) itself: [batch, heads, tq, tk]. It
// does not read the value columns of h.
func (g *Graph) AttentionWeights(q, k, lengths *Tensor, h Heads) *Tensor {
	c := g.check(program.OpAttentionWeights, q, k, lengths)
	c.tokens(q, k, 2)
	c.columns(0, h.QCol, h.Heads, h.Dim)
	c.columns(1, h.KCol, h.Heads, h.Dim)
	return c.result(func() []Extent {
		return []Extent{q.shape[0], Const(h.Heads), q.shape[1], k.shape[1]}
	}, append(intAttrs(h.Heads, h.Dim, h.QCol, h.KCol), program.Float(h.Scale))...)
}

// AttentionReceived is the mean weight that each key receives over all heads
// and the first lengths queries: w [batch, heads, tq, tk] gives [batch, tk].
func (g *Graph) AttentionReceived(w, lengths *Tensor) *Tensor {
	c := g.check(program.OpAttentionReceived, w, lengths)
	c.rank(0, 4)
	c.lengths(1, w)
	return c.result(func() []Extent { return []Extent{w.shape[0], w.shape[3]} })
}

// MaskedMean is the mean of the first lengths [batch] tokens of x
// [batch, tokens, d]: [batch, d].
func (g *Graph) MaskedMean(x, lengths *Tensor) *Tensor {
	c := g.check(program.OpMaskedMean, x, lengths)
	c.rank(0, 3)
	c.lengths(1, x)
	return c.result(func() []Extent { return []Extent{x.shape[0], x.shape[2]} })
}

// L2Normalize scales the last axis of x to length 1: x / sqrt(max(Σx², eps)).
func (g *Graph) L2Normalize(x *Tensor, eps float32) *Tensor {
	c := g.check(program.OpL2Normalize, x)
	c.lastAxis(0)
	return c.result(x.Shape, program.Float(eps))
}

// Scores is the dot product of every row of q [m, d] with every row of keys
// [n, d]: [m, n].
func (g *Graph) Scores(q, keys *Tensor) *Tensor {
	c := g.check(program.OpScores, q, keys)
	c.rank(0, 2)
	c.rank(1, 2)
	if !c.bad {
		c.same(1, 0, keys.shape[1], q.shape[1])
	}
	return c.result(func() []Extent { return []Extent{q.shape[0], keys.shape[0]} })
}

// Softmax is the softmax of the last axis of x.
func (g *Graph) Softmax(x *Tensor) *Tensor {
	c := g.check(program.OpSoftmax, x)
	c.lastAxis(0)
	return c.result(x.Shape)
}

// Add is x + y, of one shape. Where one of them is the result of a MatMul
// and the other a vector of its last axis, it is added to every row.
func (g *Graph) Add(x, y *Tensor) *Tensor {
	c := g.check(program.OpAdd, x, y)
	if c.bad {
		return c.broken()
	}
	if len(x.shape) == 1 && len(y.shape) > 1 {
		x, y = y, x
		c.operands = []*Tensor{x, y}
	}
	if len(y.shape) == 1 && len(x.shape) > 1 {
		c.vector(1, x)
		if !g.takesBias(x) {
			c.errorf("a vector can only be added to the result of a MatMul without bias")
		}
	} else {
		c.shaped(1, x.shape...)
	}
	return c.result(x.Shape)
}

// Activation applies a to every element of x.
func (g *Graph) Activation(x *Tensor, a program.Act) *Tensor {
	c := g.check(program.OpActivation, x)
	if !a.Valid() {
		c.errorf("activation %v is unknown", a)
	}
	return c.result(x.Shape, program.Int(int32(a)))
}

func intAttrs(values ...int) (attrs []program.AttrValue) {
	for _, v := range values {
		attrs = append(attrs, program.Int(int32(v)))
	}
	return attrs
}

func last(t *Tensor) Extent { return t.shape[len(t.shape)-1] }
