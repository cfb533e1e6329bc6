package kernels

import (
	"math"
	"testing"

	"github.com/fovea-run/fovea/wasm/graph"
	"github.com/fovea-run/fovea/wasm/program"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// opCase runs one operation through a one-operation program and through the
// kernel itself.
type opCase struct {
	name   string
	attrs  []program.AttrValue
	inputs []*array
	n      int // elements of the result
	direct func(out F32, in []uint32, scratch F32)
}

func attrs(values ...any) (list []program.AttrValue) {
	for _, v := range values {
		switch v := v.(type) {
		case int:
			list = append(list, program.Int(int32(v)))
		case float64:
			list = append(list, program.Float(float32(v)))
		}
	}
	return list
}

var opCases = []opCase{
	{"gather", attrs(0.5), []*array{ramp(7, 9), {shape: []uint32{2, 3}, ints: []int32{0, 6, 3, 3, 1, 2}}}, 54, func(out F32, in []uint32, _ F32) {
		gather(out, F32(in[0]), I32(in[1]), 6, 9, 0.5)
	}},
	{"add_timing", nil, []*array{ramp(2, 3, 10), ramp(5)}, 60, func(out F32, in []uint32, _ F32) {
		addTiming(out, F32(in[0]), F32(in[1]), 0, 3, 2, 3, 10)
	}},
	{"layer_norm", attrs(1e-3), []*array{ramp(2, 3, 13), ramp(13), ramp(13)}, 78, func(out F32, in []uint32, _ F32) {
		layerNorm(out, 0, 0, F32(in[0]), F32(in[1]), F32(in[2]), 6, 13, 1e-3)
	}},
	{"matmul", attrs(int(program.Tanh)), []*array{ramp(2, 3, 11), ramp(11, 13), ramp(13), ramp(2, 3, 13)}, 78, func(out F32, in []uint32, scratch F32) {
		packPanels(scratch, F32(in[1]), 11, 13)
		gemm(out, F32(in[0]), scratch, F32(in[2]), F32(in[3]), 6, 11, 13, actTanh)
	}},
	{"matmul", attrs(0), []*array{ramp(5), ramp(5, 1), nil, nil}, 1, func(out F32, in []uint32, scratch F32) {
		packPanels(scratch, F32(in[1]), 5, 1)
		gemm(out, F32(in[0]), scratch, 0, 0, 1, 5, 1, actNone)
	}},
	{"attention", attrs(2, 4, 3, 1, 2, 3, 0.25), []*array{ramp(2, 3, 10), ramp(2, 5, 11), ramp(2, 5, 12), indices(5, 2)}, 36, func(out F32, in []uint32, scratch F32) {
		attention(out, F32(in[0]+4), F32(in[1]+8), F32(in[2]+12), I32(in[3]), scratch, 2, 3, 5, 2, 4, 3, 10, 11, 12, 0.25)
	}},
	{"attention", attrs(1, 4, 4, 0, 0, 0, 1.0), []*array{ramp(1, 3, 4), ramp(1, 3, 4), ramp(1, 3, 4), nil}, 12, func(out F32, in []uint32, scratch F32) {
		attention(out, F32(in[0]), F32(in[1]), F32(in[2]), 0, scratch, 1, 3, 3, 1, 4, 4, 4, 4, 4, 1)
	}},
	{"attention_weights", attrs(2, 4, 1, 2, 0.25), []*array{ramp(2, 3, 10), ramp(2, 5, 11), indices(0, 4)}, 60, func(out F32, in []uint32, scratch F32) {
		attentionWeights(out, F32(in[0]+4), F32(in[1]+8), I32(in[2]), scratch, 2, 3, 5, 2, 4, 10, 11, 0.25)
	}},
	{"additive_attention", nil, []*array{ramp(2, 3, 5), ramp(2, 4, 5), ramp(2, 4, 6), ramp(5), indices(4, 0)}, 36, func(out F32, in []uint32, scratch F32) {
		for i := range uint32(6) {
			b := F32(i / 3)
			attendAdditive(out+F32(24*i), F32(in[0]+20*i), F32(in[1])+80*b, F32(in[2])+96*b, F32(in[3]), scratch, 4-4*uint32(b), 5, 6)
		}
	}},
	{"attention_flow", nil, []*array{ramp(1, 3, 5), ramp(1, 4, 5), ramp(15), indices(2), nil}, 60, func(out F32, in []uint32, scratch F32) {
		attendFlow(out, F32(in[0]), F32(in[1]), F32(in[2]), scratch, 3, 2, 4, 5)
	}},
	{"linear_attention", attrs(2, 3, 5, 0, 6, 12, 1), []*array{ramp(1, 70, 22), ramp(1, 70, 22), ramp(1, 70, 22), nil}, 700, func(out F32, in []uint32, scratch F32) {
		for h := range F32(2) {
			linearHead(out+20*h, F32(in[0])+12*h, F32(in[1])+24+12*h, F32(in[2])+48+20*h, U32(scratch), 70, 70, 3, 5, 40, 88, 88, 88, true)
		}
	}},
	{"masked_mean", nil, []*array{ramp(3, 4, 5), indices(0, 1, 4)}, 15, func(out F32, in []uint32, _ F32) {
		maskedMean(out, F32(in[0]), I32(in[1]), 3, 4, 5)
	}},
	{"l2_normalize", attrs(1e-6), []*array{ramp(2, 7)}, 14, func(out F32, in []uint32, _ F32) {
		l2Normalize(out, F32(in[0]), 2, 7, 1e-6)
	}},
	{"scores", nil, []*array{ramp(3, 9), ramp(5, 9)}, 15, func(out F32, in []uint32, _ F32) {
		scores(out, F32(in[0]), F32(in[1]), 3, 5, 9)
	}},
	{"softmax", nil, []*array{ramp(2, 3, 5)}, 30, func(out F32, in []uint32, _ F32) {
		softmax(out, F32(in[0]), 6, 5)
	}},
	{"add", nil, []*array{ramp(3, 5), ramp(3, 5)}, 15, func(out F32, in []uint32, _ F32) {
		add(out, F32(in[0]), F32(in[1]), 15)
	}},
	{"activation", attrs(int(program.GELU)), []*array{ramp(3, 5)}, 15, func(out F32, in []uint32, _ F32) {
		activate(out, F32(in[0]), 15, actGELU)
	}},
	{"attention_received", nil, []*array{ramp(2, 3, 4, 5), indices(4, 2)}, 10, func(out F32, in []uint32, _ F32) {
		attentionReceived(out, F32(in[0]), I32(in[1]), 2, 3, 4, 5)
	}},

	// More than one tile each, the last ones not whole; see share.go.
	{"gather", attrs(0.5), []*array{ramp(7, 2003), indices(0, 6, 3, 3, 1, 2, 5)}, 7 * 2003, func(out F32, in []uint32, _ F32) {
		gather(out, F32(in[0]), I32(in[1]), 7, 2003, 0.5)
	}},
	{"layer_norm", attrs(1e-3), []*array{ramp(41, 513), ramp(513), ramp(513)}, 41 * 513, func(out F32, in []uint32, _ F32) {
		layerNorm(out, 0, 0, F32(in[0]), F32(in[1]), F32(in[2]), 41, 513, 1e-3)
	}},
	{"matmul", attrs(int(program.GELU)), []*array{ramp(3, 51, 70), ramp(70, 203), ramp(203), ramp(3, 51, 203)}, 153 * 203, func(out F32, in []uint32, scratch F32) {
		packPanels(scratch, F32(in[1]), 70, 203)
		gemm(out, F32(in[0]), scratch, F32(in[2]), F32(in[3]), 153, 70, 203, actGELU)
	}},
	{"scores", nil, []*array{ramp(3, 9), ramp(201, 9)}, 3 * 201, func(out F32, in []uint32, _ F32) {
		scores(out, F32(in[0]), F32(in[1]), 3, 201, 9)
	}},
	{"softmax", nil, []*array{ramp(150, 70)}, 150 * 70, func(out F32, in []uint32, _ F32) {
		softmax(out, F32(in[0]), 150, 70)
	}},
	{"l2_normalize", attrs(1e-6), []*array{ramp(150, 70)}, 150 * 70, func(out F32, in []uint32, _ F32) {
		l2Normalize(out, F32(in[0]), 150, 70, 1e-6)
	}},
	{"add", nil, []*array{ramp(3, 5001), ramp(3, 5001)}, 15003, func(out F32, in []uint32, _ F32) {
		add(out, F32(in[0]), F32(in[1]), 15003)
	}},
	{"activation", attrs(int(program.Tanh)), []*array{ramp(9, 1001)}, 9009, func(out F32, in []uint32, _ F32) {
		activate(out, F32(in[0]), 9009, actTanh)
	}},
}

func TestOpsRunTheirKernels(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range opCases {
		seen[c.name] = true
		t.Run(c.name, func(t *testing.T) {
			h := newHost(t, 100)
			table := h.opFor(outputsNeeded(c.name), c.name, c.attrs, c.inputs...)
			h.run(table)
			got := h.output(table)
			sameBits(t, got, c.runDirect(h))
		})
	}
	for _, op := range program.Ops {
		if op.Code < program.OpRMSNorm && op.Level <= maxLevel && !seen[op.Name] { // TestNeighbours has the others
			t.Errorf("%s has no case", op.Name)
		}
	}
}

// outputsNeeded is a mask of the outputs that an operation always has.
func outputsNeeded(name string) (mask uint32) {
	for i, o := range program.OpByName(name).Outputs {
		if !o.Optional {
			mask |= 1 << i
		}
	}
	return mask
}

// runDirect calls the kernel on copies of the inputs.
func (c opCase) runDirect(h *host) []float32 {
	var in []uint32
	for _, a := range c.inputs {
		at := uint32(0)
		if a != nil {
			at = alloc(uint64(len(a.bytes())))
			copy(h.arena.Bytes()[at:], a.bytes())
		}
		in = append(in, at)
	}
	out, scratch := alloc(uint64(4*c.n)), alloc(1<<16)
	c.direct(F32(out), in, F32(scratch))
	return bytesFloats(h.arena.Bytes()[out : out+uint32(4*c.n)])
}

func TestRunChecksIndices(t *testing.T) {
	for _, c := range []struct {
		name           string
		attrs          []program.AttrValue
		inputs         []*array
		code           uint32
		arg, got, want uint32
	}{
		{"gather", attrs(1.0), []*array{ramp(7, 2), indices(0, 6, 7, -1)}, errIndex, 2, 7, 7},
		{"gather", attrs(1.0), []*array{ramp(7, 2), indices(0, -1)}, errIndex, 1, 0xFFFFFFFF, 7},
		{"masked_mean", nil, []*array{ramp(3, 4, 2), indices(4, 5, 0)}, errLength, 1, 5, 4},
		{"attention", attrs(1, 2, 2, 0, 0, 0, 1.0), []*array{ramp(1, 9, 2), ramp(1, 4, 2), ramp(1, 4, 2), indices(5)}, errLength, 0, 5, 4},
		{"attention_weights", attrs(1, 2, 0, 0, 1.0), []*array{ramp(1, 9, 2), ramp(1, 4, 2), indices(-1)}, errLength, 0, 0xFFFFFFFF, 4},
		{"attention_received", nil, []*array{ramp(1, 1, 3, 9), indices(4)}, errLength, 0, 4, 3},
	} {
		h := newHost(t, 100)
		code := Run(uint32(h.op(c.name, c.attrs, c.inputs...)))
		want := program.Record{Code: c.code, Op: 0, Arg: c.arg, Got: c.got, Want: c.want}
		if got := h.record(); got != want || code != c.code {
			t.Errorf("%s: Run = %d, record %+v, want %+v", c.name, code, got, want)
		}
	}
}

func TestOpRefuses(t *testing.T) {
	x, tokens := ramp(2, 3), ramp(2, 3, 4)
	for _, c := range []struct {
		what   string
		op     string
		attrs  []program.AttrValue
		inputs []*array
		code   uint32
	}{
		{"too few operands", "add", nil, []*array{x}, errOperandCount},
		{"too many operands", "softmax", nil, []*array{x, x}, errOperandCount},
		{"a missing operand", "add", nil, []*array{x, nil}, errOperandMissing},
		{"another type", "softmax", nil, []*array{indices(1)}, errOperandType},
		{"no attribute", "activation", nil, []*array{x}, errAttrCount},
		{"an attribute's type", "activation", attrs(1.0), []*array{x}, errAttrTag},
		{"an activation", "activation", attrs(7), []*array{x}, errAttrValue},
		{"a negative number", "attention_weights", attrs(1, 1, -1, 0, 1.0), []*array{tokens, tokens, nil}, errAttrValue},
		{"an infinite number", "l2_normalize", attrs(math.Inf(1)), []*array{x}, errAttrValue},
		{"no number", "l2_normalize", attrs(math.NaN()), []*array{x}, errAttrValue},
		{"an empty tensor", "softmax", nil, []*array{{shape: []uint32{2, 0}, floats: []float32{}}}, errShape},
		{"a rank of 7", "softmax", nil, []*array{{shape: make([]uint32, 7), floats: []float32{}}}, errOperandRank},
		{"a scalar", "softmax", nil, []*array{ramp()}, errOperandRank},
		{"a result of rank 7", "gather", attrs(1.0), []*array{x, {shape: []uint32{1, 1, 1, 1, 1, 1}, ints: []int32{0}}}, errOperandRank},
		{"another shape", "add", nil, []*array{x, ramp(3, 2)}, errShape},
		{"another rank", "add", nil, []*array{x, ramp(6)}, errOperandRank},
		{"an odd width", "add_timing", nil, []*array{ramp(1, 2, 3), ramp(1)}, errShape},
		{"a bias", "matmul", attrs(0), []*array{x, ramp(3, 4), ramp(3), nil}, errShape},
		{"a residual", "matmul", attrs(0), []*array{x, ramp(3, 4), nil, ramp(2, 3)}, errShape},
		{"a factor", "matmul", attrs(0), []*array{x, ramp(2, 4), nil, nil}, errShape},
		{"columns past the row", "attention_weights", attrs(2, 2, 1, 0, 1.0), []*array{tokens, tokens, nil}, errShape},
		{"columns that wrap around", "attention_weights", attrs(1<<16, 1<<16, 0, 0, 1.0), []*array{tokens, tokens, nil}, errShape},
		{"no heads", "attention_weights", attrs(0, 2, 0, 0, 1.0), []*array{tokens, tokens, nil}, errAttrValue},
		{"lengths of another batch", "masked_mean", nil, []*array{tokens, indices(1, 2, 3)}, errShape},
		{"keys of another width", "scores", nil, []*array{x, ramp(2, 4)}, errShape},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := newHost(t, 100)
			if h.tryOp(program.OpByName(c.op).Code, c.attrs, c.inputs...) != 0 {
				t.Fatal("accepted")
			}
			h.wantError(c.code)
			h.run(h.op("softmax", nil, x)) // and works afterwards
		})
	}
	h := newHost(t, 100)
	if h.tryOp(0, nil) != 0 || h.tryOp(4095, nil, x) != 0 {
		t.Error("an unknown operation was accepted")
	}
	h.wantError(errOpCode)
	for _, counts := range [][3]uint32{{maxOperands + 1, 0, 1}, {1, 17, 1}, {1, 0, 0}, {1, 0, 16}, {0xFFFFFFFF, 0xFFFFFFFF, 1}} {
		if Op(opSoftmax, counts[0], counts[1], counts[2]) != 0 {
			t.Errorf("counts %v were accepted", counts)
		}
		h.wantError(errOpArgs)
	}
}

// TestRunOfAProgram runs a program with every kind of weight and compares it
// with the kernels called one by one.
func TestRunOfAProgram(t *testing.T) {
	g := graph.New("p")
	rows := g.Dim("rows", 1, 9)
	ids := g.Input("ids", program.I32, rows)
	table := g.Weight("table", program.F32, graph.Const(6), graph.Const(8))
	w := g.Weight("w", program.F32, graph.Const(8), graph.Const(6))
	b := g.Weight("b", program.F32, graph.Const(6))
	y := g.Activation(g.Add(g.MatMul(g.Gather(table, ids, 2), w), b), program.ReLU)
	g.Output("z", g.Add(g.MatMul(y, table), g.Gather(table, ids, 1)))

	h := newHost(t, 100)
	p := h.program(g)
	tw, ww, bw := ramp(6, 8).floats, ramp(8, 6).floats, ramp(6).floats
	h.weight("b", bw)
	h.weight("table", tw)
	h.weight("w", ww)
	for _, n := range []uint32{9, 1, 5} {
		bound := h.bind(p, n)
		in := []int32{5, 0, 1, 4, 3, 3, 2, 1, 0}[:n]
		copy(h.tensor(bound, 0), indices(in...).bytes())
		h.run(bound)
		got := bytesFloats(h.tensor(bound, 1))
		for i, id := range in {
			for j := range 8 {
				want := reference(tw, ww, bw, int(id), j)
				if v := float64(got[8*i+j]); !(math.Abs(v-want) <= 1e-5) {
					t.Fatalf("rows %d: z[%d, %d] = %v, want %v", n, i, j, v, want)
				}
			}
		}
	}
}

// reference is z[id, j] = relu(2·table[id]·w + b)·table[:, j] + table[id, j].
func reference(table, w, b []float32, id, j int) float64 {
	z := float64(table[8*id+j])
	for c := range 6 {
		y := float64(b[c])
		for k := range 8 {
			y += 2 * float64(table[8*id+k]) * float64(w[6*k+c])
		}
		z += math.Max(y, 0) * float64(table[8*c+j])
	}
	return z
}
