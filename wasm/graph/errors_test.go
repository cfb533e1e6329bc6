package graph_test

import (
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/wasm/graph"
	"github.com/fovea-run/fovea/wasm/program"
)

func TestMistakes(t *testing.T) {
	c := graph.Const
	for _, m := range []struct {
		want  string
		build func(g *graph.Graph)
	}{
		{"there is no output", func(g *graph.Graph) {}},
		{"0..3 is no range", func(g *graph.Graph) { g.Dim("n", 0, 3) }},
		{"4..3 is no range", func(g *graph.Graph) { g.Dim("n", 4, 3) }},
		{`dimension "n": the name is empty or taken`, func(g *graph.Graph) { g.Dim("n", 1, 3); g.Dim("n", 1, 3) }},
		{`tensor "x": the name is empty or taken`, func(g *graph.Graph) { g.Input("x", f32); g.Input("x", f32) }},
		{`tensor "": the name is empty or taken`, func(g *graph.Graph) { g.Weight("", f32) }},
		{`tensor "x": the name is empty or taken`, func(g *graph.Graph) { g.Output("x", g.Softmax(g.Input("x", f32, c(3)))) }},
		{"input x is q8", func(g *graph.Graph) { g.Input("x", program.Q8, c(32), c(32)) }},
		{"weight w is i32", func(g *graph.Graph) { g.Weight("w", i32, c(3)) }},
		{"weight w is q8 of rank 1", func(g *graph.Graph) { g.Weight("w", program.Q8, c(32)) }},
		{"extent n is not a constant", func(g *graph.Graph) { g.Weight("w", f32, g.Dim("n", 1, 2)) }},
		{`extent "0" is not in 1..2³²-1`, func(g *graph.Graph) { g.Input("x", f32, c(0)) }},
		{`extent "0" is not in 1..2³²-1`, func(g *graph.Graph) { g.Input("x", f32, c(-1)) }},
		{"is not in 1..2³²-1", func(g *graph.Graph) { g.Input("x", f32, g.Dim("n", 1, math.MaxUint32).Times(c(2))) }},
		{"rank 7 is over the limit of 6", func(g *graph.Graph) { g.Input("x", f32, c(1), c(1), c(1), c(1), c(1), c(1), c(1)) }},
		{"output y is no tensor of this graph", func(g *graph.Graph) { g.Output("y", nil) }},
		{"only the result of an operation can become an output", func(g *graph.Graph) { g.Output("y", g.Input("x", f32, c(1))) }},
		{"is an output, only the result", func(g *graph.Graph) {
			y := g.Softmax(g.Input("x", f32, c(1)))
			g.Output("y", y)
			g.Output("z", y)
		}},
		{"add: y is missing", func(g *graph.Graph) { g.Add(g.Input("x", f32, c(1)), nil) }},
		{"softmax: x is of another graph", func(g *graph.Graph) { g.Softmax(graph.New("h").Input("x", f32, c(1))) }},
		{"softmax: x x i32[1]: the type is not one of [f32]", func(g *graph.Graph) { g.Softmax(g.Input("x", i32, c(1))) }},
		{"softmax: x x f32[]: at least one axis is needed", func(g *graph.Graph) { g.Softmax(g.Input("x", f32)) }},
		{"matmul: w w f32[2, 3] and x x f32[3]: 2 is not 3", func(g *graph.Graph) {
			g.MatMul(g.Input("x", f32, c(3)), g.Weight("w", f32, c(2), c(3)))
		}},
		{"matmul: bias b f32[2]: shape [3] is needed", func(g *graph.Graph) {
			g.MatMul(g.Input("x", f32, c(2)), g.Weight("w", f32, c(2), c(3)), graph.Bias(g.Weight("b", f32, c(2))))
		}},
		{"matmul: residual x f32[2]: shape [3] is needed", func(g *graph.Graph) {
			x := g.Input("x", f32, c(2))
			g.MatMul(x, g.Weight("w", f32, c(2), c(3)), graph.Residual(x))
		}},
		{"axis 0 is not a multiple of the block length 32", func(g *graph.Graph) {
			g.MatMul(g.Input("x", f32, c(16)), g.Weight("w", program.Q8, c(16), c(32)))
		}},
		{"axis 1 is not a multiple of the block length 32", func(g *graph.Graph) {
			g.Gather(g.Weight("w", program.Q8, c(32), c(16)), g.Input("x", i32, c(16)), 1)
		}},
		{"matmul: activation act(9) is unknown", func(g *graph.Graph) {
			g.MatMul(g.Input("x", f32, c(2)), g.Weight("w", f32, c(2), c(3)), graph.Act(9))
		}},
		{"add: y y f32[m]: shape [n] is needed", func(g *graph.Graph) {
			g.Add(g.Input("x", f32, g.Dim("n", 1, 3)), g.Input("y", f32, g.Dim("m", 1, 3)))
		}},
		{"a vector can only be added to the result of a MatMul without bias", func(g *graph.Graph) {
			g.Add(g.Input("x", f32, c(2), c(3)), g.Input("y", f32, c(3)))
		}},
		{"the product is also used without the vector", func(g *graph.Graph) {
			x := g.MatMul(g.Input("x", f32, c(2), c(3)), g.Weight("w", f32, c(3), c(3)))
			g.Output("y", g.Add(x, g.Add(x, g.Weight("b", f32, c(3)))))
		}},
		{"the product is also used without the vector", func(g *graph.Graph) {
			w := g.Weight("w", f32, c(3), c(3))
			x := g.MatMul(g.Input("x", f32, c(2), c(3)), w)
			vector := g.MatMul(g.Input("v", f32, c(3)), w)
			g.Output("y", g.Add(g.Softmax(x), g.Add(x, vector)))
		}},
		{"2 heads of 3 columns from column 3 are not within its rows", func(g *graph.Graph) {
			x := g.Input("x", f32, c(1), c(1), c(8))
			g.Attention(x, x, x, nil, graph.Heads{Heads: 2, Dim: 3, VDim: 1, QCol: 3})
		}},
		{"0 heads of 3 columns", func(g *graph.Graph) {
			x := g.Input("x", f32, c(1), c(1), c(8))
			g.AttentionWeights(x, x, nil, graph.Heads{Dim: 3})
		}},
		{"attention: v v f32[1, 2, 8] and k x f32[1, 1, 8]: 2 is not 1", func(g *graph.Graph) {
			x := g.Input("x", f32, c(1), c(1), c(8))
			g.Attention(x, x, g.Input("v", f32, c(1), c(2), c(8)), nil, graph.Heads{Heads: 1, Dim: 8, VDim: 8})
		}},
		{"masked_mean: lengths lengths i32[2]: shape [1] is needed", func(g *graph.Graph) {
			g.MaskedMean(g.Input("x", f32, c(1), c(1), c(8)), g.Input("lengths", i32, c(2)))
		}},
		{"add_timing: inv inv f32[3] and x x f32[1, 2, 8]: 6 is not 8", func(g *graph.Graph) {
			g.AddTiming(g.Input("x", f32, c(1), c(2), c(8)), g.Weight("inv", f32, c(3)))
		}},
		{"scores: keys y f32[1, 4] and q x f32[2, 3]: 4 is not 3", func(g *graph.Graph) {
			g.Scores(g.Input("x", f32, c(2), c(3)), g.Input("y", f32, c(1), c(4)))
		}},
	} {
		g := graph.New("g")
		m.build(g)
		if _, err := g.Lower(); err == nil || !strings.Contains(err.Error(), m.want) {
			t.Errorf("error %v, want %q", err, m.want)
		}
	}
}

// TestPosition checks that a mistake names the caller's line, and what is
// computed from its result is silent.
func TestPosition(t *testing.T) {
	g := graph.New("net")
	x := g.Input("x", f32, graph.Const(2))
	_, file, line, _ := runtime.Caller(0)
	y := g.Add(x, g.Input("y", f32, graph.Const(3))) // one line below the call above
	g.Output("z", g.Softmax(g.Softmax(y)))
	_, err := g.Lower()
	want := fmt.Sprintf("%s:%d: net: add: y y f32[3]: shape [2] is needed", filepath.Base(file), line+1)
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestExtents(t *testing.T) {
	g := graph.New("g")
	n, m, c := g.Dim("n", 1, 9), g.Dim("m", 1, 9), graph.Const
	for _, e := range []struct {
		got  graph.Extent
		want string
	}{
		{c(2).Plus(c(3)), "5"}, {c(2).Times(c(3)), "6"}, {c(7).CeilDiv(c(2)), "4"}, {c(8).CeilDiv(c(2)), "4"},
		{n.Plus(m), "(m+n)"}, {m.Plus(n), "(m+n)"}, {n.Times(m), "m*n"}, {m.Times(n), "m*n"},
		{n.Times(c(1)), "n"}, {c(1).Times(n), "n"}, {n.CeilDiv(c(1)), "n"},
		{n.Plus(c(1)).Times(c(2)).CeilDiv(m), "ceil((1+n)*2/m)"},
	} {
		if e.got.String() != e.want {
			t.Errorf("%v, want %s", e.got, e.want)
		}
	}
}
