package graph_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/fovea-run/fovea/kernels"
	"github.com/fovea-run/fovea/kernels/simd128"
	"github.com/fovea-run/fovea/wasm/graph"
	"github.com/fovea-run/fovea/wasm/program"
)

// lower lowers g to a program that the module's verifier accepts.
func lower(t *testing.T, g *graph.Graph) *program.Program {
	t.Helper()
	p, err := g.Lower()
	if err != nil {
		t.Fatal(err)
	}
	arena := simd128.NewArena(2, 100)
	arena.Use()
	b := p.Encode()
	at := kernels.Alloc(uint32(len(b)))
	copy(arena.Bytes()[at:], b)
	if kernels.Verify(at, uint32(len(b))) != 1 {
		record := arena.Bytes()[kernels.Error():]
		t.Fatalf("the verifier refuses with code %d:\n%s", record[0], p)
	}
	return p
}

func ops(p *program.Program) string {
	s := ""
	for _, in := range p.Instrs {
		s += in.String() + "\n"
	}
	return s
}

func TestFuse(t *testing.T) {
	type tensors struct{ x, w, b, r *graph.Tensor }
	for _, c := range []struct {
		what  string
		build func(g *graph.Graph, v tensors) *graph.Tensor
		want  string // input %0 = x, %1 = r, output %2 = y, weights %3 = w and %4 = b
	}{
		{"bias, activation and residual", func(g *graph.Graph, v tensors) *graph.Tensor {
			return g.Add(v.r, g.Activation(g.Add(v.b, g.MatMul(v.x, v.w)), program.GELU))
		}, "%2 = matmul %0, %3, %4, %1, act=gelu\n"},
		{"options", func(g *graph.Graph, v tensors) *graph.Tensor {
			return g.MatMul(v.x, v.w, graph.Residual(v.r), graph.Bias(v.b), graph.Act(program.ReLU))
		}, "%2 = matmul %0, %3, %4, %1, act=relu\n"},
		{"a bias behind the option's activation", func(g *graph.Graph, v tensors) *graph.Tensor {
			return g.Add(g.MatMul(v.x, v.w, graph.Bias(v.b)), v.r)
		}, "%2 = matmul %0, %3, %4, %1, act=none\n"},
		{"no activation behind a residual", func(g *graph.Graph, v tensors) *graph.Tensor {
			return g.Activation(g.MatMul(v.x, v.w, graph.Residual(v.r)), program.ReLU)
		}, "%4 = matmul %0, %3, _, %1, act=none\n%2 = activation %4, act=relu\n"},
		{"no second activation", func(g *graph.Graph, v tensors) *graph.Tensor {
			return g.Activation(g.MatMul(v.x, v.w, graph.Act(program.ReLU)), program.Tanh)
		}, "%4 = matmul %0, %3, _, _, act=relu\n%2 = activation %4, act=tanh\n"},
		{"no second residual", func(g *graph.Graph, v tensors) *graph.Tensor {
			return g.Add(g.Add(g.MatMul(v.x, v.w), v.r), v.x)
		}, "%4 = matmul %0, %3, _, %1, act=none\n%2 = add %4, %0\n"},
		{"a product that is used twice", func(g *graph.Graph, v tensors) *graph.Tensor {
			y := g.MatMul(v.x, v.w)
			return g.Add(g.Activation(y, program.ReLU), y)
		}, "%4 = matmul %0, %3, _, _, act=none\n%5 = activation %4, act=relu\n%2 = add %5, %4\n"},
		{"a product added to itself", func(g *graph.Graph, v tensors) *graph.Tensor {
			y := g.MatMul(v.x, v.w)
			return g.Add(y, y)
		}, "%4 = matmul %0, %3, _, _, act=none\n%2 = add %4, %4\n"},
		{"one of two products", func(g *graph.Graph, v tensors) *graph.Tensor {
			return g.Add(g.MatMul(v.x, v.w), g.MatMul(v.r, v.w))
		}, "%4 = matmul %1, %3, _, _, act=none\n%2 = matmul %0, %3, _, %4, act=none\n"},
		{"a residual that comes later", func(g *graph.Graph, v tensors) *graph.Tensor {
			y := g.MatMul(v.x, v.w)
			return g.Add(y, g.Softmax(v.r))
		}, "%3 = softmax %1\n%2 = matmul %0, %4, _, %3, act=none\n"},
		{"what no output needs", func(g *graph.Graph, v tensors) *graph.Tensor {
			g.Softmax(g.MatMul(v.x, v.w))
			return g.Softmax(v.r)
		}, "%2 = softmax %1\n"},
	} {
		t.Run(c.what, func(t *testing.T) {
			g := graph.New("g")
			n := g.Dim("n", 1, 9)
			v := tensors{
				x: g.Input("x", f32, n, graph.Const(8)), r: g.Input("r", f32, n, graph.Const(8)),
				w: g.Weight("w", f32, graph.Const(8), graph.Const(8)), b: g.Weight("b", f32, graph.Const(8)),
			}
			g.Output("y", c.build(g, v))
			if got := ops(lower(t, g)); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

// TestProductBehindAnOutput keeps a product that is an output by itself.
func TestProductBehindAnOutput(t *testing.T) {
	g := graph.New("g")
	x := g.Input("x", f32, graph.Const(8))
	y := g.MatMul(x, g.Weight("w", f32, graph.Const(8), graph.Const(8)))
	g.Output("y", y)
	g.Output("z", g.Activation(y, program.ReLU))
	if got, want := ops(lower(t, g)), "%1 = matmul %0, %3, _, _, act=none\n%2 = activation %1, act=relu\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// randomGraph is a graph of n operations on random earlier results.
func randomGraph(r *rand.Rand, n int) *graph.Graph {
	g := graph.New("random")
	rows := g.Dim("rows", 1, 7)
	widths := []int{8, 16, 24}
	values := map[int][]*graph.Tensor{}
	var all []*graph.Tensor
	push := func(width int, t *graph.Tensor) {
		values[width] = append(values[width], t)
		all = append(all, t)
	}
	for _, w := range widths {
		push(w, g.Input(fmt.Sprint("in", w), f32, rows, graph.Const(w)))
	}
	inputs := len(all)
	for i := range n {
		w, v := widths[r.IntN(3)], widths[r.IntN(3)]
		x := values[w][r.IntN(len(values[w]))]
		switch r.IntN(5) {
		case 0:
			push(w, g.Add(x, values[w][r.IntN(len(values[w]))]))
		case 1:
			push(w, g.Activation(x, program.ReLU))
		case 2:
			push(w, g.Softmax(x))
		default:
			push(v, g.MatMul(x, g.Weight(fmt.Sprint("w", i), f32, graph.Const(w), graph.Const(v))))
		}
	}
	g.Output("last", all[len(all)-1])
	for i, k := range r.Perm(n - 1)[:min(n-1, r.IntN(4))] {
		g.Output(fmt.Sprint("out", i), all[inputs+k])
	}
	return g
}

// TestSlots checks, apart from the verifier, that no two tensors that are
// needed at the same time share a slot.
func TestSlots(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	shared := 0
	for range 300 {
		p := lower(t, randomGraph(r, 1+r.IntN(40)))
		birth, death := lifetimes(p)
		for i, a := range p.Tensors {
			for j, b := range p.Tensors[:i] {
				if a.Slot != b.Slot || a.Slot == program.NoSlot {
					continue
				}
				shared++
				if birth[i] <= death[j] && birth[j] <= death[i] {
					t.Fatalf("%%%d and %%%d share slot %d:\n%s", j, i, a.Slot, p)
				}
			}
		}
	}
	if shared == 0 {
		t.Error("no slot was ever shared")
	}
}

// lifetimes returns the operations from which and up to which each tensor
// holds its slot, both included.
func lifetimes(p *program.Program) (birth, death map[int]int) {
	birth, death = map[int]int{}, map[int]int{}
	for i, t := range p.Tensors {
		birth[i], death[i] = 0, 0
		if t.Class == program.Input {
			birth[i] = -1
		}
	}
	for i, in := range p.Instrs {
		for _, o := range in.Outputs {
			birth[int(o)], death[int(o)] = i, i
		}
		for _, o := range in.Operands {
			if o != program.Absent {
				death[int(o)] = i
			}
		}
	}
	for i, t := range p.Tensors {
		if t.Class == program.Output || t.Class == program.Input {
			death[i] = len(p.Instrs)
		}
	}
	return birth, death
}

// TestSlotsAreFew checks that a chain needs two slots besides its ends.
func TestSlotsAreFew(t *testing.T) {
	g := graph.New("chain")
	n := g.Dim("n", 1, 9)
	x := g.Input("x", f32, n)
	for range 20 {
		x = g.Softmax(x)
	}
	g.Output("y", x)
	if p := lower(t, g); p.Slots != 4 {
		t.Errorf("%d slots, want 4", p.Slots)
	}
}

func TestLowerIsDeterministic(t *testing.T) {
	for seed := range uint64(20) {
		build := func() *graph.Graph { return randomGraph(rand.New(rand.NewPCG(seed, 0)), 30) }
		g := build()
		first, again, other := lower(t, g), lower(t, g), lower(t, build())
		if string(first.Encode()) != string(again.Encode()) || string(first.Encode()) != string(other.Encode()) {
			t.Fatalf("lowering the same graph gives\n%s\nthen\n%s\nand\n%s", first, again, other)
		}
	}
}
