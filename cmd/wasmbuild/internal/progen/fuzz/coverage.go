package main

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sys/cpu"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/progen"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/progen/differ"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/wasm"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// fuses reports whether this processor runs executables for GOAMD64=v3.
func fuses() bool { return cpu.X86.HasFMA && cpu.X86.HasAVX2 && cpu.X86.HasBMI2 }

// enough is how often everything is to be covered.
const enough = 100

// A coverage counts what the programs are made of and do.
type coverage struct {
	forms, intrinsics, opcodes map[string]int
	statements                 []int // in each function
	runs                       int
	traps                      map[string]int
}

func newCoverage() coverage {
	return coverage{forms: map[string]int{}, intrinsics: map[string]int{}, opcodes: map[string]int{}, traps: map[string]int{}}
}

func (c *coverage) add(p *progen.Package, module []byte, r *differ.Result) error {
	text, err := wasm.Print(module)
	if err != nil {
		return err
	}
	for _, word := range strings.Fields(text) {
		if opcode.Find(word) != nil {
			c.opcodes[word]++
		}
	}
	for name, n := range p.Forms {
		c.forms[name] += n
	}
	for name, n := range p.Intrinsics {
		c.intrinsics[name] += n
	}
	for kind, n := range r.Traps {
		c.traps[kind] += n
	}
	c.statements = append(c.statements, p.Statements...)
	c.runs += r.Runs
	return nil
}

func (c *coverage) report() string {
	var b strings.Builder
	slices.Sort(c.statements)
	if len(c.statements) > 0 {
		fmt.Fprintf(&b, "%d functions, median %d statements\n", len(c.statements), c.statements[len(c.statements)/2])
	}
	table(&b, "forms of statements", c.forms)
	table(&b, "intrinsics", c.intrinsics)
	table(&b, "opcodes emitted", c.opcodes)
	trapped := 0
	for _, n := range c.traps {
		trapped += n
	}
	fmt.Fprintf(&b, "%d runs, %.1f%% trapped: %v\n", c.runs, 100*float64(trapped)/float64(max(c.runs, 1)), c.traps)
	return b.String()
}

// table prints how much is not covered enough, and what is covered least.
func table(b *strings.Builder, title string, counts map[string]int) {
	names := make([]string, 0, len(counts))
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(x, y string) int {
		if counts[x] != counts[y] {
			return counts[x] - counts[y]
		}
		return strings.Compare(x, y)
	})
	few := 0
	for few < len(names) && counts[names[few]] < enough {
		few++
	}
	fmt.Fprintf(b, "%s: %d, %d of them less than %d times\n  least:", title, len(names), few, enough)
	for _, name := range names[:min(len(names), 10)] {
		fmt.Fprintf(b, " %s %d", name, counts[name])
	}
	b.WriteString("\n")
}
