package main

import (
	"regexp"
	"strings"
)

// A wrongName is an instruction in the place of another.
type wrongName struct{ rule, name string }

// operations are what an operation is mistaken for.
var operations = map[string]string{
	"add": "sub", "sub": "add", "mul": "add", "div": "rem", "rem": "div",
	"and": "or", "or": "xor", "xor": "and", "shl": "shr_u", "shr": "shl", "rotl": "rotr", "rotr": "rotl",
	"eq": "ne", "ne": "eq", "lt": "le", "le": "lt", "gt": "ge", "ge": "gt", "eqz": "popcnt",
	"min": "max", "max": "min", "neg": "abs",
	"br": "br_if", "br_if": "br", "block": "loop", "loop": "block", "set": "tee", "tee": "set", "get": "set",
	"drop": "nop", "return": "nop", "unreachable": "nop", "select": "drop",
	"load": "store", "store": "load", "copy": "fill", "fill": "copy", "grow": "size", "size": "grow",
	"break": "continue", "export": "inline", "inline": "export",
}

// instruction takes the text of an instruction, or of the end of its name,
// apart: what comes before the operation, the operation, and its sign.
var instruction = regexp.MustCompile(`^((?:[if]\d\d(?:x\d+)?|v128|memory|local)?\.?)([a-z0-9]+|br_if)((?:_i32|_i64)?)(_[su]?|)$`)

// wrongNames are the instructions that one is mistaken for, if text names
// one or the end of its name.
func wrongNames(text string) []wrongName {
	m := instruction.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	var wrong []wrongName
	if other, ok := operations[m[2]+m[3]]; ok {
		sign := m[4]
		if strings.Contains(other, "_") || other == "shl" {
			sign = ""
		}
		wrong = append(wrong, wrongName{"swapped opcode", m[1] + other + sign})
	}
	if other, ok := otherSign(text); ok {
		wrong = append(wrong, wrongName{"wrong signedness", other})
	}
	return wrong
}

// otherSign returns the mnemonic for numbers of the other signedness.
func otherSign(name string) (string, bool) {
	if stem, ok := strings.CutSuffix(name, "_s"); ok {
		return stem + "_u", true
	}
	if stem, ok := strings.CutSuffix(name, "_u"); ok {
		return stem + "_s", true
	}
	return "", false
}
