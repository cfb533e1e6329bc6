// Command wasmbuild builds everything that Fovea loads. To rebuild the
// committed modules, run in the repository
//
//	go run ./cmd/wasmbuild kernels
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
)

// command is a subcommand. Its run returns flag.ErrHelp where usage was asked
// for, and writes progress to stderr.
type command struct {
	name  string
	short string
	run   func(args []string, stderr io.Writer) error
}

var commands = []command{
	{"kernels", "compile package kernels to WebAssembly", onStdout(runKernels)},
	{"wat", "print a built module as text", onStdout(runWat)},
	{"model", "make a model file from published files", runModel},
}

// onStdout is for a command whose result is text.
func onStdout(run func(args []string, stdout, stderr io.Writer) error) func([]string, io.Writer) error {
	return func(args []string, stderr io.Writer) error { return run(args, os.Stdout, stderr) }
}

func main() {
	err := run(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "wasmbuild:", err)
		os.Exit(1)
	}
}

func run(args []string, stderr io.Writer) error {
	if len(args) == 0 {
		return usage(stderr)
	}
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		fmt.Fprintf(stderr, "no command %q\n", args[0])
		return usage(stderr)
	}
	return commands[i].run(args[1:], stderr)
}

func usage(stderr io.Writer) error {
	fmt.Fprintln(stderr, "usage: wasmbuild COMMAND [-h]")
	for _, c := range commands {
		fmt.Fprintf(stderr, "  %-8s %s\n", c.name, c.short)
	}
	return flag.ErrHelp
}
