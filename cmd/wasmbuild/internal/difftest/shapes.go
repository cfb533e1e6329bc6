package difftest

import . "github.com/fovea-run/fovea/kernels/simd128"

// plain branches on variables and has an if that does nothing.
//
//wasm:export plain
func plain(x uint32) uint32 {
	going, found := x&1 == 0, false
	r := uint32(0)
	for going {
		r++
		going = r < x&15
		if found {
			continue
		}
		found = r == 3
		if r > 4 {
		}
	}
	return r<<3 | bit(found)<<2 | bit(found == (len("a") == 1))<<1 | bit(found != false)
}

// extremesOrder evaluates the operands of min and max in their order.
//
//wasm:export extremesOrder
func extremesOrder(x uint32) float32 {
	p := U32(1024)
	p.Store(0, 0)
	r := min(float32(note(p, 1)), float32(note(p, x&7)), 3)
	r += float32(max(note(p, 2), note(p, x&3), 1))
	return r + float32(p.Load(0))
}

//wasm:export negate64
func negate64(x float64) float64 { return -x }
