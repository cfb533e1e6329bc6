// Command fuzz runs random programs of kernel Go natively and compiled, under
// wazero, and compares their results, traps and whole memory. It prints what
// the programs covered, and each program that differs made as small as it
// gets, to be kept in testdata/fixedbugs.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
)

func main() {
	log.SetFlags(0)
	debug.SetGCPercent(400) // there is much garbage and little memory in use
	s := &session{}
	flag.IntVar(&s.programs, "n", 10000, "run at least so many programs")
	flag.IntVar(&s.per, "per", 500, "programs in a package")
	flag.IntVar(&s.times, "times", 8, "runs of each program, each with other arguments")
	flag.Uint64Var(&s.seed, "seed", 1, "seed of the first package; each has the next")
	flag.StringVar(&s.dir, "dir", "cmd/wasmbuild/internal/progen/.build", "directory for packages, below package progen")
	flag.BoolVar(&s.optimize, "inline", false, "let Go inline in the native builds, which takes it twice as long")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := s.run(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Print(s.report())
	fmt.Printf("%d programs, %d mismatches\n", s.done, s.mismatches)
	if s.mismatches > 0 {
		os.Exit(1)
	}
}
