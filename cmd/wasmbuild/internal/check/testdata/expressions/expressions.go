package expressions

import . "github.com/fovea-run/fovea/kernels/simd128"

func vectors(x, y Float32x4, m Mask32x4) bool {
	_ = Float32x4{} // want "no composite literals"
	_ = Int32x4(m)  // want "vectors are not converted"
	return x == y   // want "compare with Equal"
}

func products(a, b, c float32, d float64, p F32) float32 {
	s := float32(a*b) + c + float32(-(a * b)) - float32(+(a*b)*c)
	s = a*b + c            // want "Go may fuse this product with a sum, also where its value goes: write float32\(a\*b\), or MulAdd"
	s = c - (a * b)        // want "may fuse"
	s = c + -(a * b)       // want "may fuse"
	s += a * b             // want "may fuse"
	t := a * b             // want "may fuse"
	t *= c                 // want "may fuse"
	p.Store(0, a*b)        // want "may fuse"
	d = d*d*d + 1          // want "write float64"
	d = float64(d*d) + 2*3 // constants are exact
	if a*b < c*d32(d) || (a*b)*c/a == s/(b*c) {
		return s
	}
	s = min(a*b, c) // want "may fuse"
	return a * b    // want "may fuse"
}

func d32(d float64) float32 { return float32(d * d) }

func divisions(x, y int32, u uint64) int32 {
	x = x / y  // want "signed / only by a constant"
	x %= y     // want "signed % only by a constant"
	x = x / -1 // want "other than 0 and -1"
	return x/3 + int32(u/3%7)
}

func shifts(x, n uint32, y int64) uint32 {
	x = x << n        // want "must be masked: write x << \(n & 31\)"
	x >>= n           // want "must be masked"
	x = x >> (n & 63) // want "must be masked"
	x = x >> (n & 32) // want "must be masked"
	y = y << (n & 64) // want "must be masked: write x << \(n & 63\)"
	x = x << 32       // want "write a count of 0 to 31"
	y = y >> (n & 63)
	y = y >> 64 // want "write a count of 0 to 63"
	return x<<(n&31) + x>>31
}

func conversions(f float32, d float64) int32 {
	i := int32(f)  // want "use TruncInt32$"
	j := uint64(d) // want "use TruncUint64F64$"
	k := uint8(i)  // want "write uint32 or uint64"
	return i + int32(j) + int32(k) + TruncInt32(f)
}

func others(p U32, x uint32) uint32 {
	f := func() uint32 { return x } // want "no closures"
	q := &x                         // want "no pointers: variables"
	*q = 3                          // want "only variables can be assigned"
	s := "text"                     // want "no strings: keep"
	_ = s[0]                        // want "no indexing"
	_ = p.Load                      // want "a method can only be called"
	g := others                     // want "no function values: call others"
	_ = f
	_ = g
	return 1
}

// converted has the faults inside conversions.
func converted(p U32, n uint32) uint32 {
	_ = uint64(p.Load(n))         // want "the offset is part of the instruction"
	_ = Int32x4(Mask32x4{}).Not() // want "vectors are not converted" "no composite literals"
	return uint32(uint8(n))       // want "write uint32 or uint64"
}

func counts(x, n, m uint32, c chan uint32) uint32 { // want "no channels"
	x = x << (n + 3)   // want "must be masked"
	x = x << (n & m)   // want "must be masked"
	x = x << (n &^ 31) // want "must be masked"
	x = x<<(n&31) + x>>(7&n)
	_ = 2i         // want "no complex numbers: keep two floats"
	return x + <-c // want "no operator <- here"
}

func length() uint32 { return uint32(len("four")) }

// once has one fault a line.
func once(p U32) {
	f, g := func() {}, func() {}  // want "no closures"
	h := []uint32{1}              // want "no slices"
	var e []uint32 = nil          // want "no slices"
	var v, w = func() {}, p       // want "no closures"
	var x, y = uint32(1), "x"     // want "no strings: keep"
	i, j := p.Load(0)<<1, "y"     // want "no strings: keep"
	k, l := uint32(2), [1]int32{} // want "no slices and arrays"
	m, n := 1, "z"                // want "int: its width" "no strings: keep"
	var o, q = values(p)          // want "\\*uint32: no pointers"
	r, s := values(p)             // want "\\*uint32: no pointers"
	t, u := swapped(p)            // want "\\*uint32: no pointers"
	var z, zz = swapped(p)        // want "\\*uint32: no pointers"
	_, _, _, _, _, _ = r, s, t, u, z, zz
	_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _ = f, g, h, e, v, w, x, y, i, j, k, l, m, n, o, q
}

func swapped(p U32) (U32, *uint32) { return p, nil } // want "no pointers" "no nil"

func values(p U32) (*uint32, U32) { return nil, p } // want "no pointers" "no nil"
