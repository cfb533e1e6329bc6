package main

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// readReasons reads why mutants survive: after a line with the reason, which
// starts with #, the keys of the mutants that it is true of.
func readReasons(name string) (map[string]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	reasons := map[string]string{}
	reason := ""
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		switch {
		case line == "":
			reason = ""
		case strings.HasPrefix(line, "#"):
			reason = strings.TrimSpace(reason + " " + strings.TrimSpace(line[1:]))
		case reason == "":
			return nil, fmt.Errorf("%s:%d: no reason is given", name, n)
		default:
			reasons[line] = reason
		}
	}
	return reasons, lines.Err()
}

// report prints the outcome. It is an error if a mutant survives for no known
// reason, if one is killed that was thought to survive, or if too few are.
// whole tells that no mutant was left out.
func report(w io.Writer, verdicts []verdict, reasons map[string]string, whole bool) error {
	killed, unknown := 0, 0
	left := maps.Clone(reasons)
	for _, v := range verdicts {
		switch reason, known := reasons[v.key()]; {
		case v.by != nil:
			killed++
			continue
		case known:
			fmt.Fprintf(w, "survivor %s\n\t%s\n", v.mutant, reason)
		default:
			unknown++
			fmt.Fprintf(w, "survivor %s\n\tNO REASON KNOWN\n", v.mutant)
		}
		delete(left, v.key())
	}
	fmt.Fprintln(w, "by rule:")
	tally(w, verdicts, func(v verdict) string { return v.rule })
	fmt.Fprintln(w, "by package:")
	tally(w, verdicts, func(v verdict) string { return filepath.Dir(v.file) })
	fmt.Fprintln(w, "noticed by:")
	tally(w, slices.DeleteFunc(slices.Clone(verdicts), func(v verdict) bool { return v.by == nil }), func(v verdict) string { return v.by.String() })
	fmt.Fprintf(w, "killed %d of %d\n", killed, len(verdicts))
	switch {
	case unknown > 0:
		return fmt.Errorf("%d mutants survive for no known reason: add a test, or a reason to survivors.txt", unknown)
	case whole && len(left) > 0:
		return fmt.Errorf("survivors.txt has mutants that are killed or no longer made:\n%s", strings.Join(slices.Sorted(maps.Keys(left)), "\n"))
	case float64(killed) < wanted*float64(len(verdicts)):
		return fmt.Errorf("less than %v of the mutants are killed", wanted)
	}
	return nil
}
