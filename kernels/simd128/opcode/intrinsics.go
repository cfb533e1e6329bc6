package opcode

// An Intrinsic is a function or method of package simd128: what wasmbuild makes
// of a call of it.
type Intrinsic struct {
	Go   string // function, or Type.Method
	Wasm string // mnemonic; empty when it only reinterprets bits
	// Then, if set, takes Wasm's result and the last operand.
	Then string
	// Relaxed, if set, replaces Wasm and Then in a relaxed build.
	Relaxed string
}

// Instruction returns the intrinsic's instruction, nil for a reinterpretation.
func (o *Intrinsic) Instruction() *Instruction { return byName[o.Wasm] }

// FindIntrinsic returns the intrinsic with a Go name, nil if there is none.
func FindIntrinsic(name string) *Intrinsic { return intrinsicsByName[name] }

var intrinsicsByName = func() map[string]*Intrinsic {
	m := make(map[string]*Intrinsic, len(Intrinsics))
	for i := range Intrinsics {
		m[Intrinsics[i].Go] = &Intrinsics[i]
	}
	return m
}()

// Intrinsics is every intrinsic of package simd128.
var Intrinsics = []Intrinsic{
	{Go: "U8.Load", Wasm: "i32.load8_u"},
	{Go: "U8.Store", Wasm: "i32.store8"},
	{Go: "I8.Load", Wasm: "i32.load8_s"},
	{Go: "I8.Store", Wasm: "i32.store8"},
	{Go: "U16.Load", Wasm: "i32.load16_u"},
	{Go: "U16.Store", Wasm: "i32.store16"},
	{Go: "I16.Load", Wasm: "i32.load16_s"},
	{Go: "I16.Store", Wasm: "i32.store16"},
	{Go: "U32.Load", Wasm: "i32.load"},
	{Go: "U32.Store", Wasm: "i32.store"},
	{Go: "I32.Load", Wasm: "i32.load"},
	{Go: "I32.Store", Wasm: "i32.store"},
	{Go: "U64.Load", Wasm: "i64.load"},
	{Go: "U64.Store", Wasm: "i64.store"},
	{Go: "I64.Load", Wasm: "i64.load"},
	{Go: "I64.Store", Wasm: "i64.store"},
	{Go: "F32.Load", Wasm: "f32.load"},
	{Go: "F32.Store", Wasm: "f32.store"},
	{Go: "F64.Load", Wasm: "f64.load"},
	{Go: "F64.Store", Wasm: "f64.store"},

	{Go: "MemorySize", Wasm: "memory.size"},
	{Go: "MemoryGrow", Wasm: "memory.grow"},
	{Go: "MemoryCopy", Wasm: "memory.copy"},
	{Go: "MemoryFill", Wasm: "memory.fill"},
	{Go: "Unreachable", Wasm: "unreachable"},

	{Go: "Sqrt32", Wasm: "f32.sqrt"},
	{Go: "Abs32", Wasm: "f32.abs"},
	{Go: "Copysign32", Wasm: "f32.copysign"},
	{Go: "Ceil32", Wasm: "f32.ceil"},
	{Go: "Floor32", Wasm: "f32.floor"},
	{Go: "Trunc32", Wasm: "f32.trunc"},
	{Go: "Nearest32", Wasm: "f32.nearest"},
	{Go: "Min32", Wasm: "f32.min"},
	{Go: "Max32", Wasm: "f32.max"},
	{Go: "Bits32", Wasm: "i32.reinterpret_f32"},
	{Go: "FromBits32", Wasm: "f32.reinterpret_i32"},
	{Go: "Bits64", Wasm: "i64.reinterpret_f64"},
	{Go: "FromBits64", Wasm: "f64.reinterpret_i64"},
	{Go: "TruncInt32", Wasm: "i32.trunc_sat_f32_s"},
	{Go: "TruncUint32", Wasm: "i32.trunc_sat_f32_u"},
	{Go: "Clz32", Wasm: "i32.clz"},
	{Go: "Ctz32", Wasm: "i32.ctz"},
	{Go: "Popcnt32", Wasm: "i32.popcnt"},
	{Go: "Rotl32", Wasm: "i32.rotl"},

	{Go: "LoadFloat32x4", Wasm: "v128.load"},
	{Go: "LoadSplatFloat32x4", Wasm: "v128.load32_splat"},
	{Go: "LoadZeroFloat32x4", Wasm: "v128.load32_zero"},
	{Go: "BroadcastFloat32x4", Wasm: "f32x4.splat"},
	{Go: "Float32x4.Store", Wasm: "v128.store"},
	{Go: "Float32x4.GetElem", Wasm: "f32x4.extract_lane"},
	{Go: "Float32x4.SetElem", Wasm: "f32x4.replace_lane"},
	{Go: "Float32x4.Add", Wasm: "f32x4.add"},
	{Go: "Float32x4.Sub", Wasm: "f32x4.sub"},
	{Go: "Float32x4.Mul", Wasm: "f32x4.mul"},
	{Go: "Float32x4.MulAdd", Wasm: "f32x4.mul", Then: "f32x4.add", Relaxed: "f32x4.relaxed_madd"},
	{Go: "Float32x4.Div", Wasm: "f32x4.div"},
	{Go: "Float32x4.Sqrt", Wasm: "f32x4.sqrt"},
	{Go: "Float32x4.Neg", Wasm: "f32x4.neg"},
	{Go: "Float32x4.Abs", Wasm: "f32x4.abs"},
	{Go: "Float32x4.Ceil", Wasm: "f32x4.ceil"},
	{Go: "Float32x4.Floor", Wasm: "f32x4.floor"},
	{Go: "Float32x4.Trunc", Wasm: "f32x4.trunc"},
	{Go: "Float32x4.RoundToEven", Wasm: "f32x4.nearest"},
	{Go: "Float32x4.Min", Wasm: "f32x4.min"},
	{Go: "Float32x4.Max", Wasm: "f32x4.max"},
	{Go: "Float32x4.PMin", Wasm: "f32x4.pmin"},
	{Go: "Float32x4.PMax", Wasm: "f32x4.pmax"},
	{Go: "Float32x4.Equal", Wasm: "f32x4.eq"},
	{Go: "Float32x4.NotEqual", Wasm: "f32x4.ne"},
	{Go: "Float32x4.Less", Wasm: "f32x4.lt"},
	{Go: "Float32x4.LessEqual", Wasm: "f32x4.le"},
	{Go: "Float32x4.Greater", Wasm: "f32x4.gt"},
	{Go: "Float32x4.GreaterEqual", Wasm: "f32x4.ge"},
	{Go: "Float32x4.Merge", Wasm: "v128.bitselect"},
	{Go: "Float32x4.ConvertToInt32", Wasm: "i32x4.trunc_sat_f32x4_s"},
	{Go: "Float32x4.AsInt32x4", Wasm: ""},
	{Go: "Float32x4.SelectFromPair", Wasm: "i8x16.shuffle"},

	{Go: "LoadInt32x4", Wasm: "v128.load"},
	{Go: "LoadSplatInt32x4", Wasm: "v128.load32_splat"},
	{Go: "BroadcastInt32x4", Wasm: "i32x4.splat"},
	{Go: "Int32x4.Store", Wasm: "v128.store"},
	{Go: "Int32x4.GetElem", Wasm: "i32x4.extract_lane"},
	{Go: "Int32x4.SetElem", Wasm: "i32x4.replace_lane"},
	{Go: "Int32x4.Add", Wasm: "i32x4.add"},
	{Go: "Int32x4.Sub", Wasm: "i32x4.sub"},
	{Go: "Int32x4.Mul", Wasm: "i32x4.mul"},
	{Go: "Int32x4.Min", Wasm: "i32x4.min_s"},
	{Go: "Int32x4.Max", Wasm: "i32x4.max_s"},
	{Go: "Int32x4.And", Wasm: "v128.and"},
	{Go: "Int32x4.Or", Wasm: "v128.or"},
	{Go: "Int32x4.Xor", Wasm: "v128.xor"},
	{Go: "Int32x4.AndNot", Wasm: "v128.andnot"},
	{Go: "Int32x4.Neg", Wasm: "i32x4.neg"},
	{Go: "Int32x4.Abs", Wasm: "i32x4.abs"},
	{Go: "Int32x4.ShiftAllLeft", Wasm: "i32x4.shl"},
	{Go: "Int32x4.ShiftAllRight", Wasm: "i32x4.shr_s"},
	{Go: "Int32x4.ShiftAllRightLogical", Wasm: "i32x4.shr_u"},
	{Go: "Int32x4.Equal", Wasm: "i32x4.eq"},
	{Go: "Int32x4.NotEqual", Wasm: "i32x4.ne"},
	{Go: "Int32x4.Less", Wasm: "i32x4.lt_s"},
	{Go: "Int32x4.LessEqual", Wasm: "i32x4.le_s"},
	{Go: "Int32x4.Greater", Wasm: "i32x4.gt_s"},
	{Go: "Int32x4.GreaterEqual", Wasm: "i32x4.ge_s"},
	{Go: "Int32x4.Merge", Wasm: "v128.bitselect"},
	{Go: "Int32x4.ConvertToFloat32", Wasm: "f32x4.convert_i32x4_s"},
	{Go: "Int32x4.AsFloat32x4", Wasm: ""},
	{Go: "Int32x4.AsInt16x8", Wasm: ""},
	{Go: "Int32x4.AsInt8x16", Wasm: ""},
	{Go: "Int32x4.NarrowSaturated", Wasm: "i16x8.narrow_i32x4_s"},
	{Go: "Int32x4.SelectFromPair", Wasm: "i8x16.shuffle"},
	{Go: "Mask32x4.ToInt32x4", Wasm: ""},
	{Go: "Mask32x4.And", Wasm: "v128.and"},
	{Go: "Mask32x4.Or", Wasm: "v128.or"},
	{Go: "Mask32x4.Xor", Wasm: "v128.xor"},
	{Go: "Mask32x4.Not", Wasm: "v128.not"},
	{Go: "Mask32x4.AnyTrue", Wasm: "v128.any_true"},
	{Go: "Mask32x4.AllTrue", Wasm: "i32x4.all_true"},
	{Go: "Mask32x4.ToBits", Wasm: "i32x4.bitmask"},

	{Go: "LoadInt16x8", Wasm: "v128.load"},
	{Go: "LoadExtendInt16x8", Wasm: "v128.load8x8_s"},
	{Go: "BroadcastInt16x8", Wasm: "i16x8.splat"},
	{Go: "Int16x8.Store", Wasm: "v128.store"},
	{Go: "Int16x8.Add", Wasm: "i16x8.add"},
	{Go: "Int16x8.Sub", Wasm: "i16x8.sub"},
	{Go: "Int16x8.DotProductPairs", Wasm: "i32x4.dot_i16x8_s"},
	{Go: "Int16x8.NarrowSaturated", Wasm: "i8x16.narrow_i16x8_s"},
	{Go: "Int16x8.AsInt32x4", Wasm: ""},
	{Go: "LoadInt8x16", Wasm: "v128.load"},
	{Go: "Int8x16.Store", Wasm: "v128.store"},
	{Go: "Int8x16.ExtendLo8ToInt16", Wasm: "i16x8.extend_low_i8x16_s"},
	{Go: "Int8x16.ExtendHi8ToInt16", Wasm: "i16x8.extend_high_i8x16_s"},
}
