package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/fovea-run/fovea/demo/model"
	"github.com/fovea-run/fovea/wasm"
	"github.com/fovea-run/fovea/wasm/focus"
)

// maxFile is the size of the largest file that is read, in bytes.
const maxFile = 16 << 20

// streams are what a command reads and writes. Timings and progress go to err,
// so that out can be piped.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// focusOptions are the command line of focus.
type focusOptions struct {
	query  string
	budget float64
	json   bool
	file   string
}

func parseFocus(args []string, out io.Writer) (*focusOptions, error) {
	o := &focusOptions{}
	flags := flag.NewFlagSet("demo focus", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.query, "query", "", "what you are looking for; without it, what the whole is about")
	flags.Float64Var(&o.budget, "budget", 0.1, "share of the text to keep, 0 to 1")
	flags.BoolVar(&o.json, "json", false, "write JSON")
	flags.Usage = func() {
		fmt.Fprintln(out, "usage: demo focus [-query TEXT] [-budget SHARE] [-json] FILE\n\nFILE is a text, - is the standard input.")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	switch {
	case flags.NArg() == 0:
		return nil, errors.New("focus: which file? (- is the standard input)")
	case flags.NArg() > 1:
		return nil, fmt.Errorf("focus: one file at a time, got %q; flags come before it", flags.Args())
	case !(o.budget >= 0 && o.budget <= 1):
		return nil, fmt.Errorf("focus: -budget is %v, not from 0 to 1", o.budget)
	}
	o.file = flags.Arg(0)
	return o, nil
}

// times are how long the steps took.
type times struct{ load, encode, focus time.Duration }

// runFocus finds and prints the sentences of a file.
func runFocus(ctx context.Context, args []string, s streams) error {
	o, err := parseFocus(args, s.err)
	if err != nil {
		return err
	}
	text, err := readText(o.file, s.in)
	if err != nil {
		return err
	}
	var took times
	begin := time.Now()
	rt, f, err := openFocus(ctx)
	if err != nil {
		return err
	}
	defer rt.Close()
	took.load = time.Since(begin)
	begin = time.Now()
	doc, err := f.Open(ctx, text, progress(s.err))
	if err != nil {
		return advise(err, o.file)
	}
	took.encode = time.Since(begin)
	begin = time.Now()
	result, err := doc.Focus(ctx, focus.Query{Text: o.query, Budget: o.budget})
	if err != nil {
		return err
	}
	took.focus = time.Since(begin)
	r := &report{options: o, doc: doc, result: result, times: took}
	if o.json {
		return json.NewEncoder(s.out).Encode(r.json())
	}
	r.print(s)
	return nil
}

// openFocus loads the model of the binary. The runtime holds it.
func openFocus(ctx context.Context) (*wasm.Runtime, *focus.Focus, error) {
	rt, err := wasm.Open(ctx, wasm.Options{})
	if err != nil {
		return nil, nil, err
	}
	m, err := rt.Load(ctx, strings.NewReader(model.File), int64(len(model.File)))
	if err != nil {
		return nil, nil, errors.Join(err, rt.Close())
	}
	f, err := focus.New(m)
	if err != nil {
		return nil, nil, errors.Join(err, rt.Close())
	}
	return rt, f, nil
}

// readText reads a file, or in for the name "-".
func readText(name string, in io.Reader) (string, error) {
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxFile {
		return "", fmt.Errorf("%s is larger than %d MiB; pass a part of it", name, maxFile>>20)
	}
	if bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0 {
		return "", fmt.Errorf("%s is no text: it has a zero byte (UTF-16 text must become UTF-8 first)", name)
	}
	return string(data), nil
}

// advise adds the file to an error about its text.
func advise(err error, file string) error {
	var e *wasm.Error
	if errors.As(err, &e) && e.Arg == "text" {
		return fmt.Errorf("%s: %w", file, err)
	}
	return err
}

// progress returns a function that shows on a terminal how far encoding is.
func progress(w io.Writer) func(done, total int) {
	if !isTerminal(w) {
		return nil
	}
	var last time.Time
	return func(done, total int) {
		switch {
		case done == total:
			fmt.Fprint(w, "\r\x1b[K")
		case time.Since(last) > 100*time.Millisecond:
			last = time.Now()
			fmt.Fprintf(w, "\rreading: %d of %d tokens", done, total)
		}
	}
}

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
