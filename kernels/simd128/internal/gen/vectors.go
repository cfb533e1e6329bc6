package main

import (
	"fmt"
	"strings"
)

// addVectors adds what every type of numbers has: loads and stores, access
// to lanes, and the choice and order of lanes.
func addVectors() {
	for _, t := range numbers {
		addLoads(t)
		addLanes(t)
		addSelection(t)
		addReinterpretations(t)
	}
	for _, t := range integers[1:] { // from the next narrower lanes
		if t.bits > 8 {
			addLoadExtend(t)
		}
	}
}

func addLoads(t vec) {
	load := func(name, wasm, doc, body string) {
		r := function(t.file(), name+t.name, "p "+t.addr+", off uint32", t.name, wasm, doc, body)
		add(r)
	}
	load("Load", "v128.load", "", fmt.Sprintf("return bitsTo%s(loadPair(uint32(p), off))", t.name))
	load("LoadSplat", fmt.Sprintf("v128.load%d_splat", t.bits), fmt.Sprintf(": one %s in every lane", t.elem),
		fmt.Sprintf("return Broadcast%s(p.Load(off))", t.name))
	if !t.paired() {
		load("LoadZero", fmt.Sprintf("v128.load%d_zero", t.bits), fmt.Sprintf(": one %s in lane 0, the rest zero", t.elem),
			fmt.Sprintf("return %s{e0: p.Load(off)}", t.name))
	}
	add(method(t, "Store", "p "+t.addr+", off uint32", "", "v128.store", "",
		"lo, hi := x.bits()\nstorePair(uint32(p), off, lo, hi)"))
	add(method(t, "LoadLane", "p "+t.addr+", off uint32, lane uint8", t.name, fmt.Sprintf("v128.load%d_lane", t.bits),
		": x with a lane loaded"+lastLane(t), "return x.SetElem(lane, p.Load(off))").constants(t.count))
	add(method(t, "StoreLane", "p "+t.addr+", off uint32, lane uint8", "", fmt.Sprintf("v128.store%d_lane", t.bits),
		lastLane(t), "p.Store(off, x.GetElem(lane))").constants(t.count))
}

func lastLane(t vec) string { return fmt.Sprintf("; lane is a constant 0..%d", t.count-1) }

// addLoadExtend adds the load of eight bytes whose lanes are widened to t's.
func addLoadExtend(t vec) {
	from := of(t.kind, t.bits/2)
	add(function(t.file(), "LoadExtend"+t.name, "p "+from.addr+", off uint32", t.name,
		fmt.Sprintf("v128.load%dx%d%s", from.bits, t.count, t.sign()),
		fmt.Sprintf(": %s %s, widened", []string{2: "two", 4: "four", 8: "eight"}[t.count], from.elem),
		"return "+extend(t, "load64(uint32(p), off)")))
}

// extend widens the lanes of a uint64 to those of t.
func extend(t vec, half string) string { return fmt.Sprintf("widenTo%s(%s)", t.name, half) }

func addLanes(t vec) {
	splat, doc := strings.TrimSuffix(strings.Repeat("x, ", t.count), ", "), ""
	if t.paired() {
		splat = fmt.Sprintf("spread%d(uint%d(x)), spread%d(uint%d(x))", t.bits, t.bits, t.bits, t.bits)
		doc = fmt.Sprintf(" of the low %d bits of x", t.bits)
	}
	add(function(t.file(), "Broadcast"+t.name, "x "+t.value, t.name, t.shape+".splat", doc,
		fmt.Sprintf("return %s{%s}", t.name, splat)))
	extract, doc := t.shape+".extract_lane", lastLane(t)
	get := cases(t, "return x.e%d") + "\npanic(badLane(lane))"
	set := cases(t, "x.e%d = v") + "\nreturn x"
	set = strings.Replace(set, "}\nreturn", "default:\npanic(badLane(lane))\n}\nreturn", 1)
	if t.paired() {
		extract += t.sign()
		get = fmt.Sprintf("return %s(%s(getLane%d(x.lo, x.hi, lane)))", t.value, t.elem, t.bits)
		set = fmt.Sprintf("lo, hi := setLane%d(x.lo, x.hi, lane, uint%d(v))\nreturn %s{lo, hi}", t.bits, t.bits, t.name)
	}
	add(method(t, "GetElem", "lane uint8", t.value, extract, doc, get).constants(t.count))
	add(method(t, "SetElem", "lane uint8, v "+t.value, t.name, t.shape+".replace_lane", doc, set).constants(t.count))
}

// cases is a switch on lane with a case for each field.
func cases(t vec, format string) string {
	var b strings.Builder
	b.WriteString("switch lane {\n")
	for i := range t.count {
		fmt.Fprintf(&b, "case %d:\n"+format+"\n", i, i)
	}
	b.WriteString("}")
	return b.String()
}

// lower names the constants of a shuffle.
const lower = "abcdefghijklmnop"

func addSelection(t vec) {
	var params, names []string
	for i := range t.count {
		params = append(params, lower[i:i+1]+" uint8")
		names = append(names, lower[i:i+1])
	}
	doc := fmt.Sprintf(" over whole lanes: the constants a..%s pick from the lanes of x (0..%d) and of y (%d..%d)",
		names[t.count-1], t.count-1, t.count, 2*t.count-1)
	name, body := "SelectFromPair", ""
	if t.paired() {
		name = "Shuffle"
		body = fmt.Sprintf("return bitsTo%s(shuffle%d(x.lo, x.hi, y.lo, y.hi, [...]uint8{%s}))", t.name, t.bits, strings.Join(names, ", "))
	} else {
		for i, n := range names {
			names[i] = fmt.Sprintf("x.pick(y, %s)", n)
		}
		body = fmt.Sprintf("return %s{%s}", t.name, strings.Join(names, ", "))
	}
	add(method(t, name, strings.Join(params, ", ")+", y "+t.name, t.name, "i8x16.shuffle", doc, body).constants(2 * t.count))
	if isFloat(t) {
		return
	}
	for _, half := range []string{"Lo", "Hi"} {
		addInterleave(t, name, half)
	}
}

func addInterleave(t vec, shuffle, half string) {
	first, word := 0, "lower"
	if half == "Hi" {
		first, word = t.count/2, "upper"
	}
	var lanes []int
	var args []string
	for i := range t.count / 2 {
		for _, lane := range []int{first + i, t.count + first + i} {
			args = append(args, fmt.Sprint(lane))
			for b := range t.bits / 8 {
				lanes = append(lanes, lane*t.bits/8+b)
			}
		}
	}
	r := method(t, "Interleave"+half, "y "+t.name, t.name, "i8x16.shuffle",
		fmt.Sprintf(": the %s half of the lanes, of x and y in turn", word),
		fmt.Sprintf("return x.%s(%s, y)", shuffle, strings.Join(args, ", ")))
	r.lanes = lanes
	add(r)
}

// addReinterpretations adds the As methods to every other type.
func addReinterpretations(t vec) {
	for _, to := range numbers {
		if to.name == t.name {
			continue
		}
		r := method(t, "As"+to.name, "", to.name, "", " reinterprets the bits; it costs no instruction", reinterpretation(t, to))
		r.file = "as"
		add(r)
	}
}

func reinterpretation(t, to vec) string {
	switch {
	case t.bits != to.bits || t.paired() && isFloat(to):
		return fmt.Sprintf("return bitsTo%s(x.bits())", to.name)
	case t.paired():
		return fmt.Sprintf("return %s(x)", to.name)
	case isFloat(t):
		return t.lanewise(to, 1, fmt.Sprintf("%s(math.Float%dbits(a))", to.elem, t.bits))
	case isFloat(to):
		return t.lanewise(to, 1, fmt.Sprintf("math.Float%dfrombits(uint%d(a))", t.bits, t.bits))
	}
	return t.lanewise(to, 1, to.elem+"(a)")
}
