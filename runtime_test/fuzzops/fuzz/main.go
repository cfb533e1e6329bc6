// Command fuzz plays cases of package fuzzops, as many processes as there are processors, and prints how many of each operation
// ran. It ends with the number of cases and of findings, and with status 1 if there are any. -seed and -case repeat one.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/fovea-run/fovea/runtime_test/fuzzops"
)

// patience is how long a case may take on a machine that is busy: one takes a second at most where it is not.
const patience = 5 * time.Minute

var (
	cases = flag.Uint64("n", 20000, "play so many cases")
	seed  = flag.Uint64("seed", 1, "seed of the cases")
	one   = flag.Int64("case", -1, "play only that case, and print it")
	procs = flag.Int("p", runtime.NumCPU(), "processes")
	share = flag.Int("share", -1, "the share of one of the processes, for itself")
)

// A report is what a process found.
type report struct {
	Counts   map[string]*fuzzops.Count
	Findings []string
}

func main() {
	log.SetFlags(0)
	flag.Parse()
	var r report
	var err error
	switch {
	case *one >= 0:
		r, err = play(uint64(*one), uint64(*one)+1, 1, func(c *fuzzops.Case) { fmt.Println(c) })
	case *share >= 0:
		if r, err = play(uint64(*share), *cases, uint64(*procs), func(*fuzzops.Case) {}); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(r)
		}
		if err != nil {
			log.Fatal(err)
		}
		return
	default:
		r, err = playAll()
	}
	if err != nil {
		log.Fatal(err)
	}
	if *one < 0 {
		fmt.Print(fuzzops.Table(r.Counts))
	}
	for _, f := range r.Findings {
		fmt.Println(f)
	}
	fmt.Printf("%d cases, %d findings\n", total(r), len(r.Findings))
	if len(r.Findings) > 0 {
		os.Exit(1)
	}
}

func total(r report) (n int) {
	for _, c := range r.Counts {
		n += c.Ran + c.Bound + c.Refused
	}
	return n + len(r.Findings)
}

// play plays every step-th case from one on.
func play(from, to, step uint64, show func(*fuzzops.Case)) (report, error) {
	k, err := fuzzops.NewChecker(context.Background())
	if err != nil {
		return report{}, err
	}
	r := report{Counts: k.Counts}
	for i := from; i < to; i += step {
		overdue := time.AfterFunc(patience, func() { log.Fatalf("no answer: -seed %d -case %d", *seed, i) })
		c := fuzzops.Generate(*seed, i, fuzzops.Level(), k.Infer)
		show(c)
		if f := k.Check(c); f != nil {
			r.Findings = append(r.Findings, fmt.Sprintf("-seed %d -case %d: %v", *seed, i, f))
		}
		overdue.Stop()
	}
	return r, nil
}

// playAll has a process for each share: the kernels have one memory natively.
func playAll() (report, error) {
	all := report{Counts: map[string]*fuzzops.Count{}}
	reports, errs := make([]report, *procs), make([]error, *procs)
	var wg sync.WaitGroup
	for i := range *procs {
		wg.Go(func() {
			self, err := os.Executable()
			if err != nil {
				errs[i] = err
				return
			}
			cmd := exec.Command(self, "-n", fmt.Sprint(*cases), "-seed", fmt.Sprint(*seed), "-p", fmt.Sprint(*procs), "-share", fmt.Sprint(i))
			cmd.Stderr = os.Stderr
			out, err := cmd.Output()
			if err == nil {
				err = json.Unmarshal(out, &reports[i])
			}
			errs[i] = err
		})
	}
	wg.Wait()
	for i, r := range reports {
		if errs[i] != nil {
			return all, fmt.Errorf("share %d: %w", i, errs[i])
		}
		for _, op := range slices.Sorted(maps.Keys(r.Counts)) {
			fuzzops.Add(all.Counts, op, *r.Counts[op])
		}
		all.Findings = append(all.Findings, r.Findings...)
	}
	return all, nil
}
