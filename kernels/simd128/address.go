package simd128

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
