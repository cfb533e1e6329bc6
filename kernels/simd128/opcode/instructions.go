package opcode

import "slices"

// An Immediate says what follows an opcode in the binary format.
type Immediate uint8

// The kinds of immediates.
const (
	NoImm      Immediate = iota
	MemArg               // alignment exponent and offset
	Lane                 // a lane index
	MemArgLane           // alignment exponent, offset and a lane index
	Lanes                // sixteen byte-lane indices
	ConstImm             // a constant of the result type
	LocalImm             // a local index
	LabelImm             // a label depth
	TableImm             // a vector of label depths and the default's
	FuncImm              // a function index
	BlockImm             // a block type
	MemoryImm            // a memory index
	MemoryImm2           // two memory indices
)

// An Instruction is one WebAssembly instruction.
type Instruction struct {
	Name string
	// Opcode is the opcode byte, or prefix<<16 | code for an instruction of
	// the 0xFC, 0xFD and 0xFE spaces.
	Opcode uint32
	Imm    Immediate
	// Sig holds the operand types, a colon and the result types, a letter
	// each: i is i32, l i64, f f32, d f64 and v v128. It is empty for
	// instructions whose types depend on their context.
	Sig string
}

const (
	misc = 0xFC << 16 // prefix of the saturating conversions and bulk memory
	simd = 0xFD << 16 // prefix of the vector instructions
	sync = 0xFE << 16 // prefix of the atomic instructions
)

// Instructions is every instruction that wasmbuild emits or prints. Opcodes
// are those of the WebAssembly core specification 3.0, section 7.8 (index of
// instructions), and of the threads proposal.
var Instructions = slices.Concat(numeric, vector, relaxed, atomic)

// numeric is control flow, access to locals and memory, and numbers.
var numeric = []Instruction{
	{"unreachable", 0x00, NoImm, ":"},
	{"nop", 0x01, NoImm, ":"},
	{"block", 0x02, BlockImm, ""},
	{"loop", 0x03, BlockImm, ""},
	{"if", 0x04, BlockImm, ""},
	{"else", 0x05, NoImm, ""},
	{"end", 0x0B, NoImm, ""},
	{"br", 0x0C, LabelImm, ""},
	{"br_if", 0x0D, LabelImm, ""},
	{"br_table", 0x0E, TableImm, ""},
	{"return", 0x0F, NoImm, ""},
	{"call", 0x10, FuncImm, ""},
	{"drop", 0x1A, NoImm, ""},
	{"select", 0x1B, NoImm, ""},
	{"local.get", 0x20, LocalImm, ""},
	{"local.set", 0x21, LocalImm, ""},
	{"local.tee", 0x22, LocalImm, ""},

	{"i32.load", 0x28, MemArg, "i:i"},
	{"i64.load", 0x29, MemArg, "i:l"},
	{"f32.load", 0x2A, MemArg, "i:f"},
	{"f64.load", 0x2B, MemArg, "i:d"},
	{"i32.load8_s", 0x2C, MemArg, "i:i"},
	{"i32.load8_u", 0x2D, MemArg, "i:i"},
	{"i32.load16_s", 0x2E, MemArg, "i:i"},
	{"i32.load16_u", 0x2F, MemArg, "i:i"},
	{"i64.load8_s", 0x30, MemArg, "i:l"},
	{"i64.load8_u", 0x31, MemArg, "i:l"},
	{"i64.load16_s", 0x32, MemArg, "i:l"},
	{"i64.load16_u", 0x33, MemArg, "i:l"},
	{"i64.load32_s", 0x34, MemArg, "i:l"},
	{"i64.load32_u", 0x35, MemArg, "i:l"},
	{"i32.store", 0x36, MemArg, "ii:"},
	{"i64.store", 0x37, MemArg, "il:"},
	{"f32.store", 0x38, MemArg, "if:"},
	{"f64.store", 0x39, MemArg, "id:"},
	{"i32.store8", 0x3A, MemArg, "ii:"},
	{"i32.store16", 0x3B, MemArg, "ii:"},
	{"i64.store8", 0x3C, MemArg, "il:"},
	{"i64.store16", 0x3D, MemArg, "il:"},
	{"i64.store32", 0x3E, MemArg, "il:"},
	{"memory.size", 0x3F, MemoryImm, ":i"},
	{"memory.grow", 0x40, MemoryImm, "i:i"},

	{"i32.const", 0x41, ConstImm, ":i"},
	{"i64.const", 0x42, ConstImm, ":l"},
	{"f32.const", 0x43, ConstImm, ":f"},
	{"f64.const", 0x44, ConstImm, ":d"},

	{"i32.eqz", 0x45, NoImm, "i:i"},
	{"i32.eq", 0x46, NoImm, "ii:i"},
	{"i32.ne", 0x47, NoImm, "ii:i"},
	{"i32.lt_s", 0x48, NoImm, "ii:i"},
	{"i32.lt_u", 0x49, NoImm, "ii:i"},
	{"i32.gt_s", 0x4A, NoImm, "ii:i"},
	{"i32.gt_u", 0x4B, NoImm, "ii:i"},
	{"i32.le_s", 0x4C, NoImm, "ii:i"},
	{"i32.le_u", 0x4D, NoImm, "ii:i"},
	{"i32.ge_s", 0x4E, NoImm, "ii:i"},
	{"i32.ge_u", 0x4F, NoImm, "ii:i"},
	{"i64.eqz", 0x50, NoImm, "l:i"},
	{"i64.eq", 0x51, NoImm, "ll:i"},
	{"i64.ne", 0x52, NoImm, "ll:i"},
	{"i64.lt_s", 0x53, NoImm, "ll:i"},
	{"i64.lt_u", 0x54, NoImm, "ll:i"},
	{"i64.gt_s", 0x55, NoImm, "ll:i"},
	{"i64.gt_u", 0x56, NoImm, "ll:i"},
	{"i64.le_s", 0x57, NoImm, "ll:i"},
	{"i64.le_u", 0x58, NoImm, "ll:i"},
	{"i64.ge_s", 0x59, NoImm, "ll:i"},
	{"i64.ge_u", 0x5A, NoImm, "ll:i"},
	{"f32.eq", 0x5B, NoImm, "ff:i"},
	{"f32.ne", 0x5C, NoImm, "ff:i"},
	{"f32.lt", 0x5D, NoImm, "ff:i"},
	{"f32.gt", 0x5E, NoImm, "ff:i"},
	{"f32.le", 0x5F, NoImm, "ff:i"},
	{"f32.ge", 0x60, NoImm, "ff:i"},
	{"f64.eq", 0x61, NoImm, "dd:i"},
	{"f64.ne", 0x62, NoImm, "dd:i"},
	{"f64.lt", 0x63, NoImm, "dd:i"},
	{"f64.gt", 0x64, NoImm, "dd:i"},
	{"f64.le", 0x65, NoImm, "dd:i"},
	{"f64.ge", 0x66, NoImm, "dd:i"},
	{"i32.clz", 0x67, NoImm, "i:i"},
	{"i32.ctz", 0x68, NoImm, "i:i"},
	{"i32.popcnt", 0x69, NoImm, "i:i"},
	{"i32.add", 0x6A, NoImm, "ii:i"},
	{"i32.sub", 0x6B, NoImm, "ii:i"},
	{"i32.mul", 0x6C, NoImm, "ii:i"},
	{"i32.div_s", 0x6D, NoImm, "ii:i"},
	{"i32.div_u", 0x6E, NoImm, "ii:i"},
	{"i32.rem_s", 0x6F, NoImm, "ii:i"},
	{"i32.rem_u", 0x70, NoImm, "ii:i"},
	{"i32.and", 0x71, NoImm, "ii:i"},
	{"i32.or", 0x72, NoImm, "ii:i"},
	{"i32.xor", 0x73, NoImm, "ii:i"},
	{"i32.shl", 0x74, NoImm, "ii:i"},
	{"i32.shr_s", 0x75, NoImm, "ii:i"},
	{"i32.shr_u", 0x76, NoImm, "ii:i"},
	{"i32.rotl", 0x77, NoImm, "ii:i"},
	{"i32.rotr", 0x78, NoImm, "ii:i"},
	{"i64.clz", 0x79, NoImm, "l:l"},
	{"i64.ctz", 0x7A, NoImm, "l:l"},
	{"i64.popcnt", 0x7B, NoImm, "l:l"},
	{"i64.add", 0x7C, NoImm, "ll:l"},
	{"i64.sub", 0x7D, NoImm, "ll:l"},
	{"i64.mul", 0x7E, NoImm, "ll:l"},
	{"i64.div_s", 0x7F, NoImm, "ll:l"},
	{"i64.div_u", 0x80, NoImm, "ll:l"},
	{"i64.rem_s", 0x81, NoImm, "ll:l"},
	{"i64.rem_u", 0x82, NoImm, "ll:l"},
	{"i64.and", 0x83, NoImm, "ll:l"},
	{"i64.or", 0x84, NoImm, "ll:l"},
	{"i64.xor", 0x85, NoImm, "ll:l"},
	{"i64.shl", 0x86, NoImm, "ll:l"},
	{"i64.shr_s", 0x87, NoImm, "ll:l"},
	{"i64.shr_u", 0x88, NoImm, "ll:l"},
	{"i64.rotl", 0x89, NoImm, "ll:l"},
	{"i64.rotr", 0x8A, NoImm, "ll:l"},
	{"f32.abs", 0x8B, NoImm, "f:f"},
	{"f32.neg", 0x8C, NoImm, "f:f"},
	{"f32.ceil", 0x8D, NoImm, "f:f"},
	{"f32.floor", 0x8E, NoImm, "f:f"},
	{"f32.trunc", 0x8F, NoImm, "f:f"},
	{"f32.nearest", 0x90, NoImm, "f:f"},
	{"f32.sqrt", 0x91, NoImm, "f:f"},
	{"f32.add", 0x92, NoImm, "ff:f"},
	{"f32.sub", 0x93, NoImm, "ff:f"},
	{"f32.mul", 0x94, NoImm, "ff:f"},
	{"f32.div", 0x95, NoImm, "ff:f"},
	{"f32.min", 0x96, NoImm, "ff:f"},
	{"f32.max", 0x97, NoImm, "ff:f"},
	{"f32.copysign", 0x98, NoImm, "ff:f"},
	{"f64.abs", 0x99, NoImm, "d:d"},
	{"f64.neg", 0x9A, NoImm, "d:d"},
	{"f64.ceil", 0x9B, NoImm, "d:d"},
	{"f64.floor", 0x9C, NoImm, "d:d"},
	{"f64.trunc", 0x9D, NoImm, "d:d"},
	{"f64.nearest", 0x9E, NoImm, "d:d"},
	{"f64.sqrt", 0x9F, NoImm, "d:d"},
	{"f64.add", 0xA0, NoImm, "dd:d"},
	{"f64.sub", 0xA1, NoImm, "dd:d"},
	{"f64.mul", 0xA2, NoImm, "dd:d"},
	{"f64.div", 0xA3, NoImm, "dd:d"},
	{"f64.min", 0xA4, NoImm, "dd:d"},
	{"f64.max", 0xA5, NoImm, "dd:d"},
	{"f64.copysign", 0xA6, NoImm, "dd:d"},

	{"i32.wrap_i64", 0xA7, NoImm, "l:i"},
	{"i64.extend_i32_s", 0xAC, NoImm, "i:l"},
	{"i64.extend_i32_u", 0xAD, NoImm, "i:l"},
	{"f32.convert_i32_s", 0xB2, NoImm, "i:f"},
	{"f32.convert_i32_u", 0xB3, NoImm, "i:f"},
	{"f32.convert_i64_s", 0xB4, NoImm, "l:f"},
	{"f32.convert_i64_u", 0xB5, NoImm, "l:f"},
	{"f32.demote_f64", 0xB6, NoImm, "d:f"},
	{"f64.convert_i32_s", 0xB7, NoImm, "i:d"},
	{"f64.convert_i32_u", 0xB8, NoImm, "i:d"},
	{"f64.convert_i64_s", 0xB9, NoImm, "l:d"},
	{"f64.convert_i64_u", 0xBA, NoImm, "l:d"},
	{"f64.promote_f32", 0xBB, NoImm, "f:d"},
	{"i32.reinterpret_f32", 0xBC, NoImm, "f:i"},
	{"i64.reinterpret_f64", 0xBD, NoImm, "d:l"},
	{"f32.reinterpret_i32", 0xBE, NoImm, "i:f"},
	{"f64.reinterpret_i64", 0xBF, NoImm, "l:d"},
	{"i32.extend8_s", 0xC0, NoImm, "i:i"},
	{"i32.extend16_s", 0xC1, NoImm, "i:i"},
	{"i64.extend8_s", 0xC2, NoImm, "l:l"},
	{"i64.extend16_s", 0xC3, NoImm, "l:l"},
	{"i64.extend32_s", 0xC4, NoImm, "l:l"},
	{"i32.trunc_sat_f32_s", misc | 0, NoImm, "f:i"},
	{"i32.trunc_sat_f32_u", misc | 1, NoImm, "f:i"},
	{"i32.trunc_sat_f64_s", misc | 2, NoImm, "d:i"},
	{"i32.trunc_sat_f64_u", misc | 3, NoImm, "d:i"},
	{"i64.trunc_sat_f32_s", misc | 4, NoImm, "f:l"},
	{"i64.trunc_sat_f32_u", misc | 5, NoImm, "f:l"},
	{"i64.trunc_sat_f64_s", misc | 6, NoImm, "d:l"},
	{"i64.trunc_sat_f64_u", misc | 7, NoImm, "d:l"},

	{"memory.copy", misc | 10, MemoryImm2, "iii:"},
	{"memory.fill", misc | 11, MemoryImm, "iii:"},
}

var byName = func() map[string]*Instruction {
	m := make(map[string]*Instruction, len(Instructions))
	for i := range Instructions {
		m[Instructions[i].Name] = &Instructions[i]
	}
	return m
}()

// Find returns the instruction with a mnemonic, nil if there is
// none.
func Find(mnemonic string) *Instruction { return byName[mnemonic] }
