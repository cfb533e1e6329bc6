package main

import (
	"fmt"
	"strings"
)

// addNarrowing adds the saturating narrowings of two vectors into one.
func addNarrowing() {
	for _, t := range []vec{of(signed, 16), of(signed, 32)} {
		for _, k := range []kind{signed, unsigned} {
			to := of(k, t.bits/2)
			stem := strings.TrimSuffix(to.name, fmt.Sprintf("x%d", to.count))
			body := fmt.Sprintf("return %s{narrow%s(x.lo, x.hi), narrow%s(y.lo, y.hi)}", to.name, stem, stem)
			if !t.paired() {
				pack := func(v string) string {
					return fmt.Sprintf("pack16(clamp%s(%s.e0), clamp%s(%s.e1), clamp%s(%s.e2), clamp%s(%s.e3))", stem, v, stem, v, stem, v, stem, v)
				}
				body = fmt.Sprintf("return %s{%s, %s}", to.name, pack("x"), pack("y"))
			}
			add(method(t, "SaturateTo"+stem+"Concat", "y "+t.name, to.name,
				fmt.Sprintf("%s.narrow_%s%s", to.shape, t.shape, to.sign()),
				": the lanes of x, then those of y, clamped to "+to.elem, body))
		}
	}
}

func addIntegerConversions() {
	for _, t := range []vec{of(signed, 32), of(unsigned, 32)} {
		add(method(t, "ConvertToFloat32", "", "Float32x4", "f32x4.convert_i32x4"+t.sign(), "", t.lanewise(of(float, 32), 1, "float32(a)")))
		add(method(t, "ConvertLo2ToFloat64", "", "Float64x2", "f64x2.convert_low_i32x4"+t.sign(), ": of lanes 0 and 1",
			"return Float64x2{float64(x.e0), float64(x.e1)}"))
	}
	t := of(signed, 16)
	add(method(t, "DotProductPairs", "y Int16x8", "Int32x4", "i32x4.dot_i16x8_s",
		": the products of matching lanes, added in neighbouring pairs",
		`return Int32x4{
	dot2(uint32(x.lo), uint32(y.lo)), dot2(uint32(x.lo>>32), uint32(y.lo>>32)),
	dot2(uint32(x.hi), uint32(y.hi)), dot2(uint32(x.hi>>32), uint32(y.hi>>32)),
}`))
	for _, t := range []vec{of(signed, 8), of(unsigned, 8)} {
		add(method(t, "LookupOrZero", "y "+t.name, t.name, "i8x16.swizzle",
			": the lanes of x at the indices y, zero where one is above 15", fmt.Sprintf("return bitsTo%s(lookup(x.lo, x.hi, y.lo, y.hi))", t.name)))
		add(method(t, "RelaxedSwizzle", "y "+t.name, t.name, "i8x16.swizzle",
			": LookupOrZero; in a relaxed build i8x16.relaxed_swizzle, which gives any lane of x for an index of 16 to 127",
			"return x.LookupOrZero(y)").relax("i8x16.relaxed_swizzle"))
	}
	addRelaxedDots()
}

// addRelaxedDots adds what has no lowering of one or two baseline
// instructions: a kernel that uses it has another way in a baseline build.
func addRelaxedDots() {
	const doc = "; y is 0..127. It is for use under `if Relaxed`"
	dot := method(of(signed, 8), "RelaxedDot", "y Int8x16", "Int16x8", "i16x8.relaxed_dot_i8x16_i7x16_s",
		": the products of matching lanes, added in neighbouring pairs"+doc, "return x.dotPairs(y)")
	dot.only = true
	add(dot)
	sum := method(of(signed, 8), "RelaxedDotAdd", "y Int8x16, z Int32x4", "Int32x4", "i32x4.relaxed_dot_i8x16_i7x16_add_s",
		": the products of matching lanes, added in fours and to z"+doc, "return x.dotPairs(y).ExtAddPairwise().Add(z)")
	sum.only = true
	add(sum)
}

// addFloats adds what vectors of floats have beside what all vectors have.
func addFloats() {
	for _, t := range floats {
		addFloatArithmetic(t)
		addFloatExtremes(t)
		for _, c := range comparisons {
			compared(t, c.name, t.shape+"."+c.wasm, c.operator)
		}
		addMerge(t)
	}
	addFloatConversions()
}

func addFloatArithmetic(t vec) {
	binary(t, "Add", t.shape+".add", "", "a + b")
	binary(t, "Sub", t.shape+".sub", "", "a - b")
	binary(t, "Mul", t.shape+".mul", "", t.elem+"(a * b)") // converted, so that Go does not fuse it
	binary(t, "Div", t.shape+".div", "", "a / b")
	yz := fmt.Sprintf("y %s, z %s", t.name, t.name)
	add(method(t, "MulAdd", yz, t.name, t.shape+".mul", ": x*y + z, rounded twice",
		t.lanewise(t, 3, fmt.Sprintf("mulAdd%d(a, b, c)", t.bits))).
		thens(t.shape + ".add").relax(t.shape + ".relaxed_madd"))
	add(method(t, "NegMulAdd", yz, t.name, t.shape+".mul", ": -(x*y) + z, rounded twice",
		t.lanewise(t, 3, fmt.Sprintf("mulAdd%d(negate%d(a), b, c)", t.bits, t.bits))).
		thens(t.shape+".neg", t.shape+".add").relax(t.shape + ".relaxed_nmadd"))
	for _, f := range []struct{ name, wasm, doc, function string }{
		{"Sqrt", "sqrt", "", "Sqrt"}, {"Neg", "neg", ": it flips the sign bit", "negate"},
		{"Abs", "abs", ": it clears the sign bit", "Abs"}, {"Ceil", "ceil", "", "Ceil"},
		{"Floor", "floor", "", "Floor"}, {"Trunc", "trunc", "", "Trunc"},
		{"RoundToEven", "nearest", ": ties go to the even integer", "Nearest"},
	} {
		unary(t, f.name, t.shape+"."+f.wasm, f.doc, fmt.Sprintf("%s%d(a)", f.function, t.bits))
	}
}

func addFloatExtremes(t vec) {
	binary(t, "Min", t.shape+".min", ": NaN if either is, and -0 is less than +0", "min(a, b)")
	binary(t, "Max", t.shape+".max", ": NaN if either is, and -0 is less than +0", "max(a, b)")
	y := "y " + t.name
	add(method(t, "PMin", y, t.name, t.shape+".pmin", ": y where y < x, else x", "return y.Merge(x, y.Less(x))"))
	add(method(t, "PMax", y, t.name, t.shape+".pmax", ": y where x < y, else x", "return y.Merge(x, x.Less(y))"))
	add(method(t, "RelaxedMin", y, t.name, t.shape+".pmin",
		": PMin; in a relaxed build "+t.shape+".relaxed_min, which may give either operand if one is NaN or both are zero",
		"return x.PMin(y)").relax(t.shape + ".relaxed_min"))
	add(method(t, "RelaxedMax", y, t.name, t.shape+".pmax",
		": PMax; in a relaxed build "+t.shape+".relaxed_max, which may give either operand if one is NaN or both are zero",
		"return x.PMax(y)").relax(t.shape + ".relaxed_max"))
}

func addFloatConversions() {
	f32, f64 := of(float, 32), of(float, 64)
	for _, to := range []vec{of(signed, 32), of(unsigned, 32)} {
		stem := strings.TrimSuffix(to.name, "x4")
		const doc = ": towards zero, clamped; NaN gives 0"
		any := "; in a relaxed build %s, which may give anything for what does not fit"
		wasm := "i32x4.trunc_sat_f32x4" + to.sign()
		add(method(f32, "ConvertTo"+stem, "", to.name, wasm, doc, f32.lanewise(to, 1, "Trunc"+stem+"(a)")))
		relaxed := "i32x4.relaxed_trunc_f32x4" + to.sign()
		add(method(f32, "RelaxedConvertTo"+stem, "", to.name, wasm, doc+fmt.Sprintf(any, relaxed),
			fmt.Sprintf("return x.ConvertTo%s()", stem)).relax(relaxed))
		wasm = "i32x4.trunc_sat_f64x2" + to.sign() + "_zero"
		add(method(f64, "ConvertTo"+stem, "", to.name, wasm, doc+"; lanes 2 and 3 are zero",
			fmt.Sprintf("return %s{e0: Trunc%sF64(x.e0), e1: Trunc%sF64(x.e1)}", to.name, stem, stem)))
		relaxed = "i32x4.relaxed_trunc_f64x2" + to.sign() + "_zero"
		add(method(f64, "RelaxedConvertTo"+stem, "", to.name, wasm, doc+"; lanes 2 and 3 are zero"+fmt.Sprintf(any, relaxed),
			fmt.Sprintf("return x.ConvertTo%s()", stem)).relax(relaxed))
	}
	add(method(f32, "ConvertLo2ToFloat64", "", f64.name, "f64x2.promote_low_f32x4", ": of lanes 0 and 1",
		"return Float64x2{float64(x.e0), float64(x.e1)}"))
	add(method(f64, "ConvertToFloat32", "", f32.name, "f32x4.demote_f64x2_zero", "; lanes 2 and 3 are zero",
		"return Float32x4{e0: float32(x.e0), e1: float32(x.e1)}"))
}

func addMasks() {
	for _, t := range masks {
		to := of(signed, t.bits).name
		add(method(t, "To"+to, "", to, "", " is the mask as -1 and 0; it costs no instruction", fmt.Sprintf("return %s(x)", to)))
		addBitwise(t)
		addTests(t, "ToBits")
	}
}
