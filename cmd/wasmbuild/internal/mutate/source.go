package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A source is one file of the code that faults are put into.
type source struct {
	name    string // from the module's root
	path    string
	src     []byte
	fset    *token.FileSet
	ast     *ast.File
	pkg     *checked
	imports map[string]bool
}

// checked is what type-checking tells of a package.
type checked struct {
	types *types.Package
	info  *types.Info
}

func (s *source) offset(p token.Pos) int { return s.fset.Position(p).Offset }

func (s *source) text(n ast.Node) string { return string(s.src[s.offset(n.Pos()):s.offset(n.End())]) }

// A listed package is one that `go list` tells of.
type listed struct {
	ImportPath, Dir, Export            string
	GoFiles, TestGoFiles, XTestGoFiles []string
}

// list runs `go list` in root.
func list(root string, args ...string) ([]listed, error) {
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Dir,Export,GoFiles,TestGoFiles,XTestGoFiles"}, args...)...)
	cmd.Dir = root
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("go list: %w", err)
		}
		all = append(all, p)
	}
}

// load type-checks the packages at these paths below root.
func load(root string, dirs []string) ([]*source, error) {
	var args []string
	wanted := map[string]bool{}
	for _, d := range dirs {
		args = append(args, "./"+d)
		wanted[filepath.Join(root, d)] = true
	}
	all, err := list(root, append([]string{"-export", "-deps"}, args...)...)
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	for _, p := range all {
		exports[p.ImportPath] = p.Export
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	var sources []*source
	for _, p := range all {
		if !wanted[p.Dir] {
			continue
		}
		more, err := check(root, fset, imports, p)
		if err != nil {
			return nil, err
		}
		sources = append(sources, more...)
	}
	return sources, nil
}

// check parses and type-checks one package.
func check(root string, fset *token.FileSet, imports types.Importer, p listed) ([]*source, error) {
	pkg := &checked{info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
	}}
	var sources []*source
	var files []*ast.File
	for _, name := range p.GoFiles {
		s, err := read(root, fset, filepath.Join(p.Dir, name))
		if err != nil {
			return nil, err
		}
		s.pkg = pkg
		sources = append(sources, s)
		files = append(files, s.ast)
	}
	conf := types.Config{Importer: imports}
	var err error
	pkg.types, err = conf.Check(p.ImportPath, fset, files, pkg.info)
	return sources, err
}

func read(root string, fset *token.FileSet, path string) (*source, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	name, err := filepath.Rel(root, path)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(fset, path, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	s := &source{name: filepath.ToSlash(name), path: path, src: src, fset: fset, ast: file, imports: map[string]bool{}}
	for _, i := range file.Imports {
		s.imports[strings.Trim(i.Path.Value, `"`)] = true
	}
	return s, nil
}
