package main

import (
	"fmt"
	"regexp"
	"strings"
)

// A vec is a vector type.
type vec struct {
	name  string // Int16x8
	shape string // i16x8
	elem  string // type of a lane in the emulation: int16
	value string // type of a lane in kernel Go, where nothing is below 32 bits: int32
	addr  string // typed address of a lane: I16
	bits  int    // of a lane
	count int    // of lanes
	kind  kind
}

type kind uint8

const (
	signed kind = iota
	unsigned
	float
	mask
)

func newVec(k kind, bits int) vec {
	t := vec{bits: bits, count: 128 / bits, kind: k}
	stem, letter := "Int", "i"
	switch k {
	case unsigned:
		stem = "Uint"
	case float:
		stem, letter = "Float", "f"
	case mask:
		stem = "Mask"
	}
	t.name = fmt.Sprintf("%s%dx%d", stem, bits, t.count)
	t.shape = fmt.Sprintf("%s%dx%d", letter, bits, t.count)
	t.elem = fmt.Sprintf("%s%d", strings.ToLower(stem), bits)
	if k == mask {
		t.elem = fmt.Sprintf("int%d", bits)
	}
	t.value = strings.Replace(strings.Replace(t.elem, "t8", "t32", 1), "t16", "t32", 1)
	t.addr = fmt.Sprintf("%c%d", strings.ToUpper(t.elem)[0], bits)
	return t
}

var (
	ints     = []vec{newVec(signed, 8), newVec(signed, 16), newVec(signed, 32), newVec(signed, 64)}
	uints    = []vec{newVec(unsigned, 8), newVec(unsigned, 16), newVec(unsigned, 32), newVec(unsigned, 64)}
	floats   = []vec{newVec(float, 32), newVec(float, 64)}
	masks    = []vec{newVec(mask, 8), newVec(mask, 16), newVec(mask, 32), newVec(mask, 64)}
	integers = append(append([]vec{}, ints...), uints...)
	numbers  = append(append([]vec{}, integers...), floats...)
	vectors  = append(append([]vec{}, numbers...), masks...)
)

func isFloat(t vec) bool    { return t.kind == float }
func isUnsigned(t vec) bool { return t.kind == unsigned }

// of returns the type of a kind with lanes of so many bits.
func of(k kind, bits int) vec { return newVec(k, bits) }

// mask returns the type of comparisons of t.
func (t vec) mask() vec { return of(mask, t.bits) }

// wider returns the type of lanes twice as wide.
func (t vec) wider() vec { return of(t.kind, 2*t.bits) }

// paired reports whether the emulation holds t as two uint64. The others are
// a field a lane.
func (t vec) paired() bool { return t.bits < 32 }

// sign is the suffix of instructions that mind the sign of a lane.
func (t vec) sign() string {
	if isUnsigned(t) {
		return "_u"
	}
	return "_s"
}

// file is where the emulation of t's methods stands.
func (t vec) file() string { return strings.ToLower(t.name) }

var letters = regexp.MustCompile(`\b[abc]\b`)

var operandNames = map[string]string{"a": "x", "b": "y", "c": "z"}

// lanes returns one expression a lane: expr, in which a, b and c stand for
// the lanes of x, y and z.
func (t vec) lanes(expr string) []string {
	var list []string
	for i := range t.count {
		list = append(list, letters.ReplaceAllStringFunc(expr, func(l string) string {
			return fmt.Sprintf("%s.e%d", operandNames[l], i)
		}))
	}
	return list
}

// lanewise returns the body of a method of t that has a result of type r and
// computes each of its lanes by expr, from matching lanes of n operands.
func (t vec) lanewise(r vec, n int, expr string) string {
	if !t.paired() {
		return fmt.Sprintf("return %s{%s}", r.name, strings.Join(t.lanes(expr), ", "))
	}
	combine, params, y := "map", "a", ""
	if n == 2 {
		combine, params, y = "zip", "a, b", "y."
	}
	half := func(h string) string {
		args := "x." + h
		if n == 2 {
			args += ", " + y + h
		}
		return fmt.Sprintf("%s%d(%s, f)", combine, t.bits, args)
	}
	return fmt.Sprintf("f := func(%s %s) %s { return %s }\nreturn %s{%s, %s}",
		params, t.elem, r.elem, expr, r.name, half("lo"), half("hi"))
}
