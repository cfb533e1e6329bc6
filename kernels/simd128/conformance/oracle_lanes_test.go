package conformance

import (
	"strings"
)

// arrange computes what moves lanes, or reads several of one operand.
func (o *oracle) arrange(bits int, op string, args []value) (v value, ok bool) {
	x := args[0].lanes(bits)
	switch op {
	case "splat":
		for i := range x {
			x[i] = args[0].lo
		}
		return vector(x, bits), true
	case "extract_lane", "extract_lane_u":
		return value{lo: x[o.op.Imms[0]]}, true
	case "extract_lane_s":
		return value{lo: low(uint64(signedOf(x[o.op.Imms[0]], bits)), 32)}, true
	case "replace_lane":
		x[o.op.Imms[0]] = args[1].lo
		return vector(x, bits), true
	case "shuffle":
		return o.shuffle(args), true
	case "swizzle":
		return swizzle(args), true
	case "all_true", "bitmask":
		return value{lo: test(op, x, bits)}, true
	}
	return widening(bits, op, args)
}

// shuffle picks bytes: those of the lanes that the constants tell.
func (o *oracle) shuffle(args []value) value {
	both := append(args[0].lanes(8), args[1].lanes(8)...)
	var bytes []uint64
	for _, l := range []byte(o.in.Lanes) {
		bytes = append(bytes, both[l])
	}
	if n := len(o.op.Imms); n > 0 {
		for i := range 16 {
			width := 16 / n
			bytes = append(bytes, both[int(o.op.Imms[i/width])*width+i%width])
		}
	}
	return vector(bytes, 8)
}

func swizzle(args []value) value {
	x, index := args[0].lanes(8), args[1].lanes(8)
	for i, j := range index {
		index[i] = 0
		if j < 16 {
			index[i] = x[j]
		}
	}
	return vector(index, 8)
}

func test(op string, lanes []uint64, bits int) (r uint64) {
	if op == "all_true" {
		r = 1
		for _, l := range lanes {
			r &= flag(l != 0)
		}
		return r
	}
	for i, l := range lanes {
		r += l >> (bits - 1) << i
	}
	return r
}

var wide = newPattern(`^(extend|extmul|extadd|narrow|dot)(?:_(low|high|pairwise))?_i(\d+)x\d+_([su])$`)

// widening computes what has lanes of another width than its operands. bits
// is the width of the result's.
func widening(bits int, op string, args []value) (v value, ok bool) {
	m := wide.match(op)
	if m == nil {
		return v, false
	}
	from := number(m[3])
	if m[1] == "narrow" {
		return narrow(args, from, bits, m[4] == "s"), true
	}
	read := func(v value) []int64 {
		var all []int64
		for _, l := range v.lanes(from) {
			if m[4] == "s" {
				all = append(all, signedOf(l, from))
			} else {
				all = append(all, int64(l))
			}
		}
		return all
	}
	x, y := read(args[0]), read(args[len(args)-1])
	first := 0
	if m[2] == "high" {
		first = len(x) / 2
	}
	var lanes []uint64
	for i := range len(x) / 2 {
		a, b := x[2*i], x[2*i+1]
		lanes = append(lanes, map[string]uint64{
			"extend": uint64(x[first+i]), "extmul": uint64(x[first+i]) * uint64(y[first+i]),
			"extadd": uint64(a + b), "dot": uint64(a*y[2*i] + b*y[2*i+1]),
		}[m[1]])
	}
	return vector(lanes, bits), true
}

// narrow saturates signed lanes.
func narrow(args []value, from, to int, signed bool) value {
	least, greatest := int64(0), int64(1)<<to-1
	if signed {
		least, greatest = -1<<(to-1), 1<<(to-1)-1
	}
	var lanes []uint64
	for _, l := range append(args[0].lanes(from), args[1].lanes(from)...) {
		s := signedOf(l, from)
		if s < least {
			s = least
		}
		if s > greatest {
			s = greatest
		}
		lanes = append(lanes, uint64(s))
	}
	return vector(lanes, to)
}

var access = newPattern(`^(load|store|atomic\.load|atomic\.store|atomic\.rmw)(\d*)(?:x(\d))?(?:_([su]))?(?:_(splat|zero|lane))?(?:\.(\w+?)(?:_u)?)?$`)

// memory computes loads, stores and atomic accesses. bits is the width of
// the value's type.
func (o *oracle) memory(bits int, op string, args []value) value {
	m := access.match(op)
	if m == nil {
		panic("no such access: " + op)
	}
	width := bits
	if m[2] != "" {
		width = number(m[2])
	}
	at, bytes := uint32(args[0].lo)+uint32(o.op.Imms[0]), uint32(width/8)
	switch {
	case m[3] != "":
		return o.loadExtended(at, width, m[4] == "s")
	case m[5] == "lane":
		return o.lane(m[1], at, width, args[1])
	case m[5] == "splat":
		lanes := make([]uint64, 128/width)
		for i := range lanes {
			lanes[i] = o.get(at, bytes).lo
		}
		return vector(lanes, width)
	case strings.HasSuffix(m[1], "store"):
		o.put(at, args[1], bytes)
		return value{}
	case m[1] == "atomic.rmw":
		return o.modify(at, width, m[6], args)
	}
	v := o.get(at, bytes)
	if m[4] == "s" {
		v.lo = low(uint64(signedOf(v.lo, width)), bits)
	}
	return v
}

func (o *oracle) loadExtended(at uint32, width int, signed bool) value {
	var lanes []uint64
	for i := range 64 / width {
		l := o.get(at+uint32(i*width/8), uint32(width/8)).lo
		if signed {
			l = uint64(signedOf(l, width))
		}
		lanes = append(lanes, l)
	}
	return vector(lanes, 2*width)
}

func (o *oracle) lane(access string, at uint32, width int, v value) value {
	lanes, i := v.lanes(width), o.op.Imms[1]
	if access == "store" {
		o.put(at, value{lo: lanes[i]}, uint32(width/8))
		return value{}
	}
	lanes[i] = o.get(at, uint32(width/8)).lo
	return vector(lanes, width)
}

// modify is an atomic read, change and write back.
func (o *oracle) modify(at uint32, width int, op string, args []value) value {
	old, v := o.get(at, uint32(width/8)), args[1].lo
	switch op {
	case "add":
		v = old.lo + v
	case "sub":
		v = old.lo - v
	case "and":
		v &= old.lo
	case "or":
		v |= old.lo
	case "xor":
		v ^= old.lo
	case "xchg":
	case "cmpxchg":
		if low(v, width) == old.lo {
			v = args[2].lo
		} else {
			v = old.lo
		}
	default:
		panic("no such modification: " + op)
	}
	o.put(at, value{lo: v}, uint32(width/8))
	return old
}
