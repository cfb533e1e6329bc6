package main

import (
	"fmt"
	"io"
	"os"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/wasm"
)

// runWat prints a module as text.
func runWat(args []string, stdout, stderr io.Writer) error {
	fs := newFlags("wat FILE", "Prints a module that wasmbuild has built as text.")
	if err := parse(fs, args, 1, stdout, stderr); err != nil {
		return err
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
