package program

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// maxExprText bounds the printed form of one shape expression: a chain of
// doublings would otherwise print at exponential length.
const maxExprText = 200

// String prints p, a declaration or an operation a line. Tensors are numbered
// as %0, %1, …; @n is a tensor's slot and _ an operand that is left out. It
// prints what it can of a program that Verify refuses.
func (p *Program) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "program %q level %d slots %d\n", p.Name, p.Level, p.Slots)
	for _, d := range p.Dims {
		fmt.Fprintf(&b, "dim %s %d..%d\n", d.Name, d.Min, d.Max)
	}
	exprs := p.exprTexts()
	for i, t := range p.Tensors {
		b.WriteString(p.tensorText(i, t, exprs) + "\n")
	}
	for _, in := range p.Instrs {
		b.WriteString(in.String() + "\n")
	}
	return b.String()
}

func (p *Program) tensorText(i int, t Tensor, exprs []string) string {
	var axes []string
	for _, e := range t.Shape {
		axes = append(axes, at(exprs, e))
	}
	s := fmt.Sprintf("%%%d %s %s %s[%s]", i, t.Class, t.Name, t.DType, strings.Join(axes, ", "))
	if t.Slot != NoSlot {
		s += fmt.Sprintf(" @%d", t.Slot)
	}
	if t.Layout != Rows {
		s += " " + t.Layout.String()
	}
	return strings.Replace(s, "  ", " ", 1)
}

// Axes returns the shape of t, one of p's tensors, as a text an axis: a
// number, the name of a dimension or an expression of them.
func (p *Program) Axes(t Tensor) []string {
	exprs := p.exprTexts()
	axes := make([]string, len(t.Shape))
	for i, e := range t.Shape {
		axes[i] = at(exprs, e)
	}
	return axes
}

// at is texts[i], or "?" for an index out of range.
func at(texts []string, i uint32) string {
	if uint64(i) < uint64(len(texts)) {
		return texts[i]
	}
	return "?"
}

func (p *Program) exprTexts() []string {
	var texts []string
	for _, x := range p.Exprs {
		var s string
		switch x.Kind {
		case Const:
			s = strconv.FormatUint(uint64(x.A), 10)
		case DimExpr:
			s = "?"
			if uint64(x.A) < uint64(len(p.Dims)) {
				s = p.Dims[x.A].Name
			}
		case Add:
			s = "(" + at(texts, x.A) + "+" + at(texts, x.B) + ")"
		case Mul:
			s = at(texts, x.A) + "*" + at(texts, x.B)
		case CeilDiv:
			s = "ceil(" + at(texts, x.A) + "/" + at(texts, x.B) + ")"
		default:
			s = "?"
		}
		if len(s) > maxExprText {
			s = "…"
		}
		texts = append(texts, s)
	}
	return texts
}

// String prints the operation, its operands and attributes named by the
// operation table.
func (in Instr) String() string {
	op := OpByCode(in.Code)
	name := fmt.Sprintf("op(%d)", in.Code)
	if op != nil {
		name = op.Name
	}
	var args []string
	for _, t := range in.Operands {
		args = append(args, tensorRef(t))
	}
	for i, a := range in.Attrs {
		label := strconv.Itoa(i)
		var kind AttrKind
		if op != nil && i < len(op.Attrs) {
			label, kind = op.Attrs[i].Name, op.Attrs[i].Kind
		}
		args = append(args, label+"="+attrText(a, kind))
	}
	var outs []string
	for _, t := range in.Outputs {
		outs = append(outs, tensorRef(t))
	}
	return fmt.Sprintf("%s = %s %s", strings.Join(outs, ", "), name, strings.Join(args, ", "))
}

func tensorRef(t uint32) string {
	if t == Absent {
		return "_"
	}
	return "%" + strconv.FormatUint(uint64(t), 10)
}

func attrText(a AttrValue, kind AttrKind) string {
	switch {
	case a.Tag == TagFloat:
		return strconv.FormatFloat(float64(math.Float32frombits(a.Bits)), 'g', -1, 32)
	case kind == AttrAct:
		return Act(a.Bits).String()
	case a.Tag == TagInt:
		return strconv.Itoa(int(int32(a.Bits)))
	}
	return fmt.Sprintf("tag%d:%#x", a.Tag, a.Bits)
}
