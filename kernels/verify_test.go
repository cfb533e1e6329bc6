package kernels

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/wasm/graph"
	"github.com/fovea-run/fovea/wasm/program"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// smallEncoder is a program of every operation but add, scores and softmax,
// with f32 and q8 weights in rows and in panels.
func smallEncoder() *graph.Graph {
	g := graph.New("encode")
	batch, tokens := g.Dim("batch", 1, 4), g.Dim("tokens", 1, 6)
	weight := func(name string, dtype program.DType, shape ...int) *graph.Tensor {
		var extents []graph.Extent
		for _, n := range shape {
			extents = append(extents, graph.Const(n))
		}
		return g.Weight(name, dtype, extents...)
	}
	ids, lengths := g.Input("ids", program.I32, batch, tokens), g.Input("lengths", program.I32, batch)
	x := g.AddTiming(g.Gather(weight("table", program.Q8, 10, 32), ids, 2), weight("inv", program.F32, 16))
	h := g.LayerNorm(x, weight("scale", program.F32, 32), weight("bias", program.F32, 32), 1e-6)
	qkv := g.MatMul(h, weight("qkv", program.Q8, 32, 24))
	heads := graph.Heads{Heads: 2, Dim: 4, VDim: 4, KCol: 8, VCol: 16, Scale: 0.5}
	a := g.Attention(qkv, qkv, qkv, lengths, heads)
	x = g.MatMul(a, weight("out", program.F32, 8, 32), graph.Bias(weight("out.b", program.F32, 32)), graph.Residual(x), graph.Act(program.GELU))
	g.Output("embedding", g.L2Normalize(g.MaskedMean(g.Activation(x, program.Tanh), lengths), 1e-12))
	g.Output("received", g.AttentionReceived(g.AttentionWeights(qkv, qkv, lengths, heads), lengths))
	return g
}

func lowered(t testing.TB, g *graph.Graph) *program.Program {
	t.Helper()
	p, err := g.Lower()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// verify runs Verify on a program.
func (h *host) verify(b []byte) uint32 {
	h.t.Helper()
	Reset()
	at := h.noError(Alloc(uint32(len(b))))
	copy(h.arena.Bytes()[at:], b)
	return Verify(at, uint32(len(b)))
}

func TestVerifyAccepts(t *testing.T) {
	h := newHost(t, 100)
	p := lowered(t, smallEncoder())
	h.noError(h.verify(p.Encode()))
	h.noError(h.verify((&program.Program{Name: "empty"}).Encode()))
	cur := heapCur()
	h.noError(h.verify(p.Encode()))
	if heapCur() < cur {
		t.Error("Verify took back memory that is not its own")
	}
}

// tensorNamed returns the program's tensor of that name.
func tensorNamed(p *program.Program, name string) *program.Tensor {
	i := slices.IndexFunc(p.Tensors, func(t program.Tensor) bool { return t.Name == name })
	return &p.Tensors[i]
}

// instrOf returns the program's first operation of that code.
func instrOf(p *program.Program, code uint32) *program.Instr {
	i := slices.IndexFunc(p.Instrs, func(in program.Instr) bool { return in.Code == code })
	return &p.Instrs[i]
}

// constExpr adds a constant to the program.
func constExpr(p *program.Program, n uint32) uint32 {
	p.Exprs = append(p.Exprs, program.Expr{Kind: program.Const, A: n})
	return uint32(len(p.Exprs) - 1)
}

func TestVerifyRefuses(t *testing.T) {
	for _, c := range []struct {
		what string
		code uint32
		edit func(p *program.Program)
	}{
		{"a higher level", errLevel, func(p *program.Program) { p.Level = maxLevel + 1 }},
		{"too many dimensions", errCount, func(p *program.Program) { p.Dims = make([]program.Dim, 65) }},
		{"too many slots", errCount, func(p *program.Program) { p.Slots = 5000 }},
		{"a dimension from 0", errDimRange, func(p *program.Program) { p.Dims[0].Min = 0 }},
		{"an empty dimension", errDimRange, func(p *program.Program) { p.Dims[0].Min = 5 }},
		{"an expression of itself", errExprOperand, func(p *program.Program) { p.Exprs[2] = program.Expr{Kind: program.Add, A: 2, B: 0} }},
		{"a later second operand", errExprOperand, func(p *program.Program) { p.Exprs[2] = program.Expr{Kind: program.Mul, A: 0, B: 3} }},
		{"an unknown dimension", errExprOperand, func(p *program.Program) { p.Exprs[0].A = 2 }},
		{"an unknown expression", errExprKind, func(p *program.Program) { p.Exprs[0].Kind = 5 }},
		{"an extent of 0", errExprRange, func(p *program.Program) { constExpr(p, 0) }},
		{"a product past 32 bits", errExprRange, func(p *program.Program) {
			n := constExpr(p, 1<<31)
			p.Exprs = append(p.Exprs, program.Expr{Kind: program.Mul, A: n, B: n})
		}},
		{"a sum past 32 bits at the largest", errExprRange, func(p *program.Program) {
			n := constExpr(p, 0xFFFFFFFF-5)
			p.Exprs = append(p.Exprs, program.Expr{Kind: program.Add, A: n, B: 1})
		}},
		{"class 0", errClass, func(p *program.Program) { p.Tensors[0].Class = 0 }},
		{"state", errState, func(p *program.Program) { p.Tensors[0].Class = program.State }},
		{"an input of u8", errOperandType, func(p *program.Program) { p.Tensors[0].DType = program.U8 }},
		{"an output of i32", errOperandType, func(p *program.Program) { tensorNamed(p, "embedding").DType = program.I32 }},
		{"a weight of u8", errTensorType, func(p *program.Program) { tensorNamed(p, "inv").DType = program.U8 }},
		{"an extent that is not there", errExprOperand, func(p *program.Program) { p.Tensors[0].Shape[0] = uint32(len(p.Exprs)) }},
		{"a slot that is not there", errSlot, func(p *program.Program) { p.Tensors[0].Slot = uint32(p.Slots) }},
		{"an input without slot", errSlot, func(p *program.Program) { p.Tensors[0].Slot = program.NoSlot }},
		{"a weight with a name that is too long", errNameLen, func(p *program.Program) { tensorNamed(p, "inv").Name = strings.Repeat("n", mailboxBytes+1) }},
		{"a weight with a slot", errSlot, func(p *program.Program) { tensorNamed(p, "inv").Slot = 0 }},
		{"an input in panels", errLayout, func(p *program.Program) { p.Tensors[0].Layout = program.Panels }},
		{"a vector in panels", errLayout, func(p *program.Program) { tensorNamed(p, "inv").Layout = program.Panels }},
		{"a weight in layout 2", errLayout, func(p *program.Program) { tensorNamed(p, "qkv").Layout = 2 }},
		{"a q8 vector", errLayout, func(p *program.Program) { tensorNamed(p, "inv").DType = program.Q8 }},
		{"a weight of varying shape", errWeightShape, func(p *program.Program) { tensorNamed(p, "inv").Shape[0] = 0 }},
		{"a weight of 4 GiB", errTensorBytes, func(p *program.Program) { tensorNamed(p, "inv").Shape[0] = constExpr(p, 1<<30) }},
		{"a broken block of rows", errBlocks, func(p *program.Program) { tensorNamed(p, "table").Shape[1] = constExpr(p, 33) }},
		{"a broken block of panels", errBlocks, func(p *program.Program) { tensorNamed(p, "qkv").Shape[0] = constExpr(p, 16) }},
		{"two inputs in a slot", errSlotShared, func(p *program.Program) { p.Tensors[1].Slot = p.Tensors[0].Slot }},

		{"operation 0", errOpCode, func(p *program.Program) { p.Instrs[0].Code = 0 }},
		{"a later operation", errOpCode, func(p *program.Program) { p.Instrs[0].Code = 4095 }},
		{"an operand too few", errOperandCount, func(p *program.Program) { p.Instrs[0].Operands = p.Instrs[0].Operands[:1] }},
		{"no output", errOutputCount, func(p *program.Program) { p.Instrs[0].Outputs = nil }},
		{"an attribute too many", errAttrCount, func(p *program.Program) { p.Instrs[1].Attrs = attrs(1) }},
		{"an operand that is not there", errTensorIndex, func(p *program.Program) { p.Instrs[0].Operands[0] = uint32(len(p.Tensors)) }},
		{"an output that is not there", errTensorIndex, func(p *program.Program) { p.Instrs[0].Outputs[0] = program.Absent }},
		{"a missing operand", errOperandMissing, func(p *program.Program) { p.Instrs[0].Operands[0] = program.Absent }},
		{"an operand's type", errOperandType, func(p *program.Program) { slices.Reverse(p.Instrs[0].Operands) }},
		{"a q8 factor in rows", errOperandLayout, func(p *program.Program) {
			w := tensorNamed(p, "qkv")
			w.Shape[1], w.Layout = w.Shape[0], program.Rows
		}},
		{"a table in panels", errOperandLayout, func(p *program.Program) {
			table := tensorNamed(p, "table")
			table.Shape[0], table.Layout = table.Shape[1], program.Panels
		}},
		{"reading what comes later", errOperandUnwritten, func(p *program.Program) { p.Instrs[1].Operands[0] = p.Instrs[2].Outputs[0] }},
		{"reading an output before", errOperandUnwritten, func(p *program.Program) { p.Instrs[1].Operands[0] = 2 }},
		{"reading what is overwritten", errOperandUnwritten, func(p *program.Program) {
			// The residual's slot goes to the attention's result.
			p.Tensors[instrOf(p, opAttention).Outputs[0]].Slot = p.Tensors[p.Instrs[1].Outputs[0]].Slot
		}},
		{"overwriting an input", errOperandUnwritten, func(p *program.Program) {
			p.Tensors[p.Instrs[2].Outputs[0]].Slot = p.Tensors[1].Slot
		}},
		{"writing an input", errOutputClass, func(p *program.Program) { p.Instrs[0].Outputs[0] = 0 }},
		{"writing a weight", errOutputClass, func(p *program.Program) { p.Instrs[2].Outputs[0] = p.Instrs[0].Operands[0] }},
		{"writing twice", errOutputTwice, func(p *program.Program) { p.Instrs = append(p.Instrs, p.Instrs[len(p.Instrs)-1]) }},
		{"writing where it reads", errSlotShared, func(p *program.Program) {
			p.Tensors[p.Instrs[1].Outputs[0]].Slot = p.Tensors[p.Instrs[0].Outputs[0]].Slot
		}},
		{"an attribute's type", errAttrTag, func(p *program.Program) { p.Instrs[0].Attrs = attrs(2) }},
		{"a negative attribute", errAttrValue, func(p *program.Program) { instrOf(p, opAttention).Attrs[0] = program.Int(-1) }},
		{"an infinite attribute", errAttrValue, func(p *program.Program) { p.Instrs[0].Attrs[0].Bits = 0x7F800000 }},
		{"activation 7", errAttrValue, func(p *program.Program) { instrOf(p, opMatmul).Attrs[0] = program.Int(7) }},
		{"an output never written", errOutputUnwritten, func(p *program.Program) { p.Instrs = p.Instrs[:len(p.Instrs)-1] }},
		{"an output overwritten", errOutputUnwritten, func(p *program.Program) {
			last := p.Instrs[len(p.Instrs)-2] // the attention weights, behind the embedding
			p.Tensors[last.Outputs[0]].Slot = tensorNamed(p, "embedding").Slot
		}},
		{"a shape that fits at the least only", errShape, func(p *program.Program) { tensorNamed(p, "received").Shape[1] = constExpr(p, 1) }},
		{"a shape that fits at the largest only", errShape, func(p *program.Program) { tensorNamed(p, "received").Shape[1] = constExpr(p, 6) }},
		{"a rank", errOperandRank, func(p *program.Program) {
			e := tensorNamed(p, "received")
			e.Shape = e.Shape[:1]
		}},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := newHost(t, 100)
			p := lowered(t, smallEncoder())
			c.edit(p)
			if h.verify(p.Encode()) != 0 {
				t.Fatalf("accepted\n%s", p)
			}
			h.wantError(c.code)
		})
	}
}

// TestVerifyRefusesBytes edits words that a program.Program does not have.
func TestVerifyRefusesBytes(t *testing.T) {
	valid := lowered(t, smallEncoder()).Encode()
	size := uint32(len(valid))
	opsAt := binary.LittleEndian.Uint32(valid[hdrOpsAt:])
	tensorsAt := binary.LittleEndian.Uint32(valid[hdrTensorsAt:])
	exprs := binary.LittleEndian.Uint32(valid[hdrExprs:])
	names, nameLen := binary.LittleEndian.Uint32(valid[hdrStringBytes:]), binary.LittleEndian.Uint32(valid[hdrNameLen:])
	for _, c := range []struct {
		what            string
		at, value, code uint32
	}{
		{"another magic", hdrMagic, 1, errMagic},
		{"format 0", hdrFormat, 0, errFormat},
		{"format 2", hdrFormat, 2, errFormat},
		{"a later operation table", hdrOpTable, opTableVersion + 1, errOpTable},
		{"no operation table", hdrOpTable, 0, errOpTable},
		{"another size", hdrBytes, size - 4, errTruncated},
		{"a reserved word", hdrReserved, 1, errReserved},
		{"names elsewhere", hdrStrings, size, errSectionStart},
		{"names that wrap around", hdrStringBytes, 0xFFFFFFFF, errSection},
		{"the name outside", hdrName, names - nameLen + 1, errNameRange},
		{"the name wrapping around", hdrName, 0xFFFFFFFF, errNameRange},
		{"dimensions elsewhere", hdrDimsAt, size - 4, errSectionStart},
		{"a crooked offset", hdrDimsAt, 81, errSectionStart},
		{"an expression more", hdrExprs, exprs + 1, errSectionStart},
		{"tensors outside", hdrTensorsAt, 0xFFFFFFFC, errSectionStart},
		{"operations outside", hdrOpsAt, size, errSectionStart},
		{"an operation less", hdrOps, binary.LittleEndian.Uint32(valid[hdrOps:]) - 1, errOpsEnd},
		{"too many operations", hdrOps, maxOps + 1, errCount},
		{"an operation more", hdrOps, 1 + binary.LittleEndian.Uint32(valid[hdrOps:]), errOpsEnd},
		{"a rank of 7", tensorsAt + tenRank, 7, errRank},
		{"an extent past the rank", tensorsAt + tenShape + 20, 1, errReserved},
		{"a tensor's reserved word", tensorsAt + tenReserved + 8, 1, errReserved},
		{"a tensor's name outside", tensorsAt + tenName, 9999, errNameRange},
		{"2³² operands", opsAt + opOperandsN, 0xFFFFFFFF, errOperandCount},
	} {
		h := newHost(t, 100)
		b := slices.Clone(valid)
		binary.LittleEndian.PutUint32(b[c.at:], c.value)
		if h.verify(b) != 0 {
			t.Errorf("%s: accepted", c.what)
			continue
		}
		if r := h.record(); r.Code != c.code {
			t.Errorf("%s: %s, want %s", c.what, r.Message(), program.ErrorID(c.code))
		}
	}
	h := newHost(t, 100)
	for n := range size {
		if h.verify(valid[:n]) != 0 {
			t.Fatalf("%d of %d bytes were accepted", n, size)
		}
	}
	if Verify(0, size) != 0 || Verify(heapCur(), 4) != 0 || Verify(heapAt, 0xFFFFFFFF) != 0 {
		t.Error("a program outside of taken memory was accepted")
	}
	h.wantError(errRange)
}

// TestVerifySections moves and resizes every section in every way that stays
// inside of the program, alone and with what would make up for it in the next
// one: no two sections may share a word, and none may be left out.
func TestVerifySections(t *testing.T) {
	valid := lowered(t, smallEncoder()).Encode()
	h := newHost(t, 100)
	headers := []int{hdrStrings, hdrStringBytes, hdrDims, hdrDimsAt, hdrExprs, hdrExprsAt, hdrTensors, hdrTensorsAt, hdrOps, hdrOpsAt}
	for i, at := range headers {
		for v := range uint32(len(valid) + 8) {
			b := slices.Clone(valid)
			if binary.LittleEndian.Uint32(b[at:]) == v {
				continue
			}
			binary.LittleEndian.PutUint32(b[at:], v)
			if h.verify(b) != 0 && !sameButNames(b, valid) {
				t.Fatalf("header word %d = %d was accepted", at/4, v)
			}
			if i+2 < len(headers) && v%4 == 0 {
				binary.LittleEndian.PutUint32(b[headers[i+2]:], v+binary.LittleEndian.Uint32(b[headers[i+1]:]))
				if h.verify(b) != 0 {
					t.Fatalf("header words %d = %d and %d were accepted", at/4, v, headers[i+2]/4)
				}
			}
		}
	}
}

// sameButNames reports whether b differs from valid in the length of its names
// only, by the zeros behind them: a longer one leaves the sections in place.
func sameButNames(b, valid []byte) bool {
	x, y := binary.LittleEndian.Uint32(b[hdrStringBytes:]), binary.LittleEndian.Uint32(valid[hdrStringBytes:])
	b = slices.Clone(b)
	copy(b[hdrStringBytes:hdrStringBytes+4], valid[hdrStringBytes:])
	return slices.Equal(b, valid) && (x+3)&^3 == (y+3)&^3 && x > y
}

// TestVerifyOverlap is an operation whose record shares words with the last
// tensor's, so that what fills in the one would change the other.
func TestVerifyOverlap(t *testing.T) {
	p := lowered(t, smallEncoder())
	b := p.Encode()
	opsAt := binary.LittleEndian.Uint32(b[hdrOpsAt:])
	last := b[opsAt-tensorBytes : opsAt]
	binary.LittleEndian.PutUint32(b[hdrOpsAt:], opsAt-tensorBytes+16)
	copy(last[16:], b[opsAt:opsAt+tensorBytes-16])
	h := newHost(t, 100)
	if h.verify(b) != 0 {
		t.Fatal("sections that overlap were accepted")
	}
	h.wantError(errSectionStart)
}

// TestVerifyGaps puts words between the sections, and behind the last one.
func TestVerifyGaps(t *testing.T) {
	valid := lowered(t, smallEncoder()).Encode()
	h := newHost(t, 100)
	starts := []int{hdrStrings, hdrDimsAt, hdrExprsAt, hdrTensorsAt, hdrOpsAt}
	for i := range len(starts) + 1 {
		at := len(valid)
		if i < len(starts) {
			at = int(binary.LittleEndian.Uint32(valid[starts[i]:]))
		}
		b := slices.Insert(slices.Clone(valid), at, 0, 0, 0, 0)
		for _, header := range append(starts[i:], hdrBytes) {
			binary.LittleEndian.PutUint32(b[header:], 4+binary.LittleEndian.Uint32(b[header:]))
		}
		if h.verify(b) != 0 {
			t.Errorf("a gap at byte %d was accepted", at)
		}
	}
}

// TestVerifyNamesAreText refuses names that are no UTF-8, also where only their
// ends cut a character of sound text.
func TestVerifyNamesAreText(t *testing.T) {
	for _, c := range []struct {
		name  string
		at, n uint32 // of the name in those bytes
		sound bool
	}{
		{"añb€c😀\uFFFD", 0, 15, true}, {"añb€c😀\uFFFD", 1, 2, true}, {"añb€c😀\uFFFD", 2, 0, true},
		{"añb€c😀\uFFFD", 2, 2, false}, {"añb€c😀\uFFFD", 0, 5, false}, {"añb€c😀\uFFFD", 0, 14, false},
		{"a\xFF", 0, 2, false}, {"a\xFF", 0, 1, false}, {"\xED\xA0\x80", 0, 3, false}, {"\xC0\x80", 0, 2, false}, {"\xE2\x82", 0, 2, false},
	} {
		p := lowered(t, smallEncoder())
		p.Name = c.name
		b := p.Encode()
		binary.LittleEndian.PutUint32(b[hdrName:], c.at)
		binary.LittleEndian.PutUint32(b[hdrNameLen:], c.n)
		h := newHost(t, 100)
		if got := h.verify(b) != 0; got != c.sound {
			t.Errorf("%q[%d:][:%d]: accepted %v", c.name, c.at, c.n, got)
		} else if !c.sound {
			h.wantError(errNameText)
		}
		if _, err := program.Decode(b); (err == nil) != c.sound {
			t.Errorf("%q[%d:][:%d]: Go's reader: %v", c.name, c.at, c.n, err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	g := graph.New("deep")
	x := g.Input("x", program.F32, g.Dim("n", 1, 9), graph.Const(8))
	w := g.Weight("w", program.F32, graph.Const(8), graph.Const(8))
	for range 100 {
		x = g.MatMul(x, w)
	}
	g.Output("y", x)
	code := lowered(b, g).Encode()
	h := newHost(b, 100)
	for b.Loop() {
		h.noError(h.verify(code))
	}
}

// sameOutside checks that a run has changed no byte outside of the arena and
// the fixed addresses.
func sameOutside(t testing.TB, before, after []byte, arena, end uint32) {
	t.Helper()
	for _, part := range [][2]uint32{{mailboxAt, arena}, {end, uint32(len(before))}} {
		if !slices.Equal(before[part[0]:part[1]], after[part[0]:part[1]]) {
			t.Fatalf("the run has changed memory in %d..%d, outside of its arena %d..%d", part[0], part[1], arena, end)
		}
	}
}

// tryProgram loads a program that may be unsound, with weights that fit what
// it wants and inputs of ones, and runs it with its dimensions at their
// least, and at most 2 above. It fails where a run traps or changes memory
// outside of the arena, or a refusal has no words.
func tryProgram(t testing.TB, b []byte) {
	h := newHost(t, 8)
	MemoryGrow(2)
	handle := h.load(kindProgram, 0, "", b)
	if handle == 0 {
		if h.record().Code == 0 {
			t.Fatal("refused without an error")
		}
		return
	}
	if _, err := program.Decode(b); err != nil {
		t.Fatalf("verified, but not decoded: %v", err)
	}
	if !h.fillWeights() {
		return
	}
	defer func() {
		if at := handle; !bytes.Equal(h.arena.Bytes()[at:int(at)+len(b)], b) {
			t.Fatal("what was verified has been written to")
		}
	}()
	p := U32(handle)
	for raise := range uint32(3) {
		for i := range p.Load(hdrDims) {
			d := p + U32(p.Load(hdrDimsAt)+dimBytes*i)
			setWord(mailboxAt, i, min(d.Load(8)+raise, d.Load(12)))
		}
		table := U32(Bind(handle, p.Load(hdrDims)))
		if table == 0 {
			if h.record().Code == 0 {
				t.Fatal("not bound without an error")
			}
			continue
		}
		h.runWatched(table)
	}
}

// runWatched runs a bound program on inputs of ones.
func (h *host) runWatched(table U32) {
	p := U32(table.Load(bindProgram))
	for i := range table.Load(bindTensors) {
		if tensorAt(p, i).Load(tenClass) == classInput {
			one := uint32(1)
			if tensorAt(p, i).Load(tenDType) == dtypeF32 {
				one = math.Float32bits(1)
			}
			b := h.tensor(table, i)
			for at := 0; at < len(b); at += 4 {
				binary.LittleEndian.PutUint32(b[at:], one)
			}
		}
	}
	end := table.Load(bindScratch) + table.Load(bindScratchBytes)
	start := table.Load(bindScratch) - table.Load(bindArenaBytes)
	h.slotsApart(table, start, table.Load(bindScratch))
	before := slices.Clone(h.arena.Bytes())
	if code := Run(uint32(table)); code != h.record().Code {
		h.t.Fatalf("Run = %d, record %+v", code, h.record())
	}
	sameOutside(h.t, before, h.arena.Bytes(), start, end)
}

// slotsApart checks that the tensors lie in start..end-1 and that those of
// different slots lie apart.
func (h *host) slotsApart(table U32, start, end uint32) {
	type span struct{ at, end, slot uint32 }
	var spans []span
	for i := range table.Load(bindTensors) {
		t, r := tensorAt(U32(table.Load(bindProgram)), i), boundTensor(table, i)
		if t.Load(tenClass) != classWeight {
			spans = append(spans, span{r.Load(boundAt), r.Load(boundAt) + r.Load(boundBytes), t.Load(tenSlot)})
		}
	}
	for _, a := range spans {
		if a.at < start || a.end > end {
			h.t.Fatalf("a tensor at %d..%d is not in the arena %d..%d", a.at, a.end, start, end)
		}
		for _, b := range spans {
			if a.slot != b.slot && a.at < b.end && b.at < a.end {
				h.t.Fatalf("slot %d at %d..%d overlaps slot %d at %d..%d", a.slot, a.at, a.end, b.slot, b.at, b.end)
			}
		}
	}
}

// fillWeights loads every weight that is wanted, if memory suffices.
func (h *host) fillWeights() bool {
	type part struct {
		name  string
		dtype program.DType
		bytes uint32
	}
	var parts []part
	for e := U32(gWeights.Load(0)); e != 0; e = U32(e.Load(weightNext)) {
		at, n := e.Load(weightName), e.Load(weightNameLen)
		name, elements := string(h.arena.Bytes()[at:at+n]), e.Load(weightRows)*e.Load(weightCols)
		dtype := e.Load(weightDType)
		bytes := elements / 8 * bitsOf(dtype)
		if isQuantized(dtype) {
			parts = append(parts, part{name + ".q", program.U8, bytes}, part{name + ".s", program.F16, elements / blockLen * 2})
		} else {
			parts = append(parts, part{name, program.DType(dtype), elements * bitsOf(dtype) / 8})
		}
	}
	slices.SortFunc(parts, func(a, b part) int { return int(a.bytes) - int(b.bytes) })
	for _, p := range slices.CompactFunc(parts, func(a, b part) bool { return a == b }) {
		if p.bytes > 1<<19 {
			return false
		}
		h.load(kindWeight, p.dtype, p.name, make([]byte, p.bytes))
		if code := h.record().Code; code == errMemory || code == errNameLen {
			return false
		} else if code != 0 && code != errWeightTwice {
			h.t.Fatal(h.record().Message())
		}
	}
	return true
}

// TestMutatedPrograms changes every word of a program in many ways: what is
// not refused runs within its memory.
func TestMutatedPrograms(t *testing.T) {
	valid := lowered(t, smallEncoder()).Encode()
	tryProgram(t, valid)
	for at := 0; at < len(valid); at += 4 {
		v := binary.LittleEndian.Uint32(valid[at:])
		for _, w := range []uint32{0, 1, 2, v - 1, v + 1, v + 4, v * 2, v ^ 1<<16, 1 << 31, 0x7FFFFFFF, 0xFFFFFFFF} {
			b := slices.Clone(valid)
			binary.LittleEndian.PutUint32(b[at:], w)
			tryProgram(t, b)
		}
	}
}

// FuzzProgram runs whatever program the verifier lets pass: it never traps
// and never leaves its memory. Run it with -fuzzminimizetime=1x: minimizing
// takes all the time otherwise.
func FuzzProgram(f *testing.F) {
	f.Add(lowered(f, smallEncoder()).Encode())
	f.Add((&program.Program{}).Encode())
	f.Fuzz(func(t *testing.T, b []byte) { tryProgram(t, b) })
}

// FuzzEditedProgram does the same with a sound program in which words are
// replaced: an edit is the word's index in 2 bytes and its value in 4.
func FuzzEditedProgram(f *testing.F) {
	valid := lowered(f, smallEncoder()).Encode()
	f.Add([]byte{0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, edits []byte) {
		b := slices.Clone(valid)
		for ; len(edits) >= 6; edits = edits[6:] {
			word := int(binary.LittleEndian.Uint16(edits)) % (len(b) / 4)
			copy(b[4*word:], edits[2:6])
		}
		tryProgram(t, b)
	})
}
