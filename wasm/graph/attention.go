package graph

import "github.com/fovea-run/fovea/wasm/program"

// Rules say which keys each query of [Graph.Attend] sees and how much they
// count. What is nil or 0 is not there; the operation table says of each what
// it does and which shape it has.
type Rules struct {
	Lengths        *Tensor // i32 [batch]: keys that count
	Mask           *Tensor // u8 flags or f32 to add, [batch, heads, tq, keys], axes 1 or the first left out
	Bias           *Tensor // f32, as Mask: what is known of the keys beforehand
	PastK, PastV   *Tensor // before k and v
	Slopes         *Tensor // f32 [heads]: ALiBi
	Sinks          *Tensor // f32 [heads]
	Temperature    *Tensor // f32 [batch, tq] or [tq]
	QDocs, KDocs   *Tensor // i32 [batch, tq] and [batch, keys]
	Pages          *Tensor // i32 [batch, n]: which pages of k and v follow each other
	Blocks         *Tensor // u8 flags of 64 × 64 queries and keys
	KScales        *Tensor // f16, of int8 keys in u8: one for 32 elements
	VScales        *Tensor // f16, of int8 values
	KVHeads        int     // 0: as many as of queries
	Causal         int     // n: keys up to n-1 behind the query's own
	Window         int     // n: n keys up to the query's own
	Offset         int     // position of the first query among the new keys
	FromEnd        bool    // the last query's position is that of the last key
	Prefix         int     // keys that every query sees
	TopK           int     // the greatest of a query's scores that count
	Softcap        float32
	HeadsAreAnAxis bool // of q, k and v: [batch, heads, tokens, dim]
}

// Attend is [Graph.Attention] under rules. With q the product of queries and
// a matrix it is Luong's general attention; with q [1, n, *], learned, it
// pools each batch row of keys n times.
func (g *Graph) Attend(q, k, v *Tensor, h Heads, r Rules) *Tensor {
	c := g.check(program.OpAttention, trimmed(q, k, v, r.Lengths, r.Mask, r.Bias, r.PastK, r.PastV, r.Slopes, r.Sinks,
		r.Temperature, r.QDocs, r.KDocs, r.Pages, r.Blocks, r.KScales, r.VScales)...)
	rank, kvHeads := 3, r.KVHeads
	if kvHeads == 0 {
		kvHeads = h.Heads
	}
	if r.HeadsAreAnAxis {
		rank = 4
	}
	for i, x := range []struct{ col, heads, dim int }{{h.QCol, h.Heads, h.Dim}, {h.KCol, kvHeads, h.Dim}, {h.VCol, kvHeads, h.VDim}} {
		c.rank(i, rank)
		if rank == 3 {
			c.columns(i, x.col, x.heads, x.dim)
		}
	}
	if kvHeads < 1 || h.Heads%kvHeads != 0 {
		c.errorf("%d heads of queries cannot share %d of keys", h.Heads, kvHeads)
	}
	if c.bad {
		return c.broken()
	}
	batch := k.shape[0]
	if r.Pages != nil {
		batch = r.Pages.shape[0]
	}
	shape := []Extent{batch, q.shape[1], Const(h.Heads * h.VDim)}
	if r.HeadsAreAnAxis {
		shape = []Extent{batch, q.shape[1], q.shape[2], Const(h.VDim)}
	}
	return c.result(func() []Extent { return shape }, r.attrs(h)...)
}

// trimmed leaves out the operands after the last one that is there.
func trimmed(operands ...*Tensor) []*Tensor {
	for len(operands) > 4 && operands[len(operands)-1] == nil {
		operands = operands[:len(operands)-1]
	}
	return operands
}

// attrs are the attributes of an attention up to the last that is not 0.
func (r Rules) attrs(h Heads) []program.AttrValue {
	attrs := append(intAttrs(h.Heads, h.Dim, h.VDim, h.QCol, h.KCol, h.VCol), program.Float(h.Scale))
	fromEnd := 0
	if r.FromEnd {
		fromEnd = 1
	}
	least := len(attrs)
	attrs = append(attrs, intAttrs(r.KVHeads, r.Causal, r.Window, r.Offset, fromEnd, r.Prefix)...)
	attrs = append(attrs, program.Float(r.Softcap), program.Int(int32(r.TopK)))
	for len(attrs) > least && attrs[len(attrs)-1].Bits == 0 {
		attrs = attrs[:len(attrs)-1]
	}
	return attrs
}

// AdditiveAttention is the mean of v [batch, tk, e] weighted by the softmax
// of w·tanh(q + k): q [batch, tq, d], k [batch, tk, d] and w [d] give [batch,
// tq, e]. lengths may be nil.
func (g *Graph) AdditiveAttention(q, k, v, w, lengths *Tensor) *Tensor {
	c := g.check(program.OpAdditiveAttention, q, k, v, w, lengths)
	c.tokens(q, k, 4)
	c.rank(2, 3)
	if c.bad {
		return c.broken()
	}
	c.same(1, 0, last(k), last(q))
	c.same(2, 1, v.shape[0], k.shape[0])
	c.same(2, 1, v.shape[1], k.shape[1])
	c.vector(3, q)
	return c.result(func() []Extent { return []Extent{q.shape[0], q.shape[1], last(v)} })
}

// AttentionFlow is bidirectional attention flow of a context x [batch, t, d]
// and a question [batch, j, d]: [batch, t, 4·d]. w is [3·d]; lengths and
// questionLengths may be nil.
func (g *Graph) AttentionFlow(x, question, w, lengths, questionLengths *Tensor) *Tensor {
	c := g.check(program.OpAttentionFlow, x, question, w, lengths, questionLengths)
	c.tokens(x, question, 3)
	c.lengths(4, x)
	if c.bad {
		return c.broken()
	}
	c.same(1, 0, last(question), last(x))
	c.shaped(2, last(x).Times(Const(3)))
	return c.result(func() []Extent { return []Extent{x.shape[0], x.shape[1], last(x).Times(Const(4))} })
}

// LinearAttention weighs keys by φ(q)·φ(k), φ(x) = elu(x) + 1, in time that
// grows with their number, not its square. It does not read the scale of h.
// With causal a query sees the keys up to its own. lengths may be nil.
func (g *Graph) LinearAttention(q, k, v, lengths *Tensor, h Heads, causal bool) *Tensor {
	c := g.check(program.OpLinearAttention, q, k, v, lengths)
	c.tokens(q, k, 3)
	c.rank(2, 3)
	c.columns(0, h.QCol, h.Heads, h.Dim)
	c.columns(1, h.KCol, h.Heads, h.Dim)
	c.columns(2, h.VCol, h.Heads, h.VDim)
	attrs := intAttrs(h.Heads, h.Dim, h.VDim, h.QCol, h.KCol, h.VCol)
	if causal {
		attrs = append(attrs, program.Int(1))
	}
	if causal && !c.bad {
		c.same(1, 0, k.shape[1], q.shape[1])
	}
	return c.result(func() []Extent { return []Extent{q.shape[0], q.shape[1], Const(h.Heads * h.VDim)} }, attrs...)
}
