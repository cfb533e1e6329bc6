// Command mutate puts faults into the compiler and the opcode table, each
// alone, and says which of them the tests notice.
//
//	go run ./cmd/wasmbuild/internal/mutate [-run regexp] [-list] [-resume]
//
// Most faults are made by rule (rules.go, names.go, table.go), some are
// chosen by hand (chosen.go). All are compiled in at once, behind a switch,
// into an overlay of the sources that only this command has: so the tests are
// built once, and run once for every fault. survivors.txt says of faults that
// no test can notice why that is so.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// self is this package.
const self = "cmd/wasmbuild/internal/mutate"

// targets are the packages that get faults.
var targets = []string{
	"cmd/wasmbuild/internal/lower", "cmd/wasmbuild/internal/pass", "cmd/wasmbuild/internal/ir",
	"cmd/wasmbuild/internal/wasm", "cmd/wasmbuild/internal/check", "cmd/wasmbuild/internal/dialect",
	"kernels/simd128/opcode",
}

// spared are the files of targets that no module depends on: printers, and
// the verifier that tests use.
var spared = []string{
	"cmd/wasmbuild/internal/ir/print.go", "cmd/wasmbuild/internal/ir/verify.go", "cmd/wasmbuild/internal/wasm/print.go", "cmd/wasmbuild/internal/wasm/reader.go",
}

// tests are the packages whose tests must notice them. That of package main
// is none: it compares with the bytes of an earlier build and so notices
// every change, right or wrong. Neither are those of generated programs, which
// take the go command for each.
var tests = []string{
	"./cmd/wasmbuild/internal/ir", "./cmd/wasmbuild/internal/pass", "./cmd/wasmbuild/internal/wasm",
	"./cmd/wasmbuild/internal/check", "./cmd/wasmbuild/internal/build", "./cmd/wasmbuild/internal/debug",
	"./cmd/wasmbuild/internal/difftest", "./kernels/simd128/opcode",
}

// skipped matches the tests that look at nothing of what they build, or
// start other programs to do so.
var skipped = regexp.MustCompile(`^Test(Kernels|Node|Chromium)$`)

// workers is how many mutants are tried at a time.
const workers = 2

// recordFile has the verdicts of the last run.
const recordFile = ".build/mutate.txt"

// wanted is the share of mutants that must be killed.
const wanted = .95

func main() {
	only := flag.String("run", "", "only mutants whose description matches this `regexp`")
	onlyList := flag.Bool("list", false, "list the mutants and try none")
	verbose := flag.Bool("v", false, "say of every mutant what killed it")
	resume := flag.Bool("resume", false, "keep the verdicts of the last run that still count (they are in "+recordFile+")")
	flag.Parse()
	if err := mutate(*only, *onlyList, *verbose, *resume); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func mutate(only string, onlyList, verbose, resume bool) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	all, err := makeAll(root)
	if err != nil {
		return err
	}
	mutants := slices.DeleteFunc(slices.Clone(all), func(m *mutant) bool { return !pattern.MatchString(m.String()) })
	if onlyList {
		for _, m := range mutants {
			fmt.Println(m)
		}
		fmt.Printf("%d mutants\n", len(mutants))
		return nil
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	suites, err := prepare(root, dir, all, tests) // all, so that verdicts of parts of them count
	if err != nil {
		return err
	}
	known, err := readReasons(filepath.Join(root, self, "survivors.txt"))
	if err != nil {
		return err
	}
	r, err := openRecord(filepath.Join(root, recordFile), resume)
	if err != nil {
		return err
	}
	defer r.close()
	verdicts, err := tryAll(suites, mutants, r)
	if err != nil {
		return err
	}
	if verbose {
		printVerdicts(os.Stdout, verdicts)
	}
	return report(os.Stdout, verdicts, known, only == "")
}

// makeAll makes every mutant, those by rule before those by hand.
func makeAll(root string) ([]*mutant, error) {
	sources, err := load(root, targets)
	if err != nil {
		return nil, err
	}
	var made []*mutant
	for _, s := range sources {
		if slices.Contains(spared, s.name) {
			continue
		}
		(&maker{source: s, made: &made}).make()
	}
	exchange(sources, &made)
	if err := choose(sources, &made); err != nil {
		return nil, err
	}
	count := map[string]int{}
	for _, m := range made {
		k := m.key()
		count[k]++
		m.nth = count[k]
	}
	return made, nil
}

func printVerdicts(w io.Writer, verdicts []verdict) {
	for _, v := range verdicts {
		by := "alive"
		if v.by != nil {
			by = v.by.String()
		}
		fmt.Fprintf(w, "%s: %s\n", by, v.mutant)
	}
}

// tally counts the killed and all verdicts that have the same name.
func tally(w io.Writer, verdicts []verdict, name func(verdict) string) {
	type counts struct{ killed, made int }
	by := map[string]counts{}
	for _, v := range verdicts {
		c := by[name(v)]
		c.made++
		if v.by != nil {
			c.killed++
		}
		by[name(v)] = c
	}
	var names []string
	for n := range by {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(by[b].made-by[a].made, cmp.Compare(a, b)) })
	for _, n := range names {
		fmt.Fprintf(w, "%5d of %5d  %s\n", by[n].killed, by[n].made, n)
	}
}
