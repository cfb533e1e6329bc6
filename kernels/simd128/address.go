package simd128

import "math"

// Typed addresses: byte addresses of elements in linear memory. Load and
// Store take the address, then a constant byte offset that becomes the
// instruction's own; natively and in WebAssembly p+off does not wrap around.
type (
	U8  uint32
	I8  uint32
	U16 uint32
	I16 uint32
	U32 uint32
	I32 uint32
	U64 uint32
	I64 uint32
	F32 uint32
	F64 uint32
)

// Load is i32.load8_u.
func (p U8) Load(off uint32) uint32 { return uint32(load8(uint32(p), off)) }

// Store is i32.store8: it stores the low 8 bits of v.
func (p U8) Store(off, v uint32) { store8(uint32(p), off, byte(v)) }

// Load is i32.load8_s.
func (p I8) Load(off uint32) int32 { return int32(int8(load8(uint32(p), off))) }

// Store is i32.store8: it stores the low 8 bits of v.
func (p I8) Store(off uint32, v int32) { store8(uint32(p), off, byte(v)) }

// Load is i32.load16_u.
func (p U16) Load(off uint32) uint32 { return uint32(load16(uint32(p), off)) }

// Store is i32.store16: it stores the low 16 bits of v.
func (p U16) Store(off, v uint32) { store16(uint32(p), off, uint16(v)) }

// Load is i32.load16_s.
func (p I16) Load(off uint32) int32 { return int32(int16(load16(uint32(p), off))) }

// Store is i32.store16: it stores the low 16 bits of v.
func (p I16) Store(off uint32, v int32) { store16(uint32(p), off, uint16(v)) }

// Load is i32.load.
func (p U32) Load(off uint32) uint32 { return load32(uint32(p), off) }

// Store is i32.store.
func (p U32) Store(off, v uint32) { store32(uint32(p), off, v) }

// Load is i32.load.
func (p I32) Load(off uint32) int32 { return int32(load32(uint32(p), off)) }

// Store is i32.store.
func (p I32) Store(off uint32, v int32) { store32(uint32(p), off, uint32(v)) }

// Load is i64.load.
func (p U64) Load(off uint32) uint64 { return load64(uint32(p), off) }

// Store is i64.store.
func (p U64) Store(off uint32, v uint64) { store64(uint32(p), off, v) }

// Load is i64.load.
func (p I64) Load(off uint32) int64 { return int64(load64(uint32(p), off)) }

// Store is i64.store.
func (p I64) Store(off uint32, v int64) { store64(uint32(p), off, uint64(v)) }

// Load is f32.load.
func (p F32) Load(off uint32) float32 { return loadF32(uint32(p), off) }

// Store is f32.store.
func (p F32) Store(off uint32, v float32) { store32(uint32(p), off, math.Float32bits(v)) }

// Load is f64.load.
func (p F64) Load(off uint32) float64 { return math.Float64frombits(load64(uint32(p), off)) }

// Store is f64.store.
func (p F64) Store(off uint32, v float64) { store64(uint32(p), off, math.Float64bits(v)) }
