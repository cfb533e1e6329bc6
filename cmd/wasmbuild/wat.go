package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/wasm"
)

// runWat prints a module as text: wasmbuild wat FILE.
func runWat(args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("wasmbuild wat FILE", flag.ContinueOnError)
	fs.SetOutput(stderr)
	if err := fs.Parse(args); err != nil {
		return flag.ErrHelp // fs has said what is wrong
	}
	if fs.NArg() != 1 {
		fs.Usage()
		return flag.ErrHelp
	}
	data, err := os.ReadFile(fs.Arg(0))
	if err != nil {
		return err
	}
	text, err := wasm.Print(data)
	if err != nil {
		return fmt.Errorf("%s: %w", fs.Arg(0), err)
	}
	_, err = io.WriteString(stdout, text)
	return err
}
