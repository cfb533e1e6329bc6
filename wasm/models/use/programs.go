package use

import (
	"fmt"

	"github.com/fovea-run/fovea/wasm/graph"
	"github.com/fovea-run/fovea/wasm/program"
)

// Programs gives the model's programs in the order of the file:
//
//	encode  ids i32 [batch, tokens], lengths i32 [batch]
//	        → embedding [batch, 512]
//	attend  the same inputs → weights0, weights1 [batch, 4, tokens, tokens],
//	        what each layer's heads look at, and received [batch, tokens], the
//	        mean weight that a token receives in the last layer
//	score   query [queries, 512], keys [keys, 512] → scores [queries, keys],
//	        cosines where the rows are embeddings
//	centre  keys [1, keys, 512], lengths i32 [1] → centre [1, 512], the mean of
//	        the first lengths keys, scaled to length 1
func Programs(e Edition) ([]*program.Program, error) {
	var programs []*program.Program
	for _, build := range []func(Edition) *graph.Graph{encode, attend, score, centre} {
		p, err := build(e).Lower()
		if err != nil {
			return nil, fmt.Errorf("use: %w", err)
		}
		programs = append(programs, p)
	}
	return programs, nil
}

// encoder builds the parts that encode and attend share.
type encoder struct {
	*graph.Graph
	ids, lengths *graph.Tensor
	weights      map[string]weight
	edition      Edition
	declared     map[string]*graph.Tensor
}

func newEncoder(name string, e Edition) *encoder {
	g := graph.New(name)
	batch, tokens := g.Dim("batch", 1, maxBatch), g.Dim("tokens", 1, MaxTokens)
	enc := &encoder{
		Graph:    g,
		ids:      g.Input("ids", program.I32, batch, tokens),
		lengths:  g.Input("lengths", program.I32, batch),
		edition:  e,
		weights:  map[string]weight{},
		declared: map[string]*graph.Tensor{},
	}
	for _, w := range weights() {
		enc.weights[w.name] = w
	}
	return enc
}

// weight declares a weight of the table in weights.go at its first use.
func (e *encoder) weight(name string) *graph.Tensor {
	if t := e.declared[name]; t != nil {
		return t
	}
	w := e.weights[name]
	dtype := program.F32
	if e.edition == Int8 && w.form != vector {
		dtype = program.Q8
	}
	shape := make([]graph.Extent, len(w.shape))
	for i, n := range w.shape {
		shape[i] = graph.Const(n)
	}
	e.declared[name] = e.Weight(name, dtype, shape...)
	return e.declared[name]
}

func (e *encoder) norm(x *graph.Tensor, name string) *graph.Tensor {
	return e.LayerNorm(x, e.weight(name+".scale"), e.weight(name+".bias"), normEpsilon)
}

func (e *encoder) linear(x *graph.Tensor, name string, options ...graph.Option) *graph.Tensor {
	options = append(options, graph.Bias(e.weight(name+".bias")))
	return e.MatMul(x, e.weight(name+".weight"), options...)
}

// embed gives the first layer's input [batch, tokens, 256].
func (e *encoder) embed() *graph.Tensor {
	x := e.Gather(e.weight("embedding"), e.ids, embeddingScale)
	return e.AddTiming(x, e.weight("timing"))
}

// project gives queries, keys and values of a layer side by side.
func (e *encoder) project(x *graph.Tensor, index int) *graph.Tensor {
	name := fmt.Sprintf("layer%d.", index)
	return e.linear(e.norm(x, name+"norm"), name+"qkv")
}

// layout says where the heads lie in what project gives.
func (l layer) layout() graph.Heads {
	qk := heads * l.dim
	return graph.Heads{Heads: heads, Dim: l.dim, VDim: l.dim, KCol: qk, VCol: 2 * qk, Scale: l.scale}
}

// layer gives a layer's output [batch, tokens, 512] from its input and what
// project made of it.
func (e *encoder) layer(x, qkv *graph.Tensor, index int) *graph.Tensor {
	name := fmt.Sprintf("layer%d.", index)
	l := layers[index]
	residual := x
	if l.dense {
		residual = e.linear(x, name+"dense")
	}
	y := e.Attention(qkv, qkv, qkv, e.lengths, l.layout())
	y = e.linear(y, name+"out", graph.Residual(residual))
	h := e.linear(e.norm(y, name+"ffn.norm"), name+"ffn.up", graph.Act(program.ReLU))
	return e.linear(h, name+"ffn.down", graph.Residual(y))
}

func encode(edition Edition) *graph.Graph {
	e := newEncoder("encode", edition)
	x := e.embed()
	for i := range layers {
		x = e.layer(x, e.project(x, i), i)
	}
	pooled := e.linear(e.MaskedMean(x, e.lengths), "pool", graph.Act(program.Tanh))
	e.Output("embedding", e.L2Normalize(pooled, unitEpsilon))
	return e.Graph
}

func attend(edition Edition) *graph.Graph {
	e := newEncoder("attend", edition)
	x := e.embed()
	for i, l := range layers {
		qkv := e.project(x, i)
		w := e.AttentionWeights(qkv, qkv, e.lengths, l.layout())
		e.Output(fmt.Sprintf("weights%d", i), w)
		if i == len(layers)-1 {
			e.Output("received", e.AttentionReceived(w, e.lengths))
			break
		}
		x = e.layer(x, qkv, i)
	}
	return e.Graph
}

func score(Edition) *graph.Graph {
	g := graph.New("score")
	queries, keys := g.Dim("queries", 1, maxQueries), g.Dim("keys", 1, maxKeys)
	q := g.Input("query", program.F32, queries, graph.Const(Dims))
	k := g.Input("keys", program.F32, keys, graph.Const(Dims))
	g.Output("scores", g.Scores(q, k))
	return g
}

func centre(Edition) *graph.Graph {
	g := graph.New("centre")
	keys := g.Input("keys", program.F32, graph.Const(1), g.Dim("keys", 1, maxKeys), graph.Const(Dims))
	lengths := g.Input("lengths", program.I32, graph.Const(1))
	g.Output("centre", g.L2Normalize(g.MaskedMean(keys, lengths), unitEpsilon))
	return g
}
