package kernels

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/kernels/wgsl"
	"github.com/fovea-run/fovea/wasm/graph"
	"github.com/fovea-run/fovea/wasm/program"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// shaderSources are the shaders by number, in one variant each.
func shaderSources(t *testing.T) []string {
	t.Helper()
	all, err := wgsl.Assemble()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, k := range all {
		list = append(list, k.Variants[0].Source)
	}
	return list
}

// dispatches are the records of a bound program.
func dispatches(table U32) (list []U32) {
	at := U32(table.Load(bindDispatches))
	for i := range at.Load(listCount) {
		list = append(list, at+listBytes+U32(dispatchBytes*i))
	}
	return list
}

var (
	bindings = regexp.MustCompile(`@binding\((\d+)\) var<(\w+)`)
	params   = regexp.MustCompile(`(?s)struct Params \{(.*?)\}`)
)

// TestDispatchesFitShaders compares what is laid out for every operation
// with what the shaders declare.
func TestDispatchesFitShaders(t *testing.T) {
	sources := shaderSources(t)
	for _, c := range opCases {
		h := newHost(t, 64)
		table := h.opFor(outputsNeeded(c.name), c.name, c.attrs, c.inputs...)
		if !slices.Contains(program.OpByName(c.name).Devices, program.OnWebGPU) {
			if d := dispatches(table); len(d) != 1 || d[0].Load(dispatchShader) != shaderNone {
				t.Errorf("%s: %d dispatches, want one of no shader", c.name, len(d))
			}
			continue
		}
		checkDispatches(t, c.name, table, sources)
	}
	for _, g := range []*graph.Graph{q8Graph(16), q8Graph(2048)} {
		h := newHost(t, 4096)
		checkDispatches(t, "q8", h.bindQ8(g), sources)
	}
}

func checkDispatches(t *testing.T, name string, table U32, sources []string) {
	t.Helper()
	ops := map[uint32]bool{}
	for _, d := range dispatches(table) {
		source := sources[d.Load(dispatchShader)]
		kernel := wgsl.Kernels[d.Load(dispatchShader)].Name
		declared := bindings.FindAllStringSubmatch(source, -1)
		if got := d.Load(dispatchBuffers) + 1; got != uint32(len(declared)) {
			t.Errorf("%s: %s: %d bindings, the shader has %d", name, kernel, got, len(declared))
		}
		all := params.FindStringSubmatch(source)[1]
		fields := strings.Count(all, ":") + 3*strings.Count(all, ": Side")
		for i := uint32(fields); i < (dispatchBytes-dispatchParam)/4; i++ {
			if v := word(d+dispatchParam, i); v != 0 {
				t.Errorf("%s: %s: parameter %d is %d, the shader has %d", name, kernel, i, v, fields)
			}
		}
		for axis := range uint32(3) {
			if n := word(d+dispatchGroups, axis); n == 0 || n > mostGroups {
				t.Errorf("%s: %s: %d workgroups along axis %d", name, kernel, n, axis)
			}
		}
		if d.Load(dispatchShader) != shaderCheck && d.Load(dispatchShader) != shaderQuantize {
			ops[d.Load(dispatchOp)] = true
		}
	}
	if len(ops) != int(table.Load(bindOps)) {
		t.Errorf("%s: dispatches compute %d operations of %d", name, len(ops), table.Load(bindOps))
	}
}

// q8Graph gathers from a q8 table and multiplies by a q8 matrix.
func q8Graph(tokens int) *graph.Graph {
	g := graph.New("q8")
	ids := g.Input("ids", program.I32, g.Dim("tokens", 1, tokens))
	table := g.Weight("table", program.Q8, graph.Const(7), graph.Const(64))
	w := g.Weight("w", program.Q8, graph.Const(64), graph.Const(96))
	g.Output("out", g.MatMul(g.Gather(table, ids, 1), w))
	return g
}

// bindQ8 loads the weights of q8Graph and binds it to its most tokens.
func (h *host) bindQ8(g *graph.Graph) U32 {
	p, err := g.Lower()
	if err != nil {
		h.t.Fatal(err)
	}
	handle := h.program(g)
	for name, size := range map[string]int{"table": 7 * 64, "w": 96 * 64} {
		h.noError(h.load(kindWeight, program.U8, name+".q", make([]byte, size)))
		h.noError(h.load(kindWeight, program.F16, name+".s", make([]byte, size/32*2)))
	}
	return h.bind(handle, p.Dims[0].Max)
}

// TestTileChoice checks shader and workgroups of products of sizes around the
// tiles.
func TestTileChoice(t *testing.T) {
	for _, c := range []struct {
		m, k, n uint32
		shader  string
		groups  uint32
	}{
		{1, 511, 512, "matvec", 8},
		{2, 512, 512, "matmul_short", 8},
		{17, 4, 68, "matmul_short", 4},
		{256, 4, 448, "matmul_short", 16 * 7},
		{256, 4, 512, "matmul", 4 * 8},
		{257, 4, 516, "matmul", 5 * 9},
		{256, 5, 512, "matmul_any", 16 * 8},
		{256, 4, 510, "matmul_any", 16 * 8},
	} {
		h := newHost(t, 1024)
		table := h.op("matmul", attrs(0), ramp(c.m, c.k), ramp(c.k, c.n), nil, nil)
		checkOneDispatch(t, fmt.Sprint(c.m, "×", c.k, "×", c.n), table, c.shader, c.groups)
	}
	for _, c := range []struct {
		dim, stride uint32
		shader      string
		groups      uint32
	}{
		{64, 128, "attention", 2 * 3 * 2},
		{64, 129, "attention_any", 2 * 3 * 2},
		{62, 128, "attention_any", 2 * 3 * 2},
		{4, 8, "attention", 2 * 3 * 2},
		{65, 130, "attention_any", 2 * 3 * 2 * 2},
	} {
		h := newHost(t, 1024)
		a := attrs(2, int(c.dim), int(c.dim), 0, 0, 0, 1.0)
		table := h.op("attention", a, ramp(2, 65, c.stride), ramp(2, 5, c.stride), ramp(2, 5, c.stride), nil)
		checkOneDispatch(t, fmt.Sprint("attention ", c.dim, " of ", c.stride), table, c.shader, c.groups)
	}
}

func checkOneDispatch(t *testing.T, name string, table U32, shader string, groups uint32) {
	t.Helper()
	list := dispatches(table)
	if len(list) != 1 {
		t.Fatalf("%s: %d dispatches, want 1", name, len(list))
	}
	if got := wgsl.Kernels[list[0].Load(dispatchShader)].Name; got != shader || word(list[0]+dispatchGroups, 0) != groups {
		t.Errorf("%s: %s with %d workgroups, want %s with %d", name, got, word(list[0]+dispatchGroups, 0), shader, groups)
	}
}

// TestGroupsFold checks that every workgroup is there where one axis does not
// hold them.
func TestGroupsFold(t *testing.T) {
	h := newHost(t, 64)
	table := h.op("add", nil, ramp(9), ramp(9))
	for _, n := range []uint32{1, 65535, 65536, 131070, 131071, 1 << 30} {
		d := dispatch(table, 0, shaderAdd, n)
		x, y := word(d+dispatchGroups, 0), word(d+dispatchGroups, 1)
		if all := uint64(x) * uint64(y); all < uint64(n) || all >= uint64(n)+65535 || y > 65535 {
			t.Errorf("%d workgroups become %d × %d", n, x, y)
		}
	}
}

// TestChecksOnDevice compares the checks that are laid out with the ones that
// Run makes, for what the device computes.
func TestChecksOnDevice(t *testing.T) {
	for _, c := range opCases {
		h := newHost(t, 64)
		table := h.opFor(outputsNeeded(c.name), c.name, c.attrs, c.inputs...)
		var got []uint32
		list := dispatches(table)
		if slices.ContainsFunc(list, func(d U32) bool { return d.Load(dispatchShader) == shaderNone }) {
			continue
		}
		for _, d := range list {
			if d.Load(dispatchShader) == shaderCheck {
				got = []uint32{word(d+dispatchParam, 0), word(d+dispatchParam, 2), word(d+dispatchParam, 4)}
			}
		}
		var want []uint32
		for i, in := range slices.DeleteFunc(slices.Clone(c.inputs), func(a *array) bool { return a == nil }) {
			if in.ints == nil {
				continue
			}
			// Run itself tells what is wrong with a value that never fits.
			setWord(U32(boundTensor(table, uint32(i)).Load(boundAt)), 0, 0x80000000)
			code := Run(uint32(table))
			want = []uint32{uint32(len(in.ints)), code, recWant.Load(0)}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: n, code and limit %v on the device, Run has %v", c.name, got, want)
		}
	}
}
