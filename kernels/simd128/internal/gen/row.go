package main

import (
	"fmt"
	"strings"
)

// A row is an intrinsic: what it is called, what instruction it stands for,
// and how the emulation computes it.
type row struct {
	file   string // of the emulation, without its ending; empty if written by hand
	recv   string // type of the receiver, or empty
	name   string
	params []param
	result string
	doc    string // what follows the instruction in the documentation
	body   string // of the emulation

	wasm    string   // mnemonic; empty when only the type changes
	then    []string // instructions on the result, with the operands left
	relaxed string   // what replaces them in a relaxed build
	only    bool     // a baseline build has no such instruction
	lanes   []int    // of a shuffle that takes no constants

	// special keeps it out of the kernels over many cases, as it would stop
	// them, wait or change the memory as a whole.
	special bool
}

// A param is a parameter. A constant that becomes part of the instruction
// has a limit that it stays below.
type param struct {
	name, typ string
	limit     uint64
}

// goName is the name that the opcode table has it by.
func (r *row) goName() string {
	if r.recv == "" {
		return r.name
	}
	return r.recv + "." + r.name
}

// constants returns r with the limit of its lane constants.
func (r row) constants(limit int) row {
	for i := range r.params {
		if r.params[i].typ == "uint8" {
			r.params[i].limit = uint64(limit)
		}
	}
	return r
}

// thens returns r followed by instructions on its result.
func (r row) thens(names ...string) row { r.then = names; return r }

// relax returns r with the instruction of a relaxed build.
func (r row) relax(name string) row { r.relaxed = name; return r }

var rows []row

func add(r row) { rows = append(rows, r) }

// method is a method of a vector type.
func method(t vec, name, params, result, wasm, doc, body string) row {
	return row{file: t.file(), recv: t.name, name: name, params: parse(params), result: result, wasm: wasm, doc: doc, body: body}
}

// function is a function in a file.
func function(file, name, params, result, wasm, doc, body string) row {
	return row{file: file, name: name, params: parse(params), result: result, wasm: wasm, doc: doc, body: body}
}

// parse reads "p F32, off uint32". A parameter named off is the constant
// offset of a memory instruction.
func parse(list string) []param {
	var ps []param
	if list == "" {
		return nil
	}
	for _, item := range strings.Split(list, ", ") {
		name, typ, ok := strings.Cut(item, " ")
		if !ok {
			panic("no type: " + list)
		}
		p := param{name: name, typ: typ}
		if name == "off" {
			p.limit = 1 << 32
		}
		ps = append(ps, p)
	}
	return ps
}

// signature prints the parameters, neighbours of a type together, and the
// result.
func (r *row) signature() string {
	var b strings.Builder
	for i, p := range r.params {
		b.WriteString(p.name)
		if i+1 == len(r.params) || r.params[i+1].typ != p.typ {
			b.WriteString(" " + p.typ)
		}
		if i+1 < len(r.params) {
			b.WriteString(", ")
		}
	}
	return fmt.Sprintf("(%s) %s", b.String(), r.result)
}
