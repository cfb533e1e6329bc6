package main

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"github.com/fovea-run/fovea/wasm/program"
)

// optional in an operand's byte and in an attribute's digit.
const (
	optional     = 0x80
	optionalAttr = 8
)

func kernelOps() []byte {
	b := bytes.NewBufferString(header + "package kernels\n\nimport . \"github.com/fovea-run/fovea/kernels/simd128\"\n\n")
	constants(b)
	opConstants(b)
	opFunction(b, `opOperands describes the first eight operands of an operation, a byte each
// from the lowest: bit d for a dtype d that is taken, and operandOptional. It
// is 0 for an unknown code.`,
		"opOperands(code uint32) uint64", operandsFrom(0))
	opFunction(b, "opMoreOperands describes the operands from the ninth on.",
		"opMoreOperands(code uint32) uint64", operandsFrom(8))
	opFunction(b, "opLastOperands describes the operands from the seventeenth on.",
		"opLastOperands(code uint32) uint64", operandsFrom(16))
	opFunction(b, `opOutputs describes the outputs of an operation as opOperands its operands,
// but for the one f32 that most have.`,
		"opOutputs(code uint32) uint32", func(op program.Op) string {
			if len(op.Outputs) > program.MaxOutputs {
				panic(op.Name + ": too many outputs")
			}
			if v := packBytes(op.Outputs); v != 1<<program.F32 {
				return fmt.Sprintf("return %#x\n", v)
			}
			return ""
		})
	opFunction(b, `opAttrs describes the attributes of an operation, a digit of 4 bits each
// from the lowest: tagInt or tagFloat, and attrOptional.`,
		"opAttrs(code uint32) uint64", func(op program.Op) string {
			if len(op.Attrs) == 0 {
				return ""
			}
			return fmt.Sprintf("return %#x\n", packAttrs(op))
		})
	attrFunction(b, `attrTaken reports whether attribute i of an operation takes a value, an
// integer of these bits that is not negative or the finite number x.`,
		"attrTaken(code, i, bits uint32, x float32) bool", "code<<4 | i", "true", func(a program.Attr) string { return a.Kind.Taken() })
	attrFunction(b, `attrDefault returns the bits of attribute i of op where a call leaves it
// out; those before it have theirs.`,
		"attrDefault(op U32, i uint32) uint32", "op.Load(opCode)<<4 | i", "0", defaultBits)
	opLevels(b)
	return goSource(b)
}

// operandsFrom returns the body of a function that describes up to eight
// operands from one on.
func operandsFrom(first int) func(program.Op) string {
	return func(op program.Op) string {
		if len(op.Operands) > program.MaxOperands {
			panic(op.Name + ": too many operands")
		}
		if len(op.Operands) <= first {
			return ""
		}
		return fmt.Sprintf("return %#x\n", packBytes(op.Operands[first:min(first+8, len(op.Operands))]))
	}
}

// opFunction writes a function of an operation's code with a case for each
// operation for which body gives one. Others have 0, outputs one f32. Modules
// without the operations of training have no case for them.
func opFunction(b *bytes.Buffer, doc, signature string, body func(program.Op) string) {
	fmt.Fprintf(b, "\n// %s\nfunc %s {\n", doc, signature)
	opCases(b, 0, body)
	var training bytes.Buffer
	if opCases(&training, 1, body); training.Len() > 0 {
		fmt.Fprintf(b, "if maxLevel > 0 {\n%s}\n", &training)
	}
	other := "0"
	if strings.HasPrefix(signature, "opOutputs") {
		other = fmt.Sprintf("%#x", 1<<program.F32)
	}
	fmt.Fprintf(b, "return %s\n}\n", other)
}

// opCases writes a switch over the operations of a level, if it has a case.
func opCases(b *bytes.Buffer, level uint32, body func(program.Op) string) {
	head := "switch code {\n"
	for _, op := range program.Ops {
		if text := body(op); op.Level == level && text != "" {
			fmt.Fprintf(b, "%scase op%s:\n%s", head, camel(op.Name), text)
			head = ""
		}
	}
	if head == "" {
		b.WriteString("}\n")
	}
}

// attrFunction writes a function of an operation's code and an attribute's
// index that returns what value says, other where that is "".
func attrFunction(b *bytes.Buffer, doc, signature, key, other string, value func(program.Attr) string) {
	fmt.Fprintf(b, "\n// %s\nfunc %s {\n", doc, signature)
	attrCases(b, 0, key, value)
	b.WriteString("if maxLevel > 0 {\n")
	attrCases(b, 1, key, value)
	fmt.Fprintf(b, "}\nreturn %s\n}\n", other)
}

// attrCases writes a switch with a case for each value that attributes of
// operations of a level have.
func attrCases(b *bytes.Buffer, level uint32, key string, value func(program.Attr) string) {
	var order []string
	cases := map[string][]string{}
	for _, op := range program.Ops {
		for i, a := range op.Attrs {
			v := value(a)
			if v == "" || op.Level != level {
				continue
			}
			if cases[v] == nil {
				order = append(order, v)
			}
			cases[v] = append(cases[v], fmt.Sprintf("op%s<<4 | %d", camel(op.Name), i))
		}
	}
	fmt.Fprintf(b, "switch %s {\n", key)
	for _, v := range order {
		fmt.Fprintf(b, "case %s:\nreturn %s\n", strings.Join(cases[v], ",\n"), v)
	}
	b.WriteString("}\n")
}

// defaultBits is the kernel Go of an attribute's default, "" for 0. Dim is the
// second attribute of those that have such a default.
func defaultBits(a program.Attr) string {
	switch a.Default {
	case program.DefaultOne:
		if a.Kind.Tag() == program.TagFloat {
			return fmt.Sprintf("%#x", math.Float32bits(1))
		}
		return "1"
	case program.DefaultDim:
		return "attrBits(op, 1)"
	case program.DefaultScale:
		return "Bits32(float32(1 / Sqrt64(float64(attrBits(op, 1)))))"
	}
	return ""
}

// opLevels writes opLevel, which every module has for all operations: it says
// what a module lacks.
func opLevels(b *bytes.Buffer) {
	var training []string
	for _, op := range program.Ops {
		if op.Level > 0 {
			training = append(training, "op"+camel(op.Name))
		}
	}
	fmt.Fprintf(b, "\n// opLevel returns the level of an operation.\nfunc opLevel(code uint32) uint32 {\nswitch code {\ncase %s:\nreturn 1\n}\nreturn 0\n}\n",
		strings.Join(training, ",\n"))
}

func packBytes(operands []program.Operand) (v uint64) {
	for i, o := range operands {
		bits := uint64(0)
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

func packAttrs(op program.Op) (v uint64) {
	if len(op.Attrs) > program.MaxAttrs {
		panic(op.Name + ": too many attributes")
	}
	for i, a := range op.Attrs {
		digit := uint64(a.Kind.Tag())
		if a.Optional {
			digit |= optionalAttr
		} else if i > 0 && op.Attrs[i-1].Optional {
			panic(op.Name + ": " + a.Name + " follows an attribute that can be left out")
		}
		v |= digit << (4 * i)
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
	writeConstants(b, "Codes of the operations.", codes)
}

func constants(b *bytes.Buffer) {
	writeConstants(b, "Element types.", []constant{
		{"dtypeF32", program.F32}, {"dtypeI32", program.I32}, {"dtypeU8", program.U8},
		{"dtypeF16", program.F16}, {"dtypeQ8", program.Q8}, {"dtypeQ4", program.Q4}, {"blockLen", program.BlockLen},
	})
	writeConstants(b, "Activations.", []constant{
		{"actNone", program.NoAct}, {"actReLU", program.ReLU}, {"actGELU", program.GELU},
		{"actGELUTanh", program.GELUTanh}, {"actTanh", program.Tanh}, {"actSiLU", program.SiLU},
		{"actSigmoid", program.Sigmoid},
	})
	writeConstants(b, "Tensor classes and layouts.", []constant{
		{"classWeight", program.Weight}, {"classInput", program.Input}, {"classOutput", program.Output},
		{"classState", program.State}, {"classScratch", program.Scratch},
		{"layoutRows", program.Rows}, {"layoutPanels", program.Panels},
	})
	writeConstants(b, "Kinds of shape expressions and tags of attributes.", []constant{
		{"exprConst", program.Const}, {"exprDim", program.DimExpr}, {"exprAdd", program.Add},
		{"exprMul", program.Mul}, {"exprCeilDiv", program.CeilDiv},
		{"tagInt", program.TagInt}, {"tagFloat", program.TagFloat},
		{"attrOptional", optionalAttr}, {"operandOptional", optional},
	})
	writeConstants(b, "Limits and sizes of the program format.", []constant{
		{"programMagic", program.Magic}, {"formatVersion", program.FormatVersion}, {"opTableVersion", program.OpTableVersion},
		{"headerBytes", 4 * program.HeaderWords}, {"dimBytes", 4 * program.DimWords}, {"exprBytes", 4 * program.ExprWords},
		{"tensorBytes", 4 * program.TensorWords}, {"opBytes", 4 * program.OpWords},
		{"maxRank", program.MaxRank}, {"maxDims", program.MaxDims}, {"maxExprs", program.MaxExprs},
		{"maxTensors", program.MaxTensors}, {"maxOps", program.MaxOps}, {"maxOperands", program.MaxOperands},
		{"maxAttrs", program.MaxAttrs}, {"maxOutputs", program.MaxOutputs},
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
