package main

import (
	"bytes"
	"fmt"

	"github.com/fovea-run/fovea/wasm/program"
)

// An operand's byte in opOperands: a bit for each dtype and these.
const (
	present  = 0x40
	optional = 0x80
)

func kernelOps() []byte {
	b := bytes.NewBufferString(header + "package kernels\n\n")
	constants(b)
	opConstants(b)
	b.WriteString(`
// opOperands describes the operands of an operation, a byte each from the
// lowest: bit d for a dtype d that is taken, operandPresent and
// operandOptional. It is 0 for an unknown code.
func opOperands(code uint32) uint64 {
	switch code {
`)
	for _, op := range program.Ops {
		fmt.Fprintf(b, "case op%s:\nreturn %#x\n", camel(op.Name), packOperands(op.Operands))
	}
	b.WriteString("}\nreturn 0\n}\n" + `
// opAttrs describes the attributes of an operation, a digit of 4 bits each
// from the lowest: attrInt, attrFloat or attrAct.
func opAttrs(code uint32) uint32 {
	switch code {
`)
	for _, op := range program.Ops {
		if len(op.Attrs) > 0 {
			fmt.Fprintf(b, "case op%s:\nreturn %#x\n", camel(op.Name), packAttrs(op.Attrs))
		}
	}
	b.WriteString("}\nreturn 0\n}\n")
	return goSource(b)
}

func packOperands(operands []program.Operand) (v uint64) {
	if len(operands) > 8 {
		panic("more than 8 operands do not fit opOperands")
	}
	for i, o := range operands {
		bits := uint64(present)
		for _, t := range o.Types {
			bits |= 1 << t
		}
		if o.Optional {
			bits |= optional
		}
		v |= bits << (8 * i)
	}
	return v
}

func packAttrs(attrs []program.Attr) (v uint32) {
	if len(attrs) > 8 {
		panic("more than 8 attributes do not fit opAttrs")
	}
	for i, a := range attrs {
		v |= uint32(a.Kind) << (4 * i)
	}
	return v
}

type constant struct {
	name  string
	value any
}

func writeConstants(b *bytes.Buffer, doc string, list []constant) {
	fmt.Fprintf(b, "// %s\nconst (\n", doc)
	for _, c := range list {
		fmt.Fprintf(b, "%s = %d\n", c.name, c.value)
	}
	b.WriteString(")\n\n")
}

func opConstants(b *bytes.Buffer) {
	var codes []constant
	for _, op := range program.Ops {
		codes = append(codes, constant{"op" + camel(op.Name), op.Code})
	}
	codes = append(codes, constant{"opLast", len(program.Ops)})
	writeConstants(b, "Codes of the operations.", codes)
}

func constants(b *bytes.Buffer) {
	writeConstants(b, "Element types.", []constant{
		{"dtypeF32", program.F32}, {"dtypeI32", program.I32}, {"dtypeU8", program.U8},
		{"dtypeF16", program.F16}, {"dtypeQ8", program.Q8}, {"blockLen", program.BlockLen},
	})
	writeConstants(b, "Activations.", []constant{
		{"actNone", program.NoAct}, {"actReLU", program.ReLU}, {"actGELU", program.GELU},
		{"actGELUTanh", program.GELUTanh}, {"actTanh", program.Tanh},
	})
	writeConstants(b, "Tensor classes and layouts.", []constant{
		{"classWeight", program.Weight}, {"classInput", program.Input}, {"classOutput", program.Output},
		{"classState", program.State}, {"classScratch", program.Scratch},
		{"layoutRows", program.Rows}, {"layoutPanels", program.Panels},
	})
	writeConstants(b, "Kinds of shape expressions and attributes.", []constant{
		{"exprConst", program.Const}, {"exprDim", program.DimExpr}, {"exprAdd", program.Add},
		{"exprMul", program.Mul}, {"exprCeilDiv", program.CeilDiv},
		{"tagInt", program.TagInt}, {"tagFloat", program.TagFloat},
		{"attrInt", program.AttrInt}, {"attrFloat", program.AttrFloat}, {"attrAct", program.AttrAct},
		{"operandPresent", present}, {"operandOptional", optional},
	})
	writeConstants(b, "Limits and sizes of the program format.", []constant{
		{"programMagic", program.Magic}, {"formatVersion", program.FormatVersion}, {"opTableVersion", program.OpTableVersion},
		{"headerBytes", 4 * program.HeaderWords}, {"dimBytes", 4 * program.DimWords}, {"exprBytes", 4 * program.ExprWords},
		{"tensorBytes", 4 * program.TensorWords}, {"opBytes", 4 * program.OpWords},
		{"maxRank", program.MaxRank}, {"maxDims", program.MaxDims}, {"maxExprs", program.MaxExprs},
		{"maxTensors", program.MaxTensors}, {"maxOps", program.MaxOps}, {"maxOperands", program.MaxOperands},
		{"maxProgramBytes", program.MaxBytes},
	})
	writeConstants(b, "Byte offsets in the header.", []constant{
		{"hdrMagic", 4 * program.HeaderMagic}, {"hdrFormat", 4 * program.HeaderFormat}, {"hdrOpTable", 4 * program.HeaderOpTable},
		{"hdrLevel", 4 * program.HeaderLevel}, {"hdrBytes", 4 * program.HeaderBytes}, {"hdrStrings", 4 * program.HeaderStrings},
		{"hdrStringBytes", 4 * program.HeaderStringBytes}, {"hdrDims", 4 * program.HeaderDims}, {"hdrDimsAt", 4 * program.HeaderDimsAt},
		{"hdrExprs", 4 * program.HeaderExprs}, {"hdrExprsAt", 4 * program.HeaderExprsAt}, {"hdrTensors", 4 * program.HeaderTensors},
		{"hdrTensorsAt", 4 * program.HeaderTensorsAt}, {"hdrOps", 4 * program.HeaderOps}, {"hdrOpsAt", 4 * program.HeaderOpsAt},
		{"hdrSlots", 4 * program.HeaderSlots}, {"hdrName", 4 * program.HeaderName}, {"hdrNameLen", 4 * program.HeaderNameLen},
		{"hdrReserved", 4 * program.HeaderReserved},
	})
	writeConstants(b, "Byte offsets in a tensor.", []constant{
		{"tenName", 4 * program.TensorName}, {"tenNameLen", 4 * program.TensorNameLen}, {"tenClass", 4 * program.TensorClass},
		{"tenDType", 4 * program.TensorDType}, {"tenRank", 4 * program.TensorRank}, {"tenShape", 4 * program.TensorShape},
		{"tenSlot", 4 * program.TensorSlot}, {"tenLayout", 4 * program.TensorLayout}, {"tenReserved", 4 * program.TensorReserved},
	})
}
