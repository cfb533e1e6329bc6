package opcode

import (
	"regexp"
	"strconv"
	"strings"
)

// Natural returns the bytes that a memory instruction accesses, which is its
// alignment if it is atomic.
func (in *Instruction) Natural() uint32 { return accessBytes[in.Name] }

// Atomic reports whether the instruction belongs to the threads proposal.
func (in *Instruction) Atomic() bool { return in.Opcode>>16 == sync>>16 }

var accessBytes = func() map[string]uint32 {
	m := map[string]uint32{}
	for _, in := range Instructions {
		if in.Imm == MemArg || in.Imm == MemArgLane {
			m[in.Name] = bytesOf(in.Name)
		}
	}
	return m
}()

// width matches the bits that a mnemonic tells, of one lane and of how many.
var width = regexp.MustCompile(`(?:load|store|rmw|wait)(\d+)(?:x(\d))?`)

// bytesOf reads the size of an access from its mnemonic: the bits that it
// tells, else those of its type.
func bytesOf(name string) uint32 {
	if name == "memory.atomic.notify" {
		return 4
	}
	if m := width.FindStringSubmatch(name); m != nil {
		lanes := uint32(1)
		if m[2] != "" {
			lanes = number(m[2])
		}
		return number(m[1]) * lanes / 8
	}
	typ, _, _ := strings.Cut(name, ".")
	return number(typ[1:]) / 8
}

func number(digits string) uint32 {
	n, err := strconv.Atoi(digits)
	if err != nil {
		panic("opcode: no width: " + digits)
	}
	return uint32(n)
}
