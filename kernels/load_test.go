package kernels

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/wasm/graph"
	"github.com/fovea-run/fovea/wasm/models/unigram"
	"github.com/fovea-run/fovea/wasm/program"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// bothLayouts is a program that uses a weight as a table and as a factor.
func bothLayouts(dtype program.DType) *graph.Graph {
	g := graph.New("both")
	ids := g.Input("ids", program.I32, g.Dim("n", 1, 5))
	w := g.Weight("w", dtype, graph.Const(32), graph.Const(32))
	g.Output("y", g.MatMul(g.Gather(w, ids, 1), w))
	return g
}

// quantized is w.q and w.s of a 32×32 matrix: row i is i-16, scaled by 1/2.
func quantized() (q, s []byte) {
	for i := range 32 {
		for range 32 {
			q = append(q, byte(i-16))
		}
		s = append(s, 0x00, 0x38) // 0.5
	}
	return q, s
}

func TestWeightInBothLayouts(t *testing.T) {
	for _, order := range []string{"qs", "sq"} {
		h := newHost(t, 100)
		p := h.program(bothLayouts(program.Q8))
		q, s := quantized()
		for _, part := range order {
			if part == 'q' {
				h.noError(h.load(kindWeight, program.U8, "w.q", q))
			} else {
				h.noError(h.load(kindWeight, program.F16, "w.s", s))
			}
		}
		table := h.bind(p, 2)
		copy(h.tensor(table, 0), indices(0, 31).bytes())
		h.run(table)
		// Row i of the table is (i-16)/2 everywhere; so is column i of the
		// factor, which is stored transposed.
		y := bytesFloats(h.tensor(table, 1))
		for i, x := range []float32{-8, 7.5} {
			for j := range 32 {
				if want := 32 * x * float32(j-16) / 2; !(y[32*i+j] == want) {
					t.Fatalf("order %s: y[%d, %d] = %v, want %v", order, i, j, y[32*i+j], want)
				}
			}
		}
	}
}

// TestSealedProgramStays compares a program's bytes after everything that
// happens to it with those that were verified.
func TestSealedProgramStays(t *testing.T) {
	h := newHost(t, 100)
	b := lowered(t, bothLayouts(program.Q8)).Encode()
	p := h.noError(h.load(kindProgram, 0, "", b))
	stays := func(after string) {
		t.Helper()
		if !bytes.Equal(h.arena.Bytes()[p:int(p)+len(b)], b) {
			t.Errorf("%s has written to the program", after)
		}
	}
	stays("seal")
	h.noError(h.load(kindProgram, 0, "", lowered(t, smallEncoder()).Encode()))
	q, s := quantized()
	h.noError(h.load(kindWeight, program.U8, "w.q", q))
	h.noError(h.load(kindWeight, program.F16, "w.s", s))
	stays("a weight")
	table := h.bind(p, 2)
	stays("bind")
	copy(h.tensor(table, 0), indices(0, 31).bytes())
	h.run(table)
	stays("run")
}

func TestWeightF32InBothLayouts(t *testing.T) {
	h := newHost(t, 100)
	p := h.program(bothLayouts(program.F32))
	top := heapTop()
	w := ramp(32, 32)
	h.weight("w", w.floats)
	if used, most := heapTop()-top, uint32(2*4096+32); used > most {
		t.Errorf("the weight takes %d bytes, want at most %d", used, most)
	}
	table := h.bind(p, 1)
	copy(h.tensor(table, 0), indices(3).bytes())
	h.run(table)
	for j, v := range bytesFloats(h.tensor(table, 1)) {
		want := float32(0)
		for k := range 32 {
			want += float32(w.floats[3*32+k] * w.floats[32*k+j]) // exact in these values
		}
		if !(v == want) {
			t.Fatalf("y[%d] = %v, want %v", j, v, want)
		}
	}
}

func TestWeightErrors(t *testing.T) {
	h := newHost(t, 100)
	p := h.program(bothLayouts(program.Q8))
	q, s := quantized()
	for _, c := range []struct {
		what string
		name string
		typ  program.DType
		data []byte
		code uint32
	}{
		{"an f32 weight that is wanted as q8", "w", program.F32, make([]byte, 4096), 0},
		{"a weight that nobody wants", "x.q", program.U8, q, 0},
		{"elements as i32", "w.q", program.I32, q, 0},
		{"elements as f16", "w.q", program.F16, q, 0},
		{"a name that is only the ending", ".q", program.U8, q, 0},
		{"a longer name", "ww.q", program.U8, q, 0},
		{"elements too few", "w.q", program.U8, q[1:], errWeightBytes},
		{"scales too many", "w.s", program.F16, append(s, 0), errWeightBytes},
	} {
		if h.load(kindWeight, c.typ, c.name, c.data) != 0 {
			t.Errorf("%s: taken", c.what)
		}
		if r := h.record(); r.Code != c.code {
			t.Errorf("%s: code %d, want %d", c.what, r.Code, c.code)
		}
	}
	h.mailbox(1)
	if Bind(p, 1) != 0 {
		t.Error("bound without its weight")
	}
	h.wantError(errWeightMissing)
	if r := h.record(); r.Name != "w" {
		t.Errorf("the missing weight is %q, want w", r.Name)
	}
	h.noError(h.load(kindWeight, program.U8, "w.q", q))
	h.mailbox(1)
	if Bind(p, 1) != 0 {
		t.Error("bound without scales")
	}
	h.wantError(errWeightMissing)
	if h.load(kindWeight, program.U8, "w.q", q) != 0 {
		t.Error("a weight was taken twice")
	}
	h.wantError(errWeightTwice)
	h.noError(h.load(kindWeight, program.F16, "w.s", s))
	h.bind(p, 1)
	if Load(kindWeight, dtypeF32, mailboxBytes+1, 4) != 0 {
		t.Error("a name longer than the mailbox was taken")
	}
	h.wantError(errNameLen)
}

// TestProgramsShareWeights loads three programs, of which the last wants a
// weight in another shape.
func TestProgramsShareWeights(t *testing.T) {
	h := newHost(t, 100)
	h.program(bothLayouts(program.F32))
	second := h.program(bothLayouts(program.F32))
	g := graph.New("other")
	g.Output("y", g.MatMul(g.Input("x", program.F32, graph.Const(16)), g.Weight("w", program.F32, graph.Const(16), graph.Const(64))))
	top, weights := heapTop(), gWeights.Load(0)
	if h.load(kindProgram, 0, "", lowered(t, g).Encode()) != 0 {
		t.Error("a program that wants a weight in another shape was taken")
	}
	h.wantError(errWeightConflict)
	if heapTop() != top || gWeights.Load(0) != weights {
		t.Error("the refused program has left something behind")
	}
	h.weight("w", ramp(32, 32).floats)
	h.bind(second, 1)
}

func TestLoadProtocol(t *testing.T) {
	h := newHost(t, 100)
	if Seal() != 0 {
		t.Error("sealed nothing")
	}
	h.wantError(errNotLoading)
	if Load(0, 0, 0, 4) != 0 || Load(4, 0, 0, 4) != 0 {
		t.Error("an unknown kind was taken")
	}
	h.wantError(errLoadKind)
	if Load(kindProgram, 0, 0, maxProgramBytes+1) != 0 {
		t.Error("a program over the limit was taken")
	}
	h.wantError(errCount)

	b := lowered(t, smallEncoder()).Encode()
	at := h.noError(Load(kindProgram, 0, 0, uint32(len(b))))
	copy(h.arena.Bytes()[at:], b)
	Reset()
	if Seal() != 0 {
		t.Error("sealed what Reset has taken back")
	}
	h.wantError(errNotLoading)

	top := heapTop()
	b[0]++
	if h.load(kindProgram, 0, "", b) != 0 {
		t.Error("a damaged program was taken")
	}
	h.wantError(errMagic)
	if heapTop() != top || gPrograms.Load(0) != 0 {
		t.Error("the refused program has left something behind")
	}
	if h.load(kindTokenizer, program.U8, "", []byte("no tokenizer")) != 0 {
		t.Error("a damaged tokenizer was taken")
	}
	h.wantError(errTokenizer)
	if gTokenizer.Load(0) != 0 {
		t.Error("the refused tokenizer is known")
	}
	pieces := []unigram.Piece{{Text: "<unk>"}, {Text: "a", Score: -1}}
	blob, err := unigram.Build(pieces, 1)
	if err != nil {
		t.Fatal(err)
	}
	if at := h.noError(h.load(kindTokenizer, program.U8, "", blob)); at != gTokenizer.Load(0) || heapTop() < at+uint32(len(blob)) {
		t.Errorf("the tokenizer of %d bytes is at %d, known at %d; kept are %d bytes", len(blob), at, gTokenizer.Load(0), heapTop())
	}
	if Load(kindTokenizer, 0, 0, 4) != 0 {
		t.Error("a second tokenizer was taken")
	}
	h.wantError(errTokenizerTwice)
}

// TestOutOfMemory runs every export that takes memory into its limit: a clear
// error, and everything loaded before works afterwards.
func TestOutOfMemory(t *testing.T) {
	h := newHost(t, 3)
	g := graph.New("wide")
	n := g.Dim("n", 1, 1<<30)
	g.Output("y", g.Softmax(g.Input("x", program.F32, n)))
	square := graph.New("square")
	m := square.Dim("m", 1, 1<<20)
	square.Output("y", square.Softmax(square.Input("x", program.F32, m, m)))
	wide, sq := h.program(g), h.program(square)
	for _, c := range []struct {
		what string
		call func() uint32
		code uint32
	}{
		{"alloc", func() uint32 { return Alloc(1 << 20) }, errMemory},
		{"alloc of everything", func() uint32 { return Alloc(0xFFFFFFFF) }, errMemory},
		{"load of a program", func() uint32 { return Load(kindProgram, 0, 0, 1<<19) }, errMemory},
		{"load of a tokenizer", func() uint32 { return Load(kindTokenizer, 0, 0, 0xFFFFFFFF) }, errMemory},
		{"bind", func() uint32 { h.mailbox(1 << 20); return Bind(wide, 1) }, errMemory},
		{"bind of 4 GiB", func() uint32 { h.mailbox(1 << 30); return Bind(wide, 1) }, errTensorBytes},
		{"bind past 64 bits", func() uint32 { h.mailbox(1 << 20); return Bind(sq, 1) }, errTensorBytes},
	} {
		if c.call() != 0 {
			t.Errorf("%s: succeeded in %d bytes", c.what, len(h.arena.Bytes()))
		}
		if r := h.record(); r.Code != c.code {
			t.Errorf("%s: %s", c.what, r.Message())
		}
		h.run(h.bind(wide, 100))
	}
	if pages := MemorySize(); pages > 3 {
		t.Errorf("memory has %d pages", pages)
	}
}

func TestBindLimits(t *testing.T) {
	h := newHost(t, 100)
	g := graph.New("g")
	a, b := g.Dim("a", 2, 5), g.Dim("b", 1, 3)
	g.Output("y", g.Softmax(g.Input("x", program.F32, a, b)))
	p := h.program(g)
	for _, c := range []struct {
		dims []uint32
		want program.Record
	}{
		{[]uint32{1, 1}, program.Record{Code: errDimLow, Op: noOp, Got: 1, Want: 2, Name: "a"}},
		{[]uint32{6, 1}, program.Record{Code: errDimHigh, Op: noOp, Got: 6, Want: 5, Name: "a"}},
		{[]uint32{5, 0}, program.Record{Code: errDimLow, Op: noOp, Arg: 1, Got: 0, Want: 1, Name: "b"}},
		{[]uint32{5, 0xFFFFFFFF}, program.Record{Code: errDimHigh, Op: noOp, Arg: 1, Got: 0xFFFFFFFF, Want: 3, Name: "b"}},
		{[]uint32{5}, program.Record{Code: errDimCount, Op: noOp, Got: 1, Want: 2}},
		{[]uint32{5, 1, 1}, program.Record{Code: errDimCount, Op: noOp, Got: 3, Want: 2}},
	} {
		h.mailbox(c.dims...)
		if Bind(p, uint32(len(c.dims))) != 0 {
			t.Errorf("dimensions %v were bound", c.dims)
		}
		if got := h.record(); got != c.want {
			t.Errorf("dimensions %v: record %+v, want %+v", c.dims, got, c.want)
		}
	}
	for _, handle := range []uint32{0, 1, p + 4, p - programNode, 0xFFFFFFFC} {
		if Bind(handle, 2) != 0 {
			t.Errorf("handle %d was bound", handle)
		}
		h.wantError(errHandle)
	}
	table := h.bind(p, 5, 3)
	want := []uint32{60, dtypeF32, 2, 5, 3, 0, 0, 0, 0, 0, 0}
	for i, w := range want {
		if got := word(table+bindHeader+4, uint32(i)); got != w {
			t.Errorf("word %d of x's record is %d, want %d", i+1, got, w)
		}
	}
	for i := range uint32(2) {
		if at := boundTensor(table, i).Load(boundAt); at%slotAlign != 0 || at < uint32(table) {
			t.Errorf("tensor %d is at %d", i, at)
		}
	}
}

// TestBindChecksShapes binds a program whose shapes fit with its dimension at
// the least and at the largest, but not between.
func TestBindChecksShapes(t *testing.T) {
	h := newHost(t, 100)
	g := graph.New("g")
	n := g.Dim("n", 1, 4)
	bent := n.Times(n).CeilDiv(graph.Const(4)) // 1, 1, 3, 4
	g.Output("y", g.Softmax(g.Input("x", program.F32, n)))
	g.Output("z", g.Softmax(g.Input("w", program.F32, bent)))
	p := lowered(t, g)
	tensorNamed(p, "w").Shape = tensorNamed(p, "x").Shape
	handle := h.noError(h.load(kindProgram, 0, "", p.Encode()))
	h.bind(handle, 1)
	h.bind(handle, 4)
	h.mailbox(2)
	if Bind(handle, 1) != 0 {
		t.Error("shapes that do not fit were bound")
	}
	h.wantError(errShape)
}

// TestSlotsAndScratch runs programs that need all of what Bind sets aside: a
// slot whose later tenant is the larger, and scratch memory for one operation
// alone.
func TestSlotsAndScratch(t *testing.T) {
	n, c := func(g *graph.Graph) graph.Extent { return g.Dim("n", 1, 70) }, graph.Const
	for _, build := range []func(g *graph.Graph) *graph.Tensor{
		func(g *graph.Graph) *graph.Tensor {
			x := g.Input("x", program.F32, n(g), c(8))
			narrow := g.Softmax(g.MatMul(x, g.Weight("a", program.F32, c(8), c(2))))
			return g.Softmax(g.Softmax(g.MatMul(narrow, g.Weight("b", program.F32, c(2), c(300)))))
		},
		func(g *graph.Graph) *graph.Tensor {
			return g.MatMul(g.Input("x", program.F32, n(g), c(320)), g.Weight("w", program.Q8, c(320), c(5)))
		},
		func(g *graph.Graph) *graph.Tensor {
			return g.MatMul(g.Input("x", program.F32, n(g), c(30)), g.Input("w", program.F32, c(30), c(17)))
		},
		func(g *graph.Graph) *graph.Tensor {
			batch := n(g)
			q, k := g.Input("q", program.F32, batch, c(3), c(64)), g.Input("k", program.F32, batch, c(300), c(64))
			return g.AttentionWeights(q, k, nil, graph.Heads{Heads: 1, Dim: 64})
		},
	} {
		h := newHost(t, 100)
		MemoryGrow(90)
		g := graph.New("g")
		g.Output("y", build(g))
		p := h.program(g)
		if !h.fillWeights() {
			t.Fatal(h.record().Message())
		}
		for _, n := range []uint32{1, 5, 70} {
			h.runWatched(h.bind(p, n))
		}
	}
}

// TestBoundEnds checks that a table is refused once its memory is taken back.
func TestBoundEnds(t *testing.T) {
	for what, end := range map[string]func(h *host, p uint32){
		"Reset":          func(h *host, _ uint32) { Reset() },
		"Load":           func(h *host, _ uint32) { Load(kindProgram, 0, 0, 100) },
		"a failing Load": func(h *host, _ uint32) { Load(9, 0, 0, 100) },
		"Op":             func(h *host, _ uint32) { h.tryOp(opSoftmax, nil, ramp(2)) },
		"a failing Bind": func(h *host, p uint32) { Bind(p, 7) },
		"another Bind":   func(h *host, p uint32) { Alloc(1000); h.op("softmax", nil, ramp(9, 9)) },
	} {
		h := newHost(t, 100)
		g := graph.New("g")
		g.Output("y", g.Softmax(g.Input("x", program.F32, graph.Const(4))))
		p := h.program(g)
		table := uint32(h.bind(p))
		h.run(U32(table))
		h.noError(Alloc(10)) // lies behind and ends nothing
		h.run(U32(table))
		end(h, p)
		if Run(table) != errNotBound || Run(0) != errNotBound {
			t.Errorf("after %s the table still runs", what)
		}
	}
}

// TestOneOperationProgramStays binds and runs a one-operation program twice.
func TestOneOperationProgramStays(t *testing.T) {
	h := newHost(t, 100)
	h.run(h.op("softmax", nil, ramp(2, 3)))
	one := gOne.Load(0)
	table := h.bind(one)
	copy(h.tensor(table, 0), ramp(2, 3).bytes())
	h.run(table)
	Reset()
	if Bind(one, 0) != 0 {
		t.Error("a one-operation program outlives Reset")
	}
	h.wantError(errHandle)
}

// TestNamesAlike has a thousand weights whose names share their first three
// thousand bytes: each is told from the others without comparing these.
func TestNamesAlike(t *testing.T) {
	const weights, length = 1000, 4000
	names := strings.Repeat("a", length) + strings.Repeat("b", weights)
	p := &program.Program{Name: names, Exprs: []program.Expr{{Kind: program.Const, A: 1}}}
	for range weights {
		p.Tensors = append(p.Tensors, program.Tensor{Class: program.Weight, DType: program.F32, Shape: []uint32{0}, Slot: program.NoSlot})
	}
	b := p.Encode()
	at := binary.LittleEndian.Uint32(b[4*program.HeaderTensorsAt:])
	for i := range uint32(weights) {
		t := b[at+4*program.TensorWords*i:]
		binary.LittleEndian.PutUint32(t[4*program.TensorName:], i)
		binary.LittleEndian.PutUint32(t[4*program.TensorNameLen:], length)
	}
	h := newHost(t, 100)
	handle := U32(h.noError(h.load(kindProgram, 0, "", b)))
	for i := range uint32(weights) {
		e := h.noError(h.load(kindWeight, program.F32, names[i:i+length], make([]byte, 4)))
		if got := weightOf(handle, i).Load(weightAt); got != e {
			t.Fatalf("weight %d is at %d, not %d", i, got, e)
		}
	}
}
