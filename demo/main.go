// Command demo shows Fovea at work: it serves a page that finds what matters in
// a text, or does the same in the terminal.
//
//	demo [-addr ADDRESS]
//	demo focus [-query TEXT] [-budget SHARE] [-json] FILE
//	demo lens [-text TEXT] [-theme light|dark] [-screenshot FILE] [FILE]
//	demo worker [-build DIR] [-addr ADDRESS]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return
	}
	fmt.Fprintln(os.Stderr, "demo:", err)
	os.Exit(1)
}

func run(ctx context.Context, args []string, s streams) error {
	if len(args) > 0 && args[0] == "focus" {
		return runFocus(ctx, args[1:], s)
	}
	if len(args) > 0 && args[0] == "lens" {
		return runLens(ctx, args[1:], s)
	}
	if len(args) > 0 && args[0] == "worker" {
		return runWorker(ctx, args[1:], s.out)
	}
	return runServe(ctx, args, s.out)
}
