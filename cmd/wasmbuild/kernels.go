package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/build"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/diag"
)

// A variant is one of the modules that are built from the same kernels.
type variant struct {
	file    string
	relaxed bool
	threads bool
	train   bool
}

var variants = []variant{
	{file: "infer-simd.wasm"},
	{file: "infer-relaxed.wasm", relaxed: true},
	{file: "infer-simd-threads.wasm", threads: true},
	{file: "infer-relaxed-threads.wasm", relaxed: true, threads: true},
	{file: "train-simd.wasm", train: true},
	{file: "train-relaxed.wasm", relaxed: true, train: true},
	{file: "train-simd-threads.wasm", threads: true, train: true},
	{file: "train-relaxed-threads.wasm", relaxed: true, threads: true, train: true},
}

const kernelsHelp = `Compiles the package of kernel Go in a directory, in all variants. What is
wrong with the source is printed with its place and what to write instead;
then nothing is written.
`

// runKernels compiles package kernels in all variants.
func runKernels(args []string, stdout, stderr io.Writer) error {
	fs := newFlags("kernels [FLAGS]", kernelsHelp)
	src := fs.String("src", "kernels", "directory of the package")
	out := fs.String("o", "wasm", "directory that the modules are written to, made if need be")
	sizes := fs.Bool("sizes", false, "print the size of each function, write nothing")
	bench := fs.Bool("bench", false, "export the functions with //wasm:bench, too")
	debug := fs.Bool("g", false, "say in the modules where their code comes from, and write a source map\nbeside each: stack traces name Go functions and lines")
	inJSON := fs.Bool("json", false, "print what is wrong with the source to standard output, a JSON object a line:\nfile, line, column, message, source")
	if err := parse(fs, args, 0, stdout, stderr); err != nil {
		return err
	}
	modules, err := compile(*src, build.Options{Bench: *bench}, *debug, stderr)
	if list, ok := diag.Of(err); ok && *inJSON {
		if err := list.WriteJSON(stdout); err != nil {
			return err
		}
		return errFaults
	}
	if err != nil {
		return err
	}
	if !*sizes {
		return writeAll(*out, modules)
	}
	for i, m := range modules {
		if err := printSizes(stdout, variants[i].file, m); err != nil {
			return err
		}
	}
	return nil
}

// writeAll writes the modules of all variants to a directory, which it makes
// if need be.
func writeAll(dir string, modules []*build.Module) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("-o: %w", err)
	}
	for i, m := range modules {
		if err := write(filepath.Join(dir, variants[i].file), m); err != nil {
			return err
		}
	}
	return nil
}

// compile builds every variant. Its diagnostics are those of all variants.
func compile(src string, opts build.Options, debug bool, stderr io.Writer) ([]*build.Module, error) {
	p := startProgress(stderr)
	defer p.stop()
	var modules []*build.Module
	var faults diag.List
	for i, v := range variants {
		p.stepf("compiling %s, %d of %d", v.file, i+1, len(variants))
		opts.Relaxed, opts.Threads, opts.Train = v.relaxed, v.threads, v.train
		if debug {
			opts.Debug = v.file
		}
		m, err := build.Dir(src, opts)
		list, ok := diag.Of(err)
		if err != nil && !ok {
			return nil, err
		}
		faults = faults.With(list)
		modules = append(modules, m)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return modules, nil
}

// write writes a module, and its source map if it has one.
func write(file string, m *build.Module) error {
	if err := os.WriteFile(file, m.Binary, 0o644); err != nil || m.Map == nil {
		return err
	}
	return os.WriteFile(build.MapName(file), m.Map, 0o644)
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
