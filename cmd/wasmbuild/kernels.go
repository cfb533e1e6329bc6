package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/build"
)

// A variant is one of the modules that are built from the same kernels.
type variant struct {
	file    string
	relaxed bool
	threads bool
}

var variants = []variant{
	{file: "infer-simd.wasm"},
	{file: "infer-relaxed.wasm", relaxed: true},
	{file: "infer-simd-threads.wasm", threads: true},
	{file: "infer-relaxed-threads.wasm", relaxed: true, threads: true},
}

// runKernels compiles package kernels in all variants:
// wasmbuild kernels [-o DIR] [-sizes] [-bench].
func runKernels(args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("wasmbuild kernels", flag.ContinueOnError)
	fs.SetOutput(stderr)
	src := fs.String("src", "kernels", "directory of the package")
	out := fs.String("o", "wasm", "directory that the modules are written to")
	sizes := fs.Bool("sizes", false, "print the size of each function, write nothing")
	bench := fs.Bool("bench", false, "export the functions with //wasm:bench, too")
	if err := fs.Parse(args); err != nil {
		return flag.ErrHelp // fs has said what is wrong
	}
	if fs.NArg() != 0 {
		fs.Usage()
		return flag.ErrHelp
	}
	for _, v := range variants {
		m, err := build.Dir(*src, build.Options{Relaxed: v.relaxed, Threads: v.threads, Bench: *bench})
		if err != nil {
			return err
		}
		if *sizes {
			err = printSizes(stdout, v.file, m)
		} else {
			err = os.WriteFile(filepath.Join(*out, v.file), m.Binary, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// printSizes prints a table of functions, the largest first.
func printSizes(w io.Writer, name string, m *build.Module) error {
	list := m.Funcs
	sort.SliceStable(list, func(i, j int) bool { return list[i].Size() > list[j].Size() })
	zipped, err := gzipped(m.Binary)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %d bytes, %d gzipped\n", name, len(m.Binary), zipped)
	for _, f := range list {
		fmt.Fprintf(w, "%8d  %s\n", f.Size(), f.Func.Name)
	}
	return nil
}

// gzipped returns the length of data compressed as web servers do at best.
func gzipped(data []byte) (int, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	if _, err := w.Write(data); err != nil {
		return 0, err
	}
	if err := w.Close(); err != nil {
		return 0, err
	}
	return b.Len(), nil
}
