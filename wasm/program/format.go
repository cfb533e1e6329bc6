package program

// The binary form is little-endian 32-bit words; offsets are in bytes from
// the start of the program, those of names from the first name. The parts
// follow each other in this order without a gap, and fill the program:
//
//	header  [HeaderWords]: see the Header constants
//	strings names in UTF-8, filled up with zeros to a whole word
//	dim     [DimWords]: name offset, name length, min, max
//	expr    [ExprWords]: kind, a, b
//	tensor  [TensorWords]: see the Tensor constants
//	op      code, operands, outputs, attributes (counts), then so many
//	        operand indices, output indices and {tag, bits} pairs
const (
	Magic          = 0x4D475046 // "FPGM"
	FormatVersion  = 1
	OpTableVersion = 2

	HeaderWords = 20
	DimWords    = 4
	ExprWords   = 3
	TensorWords = 16
	OpWords     = 4 // the fixed part of an operation

	MaxRank    = 6
	MaxDims    = 64
	MaxExprs   = 4096
	MaxTensors = 4096
	MaxOps     = 4096
	MaxBytes   = 1 << 20
)

// Words of the header.
const (
	HeaderMagic = iota
	HeaderFormat
	HeaderOpTable
	HeaderLevel
	HeaderBytes
	HeaderStrings
	HeaderStringBytes
	HeaderDims
	HeaderDimsAt
	HeaderExprs
	HeaderExprsAt
	HeaderTensors
	HeaderTensorsAt
	HeaderOps
	HeaderOpsAt
	HeaderSlots
	HeaderName
	HeaderNameLen
	HeaderReserved // two words, zero
)

// Words of a tensor.
const (
	TensorName     = 0
	TensorNameLen  = 1
	TensorClass    = 2
	TensorDType    = 3
	TensorRank     = 4
	TensorShape    = 5 // MaxRank words
	TensorSlot     = 11
	TensorLayout   = 12
	TensorReserved = 13 // three words, zero
)
