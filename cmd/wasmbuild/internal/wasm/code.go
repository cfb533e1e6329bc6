package wasm

import (
	"math/bits"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// codeOf is the code section, and where each function lies in it.
func codeOf(funcs []*ir.Func) (buffer, []Extent) {
	index := map[*ir.Func]uint64{}
	for i, f := range funcs {
		index[f] = uint64(i)
	}
	var b buffer
	b.unsigned(uint64(len(funcs)))
	var extents []Extent
	for _, f := range funcs {
		code, marks := body(f, index)
		b.bytes(code)
		e := Extent{Func: f, Start: len(b) - len(code), End: len(b)}
		for _, m := range marks {
			e.Marks = append(e.Marks, Mark{e.Start + m.Offset, m.Site})
		}
		extents = append(extents, e)
	}
	return b, extents
}

// A coder encodes one function.
type coder struct {
	buffer
	funcs  map[*ir.Func]uint64
	locals map[*ir.Local]uint64
	labels []*ir.Label // of the enclosing blocks, innermost last; nil for an if
	marks  []Mark      // by offset in buffer
}

// body is the code of a function with its marks.
func body(f *ir.Func, funcs map[*ir.Func]uint64) (buffer, []Mark) {
	locals, declared := assignLocals(f)
	c := &coder{buffer: declaration(declared), funcs: funcs, locals: locals}
	for _, s := range f.Body {
		if r, ok := s.(*ir.Return); ok { // what follows is never reached
			c.exprs(r.X) // the function's end returns them
			c.op("end")
			return c.buffer, c.marks
		}
		c.stmt(s)
	}
	if len(f.Results) > 0 {
		c.op("unreachable") // every path has returned before
	}
	c.op("end")
	return c.buffer, c.marks
}

// mark notes where the next instruction comes from.
func (c *coder) mark(site *ir.Site) {
	if site != nil {
		c.marks = append(c.marks, Mark{len(c.buffer), site})
	}
}

func (c *coder) op(mnemonic string) { c.opcode(opcode.Find(mnemonic)) }

func (c *coder) opcode(in *opcode.Instruction) {
	if in.Opcode < 0x100 {
		c.buffer = append(c.buffer, byte(in.Opcode))
		return
	}
	c.buffer = append(c.buffer, byte(in.Opcode>>16))
	c.unsigned(uint64(in.Opcode & 0xFFFF))
}

func (c *coder) list(body []ir.Stmt) {
	for _, s := range body {
		c.stmt(s)
	}
}

func (c *coder) stmt(s ir.Stmt) {
	switch s := s.(type) {
	case *ir.Set:
		c.expr(s.X)
		for i := len(s.Dst) - 1; i >= 0; i-- {
			c.local("local.set", s.Dst[i])
		}
	case *ir.Eval:
		c.eval(s.X)
	case *ir.If:
		c.ifStmt(s)
	case *ir.Block:
		c.labelled("block", s.L, s.Body)
	case *ir.Loop:
		c.labelled("loop", s.L, s.Body)
	case *ir.Br:
		c.br(s)
	case *ir.Table:
		c.table(s)
	case *ir.Return:
		c.exprs(s.X)
		c.op("return")
	}
}

// eval drops the values of an expression.
func (c *coder) eval(x ir.Expr) {
	c.expr(x)
	n := 0
	if call, ok := x.(*ir.Call); ok {
		n = len(call.F.Results)
	} else if x.Type() != ir.None {
		n = 1
	}
	for range n {
		c.op("drop")
	}
}

// open starts a block that leaves a value of type t, or ir.None.
func (c *coder) open(mnemonic string, t ir.Type, l *ir.Label) {
	c.op(mnemonic)
	c.buffer = append(c.buffer, byte(t))
	c.labels = append(c.labels, l)
}

func (c *coder) close() {
	c.op("end")
	c.labels = c.labels[:len(c.labels)-1]
}

func (c *coder) labelled(mnemonic string, l *ir.Label, body []ir.Stmt) {
	c.open(mnemonic, ir.None, l)
	c.list(body)
	c.close()
}

func (c *coder) ifStmt(s *ir.If) {
	c.expr(s.Cond)
	c.open("if", ir.None, nil)
	c.list(s.Then)
	if len(s.Else) > 0 {
		c.op("else")
		c.list(s.Else)
	}
	c.close()
}

func (c *coder) br(s *ir.Br) {
	if s.Cond == nil {
		c.op("br")
	} else {
		c.expr(s.Cond)
		c.op("br_if")
	}
	c.unsigned(c.depth(s.L))
}

func (c *coder) table(s *ir.Table) {
	c.expr(s.X)
	c.op("br_table")
	c.unsigned(uint64(len(s.Targets)))
	for _, l := range s.Targets {
		c.unsigned(c.depth(l))
	}
	c.unsigned(c.depth(s.Default))
}

// depth returns how many blocks lie between here and l.
func (c *coder) depth(l *ir.Label) uint64 {
	for i := len(c.labels) - 1; i >= 0; i-- {
		if c.labels[i] == l {
			return uint64(len(c.labels) - 1 - i)
		}
	}
	panic("wasm: branch to a label that encloses it not")
}

func (c *coder) exprs(xs []ir.Expr) {
	for _, x := range xs {
		c.expr(x)
	}
}

func (c *coder) expr(x ir.Expr) {
	switch x := x.(type) {
	case *ir.Const:
		c.constant(x)
	case *ir.Get:
		c.local("local.get", x.L)
	case *ir.Tee:
		c.expr(x.X)
		c.local("local.tee", x.L)
	case *ir.Op:
		c.exprs(x.Args)
		c.mark(x.Site)
		c.opcode(x.In)
		c.immediate(x)
	case *ir.Call:
		c.exprs(x.Args)
		c.mark(x.Site)
		c.op("call")
		c.unsigned(c.funcs[x.F])
	case *ir.Seq:
		c.list(x.Body)
		c.expr(x.X)
	case *ir.Select:
		c.exprs([]ir.Expr{x.A, x.B, x.Cond})
		c.op("select")
	case *ir.Choose:
		c.choose(x)
	}
}

func (c *coder) choose(x *ir.Choose) {
	c.expr(x.Cond)
	c.open("if", ir.I32, nil)
	c.expr(x.Then)
	c.op("else")
	c.expr(x.Else)
	c.close()
}

func (c *coder) local(mnemonic string, l *ir.Local) {
	c.op(mnemonic)
	c.unsigned(c.locals[l])
}

func (c *coder) constant(x *ir.Const) {
	c.op(x.T.String() + ".const")
	switch x.T {
	case ir.I32:
		c.signed(int64(int32(x.Lo)))
	case ir.I64:
		c.signed(int64(x.Lo))
	case ir.F32:
		c.little(x.Lo, 4)
	case ir.F64:
		c.little(x.Lo, 8)
	case ir.V128:
		c.little(x.Lo, 8)
		c.little(x.Hi, 8)
	}
}

// maxAlign is the alignment exponent that kernels may rely on: 4 bytes.
// Atomic accesses must be aligned by their size, and say so.
const maxAlign = 2

func (c *coder) memArg(x *ir.Op) {
	align := bits.Len32(x.In.Natural()) - 1
	if !x.In.Atomic() {
		align = min(align, maxAlign)
	}
	c.unsigned(uint64(align))
	c.unsigned(uint64(x.Offset))
}

func (c *coder) immediate(x *ir.Op) {
	switch x.In.Imm {
	case opcode.MemArg:
		c.memArg(x)
	case opcode.MemArgLane:
		c.memArg(x)
		c.buffer = append(c.buffer, x.Lane)
	case opcode.Lane:
		c.buffer = append(c.buffer, x.Lane)
	case opcode.Lanes:
		c.buffer = append(c.buffer, x.Lanes[:]...)
	case opcode.MemoryImm:
		c.buffer = append(c.buffer, 0)
	case opcode.MemoryImm2:
		c.buffer = append(c.buffer, 0, 0)
	}
}
