package conformance

import (
	"math"
	"math/big"
	"strings"
)

// scalar computes an operation on numbers of so many bits.
func scalar(kind string, bits int, op string, x []uint64) uint64 {
	if kind == "f" {
		return floating(bits, op, x)
	}
	return low(integral(bits, op, x), bits)
}

func integral(bits int, op string, x []uint64) uint64 {
	a, b := x[0], x[len(x)-1]
	sa, sb := signedOf(a, bits), signedOf(b, bits)
	count := b % uint64(bits)
	switch op {
	case "add":
		return a + b
	case "sub":
		return a - b
	case "mul":
		return a * b
	case "neg":
		return -a
	case "abs":
		if sa < 0 {
			return -a
		}
		return a
	case "shl":
		return a << count
	case "shr_u":
		return a >> count
	case "shr_s":
		return uint64(sa >> count)
	case "rotl":
		return a<<count | a>>(uint64(bits)-count)
	case "rotr":
		return a>>count | a<<(uint64(bits)-count)
	case "avgr_u":
		return (a + b + 1) / 2
	case "q15mulr_sat_s":
		return saturated((sa*sb+0x4000)>>15, bits, true)
	case "add_sat_s":
		return saturated(sa+sb, bits, true)
	case "sub_sat_s":
		return saturated(sa-sb, bits, true)
	case "add_sat_u":
		return saturated(int64(a)+int64(b), bits, false)
	case "sub_sat_u":
		return saturated(int64(a)-int64(b), bits, false)
	case "extend8_s":
		return uint64(int8(a))
	case "extend16_s":
		return uint64(int16(a))
	case "extend32_s":
		return uint64(int32(a))
	}
	if v, ok := chosen(op, a, b, sa, sb); ok {
		return v
	}
	return counted(bits, op, a)
}

func saturated(x int64, bits int, signed bool) uint64 {
	least, greatest := int64(0), int64(1)<<bits-1
	if signed {
		least, greatest = -1<<(bits-1), 1<<(bits-1)-1
	}
	switch {
	case x < least:
		return uint64(least)
	case x > greatest:
		return uint64(greatest)
	}
	return uint64(x)
}

// chosen computes comparisons, and the lesser and the greater.
func chosen(op string, a, b uint64, sa, sb int64) (uint64, bool) {
	name, signed := strings.CutSuffix(op, "_s")
	name = strings.TrimSuffix(name, "_u")
	less, greater := a < b, a > b
	if signed {
		less, greater = sa < sb, sa > sb
	}
	lesser, other := a, b
	if greater {
		lesser, other = b, a
	}
	v, ok := map[string]uint64{
		"eq": flag(a == b), "ne": flag(a != b), "lt": flag(less), "gt": flag(greater),
		"le": flag(!greater), "ge": flag(!less), "min": lesser, "max": other,
	}[name]
	return v, ok
}

func counted(bits int, op string, a uint64) uint64 {
	n := uint64(0)
	for i := range bits {
		bit := a >> i & 1
		if op == "clz" {
			bit = a >> (bits - 1 - i) & 1
		}
		switch {
		case op == "popcnt":
			n += bit
		case op != "clz" && op != "ctz":
			panic("no such operation: " + op)
		case bit == 1:
			return n
		default:
			n++
		}
	}
	return n
}

// unpack reads a float of either width as a float64, which holds it exactly.
func unpack(bits int, x uint64) float64 {
	if bits == 32 {
		return float64(math.Float32frombits(uint32(x)))
	}
	return math.Float64frombits(x)
}

// pack returns the bits of a number that a float of that width holds.
func pack(bits int, x float64) uint64 {
	if bits == 32 {
		return uint64(math.Float32bits(float32(x)))
	}
	return math.Float64bits(x)
}

func floating(bits int, op string, x []uint64) uint64 {
	top := uint64(1) << (bits - 1)
	a, b := unpack(bits, x[0]), unpack(bits, x[len(x)-1])
	switch op {
	case "neg":
		return x[0] ^ top
	case "abs":
		return x[0] & (top - 1)
	case "copysign":
		return x[0]&(top-1) | x[1]&top
	case "pmin":
		if b < a {
			return x[1]
		}
		return x[0]
	case "pmax":
		if a < b {
			return x[1]
		}
		return x[0]
	case "eq", "ne", "lt", "le", "gt", "ge":
		return related(op, a, b)
	}
	if a != a || b != b {
		return pack(bits, math.NaN())
	}
	switch op {
	case "relaxed_madd":
		return fused(bits, a, unpack(bits, x[1]), b)
	case "relaxed_nmadd":
		return fused(bits, -a, unpack(bits, x[1]), b)
	}
	switch op {
	case "min":
		return lesser(a, b, x[0], x[1], top)
	case "max":
		return lesser(b, a, x[0], x[1], 0)
	case "ceil", "floor", "trunc", "nearest":
		return pack(bits, rounded(op, a))
	}
	return computed(bits, op, a, b)
}

func related(op string, a, b float64) uint64 {
	return map[string]uint64{
		"eq": flag(a == b), "ne": flag(a != b), "lt": flag(a < b),
		"le": flag(a <= b), "gt": flag(a > b), "ge": flag(a >= b),
	}[op]
}

// lesser is x where a < b, y where b < a; of zeros the one whose sign bit is
// as in sign. Equal numbers other than zeros have the same bits.
func lesser(a, b float64, x, y, sign uint64) uint64 {
	switch {
	case a < b:
		return x
	case b < a:
		return y
	case a == 0 && x|y != 0 && sign != 0:
		return sign
	case a == 0 && x != y:
		return 0
	}
	return x
}

// rounded is the integer next to x in a direction; it has x's sign.
func rounded(op string, x float64) float64 {
	if math.Abs(x) >= 1<<52 {
		return x
	}
	whole := float64(int64(x)) // towards zero
	rest := math.Abs(x - whole)
	away := false
	switch op {
	case "ceil":
		away = x > whole
	case "floor":
		away = x < whole
	case "nearest":
		away = rest > 0.5 || rest == 0.5 && int64(x)%2 != 0
	}
	if away {
		whole += math.Copysign(1, x)
	}
	return math.Copysign(whole, x)
}

// enough is a precision at which sums and products of floats are exact, and
// quotients and roots round to a float as the exact ones do.
const enough = 2200

// computed is arithmetic, rounded once from the exact result.
func computed(bits int, op string, a, b float64) uint64 {
	if math.IsInf(a, 0) || math.IsInf(b, 0) || op == "div" && b == 0 || op == "sqrt" && a <= 0 {
		return pack(bits, limit(op, a, b))
	}
	x, y, r := new(big.Float).SetPrec(enough).SetFloat64(a), new(big.Float).SetPrec(enough).SetFloat64(b), new(big.Float).SetPrec(enough)
	switch op {
	case "add":
		r.Add(x, y)
	case "sub":
		r.Sub(x, y)
	case "mul":
		r.Mul(x, y)
	case "div":
		r.SetPrec(200).Quo(x, y)
	case "sqrt":
		r.SetPrec(200).Sqrt(x)
	default:
		panic("no such operation: " + op)
	}
	return nearest(bits, r)
}

// fused is a*b + c, rounded once.
func fused(bits int, a, b, c float64) uint64 {
	switch {
	case b != b:
		return pack(bits, b)
	case math.IsInf(a, 0) || math.IsInf(b, 0):
		return pack(bits, limit("mul", a, b)+c)
	case math.IsInf(c, 0):
		return pack(bits, c)
	}
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(2 * enough).SetFloat64(x) }
	return nearest(bits, number(0).Add(number(0).Mul(number(a), number(b)), number(c)))
}

// nearest rounds to a float.
func nearest(bits int, x *big.Float) uint64 {
	if bits == 32 {
		f, _ := x.Float32()
		return uint64(math.Float32bits(f))
	}
	f, _ := x.Float64()
	return math.Float64bits(f)
}

// limit is arithmetic with infinities, division by zero and the roots of
// zero and of negative numbers.
func limit(op string, a, b float64) float64 {
	sign := math.Copysign(1, a) * math.Copysign(1, b)
	inf := func(x float64) bool { return math.IsInf(x, 0) }
	switch op {
	case "sub":
		return limit("add", a, -b)
	case "add":
		switch {
		case inf(a) && inf(b) && a != b:
			return math.NaN()
		case inf(a):
			return a
		}
		return b
	case "mul":
		if a == 0 || b == 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	case "div":
		switch {
		case inf(a) && inf(b) || a == 0 && b == 0:
			return math.NaN()
		case inf(b):
			return math.Copysign(0, sign)
		}
		return math.Inf(int(sign))
	case "sqrt":
		if a < 0 {
			return math.NaN()
		}
		return a
	}
	panic("no such operation: " + op)
}

var conversion = newPattern(`^([if])(\d+)(?:x\d)?\.(trunc_sat|convert|convert_low|demote|promote_low)_([if])(\d+)(?:x\d)?(?:_([su]))?(_zero)?$`)

// convertVector computes conversions of as many lanes as the wider type has.
func convertVector(name string, x value) (v value, ok bool) {
	m := conversion.match(name)
	if m == nil {
		return v, false
	}
	from, to := number(m[5]), number(m[2])
	lanes := x.lanes(from)[:128/max(from, to)]
	for i := range lanes {
		lanes[i] = converted(m, lanes[i], from, to)
	}
	return vector(lanes, to), true
}

func convertNumber(name string, x uint64) (v uint64, ok bool) {
	m := conversion.match(name)
	if m == nil {
		return 0, false
	}
	return converted(m, x, number(m[5]), number(m[2])), true
}

func converted(m []string, x uint64, from, to int) uint64 {
	exact := new(big.Float).SetPrec(enough)
	if m[4] == "i" {
		if m[6] == "s" {
			exact.SetInt64(signedOf(x, from))
		} else {
			exact.SetUint64(x)
		}
		return nearest(to, exact)
	}
	f := unpack(from, x)
	switch {
	case m[1] == "f" && (f != f || math.IsInf(f, 0)):
		return pack(to, f)
	case m[1] == "f":
		return nearest(to, exact.SetFloat64(f))
	case f != f:
		return 0
	}
	return truncated(f, to, m[6] == "s")
}

// truncated is the integer next to x towards zero, clamped.
func truncated(x float64, bits int, signed bool) uint64 {
	least, greatest := new(big.Int), new(big.Int).Lsh(big.NewInt(1), uint(bits))
	if signed {
		greatest.Rsh(greatest, 1)
		least.Neg(greatest)
	}
	greatest.Sub(greatest, big.NewInt(1))
	n, _ := new(big.Float).SetFloat64(math.Max(-1e300, math.Min(1e300, x))).Int(nil)
	if n.Cmp(least) < 0 {
		n = least
	}
	if n.Cmp(greatest) > 0 {
		n = greatest
	}
	return low(new(big.Int).And(n, new(big.Int).SetUint64(math.MaxUint64)).Uint64(), bits)
}
