package fuzzops

import (
	"fmt"
	"strings"

	"github.com/fovea-run/fovea/wasm/program"
)

// Lacking returns the operations of a level that no case ran, or that refused none: then the generator misses them.
func Lacking(counts map[string]*Count, level uint32) (names []string) {
	for _, op := range program.Ops {
		if n := counts[op.Name]; op.Level <= level && (n == nil || n.Ran == 0 || n.Refused == 0) {
			names = append(names, op.Name)
		}
	}
	return names
}

// Add adds the counts of an operation to those of others.
func Add(all map[string]*Count, op string, n Count) {
	if all[op] == nil {
		all[op] = &Count{}
	}
	all[op].Ran += n.Ran
	all[op].Bound += n.Bound
	all[op].Refused += n.Refused
}

// Table prints counts, an operation a line.
func Table(counts map[string]*Count) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s %8s %8s %8s\n", "operation", "ran", "bound", "refused")
	for _, op := range program.Ops {
		if n := counts[op.Name]; n != nil {
			fmt.Fprintf(&b, "%-20s %8d %8d %8d\n", op.Name, n.Ran, n.Bound, n.Refused)
		}
	}
	return b.String()
}
