package main

import (
	"fmt"
	"strings"
)

// unary, binary and compared add a method that works lane by lane; expr has
// a and b for the lanes.
func unary(t vec, name, wasm, doc, expr string) {
	add(method(t, name, "", t.name, wasm, doc, t.lanewise(t, 1, expr)))
}

func binary(t vec, name, wasm, doc, expr string) {
	add(method(t, name, "y "+t.name, t.name, wasm, doc, t.lanewise(t, 2, expr)))
}

func compared(t vec, name, wasm, operator string) {
	m := t.mask()
	add(method(t, name, "y "+t.name, m.name, wasm, "", t.lanewise(m, 2, fmt.Sprintf("truth%d(a %s b)", t.bits, operator))))
}

var comparisons = []struct{ name, wasm, operator string }{
	{"Equal", "eq", "=="}, {"NotEqual", "ne", "!="}, {"Less", "lt", "<"},
	{"LessEqual", "le", "<="}, {"Greater", "gt", ">"}, {"GreaterEqual", "ge", ">="},
}

func addIntegers() {
	for _, t := range integers {
		addArithmetic(t)
		addSaturated(t)
		addShifts(t)
		addIntegerComparisons(t)
		addBitwise(t)
		addLogical(t, t.name)
		addTests(t, "Bitmask")
		addMerge(t)
		if t.bits < 64 {
			addWidening(t)
		}
	}
	addNarrowing()
	addIntegerConversions()
}

func addArithmetic(t vec) {
	binary(t, "Add", t.shape+".add", "", "a + b")
	binary(t, "Sub", t.shape+".sub", "", "a - b")
	if t.bits > 8 {
		binary(t, "Mul", t.shape+".mul", "", "a * b")
	}
	if t.bits < 64 {
		binary(t, "Min", t.shape+".min"+t.sign(), "", "min(a, b)")
		binary(t, "Max", t.shape+".max"+t.sign(), "", "max(a, b)")
	}
	if t.kind == signed {
		unary(t, "Neg", t.shape+".neg", fmt.Sprintf(": the least %s stays as it is", t.elem), "-a")
		unary(t, "Abs", t.shape+".abs", fmt.Sprintf(": the least %s stays as it is", t.elem), "max(a, -a)")
	}
	if t.bits == 8 {
		unary(t, "OnesCount", "i8x16.popcnt", "", t.elem+"(bits.OnesCount8(uint8(a)))")
	}
}

func addSaturated(t vec) {
	if t.bits > 16 {
		return
	}
	clamp := fmt.Sprintf("clamp%s", strings.TrimSuffix(t.name, fmt.Sprintf("x%d", t.count)))
	doc := ": clamped to " + t.elem
	binary(t, "AddSaturated", t.shape+".add_sat"+t.sign(), doc, clamp+"(int32(a) + int32(b))")
	binary(t, "SubSaturated", t.shape+".sub_sat"+t.sign(), doc, clamp+"(int32(a) - int32(b))")
	if isUnsigned(t) {
		binary(t, "Average", t.shape+".avgr_u", ": rounded up", t.elem+"((uint32(a) + uint32(b) + 1) / 2)")
	}
	if t.name == "Int16x8" {
		const doc = ": the product of fixed-point numbers of 15 fractional bits, rounded and clamped"
		const expr = "clampInt16((int32(a)*int32(b) + 1<<14) >> 15)"
		binary(t, "Q15MulrSat", "i16x8.q15mulr_sat_s", doc, expr)
		add(method(t, "RelaxedQ15Mulr", "y Int16x8", "Int16x8", "i16x8.q15mulr_sat_s",
			doc+"; in a relaxed build i16x8.relaxed_q15mulr_s, which may give the least int16 for its square",
			"return x.Q15MulrSat(y)").relax("i16x8.relaxed_q15mulr_s"))
	}
}

func addShifts(t vec) {
	shift := func(name, wasm, doc, expr string) {
		add(method(t, name, "n uint32", t.name, t.shape+"."+wasm, fmt.Sprintf(": by n modulo %d", t.bits)+doc,
			fmt.Sprintf("n &= %d\n%s", t.bits-1, t.lanewise(t, 1, expr))))
	}
	shift("ShiftAllLeft", "shl", "", "a << n")
	if isUnsigned(t) {
		shift("ShiftAllRight", "shr_u", ", filling with zeros", "a >> n")
		return
	}
	shift("ShiftAllRight", "shr_s", ", copying the sign", "a >> n")
	shift("ShiftAllRightLogical", "shr_u", ", filling with zeros", fmt.Sprintf("%s(u%s(a) >> n)", t.elem, t.elem))
}

func addIntegerComparisons(t vec) {
	for i, c := range comparisons {
		if i < 2 {
			compared(t, c.name, t.shape+"."+c.wasm, c.operator)
		} else if t.bits < 64 || !isUnsigned(t) { // there is no i64x2.lt_u
			compared(t, c.name, t.shape+"."+c.wasm+t.sign(), c.operator)
		}
	}
}

// logic adds a bitwise method; expr has a, b and c for the bits.
func logic(t vec, name, params, wasm, doc, expr string) {
	add(method(t, name, params, t.name, wasm, doc, bitwise(t, expr)))
}

func bitwise(t vec, expr string) string {
	if !t.paired() {
		return t.lanewise(t, 3, expr)
	}
	half := func(h string) string {
		return letters.ReplaceAllStringFunc(expr, func(l string) string { return operandNames[l] + "." + h })
	}
	return fmt.Sprintf("return %s{%s, %s}", t.name, half("lo"), half("hi"))
}

// addBitwise adds what integers have and masks have, too.
func addBitwise(t vec) {
	y := "y " + t.name
	logic(t, "And", y, "v128.and", "", "a & b")
	logic(t, "Or", y, "v128.or", "", "a | b")
	logic(t, "Xor", y, "v128.xor", "", "a ^ b")
	logic(t, "AndNot", y, "v128.andnot", ": x where y is clear", "a &^ b")
	logic(t, "Not", "", "v128.not", "", "^a")
}

func addLogical(t vec, cond string) {
	logic(t, "BitSelect", fmt.Sprintf("y %s, z %s", t.name, cond), "v128.bitselect",
		": the bits of x where z is set, of y where it is clear", "a&c | b&^c")
	add(method(t, "RelaxedLaneselect", fmt.Sprintf("y %s, z %s", t.name, cond), t.name, "v128.bitselect",
		fmt.Sprintf(": lanes of x where those of z are all ones, of y where all zeros; in a relaxed build %s.relaxed_laneselect, which may look at top bits only, of lanes or of bytes", t.shape),
		"return x.BitSelect(y, z)").relax(t.shape + ".relaxed_laneselect"))
}

// addTests adds the methods that have a scalar result.
func addTests(t vec, bitmask string) {
	anyTrue, allTrue, bits := "return x.lo|x.hi != 0", fmt.Sprintf("return all%d(x.lo) && all%d(x.hi)", t.bits, t.bits),
		fmt.Sprintf("return tops%d(x.lo) | tops%d(x.hi)<<%d", t.bits, t.bits, t.count/2)
	if !t.paired() {
		anyTrue = fmt.Sprintf("return %s != 0", strings.Join(t.lanes("a"), "|"))
		allTrue = fmt.Sprintf("return %s", strings.Join(t.lanes("a != 0"), " && "))
		var tops []string
		for i, top := range t.lanes(fmt.Sprintf("uint32(uint%d(a)>>%d)", t.bits, t.bits-1)) {
			tops = append(tops, fmt.Sprintf("%s<<%d", top, i))
		}
		bits = "return " + strings.Join(tops, " | ")
	}
	add(method(t, "AnyTrue", "", "bool", "v128.any_true", ": whether any bit is set", anyTrue))
	add(method(t, "AllTrue", "", "bool", t.shape+".all_true", ": whether no lane is zero", allTrue))
	add(method(t, bitmask, "", "uint32", t.shape+".bitmask", ": bit i is the top bit of lane i", bits))
}

func addMerge(t vec) {
	m := t.mask()
	z := fmt.Sprintf("z := mask.To%s()\n", of(signed, t.bits).name)
	body := z + "return x.BitSelect(y, z)"
	if isUnsigned(t) {
		body = z + fmt.Sprintf("return x.BitSelect(y, z.As%s())", t.name)
	}
	if isFloat(t) {
		i := of(signed, t.bits).name
		body = fmt.Sprintf("return x.As%s().Merge(y.As%s(), mask).As%s()", i, i, t.name)
	}
	add(method(t, "Merge", fmt.Sprintf("y %s, mask %s", t.name, m.name), t.name, "v128.bitselect", ": x where mask is set, else y", body))
}

func addWidening(t vec) {
	w := t.wider()
	stem := strings.TrimSuffix(w.name, fmt.Sprintf("x%d", w.count))
	for _, h := range []struct{ half, wasm, word, low string }{{"Lo", "low", "lower", "lo, _"}, {"Hi", "high", "upper", "_, hi"}} {
		extended := fmt.Sprintf("Extend%s%dTo%s", h.half, w.count, stem)
		v := strings.Trim(h.low, "_, ")
		body := fmt.Sprintf("%s := x.bits()\nreturn %s", h.low, extend(w, v))
		if t.paired() {
			body = "return " + extend(w, "x."+v)
		}
		add(method(t, extended, "", w.name, fmt.Sprintf("%s.extend_%s_%s%s", w.shape, h.wasm, t.shape, t.sign()), "", body))
		add(method(t, "MulWiden"+h.half, "y "+t.name, w.name, fmt.Sprintf("%s.extmul_%s_%s%s", w.shape, h.wasm, t.shape, t.sign()),
			fmt.Sprintf(": the products of the %s lanes", h.word), fmt.Sprintf("return x.%s().Mul(y.%s())", extended, extended)))
	}
	if t.bits < 32 {
		add(method(t, "ExtAddPairwise", "", w.name, fmt.Sprintf("%s.extadd_pairwise_%s%s", w.shape, t.shape, t.sign()),
			": the sums of neighbouring lanes", pairSums(t, w)))
	}
}

// pairSums is the body of ExtAddPairwise: the even lanes and the odd ones
// are brought to the low half of a wider lane each.
func pairSums(t, w vec) string {
	if w.paired() {
		return fmt.Sprintf("f := func(a %s) %s { return %s(%s(a)) + %s(%s(a>>%d)) }\nreturn %s{map%d(x.lo, f), map%d(x.hi, f)}",
			w.elem, w.elem, w.elem, t.elem, w.elem, t.elem, t.bits, w.name, w.bits, w.bits)
	}
	var sums []string
	for _, half := range []string{"x.lo", "x.hi"} {
		for shift := 0; shift < 64; shift += w.bits {
			sums = append(sums, fmt.Sprintf("%s(%s(%s>>%d)) + %s(%s(%s>>%d))", w.elem, t.elem, half, shift, w.elem, t.elem, half, shift+t.bits))
		}
	}
	return fmt.Sprintf("return %s{\n%s,\n}", w.name, strings.Join(sums, ",\n"))
}
