package program

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// An ErrorCode is a row of the error table: what a module's error record can
// say. Codes are never reused.
type ErrorCode struct {
	Code    uint32
	Name    string // Err+Name in Go, err+Name in the kernels, kebab-cased for users
	Message string // with {arg}, {got}, {want}, {name} and {sgot}, got as a signed number
}

// Errors is the error table.
var Errors = []ErrorCode{
	{1, "Memory", "out of memory: {got} bytes more cannot be had"},
	{2, "LoadKind", "load: kind {got} is neither program (1), weight (2) nor tokenizer (3)"},
	{3, "NotLoading", "seal: nothing is being loaded"},
	{4, "NameLen", "a name of {got} bytes is over the limit of {want}"},
	{5, "WeightBytes", "weight {name} has {got} bytes where the program wants {want}"},
	{7, "WeightTwice", "weight {name} is loaded already"},
	{8, "TokenizerTwice", "a tokenizer is loaded already"},

	{10, "Truncated", "the program ends after {got} of {want} bytes"},
	{11, "Magic", "not a program: it starts with {got}, not {want}"},
	{12, "Format", "program format {got} is not supported, this module reads format {want}"},
	{13, "OpTable", "operation table {got} is not supported, this module has tables 1 to {want}"},
	{14, "Level", "operation level {got} is not supported, this module has levels up to {want}: level 1 is in the training modules"},
	{15, "Section", "program: header word {arg}: a section ends at byte {got} of {want}"},
	{17, "Count", "program: header word {arg}: {got} is over the limit of {want}"},
	{18, "NameRange", "program: a name ends at byte {got} of the {want} bytes of names"},
	{19, "Reserved", "program: reserved word {arg} is {got}, not 0"},

	{20, "DimRange", "dimension {name}: {got} to {want} is no range from at least 1 upwards"},
	{21, "ExprKind", "expression {arg}: kind {got} is unknown"},
	{22, "ExprOperand", "expression {arg}: operand {got} is not below {want}"},
	{23, "ExprRange", "expression {arg} is 0 or needs more than 32 bits"},
	{24, "Class", "tensor {name}: class {got} is unknown"},
	{25, "State", "tensor {name}: class state is not supported by format {want}"},
	{26, "TensorType", "tensor {name}: dtype {got} does not go with its class"},
	{27, "Rank", "tensor {name}: rank {got} is not {want}"},
	{28, "Slot", "tensor {name}: slot {got} is not below {want}"},
	{29, "Layout", "tensor {name}: layout {got} does not go with its class, dtype and rank"},
	{30, "WeightShape", "weight {name}: extent {arg} is not a constant"},
	{31, "Blocks", "weight {name}: {got} is not a multiple of the block length {want}"},
	{32, "WeightConflict", "weight {name} is wanted in two shapes"},
	{33, "SectionStart", "program: header word {arg}: a section begins at byte {got}, where the one before ends at {want}"},
	{34, "NameText", "program: byte {got}: a name is not UTF-8"},

	{40, "OpCode", "operation code {got} is unknown"},
	{41, "OperandCount", "{got} operands: {want} are needed, but optional ones at the end"},
	{42, "OutputCount", "{got} outputs: {want} are needed, but optional ones at the end"},
	{43, "AttrCount", "{got} attributes: {want} are needed, but optional ones at the end"},
	{44, "TensorIndex", "operand {arg}: tensor {got} is not below {want}"},
	{45, "OperandMissing", "operand {arg} is missing"},
	{46, "OperandType", "operand {arg}: dtype {got} is not taken"},
	{47, "OperandUnwritten", "operand {arg}: tensor {name} is not written yet or already overwritten"},
	{48, "OutputClass", "output tensor {name} is a weight or an input"},
	{49, "OutputTwice", "tensor {name} is written twice"},
	{50, "SlotShared", "tensor {name} shares slot {got} with a tensor that is needed at the same time"},
	{52, "AttrTag", "attribute {arg}: tag {got} where {want} is needed"},
	{53, "AttrValue", "attribute {arg} is {got}, not {want}"},
	{54, "OperandRank", "operand {arg}: rank {got} where {want} is needed"},
	{55, "Shape", "operand {arg}: extent {got} where {want} is needed"},
	{56, "OutputUnwritten", "tensor {name} is never written, or overwritten before the end"},
	{57, "OpsEnd", "the operations end at byte {got} of {want}"},
	{58, "OpLevel", "operation code {got} is of level {want}, above the program's"},
	{59, "OperandClass", "operand {arg}: tensor {name} holds indices or flags, which must be an input"},

	{60, "Handle", "{got} is no loaded program"},
	{61, "DimCount", "bind: {got} dimensions where the program has {want}"},
	{62, "DimLow", "dimension {name} is {got}, below its least value {want}"},
	{63, "DimHigh", "dimension {name} is {got}, above its largest value {want}"},
	{64, "WeightMissing", "weight {name} is not loaded"},
	{65, "TensorBytes", "tensor {name} does not fit into 32-bit addresses"},
	{66, "NotBound", "run: {got} is not the table of the last bind"},
	{67, "Index", "index {sgot} at position {arg} is not in 0..{want}-1"},
	{68, "Length", "length {sgot} at position {arg} is not in 0..{want}"},
	{69, "OpArgs", "op: {arg} inputs, {got} attributes and output mask {want}: at most 24 inputs, 16 attributes and a mask of 1 to 4 outputs are possible"},
	{70, "CrewLost", "run: a worker of the crew stopped before the end"},

	{71, "OperandValue", "operand {arg}: {sgot} is out of range, the limit is {want}"},
	{72, "OperandBytes", "operand {arg} does not fit into 32-bit addresses"},
	{73, "ExtentLimit", "operand {arg}: extent {got} where at most {want} is taken"},
	{74, "AttrLimit", "attribute {arg} is {got}, over the limit of {want}"},
	{75, "AttrMultiple", "attribute {arg} is {got}, not a multiple of {want}"},
	{76, "AttrZero", "attribute {arg} must be more than 0"},
	{77, "OperandLayout", "operand {arg}: layout {got} is not taken"},

	{80, "NoTokenizer", "no tokenizer is loaded"},
	{81, "Tokenizer", "the tokenizer is damaged: byte {arg}: {got} where {want} is the limit"},
	{82, "Range", "{want} bytes at {got} lie outside of memory"},
	{83, "Argument", "argument {arg}: {got} is not taken"},
}

// ErrorID is the name of an error code for users: "dim-high", for instance.
func ErrorID(code uint32) string {
	for _, e := range slices.Concat(Errors, HostErrors) {
		if e.Code == code {
			return e.ID()
		}
	}
	return "error-" + strconv.FormatUint(uint64(code), 10)
}

// ID is e.Name in kebab case.
func (e ErrorCode) ID() string {
	var b strings.Builder
	for i, r := range e.Name {
		startsWord := unicode.IsUpper(r) && i > 0 && unicode.IsLower(rune(e.Name[i-1]))
		if startsWord {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// Record is a module's error record.
type Record struct {
	Code           uint32
	Op             uint32 // index of the operation, 0xFFFFFFFF if none
	Arg, Got, Want uint32
	Name           string
}

// NoOp is the operation index of a record that concerns none.
const NoOp = 0xFFFFFFFF

// Message is the text of the record, from the table.
func (r Record) Message() string {
	u := func(v uint32) string { return strconv.FormatUint(uint64(v), 10) }
	text := "error " + strconv.Itoa(int(r.Code))
	for _, e := range Errors {
		if e.Code == r.Code {
			text = e.Message
		}
	}
	arg, got, want := u(r.Arg), u(r.Got), u(r.Want)
	if strings.Contains(text, "dtype {got}") {
		got = DType(r.Got).String()
	}
	if r.Code == ErrAttrValue {
		name := ""
		if name, got, want = AttrWords(r.Want, r.Arg, r.Got); name != "" {
			arg = name
		}
	}
	text = strings.NewReplacer(
		"{arg}", arg, "{got}", got, "{want}", want,
		"{sgot}", strconv.Itoa(int(int32(r.Got))), "{name}", strconv.Quote(r.Name),
	).Replace(text)
	if r.Op != NoOp {
		text = "operation " + u(r.Op) + ": " + text
	}
	return text
}
