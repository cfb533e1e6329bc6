package conformance

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
)

// Edges are lanes that operations go wrong on.

var edges8 = []uint64{
	0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 63, 64, 0x55, 0x7E, 0x7F, 0x80, 0x81, 0xAA, 0xC0, 0xF0, 0xFE, 0xFF,
}

var edges16 = []uint64{
	0, 1, 2, 7, 15, 16, 17, 0x7F, 0x80, 0x81, 0xFF, 0x100, 0x101, 0x3FFF, 0x4000, 0x4001, 0x5A5A,
	0x7FFE, 0x7FFF, 0x8000, 0x8001, 0xC000, 0xFEFF, 0xFF00, 0xFF7F, 0xFF80, 0xFF81, 0xFFFE, 0xFFFF,
}

var edges32 = []uint64{
	0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 128,
	0x7FFF, 0x8000, 0xFFFF, 0xFFFF7FFF, 0xFFFF8000, 0x80FF017F, 0x0080FF7F, // narrowing and lanes of 8 bits
	0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF, 0xFFFFFFFE,
	0x007FFFFF, 0x00800000, 0x807FFFFF, // greatest subnormal and least normal
	0x3F800000, 0xBF800000, 0x3F000000, 0xBF000000, 0x3FC00000, 0x40200000, 0xC0200000, // ±1, ±.5, 1.5, ±2.5
	0x3EFFFFFF, 0x4B000001, 0x4AFFFFFF, 0xCB7FFFFF, // near halves and 2²³
	0x4EFFFFFF, 0x4F000000, 0xCF000000, 0xCF000001, 0x4F7FFFFF, 0x4F800000, // near ±2³¹ and 2³²
	0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0xFF800000, // greatest and infinite
	0x7FC00000, 0xFFC00000, 0x7FC12345, 0x7F800001, 0xFFA00001, // quiet and signalling NaNs
}

var edges64 = []uint64{
	0, 1, 2, 31, 32, 33, 63, 64, 65,
	0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000, 0xFFFFFFFF80000000, 0x00000001FFFFFFFF,
	math.MaxInt64, 1 << 63, 1<<63 | 1, math.MaxUint64, math.MaxUint64 - 1,
	0x000FFFFFFFFFFFFF, 0x0010000000000000, 0x800FFFFFFFFFFFFF, // greatest subnormal and least normal
	0x3FF0000000000000, 0xBFF0000000000000, 0x3FE0000000000000, 0xBFE0000000000000, // ±1, ±.5
	0x3FF8000000000000, 0x4004000000000000, 0xC004000000000000, 0x3FDFFFFFFFFFFFFF, // 1.5, ±2.5, below .5
	0x4330000000000001, 0x432FFFFFFFFFFFFF, 0xC33FFFFFFFFFFFFF, // near 2⁵² and 2⁵³
	0x41DFFFFFFFC00000, 0x41E0000000000000, 0xC1E0000000000000, 0xC1E0000000200000, // near ±2³¹
	0x41EFFFFFFFE00000, 0x41F0000000000000, 0x43E0000000000000, 0x43DFFFFFFFFFFFFF, // near 2³² and 2⁶³
	0xC3E0000000000000, 0xC3E0000000000001, 0x43F0000000000000, 0x43EFFFFFFFFFFFFF, // near -2⁶³ and 2⁶⁴
	0x47EFFFFFE0000000, 0x47EFFFFFF0000000, 0x380FFFFFFFFFFFFF, 0x36A0000000000000, // near the limits of float32
	0x7FEFFFFFFFFFFFFF, 0xFFEFFFFFFFFFFFFF, 0x7FF0000000000000, 0xFFF0000000000000, // greatest and infinite
	0x7FF8000000000000, 0xFFF8000000000000, 0x7FF8000012345678, 0x7FF0000000000001, 0xFFF4000000000001, // NaNs
}

// vectors returns operands. For each width every two edges meet in a lane of
// the first two operands; for 32 and 64 bits they meet in the first lane, the
// only one that operations on numbers use. The third operand is drawn.
func vectors() [][3][16]byte {
	random := rand.New(rand.NewPCG(1, 2))
	var all [][3][16]byte
	all = pairs(all, random, edges8, 8, 16)
	all = pairs(all, random, edges16, 16, 8)
	all = pairs(all, random, edges32, 32, 1)
	return pairs(all, random, edges64, 64, 1)
}

// pairs appends vectors of lanes of so many bits. Neighbouring vectors are
// step pairs of edges apart.
func pairs(all [][3][16]byte, random *rand.Rand, edges []uint64, bits, step int) [][3][16]byte {
	n := len(edges)
	for first := 0; first < n*n; first += step {
		var v [3][16]byte
		for lane := range 128 / bits {
			k := first + lane
			put := func(operand int, x uint64) {
				var b [8]byte
				binary.LittleEndian.PutUint64(b[:], x)
				copy(v[operand][lane*bits/8:], b[:bits/8])
			}
			put(0, edges[k%n])
			put(1, edges[(k+k/n)%n])
			put(2, edges[random.IntN(n)])
		}
		all = append(all, v)
	}
	return all
}
