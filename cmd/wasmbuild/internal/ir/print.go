package ir

import (
	"fmt"
	"math"
	"strings"

	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// String returns m as text, function by function.
func (m *Module) String() string {
	var b strings.Builder
	for _, f := range m.Funcs {
		b.WriteString(f.String())
	}
	return b.String()
}

// String returns f as text, a statement a line.
func (f *Func) String() string {
	p := &printer{out: &strings.Builder{}, names: map[any]string{}, taken: map[string]bool{}}
	params := make([]string, len(f.Params))
	for i, l := range f.Params {
		params[i] = fmt.Sprintf("%s %s", p.name(l, l.Name), l.Type)
	}
	fmt.Fprintf(p.out, "func %s(%s)", f.Name, strings.Join(params, ", "))
	for _, t := range f.Results {
		fmt.Fprintf(p.out, " %s", t)
	}
	p.out.WriteByte('\n')
	p.list(f.Body)
	return p.out.String()
}

type printer struct {
	out   *strings.Builder
	depth int
	names map[any]string // of locals and labels
	taken map[string]bool
}

// name returns a name that is key's alone: its own, with a number if needed.
func (p *printer) name(key any, own string) string {
	if n, ok := p.names[key]; ok {
		return n
	}
	n := own
	for i := 2; p.taken[n]; i++ {
		n = fmt.Sprintf("%s.%d", own, i)
	}
	p.names[key] = n
	p.taken[n] = true
	return n
}

func (p *printer) linef(format string, args ...any) {
	fmt.Fprintf(p.out, "%s%s\n", strings.Repeat("\t", p.depth+1), fmt.Sprintf(format, args...))
}

func (p *printer) list(list []Stmt) {
	for _, s := range list {
		p.stmt(s)
	}
}

func (p *printer) nested(list []Stmt) {
	p.depth++
	p.list(list)
	p.depth--
}

func (p *printer) label(l *Label) string { return p.name(l, "@"+l.Name) }

func (p *printer) stmt(s Stmt) {
	switch s := s.(type) {
	case *Set:
		dst := make([]string, len(s.Dst))
		for i, l := range s.Dst {
			dst[i] = p.name(l, l.Name)
		}
		p.linef("%s = %s", strings.Join(dst, ", "), p.expr(s.X))
	case *Eval:
		p.linef("%s", p.expr(s.X))
	case *If:
		p.linef("if %s", p.expr(s.Cond))
		p.nested(s.Then)
		if len(s.Else) > 0 {
			p.linef("else")
			p.nested(s.Else)
		}
	case *Block:
		p.linef("block %s", p.label(s.L))
		p.nested(s.Body)
	case *Loop:
		p.linef("loop %s", p.label(s.L))
		p.nested(s.Body)
	case *Br:
		if s.Cond == nil {
			p.linef("br %s", p.label(s.L))
		} else {
			p.linef("br %s if %s", p.label(s.L), p.expr(s.Cond))
		}
	case *Table:
		p.table(s)
	case *Return:
		p.linef("return %s", p.exprs(s.X))
	}
}

func (p *printer) table(s *Table) {
	targets := make([]string, len(s.Targets))
	for i, l := range s.Targets {
		targets[i] = p.label(l)
	}
	p.linef("table %s [%s] %s", p.expr(s.X), strings.Join(targets, " "), p.label(s.Default))
}

func (p *printer) exprs(xs []Expr) string {
	texts := make([]string, len(xs))
	for i, x := range xs {
		texts[i] = p.expr(x)
	}
	return strings.Join(texts, ", ")
}

func (p *printer) expr(x Expr) string {
	switch x := x.(type) {
	case *Const:
		return x.text()
	case *Get:
		return p.name(x.L, x.L.Name)
	case *Tee:
		return fmt.Sprintf("(%s = %s)", p.name(x.L, x.L.Name), p.expr(x.X))
	case *Op:
		return fmt.Sprintf("%s%s(%s)", x.In.Name, x.immediate(), p.exprs(x.Args))
	case *Call:
		return fmt.Sprintf("%s(%s)", x.F.Name, p.exprs(x.Args))
	case *Seq:
		return p.seq(x)
	case *Select:
		return fmt.Sprintf("select(%s)", p.exprs([]Expr{x.A, x.B, x.Cond}))
	case *Choose:
		return fmt.Sprintf("choose(%s)", p.exprs([]Expr{x.Cond, x.Then, x.Else}))
	}
	return fmt.Sprintf("%T", x)
}

// seq prints the statements on lines of their own, inside braces.
func (p *printer) seq(x *Seq) string {
	saved := p.out
	p.out = &strings.Builder{}
	p.nested(x.Body)
	p.depth++
	p.linef("%s", p.expr(x.X))
	p.depth--
	text := p.out.String()
	p.out = saved
	return "{\n" + text + strings.Repeat("\t", p.depth+1) + "}"
}

func (c *Const) text() string {
	switch c.T {
	case I32:
		return fmt.Sprintf("%d", int32(c.Lo))
	case I64:
		return fmt.Sprintf("%d", int64(c.Lo))
	case F32:
		return fmt.Sprintf("f32 %v", math.Float32frombits(uint32(c.Lo)))
	case F64:
		return fmt.Sprintf("f64 %v", math.Float64frombits(c.Lo))
	}
	return fmt.Sprintf("v128 %#x %#x", c.Lo, c.Hi)
}

func (o *Op) immediate() string {
	switch o.In.Imm {
	case opcode.MemArg:
		return fmt.Sprintf("+%d", o.Offset)
	case opcode.MemArgLane:
		return fmt.Sprintf("+%d[%d]", o.Offset, o.Lane)
	case opcode.Lane:
		return fmt.Sprintf("[%d]", o.Lane)
	case opcode.Lanes:
		return fmt.Sprint(o.Lanes)
	}
	return ""
}
