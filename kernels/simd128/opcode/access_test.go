package opcode_test

import (
	"testing"

	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// TestNatural compares the bytes that instructions access with those that the
// specification's mnemonics stand for.
func TestNatural(t *testing.T) {
	for name, want := range map[string]uint32{
		"i32.load": 4, "i64.load": 8, "f32.store": 4, "f64.load": 8, "v128.load": 16, "v128.store": 16,
		"i32.load8_s": 1, "i32.load16_u": 2, "i64.load32_u": 4, "i64.store8": 1, "i64.store32": 4,
		"v128.load8x8_s": 8, "v128.load16x4_u": 8, "v128.load32x2_s": 8,
		"v128.load8_splat": 1, "v128.load64_splat": 8, "v128.load32_zero": 4, "v128.load64_zero": 8,
		"v128.load16_lane": 2, "v128.store64_lane": 8,
		"i32.atomic.load": 4, "i64.atomic.rmw16.add_u": 2, "i64.atomic.rmw.xchg": 8, "i32.atomic.rmw8.cmpxchg_u": 1,
		"memory.atomic.notify": 4, "memory.atomic.wait32": 4, "memory.atomic.wait64": 8,
	} {
		in := opcode.Find(name)
		if in == nil {
			t.Errorf("no instruction %s", name)
		} else if got := in.Natural(); got != want {
			t.Errorf("%s accesses %d bytes, want %d", name, got, want)
		}
	}
}
