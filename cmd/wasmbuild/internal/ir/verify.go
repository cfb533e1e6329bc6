package ir

import (
	"fmt"

	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// Verify reports the first thing in m that is not well-formed: types that do
// not fit, branches to labels that do not enclose them, calls of functions
// that m does not have.
func Verify(m *Module) error {
	funcs := map[*Func]bool{}
	for _, f := range m.Funcs {
		funcs[f] = true
	}
	for _, f := range m.Funcs {
		v := &verifier{f: f, funcs: funcs, labels: map[*Label]bool{}}
		v.list(f.Body)
		if v.err != nil {
			return fmt.Errorf("%s: %w", f.Name, v.err)
		}
	}
	return nil
}

type verifier struct {
	f      *Func
	funcs  map[*Func]bool
	labels map[*Label]bool // that enclose the current statement
	err    error           // the first fault
}

func (v *verifier) failf(format string, args ...any) {
	if v.err == nil {
		v.err = fmt.Errorf(format, args...)
	}
}

func (v *verifier) list(list []Stmt) {
	for _, s := range list {
		v.stmt(s)
	}
}

func (v *verifier) stmt(s Stmt) {
	switch s := s.(type) {
	case *Set:
		v.set(s)
	case *Eval:
		v.check(s.X)
	case *If:
		v.want("condition", s.Cond, I32)
		v.list(s.Then)
		v.list(s.Else)
	case *Block:
		v.inside(s.L, s.Body)
	case *Loop:
		v.inside(s.L, s.Body)
	case *Br:
		v.label(s.L)
		if s.Cond != nil {
			v.want("condition", s.Cond, I32)
		}
	case *Table:
		v.want("table index", s.X, I32)
		for _, l := range s.Targets {
			v.label(l)
		}
		v.label(s.Default)
	case *Return:
		v.operands("return", s.X, v.f.Results)
	default:
		v.failf("unknown statement %T", s)
	}
}

func (v *verifier) set(s *Set) {
	if len(s.Dst) == 1 {
		v.want("assignment to "+s.Dst[0].Name, s.X, s.Dst[0].Type)
		return
	}
	v.check(s.X)
	c, ok := s.X.(*Call)
	if !ok || len(c.F.Results) != len(s.Dst) {
		v.failf("assignment of %T to %d locals", s.X, len(s.Dst))
		return
	}
	for i, l := range s.Dst {
		if l.Type != c.F.Results[i] {
			v.failf("assignment of a %s result of %s to %s %s", c.F.Results[i], c.F.Name, l.Type, l.Name)
		}
	}
}

func (v *verifier) inside(l *Label, body []Stmt) {
	if v.labels[l] {
		v.failf("label %s encloses itself", l.Name)
	}
	v.labels[l] = true
	v.list(body)
	delete(v.labels, l)
}

func (v *verifier) label(l *Label) {
	if !v.labels[l] {
		v.failf("branch to label %s, which does not enclose it", l.Name)
	}
}

// want checks x, which must have a value of type t.
func (v *verifier) want(what string, x Expr, t Type) {
	v.check(x)
	if v.err == nil && x.Type() != t {
		v.failf("%s has type %s, want %s", what, x.Type(), t)
	}
}

func (v *verifier) operands(what string, xs []Expr, ts []Type) {
	if len(xs) != len(ts) {
		v.failf("%s has %d operands, want %d", what, len(xs), len(ts))
		return
	}
	for i, x := range xs {
		v.want(fmt.Sprintf("operand %d of %s", i, what), x, ts[i])
	}
}

func (v *verifier) check(x Expr) {
	switch x := x.(type) {
	case *Const, *Get:
	case *Tee:
		v.want("assignment to "+x.L.Name, x.X, x.L.Type)
	case *Op:
		v.op(x)
	case *Call:
		v.call(x)
	case *Seq:
		v.list(x.Body)
		v.check(x.X)
	case *Select:
		v.check(x.A)
		v.want("second value of select", x.B, x.A.Type())
		v.want("condition of select", x.Cond, I32)
		if x.A.Type() == V128 {
			v.failf("select of vectors")
		}
	case *Choose:
		v.operands("choose", []Expr{x.Cond, x.Then, x.Else}, []Type{I32, I32, I32})
	default:
		v.failf("unknown expression %T", x)
	}
}

func (v *verifier) op(x *Op) {
	params, _ := Signature(x.In)
	if x.In.Sig == "" || x.In.Imm == opcode.ConstImm {
		v.failf("%s is no operation", x.In.Name)
		return
	}
	v.operands(x.In.Name, x.Args, params)
	if x.Offset != 0 && x.In.Imm != opcode.MemArg && x.In.Imm != opcode.MemArgLane {
		v.failf("%s has an offset", x.In.Name)
	}
}

func (v *verifier) call(x *Call) {
	if !v.funcs[x.F] {
		v.failf("call of %s, which is not in the module", x.F.Name)
	}
	params := make([]Type, len(x.F.Params))
	for i, p := range x.F.Params {
		params[i] = p.Type
	}
	v.operands("call of "+x.F.Name, x.Args, params)
}
