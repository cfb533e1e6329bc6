package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
)

// newFlags returns the flags of a command. Its help begins with how to call
// the command and what that does.
func newFlags(synopsis, text string) *flag.FlagSet {
	fs := flag.NewFlagSet("wasmbuild", flag.ContinueOnError)
	fs.Usage = func() {
		fmt.Fprintf(fs.Output(), "usage: wasmbuild %s\n%s\n", synopsis, text)
		fs.PrintDefaults()
	}
	return fs
}

// parse parses flags, behind which there must be n arguments. It returns
// flag.ErrHelp if help was asked for and errUsage if something is wrong, and
// has then printed it.
func parse(fs *flag.FlagSet, args []string, n int, stdout, stderr io.Writer) error {
	var text bytes.Buffer
	fs.SetOutput(&text)
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		if _, err := text.WriteTo(stdout); err != nil {
			return err
		}
		return flag.ErrHelp
	case err == nil && fs.NArg() == n:
		return nil
	case err == nil:
		fmt.Fprintf(&text, "%d arguments, want %d\n", fs.NArg(), n)
		fs.Usage()
	}
	if _, err := text.WriteTo(stderr); err != nil {
		return err
	}
	return errUsage
}

// missing says that a flag must be given.
func missing(fs *flag.FlagSet, name string, stderr io.Writer) error {
	fmt.Fprintf(stderr, "flag needed: -%s\n", name)
	fs.SetOutput(stderr)
	fs.Usage()
	return errUsage
}
