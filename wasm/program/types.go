package program

import "fmt"

// DType is the type of a tensor's elements. Codes are never reused.
type DType uint32

const (
	F32 DType = 1 + iota
	I32
	U8
	F16
	// Q8 is int8 in blocks of 32 along the last axis with one f16 scale a
	// block: the tensors NAME.q and NAME.s of a model file.
	Q8
	// Q4 is as Q8 with 4 bits an element: in a block's 16 bytes the low halves
	// are elements 0..15 and the high halves 16..31, each plus 8.
	Q4
)

// BlockLen is the number of elements in a block of [Q8] and [Q4].
const BlockLen = 32

var dtypeNames = [...]string{F32: "f32", I32: "i32", U8: "u8", F16: "f16", Q8: "q8", Q4: "q4"}

// Valid reports whether d is a known type.
func (d DType) Valid() bool { return d >= F32 && d <= Q4 }

// Quantized reports whether a tensor of type d is two tensors of a model
// file, elements in blocks and the blocks' scales.
func (d DType) Quantized() bool { return d == Q8 || d == Q4 }

func (d DType) String() string {
	if !d.Valid() {
		return fmt.Sprintf("dtype(%d)", uint32(d))
	}
	return dtypeNames[d]
}

// Size returns the bytes of one element, 0 for [Q8] and [Q4], which have no
// element of their own.
func (d DType) Size() int {
	switch d {
	case F32, I32:
		return 4
	case F16:
		return 2
	case U8:
		return 1
	}
	return 0
}

// Class says where a tensor lives and who writes it.
type Class uint32

const (
	// Weight is constant data of the model file.
	Weight Class = 1 + iota
	// Input is written by the host before a run.
	Input
	// Output is written by one operation and read by the host.
	Output
	// State outlives a run. Format 1 refuses it.
	State
	// Scratch lives between the operations of a run.
	Scratch
)

var classNames = [...]string{Weight: "weight", Input: "input", Output: "output", State: "state", Scratch: "scratch"}

func (c Class) String() string {
	if c < Weight || c > Scratch {
		return fmt.Sprintf("class(%d)", uint32(c))
	}
	return classNames[c]
}

// Layout is how a weight lies in memory.
type Layout uint32

const (
	// Rows is row-major, as in the model file.
	Rows Layout = iota
	// Panels is the order that the matrix product reads: 8 columns a panel.
	Panels
)

func (l Layout) String() string {
	switch l {
	case Rows:
		return "rows"
	case Panels:
		return "panels"
	}
	return fmt.Sprintf("layout(%d)", uint32(l))
}

// Act is an activation function.
type Act uint32

const (
	NoAct    Act = iota
	ReLU         // max(x, 0)
	GELU         // x·(1+erf(x/√2))/2
	GELUTanh     // x·(1+tanh(√(2/π)·(x+0.044715·x³)))/2
	Tanh
	SiLU    // x/(1+e⁻ˣ)
	Sigmoid // 1/(1+e⁻ˣ)
	numActs
)

var actNames = [...]string{"none", "relu", "gelu", "gelu_tanh", "tanh", "silu", "sigmoid"}

// Valid reports whether a is a known activation.
func (a Act) Valid() bool { return a < numActs }

func (a Act) String() string {
	if !a.Valid() {
		return fmt.Sprintf("act(%d)", uint32(a))
	}
	return actNames[a]
}

// ExprKind is the kind of an [Expr].
type ExprKind uint32

const (
	Const   ExprKind = iota // the number A
	DimExpr                 // the value of dimension A
	Add                     // A + B
	Mul                     // A · B
	CeilDiv                 // A / B, rounded up
)

// Expr is a shape expression. The operands of Add, Mul and CeilDiv are
// indices of earlier expressions.
type Expr struct {
	Kind ExprKind
	A, B uint32
}

// Dim is a symbolic dimension: a binding chooses a value in Min..Max.
type Dim struct {
	Name     string
	Min, Max uint32
}

// Tensor is one tensor of a program. Shape holds indices into
// Program.Exprs.
type Tensor struct {
	Name   string
	Class  Class
	DType  DType
	Shape  []uint32
	Slot   uint32 // NoSlot for weights
	Layout Layout
}

// NoSlot is the slot of a tensor that has none.
const NoSlot = 0xFFFFFFFF

// Absent is the tensor index of an optional operand that is left out.
const Absent = 0xFFFFFFFF

// AttrTag is the type of an attribute's value.
type AttrTag uint32

const (
	TagInt   AttrTag = 1 // an i32
	TagFloat AttrTag = 2 // an f32
)

// AttrValue is an attribute of an operation: a tag and the value's bits.
type AttrValue struct {
	Tag  AttrTag
	Bits uint32
}

// Instr is one operation of a program. Operands and Outputs are indices into
// Program.Tensors; an operand may be [Absent].
type Instr struct {
	Code     uint32
	Operands []uint32
	Outputs  []uint32
	Attrs    []AttrValue
}

// Program is a decoded program.
type Program struct {
	Name    string
	Level   uint32 // 0: inference
	Dims    []Dim
	Exprs   []Expr
	Tensors []Tensor
	Instrs  []Instr
	Slots   int
}
