// Package load reads and type-checks a package of kernel Go. It knows the
// two packages that a kernel can be made of, itself and simd128, and so needs
// no go command: loading takes milliseconds.
package load

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/diag"
)

// Simd128 is the import path of the intrinsics.
const Simd128 = "github.com/fovea-run/fovea/kernels/simd128"

// A Package is a type-checked package of kernel Go.
type Package struct {
	Fset    *token.FileSet
	Files   []*ast.File // in the order of their names
	Types   *types.Package
	Info    *types.Info
	Sources map[string][]byte // by name in Fset
	Errors  []types.Error     // what is no Go; package check reports them
}

// Dir loads the package in dir, with these build tags: "relaxed", "threads", "train".
// The intrinsics come from the module that dir is in. Positions are named
// relative to the module's root. Errors of syntax are a [diag.List].
func Dir(dir string, tags ...string) (*Package, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, err
	}
	l, err := newLoader(dir, tags)
	if err != nil {
		return nil, err
	}
	return l.load(dir)
}

// Intrinsics loads the declarations of simd128 alone, of the module that dir
// is in.
func Intrinsics(dir string) (*types.Package, error) {
	l, err := newLoader(dir, nil)
	if err != nil {
		return nil, err
	}
	return l.intrinsics()
}

func newLoader(dir string, tags []string) (*loader, error) {
	root, err := moduleRoot(dir)
	if err != nil {
		return nil, err
	}
	l := &loader{root: root, fset: token.NewFileSet(), sources: map[string][]byte{}}
	l.context = build.Default
	l.context.BuildTags = tags
	l.report = diag.NewReporter(l.fset, l.sources)
	return l, nil
}

type loader struct {
	root    string
	fset    *token.FileSet
	context build.Context
	sources map[string][]byte
	report  *diag.Reporter
}

// moduleRoot returns the nearest directory at or above dir with a go.mod.
func moduleRoot(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for d := abs; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "go.mod")); err == nil {
			return d, nil
		}
		if d == filepath.Dir(d) {
			return "", fmt.Errorf("%s is in no Go module: no go.mod there or above", dir)
		}
	}
}

func (l *loader) load(dir string) (*Package, error) {
	files, err := l.parse(dir)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no Go files in %s", dir)
	}
	intrinsics, err := l.intrinsics()
	if err != nil {
		return nil, err
	}
	p := &Package{Fset: l.fset, Files: files, Sources: l.sources, Info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{},
		Defs:  map[*ast.Ident]types.Object{},
		Uses:  map[*ast.Ident]types.Object{},
	}}
	conf := types.Config{Importer: only{intrinsics}, Error: func(err error) {
		var e types.Error
		if errors.As(err, &e) {
			p.Errors = append(p.Errors, e)
		}
	}}
	p.Types, _ = conf.Check(files[0].Name.Name, l.fset, files, p.Info)
	return p, nil
}

// parse parses the files of dir that belong to the build, tests excluded.
func (l *loader) parse(dir string) ([]*ast.File, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range names {
		match, err := l.context.MatchFile(dir, filepath.Base(name))
		if err != nil {
			return nil, err
		}
		if !match || strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := l.parseFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, l.report.Err()
}

func (l *loader) parseFile(name string) (*ast.File, error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	shown := l.shown(name)
	l.sources[shown] = src
	f, err := parser.ParseFile(l.fset, shown, src, parser.ParseComments|parser.SkipObjectResolution)
	var syntax scanner.ErrorList
	if errors.As(err, &syntax) {
		for _, e := range syntax {
			l.report.ReportAt(e.Pos, e.Msg)
		}
		return f, nil
	}
	return f, err
}

// shown returns the name of a file relative to the module's root.
func (l *loader) shown(name string) string {
	abs, err := filepath.Abs(name)
	if err != nil {
		return name
	}
	rel, err := filepath.Rel(l.root, abs)
	if err != nil {
		return name
	}
	return filepath.ToSlash(rel)
}

// intrinsics type-checks the declarations of simd128. The bodies are the
// emulation, which the compiler does not need: what they import is left out.
func (l *loader) intrinsics() (*types.Package, error) {
	files, err := l.parse(filepath.Join(l.root, "kernels", "simd128"))
	if err != nil {
		return nil, err
	}
	conf := types.Config{Importer: hollow{}, IgnoreFuncBodies: true}
	return conf.Check(Simd128, l.fset, files, nil)
}

// only imports the intrinsics and nothing else.
type only struct{ intrinsics *types.Package }

func (o only) Import(path string) (*types.Package, error) {
	if path == Simd128 {
		return o.intrinsics, nil
	}
	return nil, errors.New("a kernel imports nothing but " + Simd128)
}

// hollow imports every package without its contents.
type hollow struct{}

func (hollow) Import(path string) (*types.Package, error) {
	p := types.NewPackage(path, path[strings.LastIndex(path, "/")+1:])
	p.MarkComplete()
	return p, nil
}
