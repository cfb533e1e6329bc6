package main

import . "github.com/fovea-run/fovea/kernels/simd128"

// wazero 1.12 on amd64 loses a change to a temporary register of some
// instructions if it loads an operand from the stack behind it. Found with
// seed 18 as selectLate, the others in wazero's source.

func spill(n, m uint32) (uint32, uint32, int32) { return m, n, 0 }

//wasm:export selectLate
func selectLate(n uint32) {
	c := LoadUint8x16(U8(n&1023), 512)
	fuel := uint32(3)
	for {
		if fuel == 0 {
			break
		}
		fuel--
		_, _, _ = spill(n, fuel)
		LoadUint8x16(U8(16), 64).BitSelect(c, LoadUint8x16(U8(32), 64)).Store(U8(4096), 0)
	}
}

// selectConst selects from a constant that the compiler moves out of the loop.
//
//wasm:export selectConst
func selectConst(n uint32) {
	fuel := uint32(3)
	for {
		if fuel == 0 {
			break
		}
		fuel--
		_, _, _ = spill(n, fuel)
		LoadUint8x16(U8(16), 64).BitSelect(BroadcastUint8x16(32), LoadUint8x16(U8(32), 64)).Store(U8(4096), 0)
	}
}

//wasm:export mulLate
func mulLate(n uint32) {
	c, d := LoadUint64x2(U64(n&1023), 512), LoadUint64x2(U64(n&511), 2048)
	fuel := uint32(3)
	for {
		if fuel == 0 {
			break
		}
		fuel--
		_, _, _ = spill(n, fuel)
		LoadUint64x2(U64(16), 64).Xor(c).Store(U64(4096), 0)
		c.Mul(d).Store(U64(4096), 16)
	}
}

//wasm:export copysignLate
func copysignLate(n uint32) {
	c := F32(n & 1023).Load(512)
	fuel := uint32(3)
	for {
		if fuel == 0 {
			break
		}
		fuel--
		_, _, _ = spill(n, fuel)
		x, y := F32(16).Load(64), F32(32).Load(64)
		F32(4096).Store(0, x+y)
		F32(4096).Store(4, Copysign32(c, y))
	}
}

//wasm:export setElemLate
func setElemLate(n uint32) {
	c := F64(n & 1023).Load(512)
	fuel := uint32(3)
	for {
		if fuel == 0 {
			break
		}
		fuel--
		_, _, _ = spill(n, fuel)
		LoadFloat64x2(F64(16), 64).SetElem(0, c).Store(F64(4096), 0)
	}
}
