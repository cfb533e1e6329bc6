package opcode

// An Immediate says what follows an opcode in the binary format.
type Immediate uint8

// The kinds of immediates.
const (
	NoImm      Immediate = iota
	MemArg               // alignment exponent and offset
	Lane                 // a lane index
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
	// the 0xFC and 0xFD spaces.
	Opcode uint32
	Imm    Immediate
	// Sig holds the operand types, a colon and the result types, a letter
	// each: i is i32, l i64, f f32, d f64 and v v128. It is empty for
	// instructions whose types depend on their context.
	Sig string
}

// Natural returns the bytes that a memory instruction accesses.
func (in *Instruction) Natural() uint32 { return accessBytes[in.Name] }

const (
	misc = 0xFC << 16 // prefix of the saturating conversions and bulk memory
	simd = 0xFD << 16 // prefix of the vector instructions
)

// Instructions is every instruction that wasmbuild emits or prints. Opcodes
// are those of the WebAssembly core specification 3.0, section 7.8 (index of
// instructions).
var Instructions = []Instruction{
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
	{"i32.store", 0x36, MemArg, "ii:"},
	{"i64.store", 0x37, MemArg, "il:"},
	{"f32.store", 0x38, MemArg, "if:"},
	{"f64.store", 0x39, MemArg, "id:"},
	{"i32.store8", 0x3A, MemArg, "ii:"},
	{"i32.store16", 0x3B, MemArg, "ii:"},
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
	{"f64.neg", 0x9A, NoImm, "d:d"},
	{"f64.add", 0xA0, NoImm, "dd:d"},
	{"f64.sub", 0xA1, NoImm, "dd:d"},
	{"f64.mul", 0xA2, NoImm, "dd:d"},
	{"f64.div", 0xA3, NoImm, "dd:d"},

	{"f64.min", 0xA4, NoImm, "dd:d"},
	{"f64.max", 0xA5, NoImm, "dd:d"},

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

	{"i32.trunc_sat_f32_s", misc | 0, NoImm, "f:i"},
	{"i32.trunc_sat_f32_u", misc | 1, NoImm, "f:i"},
	{"memory.copy", misc | 10, MemoryImm2, "iii:"},
	{"memory.fill", misc | 11, MemoryImm, "iii:"},

	{"v128.load", simd | 0, MemArg, "i:v"},
	{"v128.load8x8_s", simd | 1, MemArg, "i:v"},
	{"v128.load32_splat", simd | 9, MemArg, "i:v"},
	{"v128.store", simd | 11, MemArg, "iv:"},
	{"v128.const", simd | 12, ConstImm, ":v"},
	{"i8x16.shuffle", simd | 13, Lanes, "vv:v"},
	{"i16x8.splat", simd | 16, NoImm, "i:v"},
	{"i32x4.splat", simd | 17, NoImm, "i:v"},
	{"f32x4.splat", simd | 19, NoImm, "f:v"},
	{"i32x4.extract_lane", simd | 27, Lane, "v:i"},
	{"i32x4.replace_lane", simd | 28, Lane, "vi:v"},
	{"f32x4.extract_lane", simd | 31, Lane, "v:f"},
	{"f32x4.replace_lane", simd | 32, Lane, "vf:v"},
	{"i32x4.eq", simd | 55, NoImm, "vv:v"},
	{"i32x4.ne", simd | 56, NoImm, "vv:v"},
	{"i32x4.lt_s", simd | 57, NoImm, "vv:v"},
	{"i32x4.gt_s", simd | 59, NoImm, "vv:v"},
	{"i32x4.le_s", simd | 61, NoImm, "vv:v"},
	{"i32x4.ge_s", simd | 63, NoImm, "vv:v"},
	{"f32x4.eq", simd | 65, NoImm, "vv:v"},
	{"f32x4.ne", simd | 66, NoImm, "vv:v"},
	{"f32x4.lt", simd | 67, NoImm, "vv:v"},
	{"f32x4.gt", simd | 68, NoImm, "vv:v"},
	{"f32x4.le", simd | 69, NoImm, "vv:v"},
	{"f32x4.ge", simd | 70, NoImm, "vv:v"},
	{"v128.not", simd | 77, NoImm, "v:v"},
	{"v128.and", simd | 78, NoImm, "vv:v"},
	{"v128.andnot", simd | 79, NoImm, "vv:v"},
	{"v128.or", simd | 80, NoImm, "vv:v"},
	{"v128.xor", simd | 81, NoImm, "vv:v"},
	{"v128.bitselect", simd | 82, NoImm, "vvv:v"},
	{"v128.any_true", simd | 83, NoImm, "v:i"},
	{"v128.load32_zero", simd | 92, MemArg, "i:v"},
	{"i8x16.narrow_i16x8_s", simd | 101, NoImm, "vv:v"},
	{"f32x4.ceil", simd | 103, NoImm, "v:v"},
	{"f32x4.floor", simd | 104, NoImm, "v:v"},
	{"f32x4.trunc", simd | 105, NoImm, "v:v"},
	{"f32x4.nearest", simd | 106, NoImm, "v:v"},
	{"i16x8.narrow_i32x4_s", simd | 133, NoImm, "vv:v"},
	{"i16x8.extend_low_i8x16_s", simd | 135, NoImm, "v:v"},
	{"i16x8.extend_high_i8x16_s", simd | 136, NoImm, "v:v"},
	{"i16x8.add", simd | 142, NoImm, "vv:v"},
	{"i16x8.sub", simd | 145, NoImm, "vv:v"},
	{"i32x4.abs", simd | 160, NoImm, "v:v"},
	{"i32x4.neg", simd | 161, NoImm, "v:v"},
	{"i32x4.all_true", simd | 163, NoImm, "v:i"},
	{"i32x4.bitmask", simd | 164, NoImm, "v:i"},
	{"i32x4.shl", simd | 171, NoImm, "vi:v"},
	{"i32x4.shr_s", simd | 172, NoImm, "vi:v"},
	{"i32x4.shr_u", simd | 173, NoImm, "vi:v"},
	{"i32x4.add", simd | 174, NoImm, "vv:v"},
	{"i32x4.sub", simd | 177, NoImm, "vv:v"},
	{"i32x4.mul", simd | 181, NoImm, "vv:v"},
	{"i32x4.min_s", simd | 182, NoImm, "vv:v"},
	{"i32x4.max_s", simd | 184, NoImm, "vv:v"},
	{"i32x4.dot_i16x8_s", simd | 186, NoImm, "vv:v"},
	{"f32x4.abs", simd | 224, NoImm, "v:v"},
	{"f32x4.neg", simd | 225, NoImm, "v:v"},
	{"f32x4.sqrt", simd | 227, NoImm, "v:v"},
	{"f32x4.add", simd | 228, NoImm, "vv:v"},
	{"f32x4.sub", simd | 229, NoImm, "vv:v"},
	{"f32x4.mul", simd | 230, NoImm, "vv:v"},
	{"f32x4.div", simd | 231, NoImm, "vv:v"},
	{"f32x4.min", simd | 232, NoImm, "vv:v"},
	{"f32x4.max", simd | 233, NoImm, "vv:v"},
	{"f32x4.pmin", simd | 234, NoImm, "vv:v"},
	{"f32x4.pmax", simd | 235, NoImm, "vv:v"},
	{"i32x4.trunc_sat_f32x4_s", simd | 248, NoImm, "v:v"},
	{"f32x4.convert_i32x4_s", simd | 250, NoImm, "v:v"},
	{"f32x4.relaxed_madd", simd | 261, NoImm, "vvv:v"},
}

var accessBytes = map[string]uint32{
	"i32.load": 4, "i64.load": 8, "f32.load": 4, "f64.load": 8,
	"i32.load8_s": 1, "i32.load8_u": 1, "i32.load16_s": 2, "i32.load16_u": 2,
	"i32.store": 4, "i64.store": 8, "f32.store": 4, "f64.store": 8,
	"i32.store8": 1, "i32.store16": 2,
	"v128.load": 16, "v128.load8x8_s": 8, "v128.load32_splat": 4,
	"v128.load32_zero": 4, "v128.store": 16,
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
