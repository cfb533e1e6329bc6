package main

import (
	"fmt"
	"strings"
)

// addMemory adds loads and stores of numbers at typed addresses, and the
// instructions on the whole memory, whose emulation is in arena.go.
func addMemory() {
	for _, k := range []kind{unsigned, signed} {
		for _, bits := range []int{8, 16, 32, 64} {
			addAccess(of(k, bits))
		}
	}
	for _, t := range floats {
		number := fmt.Sprintf("f%d", t.bits)
		access(t.addr, "Load", "Store", t.elem, number+".load", number+".store", "",
			fmt.Sprintf("return math.Float%dfrombits(load%d(uint32(p), off))", t.bits, t.bits),
			fmt.Sprintf("store%d(uint32(p), off, math.Float%dbits(v))", t.bits, t.bits))
	}
	whole := func(name, params, result, wasm string, special bool) {
		r := function("", name, params, result, wasm, "", "")
		r.special = special
		add(r)
	}
	whole("MemorySize", "", "uint32", "memory.size", true)
	whole("MemoryGrow", "pages uint32", "uint32", "memory.grow", true)
	whole("MemoryCopy", "dst uint32, src uint32, n uint32", "", "memory.copy", true)
	whole("MemoryFill", "dst uint32, value uint32, n uint32", "", "memory.fill", true)
	whole("Unreachable", "", "", "unreachable", true)
}

func access(addr, load, store, value, loads, stores, doc, loadBody, storeBody string) {
	add(row{file: "address", recv: addr, name: load, params: parse("off uint32"), result: value, wasm: loads, body: loadBody})
	add(row{file: "address", recv: addr, name: store, params: parse("off uint32, v " + value), wasm: stores, doc: doc, body: storeBody})
}

// addAccess adds the accesses of one address type: at its own width, and
// below 64 bits as 64-bit integers, too.
func addAccess(t vec) {
	for _, reg := range []int{32, 64} {
		if reg == 32 && t.bits == 64 {
			continue
		}
		value, as := fmt.Sprintf("int%d", reg), ""
		if t.kind == unsigned {
			value = "u" + value
		}
		if reg == 64 && t.bits < 64 {
			as = "64"
		}
		width, sign, doc := "", "", ""
		if t.bits < reg {
			width, sign = fmt.Sprint(t.bits), t.sign()
			doc = fmt.Sprintf(": it stores the low %d bits of v", t.bits)
		}
		access(t.addr, "Load"+as, "Store"+as, value,
			fmt.Sprintf("i%d.load%s%s", reg, width, sign), fmt.Sprintf("i%d.store%s", reg, width), doc,
			fmt.Sprintf("return %s(%s(load%d(uint32(p), off)))", value, t.elem, t.bits),
			fmt.Sprintf("store%d(uint32(p), off, uint%d(v))", t.bits, t.bits))
	}
}

// addScalars adds the instructions on numbers that Go has no operator for.
func addScalars() {
	for _, t := range floats {
		addFloatFunctions(t.bits, t.elem)
	}
	addTruncations()
	for _, n := range []int{32, 64} {
		addIntegerFunctions(n)
	}
}

func scalar(name, params, result, wasm, doc, body string) {
	add(function("scalar", name, params, result, wasm, doc, "return "+body))
}

func addFloatFunctions(bits int, typ string) {
	through := func(f string) string { // a function of package math
		if bits == 64 {
			return f + "(x)"
		}
		return fmt.Sprintf("float32(%s(float64(x)))", f)
	}
	wasm := fmt.Sprintf("f%d.", bits)
	for _, f := range []struct{ name, wasm, doc, math string }{
		{"Sqrt", "sqrt", "", "math.Sqrt"}, {"Ceil", "ceil", "", "math.Ceil"}, {"Floor", "floor", "", "math.Floor"},
		{"Trunc", "trunc", "", "math.Trunc"}, {"Nearest", "nearest", ": ties go to the even integer", "math.RoundToEven"},
	} {
		scalar(fmt.Sprintf("%s%d", f.name, bits), "x "+typ, typ, wasm+f.wasm, f.doc, through(f.math))
	}
	top := fmt.Sprintf("1<<%d", bits-1)
	of, from := fmt.Sprintf("math.Float%dbits", bits), fmt.Sprintf("math.Float%dfrombits", bits)
	scalar(fmt.Sprintf("Abs%d", bits), "x "+typ, typ, wasm+"abs", ": it clears the sign bit", fmt.Sprintf("%s(%s(x) &^ (%s))", from, of, top))
	scalar(fmt.Sprintf("Copysign%d", bits), fmt.Sprintf("x %s, sign %s", typ, typ), typ, wasm+"copysign", "",
		fmt.Sprintf("%s(%s(x)&^(%s) | %s(sign)&(%s))", from, of, top, of, top))
	for _, f := range []string{"Min", "Max"} {
		low := strings.ToLower(f)
		scalar(fmt.Sprintf("%s%d", f, bits), fmt.Sprintf("x %s, y %s", typ, typ), typ, wasm+low, ": NaN if either is, and -0 is less than +0", low+"(x, y)")
	}
	scalar(fmt.Sprintf("Bits%d", bits), "x "+typ, fmt.Sprintf("uint%d", bits), fmt.Sprintf("i%d.reinterpret_f%d", bits, bits), "", of+"(x)")
	scalar(fmt.Sprintf("FromBits%d", bits), fmt.Sprintf("x uint%d", bits), typ, fmt.Sprintf("f%d.reinterpret_i%d", bits, bits), "", from+"(x)")
}

// addTruncations adds the saturating conversions. Their emulation is in
// truncate.go.
func addTruncations() {
	for _, from := range []string{"float32", "float64"} {
		for _, bits := range []int{32, 64} {
			for _, k := range []kind{signed, unsigned} {
				t := of(k, bits)
				name := strings.TrimSuffix("Trunc"+t.name, fmt.Sprintf("x%d", t.count))
				call := fmt.Sprintf("trunc%s(float64(x))", strings.TrimPrefix(name, "Trunc"))
				if from == "float64" {
					name, call = name+"F64", strings.Replace(call, "float64(x)", "x", 1)
				}
				scalar(name, "x "+from, t.elem, fmt.Sprintf("i%d.trunc_sat_f%s%s", bits, strings.TrimPrefix(from, "float"), t.sign()),
					": towards zero, clamped; NaN gives 0", call)
			}
		}
	}
}

func addIntegerFunctions(n int) {
	u, i, wasm := fmt.Sprintf("uint%d", n), fmt.Sprintf("int%d", n), fmt.Sprintf("i%d.", n)
	for _, f := range []struct{ name, wasm, bits string }{
		{"Clz", "clz", "LeadingZeros"}, {"Ctz", "ctz", "TrailingZeros"}, {"Popcnt", "popcnt", "OnesCount"},
	} {
		scalar(fmt.Sprintf("%s%d", f.name, n), "x "+u, u, wasm+f.wasm, "", fmt.Sprintf("%s(bits.%s%d(x))", u, f.bits, n))
	}
	for _, f := range []struct{ name, sign string }{{"Rotl", ""}, {"Rotr", "-"}} {
		scalar(fmt.Sprintf("%s%d", f.name, n), fmt.Sprintf("x %s, n %s", u, u), u, wasm+strings.ToLower(f.name), fmt.Sprintf(": by n modulo %d", n),
			fmt.Sprintf("bits.RotateLeft%d(x, %sint(n&%d))", n, f.sign, n-1))
	}
	for width := 8; width < n; width *= 2 {
		scalar(fmt.Sprintf("Extend%dInt%d", width, n), "x "+i, i, fmt.Sprintf("%sextend%d_s", wasm, width),
			fmt.Sprintf(": the low %d bits of x with their sign", width), fmt.Sprintf("%s(int%d(x))", i, width))
	}
}

// addAtomics adds the instructions of the threads proposal.
func addAtomics() {
	for _, k := range []kind{unsigned, signed} {
		for _, bits := range []int{8, 16, 32, 64} {
			if k == unsigned || bits >= 32 {
				addAtomic(of(k, bits))
			}
		}
	}
	add(function("atomic", "AtomicFence", "", "", "atomic.fence", ": it orders the atomic accesses before it and after it", "fence()"))
}

func addAtomic(t vec) {
	registers := []int{32, 64}
	switch {
	case t.bits == 64:
		registers = registers[1:]
	case t.kind == signed:
		registers = registers[:1]
	}
	for _, reg := range registers {
		addAtomicAs(t, reg)
	}
	if t.bits < 32 {
		return
	}
	wait := row{file: "atomic", recv: t.addr, name: "AtomicWait", params: parse(fmt.Sprintf("off uint32, expected %s, timeout int64", t.elem)),
		result: "uint32", wasm: fmt.Sprintf("memory.atomic.wait%d", t.bits), special: true,
		doc:  ": it sleeps while the memory holds expected, up to timeout nanoseconds, for ever if that is negative. It is 0 when woken, 1 when the memory held something else, 2 when time was up. Memory that is not shared traps",
		body: fmt.Sprintf("return wait(uint32(p), off, %d, uint64(expected)%s, timeout)", t.bits/8, lowBits(t.bits))}
	add(wait)
	add(row{file: "atomic", recv: t.addr, name: "AtomicNotify", params: parse("off uint32, count uint32"),
		result: "uint32", wasm: "memory.atomic.notify", special: true,
		doc: ": it wakes up to count of those who wait at the address, and is their number", body: "return notify(uint32(p), off, count)"})
}

// lowBits masks a converted value that the conversion may have extended.
func lowBits(bits int) string {
	if bits == 64 {
		return ""
	}
	return fmt.Sprintf("&(1<<%d-1)", bits)
}

func addAtomicAs(t vec, reg int) {
	value, as := fmt.Sprintf("int%d", reg), ""
	if t.kind == unsigned {
		value = "u" + value
	}
	if reg == 64 && t.bits < 64 {
		as = "64"
	}
	width, sign, narrow := "", "", ""
	if t.bits < reg {
		width, sign = fmt.Sprint(t.bits), "_u"
		narrow = fmt.Sprintf("; the low %d bits of expected count", t.bits)
	}
	bytes := t.bits / 8
	atomic := func(name, params, result, wasm, doc, body string) {
		add(row{file: "atomic", recv: t.addr, name: "Atomic" + name + as, params: parse("off uint32" + params),
			result: result, wasm: fmt.Sprintf("i%d.atomic.%s", reg, wasm), doc: doc, body: body})
	}
	atomic("Load", "", value, "load"+width+sign, "", fmt.Sprintf("return %s(atomicLoad(uint32(p), off, %d))", value, bytes))
	atomic("Store", ", v "+value, "", "store"+width, "", fmt.Sprintf("atomicStore(uint32(p), off, %d, uint64(v))", bytes))
	for _, op := range []struct{ name, wasm, doc string }{
		{"Add", "add", ": it adds v and is the value before"}, {"Sub", "sub", ": it subtracts v and is the value before"},
		{"And", "and", ": it keeps the bits in v and is the value before"}, {"Or", "or", ": it sets the bits in v and is the value before"},
		{"Xor", "xor", ": it flips the bits in v and is the value before"}, {"Exchange", "xchg", ": it stores v and is the value before"},
	} {
		atomic(op.name, ", v "+value, value, fmt.Sprintf("rmw%s.%s%s", width, op.wasm, sign), op.doc,
			fmt.Sprintf("return %s(atomic%s(uint32(p), off, %d, uint64(v)))", value, op.name, bytes))
	}
	atomic("CompareExchange", fmt.Sprintf(", expected %s, v %s", value, value), value, fmt.Sprintf("rmw%s.cmpxchg%s", width, sign),
		": it stores v if the value is expected, and is the value before"+narrow,
		fmt.Sprintf("return %s(atomicCompareExchange(uint32(p), off, %d, uint64(expected)%s, uint64(v)))", value, bytes, lowBits(t.bits)))
}
