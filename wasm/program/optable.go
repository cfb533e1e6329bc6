package program

import (
	"cmp"
	"math"
	"slices"
)

// Operand describes one operand or output of an operation.
type Operand struct {
	Name  string
	Shape string // as documented, by axis names
	// Types are the element types that are taken. An output has the first
	// unless the operation's Doc says else.
	Types    []DType
	Optional bool
	Since    uint32 // the operation table that brought it, 0: as the operation
}

// Op describes one operation of the table. A program may leave out the last
// operands, outputs and attributes that are optional, so that later tables
// can add some: a record of an older table stays valid.
type Op struct {
	Name     string
	Code     uint32
	Since    uint32 // the operation table that brought it, 0 for 1
	Level    uint32 // 0: inference; 1: only the training modules have it
	Operands []Operand
	Outputs  []Operand
	Attrs    []Attr
	SIMD     bool // false: scalar code only
	Devices  []string
	// DTypes are the storage types of the support matrix, F32 where none are
	// given, and Masks the masks, where there are any.
	DTypes []DType
	Masks  []string
	// GPUDTypes and GPUMasks are those that webgpu has, where it has fewer.
	GPUDTypes []DType
	GPUMasks  []string
	Doc       string
}

// Limits of an operation, which the packed form of the table has.
const (
	MaxOperands = 24
	MaxAttrs    = 16
	MaxOutputs  = 4
)

// Codes of the operations. A code is never used again for another operation.
const (
	OpGather            = 1
	OpAddTiming         = 2
	OpLayerNorm         = 3
	OpMatMul            = 4
	OpAttention         = 5
	OpAttentionWeights  = 6
	OpMaskedMean        = 7
	OpL2Normalize       = 8
	OpScores            = 9
	OpSoftmax           = 10
	OpAdd               = 11
	OpActivation        = 12
	OpAttentionReceived = 13
	OpAdditiveAttention = 32
	OpAttentionFlow     = 33
	OpLinearAttention   = 34
	OpAttentionGrad     = 35
)

func f32(name, shape string) Operand { return Operand{Name: name, Shape: shape, Types: []DType{F32}} }
func i32(name, shape string) Operand { return Operand{Name: name, Shape: shape, Types: []DType{I32}} }

func f32OrQ8(name, shape string) Operand {
	return Operand{Name: name, Shape: shape, Types: []DType{F32, Q8}}
}

func optional(o Operand) Operand {
	o.Optional = true
	return o
}

// act is the activation after what else an operation computes.
func act() []Attr { return orZero(attrsOf(AttrAct, "act")...) }

func outputs(shape string) []Operand { return []Operand{f32("out", shape)} }

// The devices of an operation.
const (
	OnWasm   = "wasm"
	OnWebGPU = "webgpu" // in every type of its operands; kernels/dispatch.go says how
)

var everywhere = []string{OnWasm, OnWebGPU}

// Ops is the operation table, in the order of the codes, which have gaps.
var Ops = slices.Concat(firstOps, attentionOps, neighbourOps, trainingOps)

// firstOps are the operations of the first table.
var firstOps = []Op{
	{
		Name: "gather", Code: OpGather, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32OrQ8("table", "rows,cols"), i32("ids", "...")},
		Outputs:  outputs("...,cols"),
		Attrs:    orOne(attrsOf(AttrFloat, "scale")...),
		Doc:      "The rows of table that ids name, times scale. An id outside 0..rows-1 is an error of the run.",
	},
	{
		Name: "add_timing", Code: OpAddTiming, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32("x", "b,t,d"), f32("inv", "d/2")},
		Outputs:  outputs("b,t,d"),
		Doc:      "x + [sin(pos·inv), cos(pos·inv)], pos counting the tokens from 0.",
	},
	{
		Name: "layer_norm", Code: OpLayerNorm, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32("x", "...,d"), f32("scale", "d"), optional(f32("bias", "d"))},
		Outputs:  append(outputs("...,d"), later(f32("mean", "...,1"), f32("inv_std", "...,1"))...),
		Attrs:    attrsOf(AttrNotNegative, "eps"),
		Doc:      "(x - mean) / sqrt(variance + eps) · scale + bias along the axes of scale, the last of x, with the mean and 1 / sqrt(variance + eps) themselves. On webgpu without the latter two.",
	},
	{
		Name: "matmul", Code: OpMatMul, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32("x", "...,k"), {Name: "w", Shape: "k,n", Types: []DType{F32, Q8, F16, Q4}}, optional(f32("bias", "n")), optional(f32("residual", "...,n"))},
		Outputs:  outputs("...,n"),
		Attrs:    act(),
		DTypes:   []DType{F32, F16},
		Doc:      "act(x·w + bias) + residual. A weight w of a model can be q8 or q4, too: it is stored as [n,k], so that its blocks run along k.",
	},
	attention,
	{
		Name: "attention_weights", Code: OpAttentionWeights, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32("q", "b,tq,*"), f32("k", "b,tk,*"), optional(i32("lengths", "b"))},
		Outputs:  outputs("b,heads,tq,tk"),
		Attrs:    append(headAttrs(false, "q_col", "k_col"), attentionScale),
		Doc:      "softmax(q·kᵀ·scale) itself. Masked keys have weight 0; where tq = tk so have all keys of queries from lengths on.",
	},
	{
		Name: "masked_mean", Code: OpMaskedMean, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32("x", "b,t,d"), i32("lengths", "b")},
		Outputs:  outputs("b,d"),
		Doc:      "The mean of the first lengths tokens; zeros where there is none.",
	},
	{
		Name: "l2_normalize", Code: OpL2Normalize, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32("x", "...,d")},
		Outputs:  outputs("...,d"),
		Attrs:    attrsOf(AttrNotNegative, "eps"),
		Doc:      "x / sqrt(max(Σx², eps)) along the last axis.",
	},
	{
		Name: "scores", Code: OpScores, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32("q", "m,d"), f32("keys", "n,d")},
		Outputs:  outputs("m,n"),
		Doc:      "The dot product of every row of q with every row of keys.",
	},
	{
		Name: "softmax", Code: OpSoftmax, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32("x", "...,d")},
		Outputs:  outputs("...,d"),
		Attrs:    append(optionalAttrs(AttrInt, "axis_from_last"), optionalAttrs(AttrFlag, "log")...),
		Doc:      "exp(x) / Σexp(x) along an axis, counted from the last, 0, or if log is 1 its logarithm. On webgpu along the last axis.",
	},
	{
		Name: "add", Code: OpAdd, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32("x", "..."), f32("y", "...")},
		Outputs:  outputs("..."),
		Doc:      "x + y, of one shape.",
	},
	{
		Name: "activation", Code: OpActivation, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32("x", "...")},
		Outputs:  outputs("..."),
		Attrs:    append(act(), optionalAttrs(AttrFloat, "alpha")...),
		Doc:      "act(x), element by element; silu is x·sigmoid(alpha·x), with alpha 1 if it is 0. On webgpu without alpha.",
	},
	{
		Name: "attention_received", Code: OpAttentionReceived, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32("w", "b,h,tq,tk"), i32("lengths", "b")},
		Outputs:  outputs("b,tk"),
		Doc:      "The mean weight that each key receives, over heads and over the first lengths queries.",
	},
}

// OpByCode returns the operation with that code, nil if there is none.
func OpByCode(code uint32) *Op {
	i, ok := slices.BinarySearchFunc(Ops, code, func(op Op, code uint32) int { return cmp.Compare(op.Code, code) })
	if !ok {
		return nil
	}
	return &Ops[i]
}

// OpByName returns the operation with that name, nil if there is none.
func OpByName(name string) *Op {
	for i := range Ops {
		if Ops[i].Name == name {
			return &Ops[i]
		}
	}
	return nil
}

// Needs returns the oldest operation table that has all that in uses.
func (in Instr) Needs() uint32 {
	op := OpByCode(in.Code)
	if op == nil {
		return OpTableVersion
	}
	table := max(op.Since, 1)
	for i := range min(len(in.Operands), len(op.Operands)) {
		table = max(table, op.Operands[i].Since)
	}
	for i := range min(len(in.Outputs), len(op.Outputs)) {
		table = max(table, op.Outputs[i].Since)
	}
	for i := range min(len(in.Attrs), len(op.Attrs)) {
		table = max(table, op.Attrs[i].Since)
	}
	return table
}

// Int returns an i32 attribute.
func Int(v int32) AttrValue { return AttrValue{TagInt, uint32(v)} }

// Float returns an f32 attribute.
func Float(v float32) AttrValue { return AttrValue{TagFloat, math.Float32bits(v)} }

// A Cell is a row of the support matrix: an operation on data of a storage
// type, with a mask or none, on a device.
type Cell struct {
	Op     *Op
	DType  DType
	Mask   string
	Device string
}

// Cells returns the cells of the support matrix that say yes, in order.
func Cells() (cells []Cell) {
	for i := range Ops {
		op := &Ops[i]
		for _, t := range op.dtypes() {
			for _, mask := range append([]string{""}, op.Masks...) {
				for _, device := range op.Devices {
					if c := (Cell{op, t, mask, device}); device != OnWebGPU || op.onGPU(c) {
						cells = append(cells, c)
					}
				}
			}
		}
	}
	return cells
}

func (op *Op) onGPU(c Cell) bool {
	return (op.GPUDTypes == nil || slices.Contains(op.GPUDTypes, c.DType)) &&
		(op.GPUMasks == nil || c.Mask == "" || slices.Contains(op.GPUMasks, c.Mask))
}

func (op *Op) dtypes() []DType {
	if len(op.DTypes) == 0 {
		return []DType{F32}
	}
	return op.DTypes
}
