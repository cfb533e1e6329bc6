package graph_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/fovea-run/fovea/wasm/graph"
	"github.com/fovea-run/fovea/wasm/program"
)

var update = flag.Bool("update", false, "write the golden files")

const f32, i32 = program.F32, program.I32

// encoder is a small transformer encoder that uses every operation but a few.
func encoder() *graph.Graph {
	g := graph.New("encode")
	batch, tokens := g.Dim("batch", 1, 64), g.Dim("tokens", 1, 128)
	n := graph.Const
	ids, lengths := g.Input("ids", i32, batch, tokens), g.Input("lengths", i32, batch)
	vector := func(name string, size int) *graph.Tensor { return g.Weight(name, f32, n(size)) }
	matrix := func(name string, k, m int) *graph.Tensor { return g.Weight(name, program.Q8, n(k), n(m)) }

	x := g.AddTiming(g.Gather(matrix("embedding", 100, 32), ids, 2), vector("inv", 16))
	h := g.LayerNorm(x, vector("ln.scale", 32), vector("ln.bias", 32), 1e-6)
	qkv := g.Add(g.MatMul(h, matrix("qkv.w", 32, 96)), vector("qkv.b", 96))
	heads := graph.Heads{Heads: 4, Dim: 8, VDim: 8, KCol: 32, VCol: 64, Scale: 0.25}
	a := g.Attention(qkv, qkv, qkv, lengths, heads)
	x = g.Add(x, g.MatMul(a, matrix("out.w", 32, 32), graph.Bias(vector("out.b", 32))))
	f := g.Activation(g.MatMul(x, matrix("up.w", 32, 64)), program.ReLU)
	x = g.MatMul(f, matrix("down.w", 64, 32), graph.Residual(x))
	g.Output("embedding", g.L2Normalize(g.MaskedMean(x, lengths), 1e-12))
	w := g.AttentionWeights(qkv, qkv, lengths, heads)
	g.Output("received", g.AttentionReceived(w, lengths))
	return g
}

func TestGolden(t *testing.T) {
	p, err := encoder().Lower()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "encode.txt")
	if *update {
		if err := os.WriteFile(path, []byte(p.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if p.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", p, want)
	}
}
