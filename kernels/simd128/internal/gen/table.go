package main

import (
	"fmt"
	"strings"
)

// emitTable writes the table of package opcode.
func emitTable(files map[string]string) {
	groups := []struct {
		name, doc string
		has       func(*row) bool
	}{
		{"scalars", "the functions of numbers, and the instructions on the memory as a whole", func(r *row) bool { return r.recv == "" && !r.makesVector() }},
		{"accesses", "loads, stores and atomic accesses of numbers at typed addresses", func(r *row) bool { return r.recv != "" && !isVector(r.recv) }},
		{"signed", "what makes a vector of signed integers and works on one", func(r *row) bool { return strings.HasPrefix(r.subject(), "Int") }},
		{"unsigned", "what makes a vector of unsigned integers and works on one", func(r *row) bool { return strings.HasPrefix(r.subject(), "Uint") }},
		{"floats", "what makes a vector of floats and works on one", func(r *row) bool { return strings.HasPrefix(r.subject(), "Float") }},
		{"masks", "what works on masks", func(r *row) bool { return strings.HasPrefix(r.subject(), "Mask") }},
	}
	for _, g := range groups {
		var b strings.Builder
		fmt.Fprintf(&b, "%s// %s is %s.\nvar %s = []Intrinsic{\n", header("opcode"), g.name, g.doc, g.name)
		for i := range rows {
			if r := &rows[i]; g.has(r) {
				b.WriteString(r.entry())
			}
		}
		b.WriteString("}\n")
		files["opcode/"+g.name+"_gen.go"] = b.String()
	}
}

func isVector(typ string) bool { return strings.Contains(typ, "x") }

// makesVector reports whether the intrinsic is a function with a vector as
// its result.
func (r *row) makesVector() bool { return r.recv == "" && isVector(r.result) }

// subject is the vector type that the intrinsic makes or works on, or empty.
func (r *row) subject() string {
	switch {
	case r.makesVector():
		return r.result
	case isVector(r.recv):
		return r.recv
	}
	return ""
}

// entry is the intrinsic's line in the opcode table.
func (r *row) entry() string {
	var b strings.Builder
	fmt.Fprintf(&b, "{Go: %q", r.goName())
	if r.wasm != "" {
		fmt.Fprintf(&b, ", Wasm: %q", r.wasm)
	}
	if len(r.then) > 0 {
		fmt.Fprintf(&b, ", Then: %#v", r.then)
	}
	if r.relaxed != "" {
		fmt.Fprintf(&b, ", Relaxed: %q", r.relaxed)
	}
	if r.only {
		b.WriteString(", RelaxedOnly: true")
	}
	if imms := r.immediates(); imms != "" {
		fmt.Fprintf(&b, ", Imms: []Imm{%s}", imms)
	}
	if r.lanes != nil {
		fmt.Fprintf(&b, ", Lanes: %q", laneString(r.lanes))
	}
	if r.addressSecond() {
		b.WriteString(", AddressFirst: true")
	}
	b.WriteString("},\n")
	return b.String()
}

// immediates lists the operands that are constants: which, and their limits.
func (r *row) immediates() string {
	var list []string
	for i, p := range r.params {
		if p.limit > 0 {
			list = append(list, fmt.Sprintf("{%d, %s}", i+r.receivers(), limit(p.limit)))
		}
	}
	return strings.Join(list, ", ")
}

func limit(n uint64) string {
	if n == 1<<32 {
		return "Offsets"
	}
	return fmt.Sprint(n)
}

func (r *row) receivers() int {
	if r.recv == "" {
		return 0
	}
	return 1
}

func laneString(lanes []int) string {
	b := make([]byte, len(lanes))
	for i, l := range lanes {
		b[i] = byte(l)
	}
	return string(b)
}

// addressSecond reports whether Go has the vector before the address, which
// the instruction takes first.
func (r *row) addressSecond() bool {
	return isVector(r.recv) && len(r.params) > 0 && isAddress(r.params[0].typ)
}

func isAddress(typ string) bool {
	return len(typ) <= 3 && strings.ContainsAny(typ[:1], "UIF")
}
