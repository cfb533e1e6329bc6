// Package ir is wasmbuild's intermediate representation: functions of
// structured statements over expression trees, close to WebAssembly's own
// structured control flow. An expression's operands are evaluated in order,
// as on WebAssembly's stack, and a local read keeps the value it had then.
package ir

import (
	"go/token"

	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// A Type is a WebAssembly value type, by its code in the binary format.
type Type byte

// The value types; None is the type of what has no value.
const (
	None Type = 0x40
	V128 Type = 0x7B
	F64  Type = 0x7C
	F32  Type = 0x7D
	I64  Type = 0x7E
	I32  Type = 0x7F
)

func (t Type) String() string {
	switch t {
	case V128:
		return "v128"
	case F64:
		return "f64"
	case F32:
		return "f32"
	case I64:
		return "i64"
	case I32:
		return "i32"
	}
	return "none"
}

// A Module is what becomes one WebAssembly module.
type Module struct {
	Funcs  []*Func
	Pages  uint32 // initial size of the memory, exported as "memory"
	Shared bool   // the memory is imported and shared, env.memory
}

// A Func is a function.
type Func struct {
	Name    string
	Export  string // name that the module exports it by, or empty
	Inline  bool   // every call is replaced by the body
	Params  []*Local
	Results []Type
	Body    []Stmt
	Pos     token.Pos // of its name
}

// A Local is a parameter or variable. Its address is its identity.
type Local struct {
	Name string
	Type Type
}

// A Label is the target of branches: the end of a block or the start of a
// loop.
type Label struct{ Name string }

// An Expr is an expression.
type Expr interface {
	// Type returns the type of the value, or None.
	Type() Type
}

// The expressions.
type (
	// Const is a constant; floats and vectors by their bits.
	Const struct {
		T      Type
		Lo, Hi uint64
	}
	// Get reads a local.
	Get struct{ L *Local }
	// Tee sets a local to X and has X's value.
	Tee struct {
		L *Local
		X Expr
	}
	// Op applies an instruction that is neither control nor local access.
	Op struct {
		In     *opcode.Instruction
		Args   []Expr
		Offset uint32   // of a memory instruction
		Lane   byte     // of a lane instruction
		Lanes  [16]byte // of a shuffle
		Site   *Site    // nil if a pass made it
	}
	// Call calls a function.
	Call struct {
		F    *Func
		Args []Expr
		Site *Site
	}
	// Seq runs statements, then has X's value.
	Seq struct {
		Body []Stmt
		X    Expr
	}
	// Select evaluates A, B and Cond and has the value of A, or that of B if
	// Cond is zero.
	Select struct{ A, B, Cond Expr }
	// Choose evaluates one of two i32 expressions.
	Choose struct{ Cond, Then, Else Expr }
)

// Type returns the constant's type.
func (c *Const) Type() Type { return c.T }

// Type returns the local's type.
func (g *Get) Type() Type { return g.L.Type }

// Type returns the local's type.
func (t *Tee) Type() Type { return t.L.Type }

// Type returns the instruction's result type.
func (o *Op) Type() Type {
	_, results := Signature(o.In)
	if len(results) == 0 {
		return None
	}
	return results[0]
}

// Type returns the result type, None unless there is exactly one.
func (c *Call) Type() Type {
	if len(c.F.Results) == 1 {
		return c.F.Results[0]
	}
	return None
}

// Type returns the type of the final expression.
func (s *Seq) Type() Type { return s.X.Type() }

// Type returns the type of both values.
func (s *Select) Type() Type { return s.A.Type() }

// Type returns I32.
func (c *Choose) Type() Type { return I32 }

// A Stmt is a statement.
type Stmt interface{ stmt() }

// The statements.
type (
	// Set assigns X to a local, or the results of a call to several.
	Set struct {
		Dst []*Local
		X   Expr
	}
	// Eval evaluates X and drops its values.
	Eval struct{ X Expr }
	// If runs one of two lists.
	If struct {
		Cond Expr
		Then []Stmt
		Else []Stmt
	}
	// Block runs its body; a branch to L leaves it.
	Block struct {
		L    *Label
		Body []Stmt
	}
	// Loop runs its body once; a branch to L starts it again.
	Loop struct {
		L    *Label
		Body []Stmt
	}
	// Br branches to L, if Cond is nil or not zero.
	Br struct {
		L    *Label
		Cond Expr
	}
	// Table branches to Targets[X], or to Default if there is none.
	Table struct {
		X       Expr
		Targets []*Label
		Default *Label
	}
	// Return returns the values of its expressions.
	Return struct{ X []Expr }
)

func (*Set) stmt()    {}
func (*Eval) stmt()   {}
func (*If) stmt()     {}
func (*Block) stmt()  {}
func (*Loop) stmt()   {}
func (*Br) stmt()     {}
func (*Table) stmt()  {}
func (*Return) stmt() {}

var typeOfLetter = map[byte]Type{'i': I32, 'l': I64, 'f': F32, 'd': F64, 'v': V128}

// Signature returns an instruction's operand and result types.
func Signature(in *opcode.Instruction) (params, results []Type) {
	into := &params
	for i := range len(in.Sig) {
		if in.Sig[i] == ':' {
			into = &results
			continue
		}
		*into = append(*into, typeOfLetter[in.Sig[i]])
	}
	return params, results
}

// NewOp returns the instruction with a mnemonic applied to args.
func NewOp(mnemonic string, args ...Expr) *Op {
	in := opcode.Find(mnemonic)
	if in == nil {
		panic("ir: no instruction " + mnemonic)
	}
	return &Op{In: in, Args: args}
}

// Int32 returns an i32 constant.
func Int32(v uint32) *Const { return &Const{T: I32, Lo: uint64(v)} }

// IsConst reports whether x is a constant with the low bits v.
func IsConst(x Expr, v uint64) bool {
	c, ok := x.(*Const)
	return ok && c.Lo == v && c.Hi == 0
}

// Not returns the negation of x, a truth value: 0 or 1.
func Not(x Expr) Expr {
	switch x := x.(type) {
	case *Const:
		if x.Lo == 0 {
			return Int32(1)
		}
		return Int32(0)
	case *Op:
		if inverse, ok := inverses[x.In.Name]; ok {
			return NewOp(inverse, x.Args...)
		}
		if x.In.Name == "i32.eqz" {
			return NewOp("i32.ne", x.Args[0], Int32(0))
		}
	}
	return NewOp("i32.eqz", x)
}

// Truth returns a cheaper expression that is zero exactly where x is.
func Truth(x Expr) Expr {
	if o, ok := x.(*Op); ok && o.In.Name == "i32.ne" && IsConst(o.Args[1], 0) {
		return o.Args[0]
	}
	return x
}

// inverses holds comparisons that are each other's negations. Ordered float
// comparisons have none: both are false of NaN.
var inverses = func() map[string]string {
	m := map[string]string{}
	for _, t := range []string{"i32.", "i64."} {
		for _, p := range [][2]string{{"eq", "ne"}, {"lt_s", "ge_s"}, {"lt_u", "ge_u"}, {"gt_s", "le_s"}, {"gt_u", "le_u"}} {
			m[t+p[0]], m[t+p[1]] = t+p[1], t+p[0]
		}
	}
	for _, t := range []string{"f32.", "f64."} {
		m[t+"eq"], m[t+"ne"] = t+"ne", t+"eq"
	}
	return m
}()
