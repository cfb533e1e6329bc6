package graph_test

import (
	"strings"
	"testing"

	"github.com/fovea-run/fovea/wasm/graph"
	"github.com/fovea-run/fovea/wasm/program"
)

// TestNeighbours lowers each of the operations around attention to a program
// that the verifier accepts: the graph's shapes are the module's.
func TestNeighbours(t *testing.T) {
	g := graph.New("neighbours")
	batch, tokens := g.Dim("batch", 1, 3), g.Dim("tokens", 1, 9)
	x := g.Input("x", f32, batch, tokens, graph.Const(48))
	positions := g.Input("positions", program.I32, batch, tokens)
	lengths := g.Input("lengths", program.I32, batch)
	mask := g.Input("mask", program.I32, batch, tokens)
	samples := g.Input("samples", f32, tokens, graph.Const(25))
	scale, window := g.Weight("scale", f32, graph.Const(48)), g.Weight("window", f32, graph.Const(25))
	turned := g.RoPE(g.RMSNorm(x, scale, 1e-6), positions, graph.Rotary{Heads: 4, Dim: 8, Rotary: 6, Interleaved: true})
	scores := g.BatchMatMul(turned, x, true)
	g.Output("weights", g.LogSoftmax(scores))
	g.Output("mixed", g.BatchMatMul(scores, turned, false))
	g.Output("gated", g.Gated(turned, turned, program.SiLU, 24, 0, 24))
	g.Output("pooled", g.Pool(g.RoPE(x, nil, graph.Rotary{Heads: 1, Dim: 48}), lengths, mask, program.PoolMax))
	g.Output("mel", g.Logarithm(g.PowerSpectrum(samples, window), 1e-10, 1, 0))
	lower(t, g)
}

func TestNeighbourErrors(t *testing.T) {
	for want, build := range map[string]func(g *graph.Graph, x *graph.Tensor) *graph.Tensor{
		"rms_norm: scale": func(g *graph.Graph, x *graph.Tensor) *graph.Tensor {
			return g.RMSNorm(x, g.Weight("s", f32, graph.Const(7)), 0)
		},
		"7 of 8 elements": func(g *graph.Graph, x *graph.Tensor) *graph.Tensor {
			return g.RoPE(x, nil, graph.Rotary{Heads: 1, Dim: 8, Rotary: 7})
		},
		"are not within its rows": func(g *graph.Graph, x *graph.Tensor) *graph.Tensor { return g.Gated(x, x, program.SiLU, 5, 0, 4) },
		"kind 5 is not in 0..4":   func(g *graph.Graph, x *graph.Tensor) *graph.Tensor { return g.Pool(x, nil, nil, 5) },
		"2 is not 8":              func(g *graph.Graph, x *graph.Tensor) *graph.Tensor { return g.BatchMatMul(x, x, false) },
		"logarithm: x is missing": func(g *graph.Graph, x *graph.Tensor) *graph.Tensor { return g.Logarithm(nil, 0, 1, 0) },
	} {
		g := graph.New("g")
		g.Output("y", build(g, g.Input("x", f32, graph.Const(3), graph.Const(2), graph.Const(8))))
		if _, err := g.Lower(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
