package graph_test

import (
	"strings"
	"testing"

	"github.com/fovea-run/fovea/wasm/graph"
	"github.com/fovea-run/fovea/wasm/program"
)

// TestAttend lowers every rule of attention, and the attentions of other
// scores, to a program that the verifier accepts.
func TestAttend(t *testing.T) {
	c := graph.Const
	g := graph.New("attend")
	batch, tokens, past := g.Dim("batch", 1, 3), g.Dim("tokens", 1, 90), g.Dim("past", 1, 70)
	keys := past.Plus(tokens)
	in := func(name string, dtype program.DType, shape ...graph.Extent) *graph.Tensor {
		return g.Input(name, dtype, shape...)
	}
	qkv := in("qkv", f32, batch, tokens, c(64))
	lengths := in("lengths", i32, batch)
	heads := graph.Heads{Heads: 4, Dim: 8, VDim: 8, KCol: 32, VCol: 48, Scale: 0.3}
	g.Output("all", g.Attend(qkv, qkv, qkv, heads, graph.Rules{
		Lengths: lengths, Mask: in("mask", program.U8, batch, c(1), tokens, keys), Bias: in("bias", f32, keys),
		PastK: in("past_k", f32, batch, c(2), past, c(8)), PastV: in("past_v", f32, batch, c(2), past, c(8)),
		Slopes: g.Weight("slopes", f32, c(4)), Sinks: g.Weight("sinks", f32, c(4)), Temperature: in("temperature", f32, tokens),
		QDocs: in("q_docs", i32, batch, tokens), KDocs: in("k_docs", i32, batch, keys),
		Blocks:  in("blocks", program.U8, tokens.CeilDiv(c(64)), keys.CeilDiv(c(64))),
		KVHeads: 2, Causal: 1, Window: 20, Offset: 3, FromEnd: true, Prefix: 2, TopK: 5, Softcap: 30,
	}))
	pages := in("pages", program.F16, past, c(2), c(16), c(8))
	q := in("q", f32, batch, c(4), c(1), c(8))
	g.Output("paged", g.Attend(q, pages, pages, graph.Heads{Heads: 4, Dim: 8, VDim: 8, Scale: 1}, graph.Rules{
		Lengths: lengths, Pages: in("table", i32, batch, tokens), KVHeads: 2, HeadsAreAnAxis: true,
	}))
	learned := g.Weight("learned", f32, c(1), c(3), c(32))
	g.Output("pooled", g.Attend(learned, qkv, qkv, heads, graph.Rules{KVHeads: 2}))
	x, y := in("x", f32, batch, tokens, c(12)), in("y", f32, batch, past, c(12))
	g.Output("additive", g.AdditiveAttention(x, y, y, g.Weight("w", f32, c(12)), nil))
	g.Output("flow", g.AttentionFlow(x, y, g.Weight("w3", f32, c(36)), lengths, nil))
	g.Output("linear", g.LinearAttention(qkv, qkv, qkv, lengths, graph.Heads{Heads: 2, Dim: 8, VDim: 8, KCol: 16, VCol: 32}, true))
	int8s, scales := in("int8s", program.U8, batch, past, c(64)), in("scales", program.F16, batch, past, c(2))
	g.Output("int8", g.Attend(qkv, int8s, int8s, graph.Heads{Heads: 2, Dim: 32, VDim: 32, Scale: 1}, graph.Rules{KScales: scales, VScales: scales}))
	if n := len(lower(t, g).Instrs[2].Operands); n != 4 {
		t.Errorf("an attention without rules has %d operands, want the 4 of the first table", n)
	}
}

func TestAttendErrors(t *testing.T) {
	for want, build := range map[string]func(g *graph.Graph, x *graph.Tensor) *graph.Tensor{
		"4 heads of queries cannot share 3 of keys": func(g *graph.Graph, x *graph.Tensor) *graph.Tensor {
			return g.Attend(x, x, x, graph.Heads{Heads: 4, Dim: 2, VDim: 2}, graph.Rules{KVHeads: 3})
		},
		"rank 4 is needed": func(g *graph.Graph, x *graph.Tensor) *graph.Tensor {
			return g.Attend(x, x, x, graph.Heads{Heads: 4, Dim: 2, VDim: 2}, graph.Rules{HeadsAreAnAxis: true})
		},
		"are not within its rows": func(g *graph.Graph, x *graph.Tensor) *graph.Tensor {
			return g.LinearAttention(x, x, x, nil, graph.Heads{Heads: 4, Dim: 3, VDim: 2}, false)
		},
		"w w f32[7]: shape": func(g *graph.Graph, x *graph.Tensor) *graph.Tensor {
			return g.AdditiveAttention(x, x, x, g.Weight("w", f32, graph.Const(7)), nil)
		},
		"w w f32[8]: shape": func(g *graph.Graph, x *graph.Tensor) *graph.Tensor {
			return g.AttentionFlow(x, x, g.Weight("w", f32, graph.Const(8)), nil, nil)
		},
	} {
		g := graph.New("g")
		g.Output("y", build(g, g.Input("x", f32, graph.Const(3), graph.Const(2), graph.Const(8))))
		if _, err := g.Lower(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
