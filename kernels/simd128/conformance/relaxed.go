package conformance

import (
	"encoding/binary"
	"fmt"
	"math"
	rational "math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// relaxedRules tells by a method's name what its instruction may give.
var relaxedRules = map[string]func(c *relaxedCase, lane int, got uint64) bool{
	"MulAdd":                 func(c *relaxedCase, lane int, got uint64) bool { return c.allowsMadd(lane, got, 1) },
	"NegMulAdd":              func(c *relaxedCase, lane int, got uint64) bool { return c.allowsMadd(lane, got, -1) },
	"RelaxedMin":             func(c *relaxedCase, lane int, got uint64) bool { return c.allowsExtreme(lane, got, false) },
	"RelaxedMax":             func(c *relaxedCase, lane int, got uint64) bool { return c.allowsExtreme(lane, got, true) },
	"RelaxedConvertToInt32":  func(c *relaxedCase, lane int, got uint64) bool { return c.allowsTrunc(lane, got, false) },
	"RelaxedConvertToUint32": func(c *relaxedCase, lane int, got uint64) bool { return c.allowsTrunc(lane, got, true) },
	"RelaxedLaneselect":      (*relaxedCase).allowsLaneselect,
	"RelaxedSwizzle":         (*relaxedCase).allowsSwizzle,
	"RelaxedQ15Mulr":         (*relaxedCase).allowsQ15Mulr,
	"RelaxedDot":             (*relaxedCase).allowsDot,
	"RelaxedDotAdd":          (*relaxedCase).allowsDot,
}

// Chosen tells whether the result in a relaxed build is an engine's choice.
func (o *Op) Chosen() bool {
	in := opcode.FindIntrinsic(o.Intrinsic)
	return in.Relaxed != "" || in.RelaxedOnly
}

// Allowed compares the memory after a kernel of which o.Chosen is true with
// what the specification lets an engine choose from. The error tells of the
// first case that is not.
func (o *Op) Allowed(image, got []byte) error {
	typ, method, _ := strings.Cut(o.Intrinsic, ".")
	allows := relaxedRules[method]
	if allows == nil {
		return fmt.Errorf("no rule for %s", o.Name)
	}
	if len(got) != len(image) {
		return fmt.Errorf("%d bytes of memory, want %d", len(got), len(image))
	}
	bits, from := laneBits(o.Result), laneBits(typ)
	for i := range int(Cases) {
		at := func(base int) []byte { return image[base+16*i:][:16] }
		c := &relaxedCase{bits, from, at(AddrA), at(AddrB), at(AddrC)}
		result := got[AddrOut+16*i:][:16]
		for lane, l := range lanesOf(result, bits) {
			if !allows(c, lane, l) {
				return fmt.Errorf("%s of %x, %x, %x: lane %d of %x is not allowed", o.Name, c.x, c.y, c.z, lane, result)
			}
		}
	}
	return nil
}

var laneWidth = regexp.MustCompile(`(\d+)x`)

// laneBits returns the width of the lanes of a vector type.
func laneBits(typ string) int {
	bits, _ := strconv.Atoi(laneWidth.FindStringSubmatch(typ)[1]) // the pattern admits only numbers
	return bits
}

func lanesOf(b []byte, bits int) []uint64 {
	var lanes []uint64
	for i := 0; i < len(b); i += bits / 8 {
		var wide [8]byte
		copy(wide[:], b[i:i+bits/8])
		lanes = append(lanes, binary.LittleEndian.Uint64(wide[:]))
	}
	return lanes
}

// A relaxedCase is the operands of an instruction.
type relaxedCase struct {
	bits    int // of a lane of the result
	from    int // of a lane of the first operand
	x, y, z []byte
}

// operands returns a lane of each.
func (c *relaxedCase) operands(lane int) (x, y, z uint64) {
	return lanesOf(c.x, c.bits)[lane], lanesOf(c.y, c.bits)[lane], lanesOf(c.z, c.bits)[lane]
}

func (c *relaxedCase) allowsLaneselect(lane int, got uint64) bool {
	x, y, z := c.operands(lane)
	return got == blend(x, y, z, c.bits, c.bits) || got == blend(x, y, z, c.bits, 8) || got == x&z|y&^z
}

// allowsQ15Mulr admits no clamping of the one product that does not fit.
func (c *relaxedCase) allowsQ15Mulr(lane int, got uint64) bool {
	x, y, _ := c.operands(lane)
	p := (int32(int16(x))*int32(int16(y)) + 1<<14) >> 15
	return got == uint64(uint16(p)) || p == 1<<15 && got == 1<<15-1
}

// blend takes each part of a lane, of so many bits, from x or y by the top
// bit of that part of z. V8 on x86 has parts of 8 bits for every shape.
func blend(x, y, z uint64, bits, part int) (r uint64) {
	for i := 0; i < bits; i += part {
		from := y
		if z>>(i+part-1)&1 == 1 {
			from = x
		}
		r |= from & ((1<<part - 1) << i)
	}
	return r
}

func floatOf(x uint64, bits int) float64 {
	if bits == 32 {
		return float64(math.Float32frombits(uint32(x)))
	}
	return math.Float64frombits(x)
}

// allowsMadd admits one rounding of sign*x*y + z, or two.
func (c *relaxedCase) allowsMadd(lane int, got uint64, sign float64) bool {
	a, b, s := c.operands(lane)
	x, y, z := sign*floatOf(a, c.bits), floatOf(b, c.bits), floatOf(s, c.bits)
	once, twice := math.FMA(x, y, z), float64(x*y)+z
	if c.bits == 32 {
		once, twice = fma32(x, y, z), float64(float32(float32(x*y))+float32(z))
	}
	r := floatOf(got, c.bits)
	same := func(want float64) bool {
		return r == want && math.Signbit(r) == math.Signbit(want) || r != r && want != want
	}
	return same(once) || same(twice)
}

// fma32 rounds the exact x*y + z to float32.
func fma32(x, y, z float64) float64 {
	if f := math.FMA(x, y, z); math.IsNaN(f) || math.IsInf(x, 0) || math.IsInf(y, 0) || math.IsInf(z, 0) || f == 0 {
		return f
	}
	number := func(f float64) *rational.Float { return new(rational.Float).SetPrec(2000).SetFloat64(f) }
	p := number(0).Mul(number(x), number(y))
	f, _ := p.Add(p, number(z)).Float32()
	return float64(f)
}

// allowsExtreme admits either operand where one is NaN or both are zero, and
// any NaN for a NaN.
func (c *relaxedCase) allowsExtreme(lane int, got uint64, greatest bool) bool {
	x, y, _ := c.operands(lane)
	a, b, r := floatOf(x, c.bits), floatOf(y, c.bits), floatOf(got, c.bits)
	switch {
	case a != a || b != b:
		return got == x || got == y || r != r
	case a == b:
		return got == x || got == y
	case a < b != greatest:
		return got == x
	}
	return got == y
}

// allowsSwizzle admits zero and the lane modulo 16 for indices from 16.
func (c *relaxedCase) allowsSwizzle(lane int, got uint64) bool {
	i := c.y[lane]
	return i < 128 && got == uint64(c.x[i%16]) || i >= 16 && got == 0
}

// allowsTrunc admits, for what does not fit, the nearest number (zero for a
// NaN) and the one that x86 gives. Without a sign it admits anything there:
// SpiderMonkey, and V8 once, shift the number's digits out on x86
// (https://github.com/WebAssembly/relaxed-simd/pull/140).
func (c *relaxedCase) allowsTrunc(lane int, got uint64, unsigned bool) bool {
	operands := lanesOf(c.x, c.from)
	if lane >= len(operands) {
		return got == 0
	}
	x := math.Trunc(floatOf(operands[lane], c.from))
	if unsigned {
		return !(x >= 0 && x <= math.MaxUint32) || got == uint64(uint32(x))
	}
	switch {
	case x >= math.MinInt32 && x <= math.MaxInt32:
		return got == uint64(uint32(int32(x)))
	case x > 0:
		return got == math.MaxInt32 || got == 1<<31
	case x < 0:
		return got == 1<<31
	}
	return got == 0 || got == 1<<31
}

// allowsDot admits lanes of y with or without a sign, and sums of two
// products that wrap at 16 bits, are clamped there or, on their way to 32
// bits, are exact.
func (c *relaxedCase) allowsDot(lane int, got uint64) bool {
	for _, y := range []func(byte) int64{signed, unsigned} {
		for _, narrow := range []func(int64) int64{wrapped, clamped, exact} {
			if got == c.dot(lane, y, narrow) {
				return true
			}
		}
	}
	return false
}

func signed(b byte) int64     { return int64(int8(b)) }
func unsigned(b byte) int64   { return int64(b) }
func wrapped(sum int64) int64 { return int64(int16(sum)) }
func clamped(sum int64) int64 { return max(math.MinInt16, min(math.MaxInt16, sum)) }
func exact(sum int64) int64   { return sum }

// dot reads a lane of the second operand with y and gives each sum of two
// products to narrow.
func (c *relaxedCase) dot(lane int, y func(byte) int64, narrow func(int64) int64) uint64 {
	n := c.bits / 8
	sum := int64(0)
	for i := lane * n; i < (lane+1)*n; i += 2 {
		sum += narrow(signed(c.x[i])*y(c.y[i]) + signed(c.x[i+1])*y(c.y[i+1]))
	}
	if c.bits == 16 {
		return uint64(uint16(sum))
	}
	return uint64(uint32(sum + int64(lanesOf(c.z, 32)[lane])))
}
