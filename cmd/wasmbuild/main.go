// Command wasmbuild builds everything that Fovea loads. To rebuild the
// committed modules, run in the repository
//
//	go run ./cmd/wasmbuild kernels
//
// DIALECT.md beside this file specifies the Go that it compiles.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/diag"
)

// A command is a subcommand. Its result goes to stdout, progress to stderr.
type command struct {
	name  string
	short string
	run   func(args []string, stdout, stderr io.Writer) error
}

var commands = []command{
	{"kernels", "compile package kernels to WebAssembly", runKernels},
	{"js", "make the files of the script tag", runJS},
	{"wat", "print a built module as text", runWat},
	{"model", "make a model file from published files", runModel},
}

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1 // the source has faults, or a file cannot be read or written
	exitUsage  = 2 // the command line is wrong
)

// errUsage and errFaults say that what is wrong has been printed.
var (
	errUsage  = errors.New("wrong usage")
	errFaults = errors.New("faults in the source")
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	err := dispatch(args, stdout, stderr)
	list, faults := diag.Of(err)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.Is(err, errUsage):
		return exitUsage
	case faults: // as they are, for tools that look for file:line:column
		fmt.Fprintln(stderr, list)
	case !errors.Is(err, errFaults):
		fmt.Fprintln(stderr, "wasmbuild:", err)
	}
	return exitFailed
}

func dispatch(args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		printUsage(stderr)
		return errUsage
	}
	name, args := args[0], args[1:]
	switch {
	case name == "help" && len(args) > 0:
		name, args = args[0], []string{"-h"}
	case slices.Contains([]string{"help", "-h", "-help", "--help"}, name):
		printUsage(stdout)
		return nil
	}
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == name })
	if i < 0 {
		fmt.Fprintf(stderr, "wasmbuild: no command %q\n", name)
		printUsage(stderr)
		return errUsage
	}
	return commands[i].run(args, stdout, stderr)
}

func printUsage(w io.Writer) {
	fmt.Fprintln(w, "usage: wasmbuild COMMAND [FLAGS]")
	for _, c := range commands {
		fmt.Fprintf(w, "  %-8s %s\n", c.name, c.short)
	}
	fmt.Fprintln(w, "wasmbuild help COMMAND says more.")
	fmt.Fprintln(w, "Exit codes: 0 done, 1 failed, 2 wrong usage.")
}
