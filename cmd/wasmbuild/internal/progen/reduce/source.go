package reduce

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"sort"
	"strings"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/check"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/diag"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/load"
)

// A source is a type-checked file of kernel Go.
type source struct {
	text string
	fset *token.FileSet
	file *ast.File
	pkg  *types.Package
	info *types.Info
}

// parse type-checks text. Unused are the variables that Go complains of if
// that is all that is wrong.
func parse(text string, simd128 *types.Package) (s *source, unused []string, err error) {
	s = &source{text: text, fset: token.NewFileSet(), info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{},
		Defs:  map[*ast.Ident]types.Object{},
		Uses:  map[*ast.Ident]types.Object{},
	}}
	if s.file, err = parser.ParseFile(s.fset, "reduced.go", text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return nil, nil, err
	}
	var other error
	conf := types.Config{Importer: importer{simd128}, Error: func(err error) {
		if name, ok := strings.CutPrefix(err.(types.Error).Msg, "declared and not used: "); ok {
			unused = append(unused, name)
		} else if other == nil {
			other = err
		}
	}}
	s.pkg, _ = conf.Check("main", s.fset, []*ast.File{s.file}, s.info)
	if other != nil || len(unused) > 0 {
		return nil, unused, fmt.Errorf("%w %v", other, unused)
	}
	return s, nil, s.check()
}

// check asks the dialect's checker.
func (s *source) check() error {
	sources := map[string][]byte{"reduced.go": []byte(s.text)}
	err := check.Package(&load.Package{Fset: s.fset, Files: []*ast.File{s.file}, Types: s.pkg, Info: s.info, Sources: sources})
	if list, ok := diag.Of(err); ok && len(list) > 0 {
		return err
	}
	return nil
}

type importer struct{ simd128 *types.Package }

func (i importer) Import(string) (*types.Package, error) { return i.simd128, nil }

// An edit replaces a range of bytes.
type edit struct {
	from, to int
	text     string
}

// at returns the range of a node.
func (s *source) at(n ast.Node) (from, to int) {
	return s.fset.Position(n.Pos()).Offset, s.fset.Position(n.End()).Offset
}

func (s *source) textOf(n ast.Node) string {
	from, to := s.at(n)
	return s.text[from:to]
}

// replace is the edit of a node to text.
func (s *source) replace(n ast.Node, text string) edit {
	from, to := s.at(n)
	return edit{from, to, text}
}

// apply makes edits, of which none overlap.
func apply(text string, edits []edit) string {
	sorted := append([]edit(nil), edits...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].from < sorted[j].from })
	var b strings.Builder
	last := 0
	for _, e := range sorted {
		b.WriteString(text[last:e.from])
		b.WriteString(e.text)
		last = e.to
	}
	return b.String() + text[last:]
}

// reached returns the text with only what the function name needs.
func (s *source) reached(name string) string {
	decls := s.declarations()
	keep := map[ast.Node]bool{}
	names := map[types.Object]bool{}
	var visit func(ast.Node)
	visit = func(n ast.Node) {
		ast.Inspect(n, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			o := s.info.Uses[id]
			if o == nil || o.Parent() != s.pkg.Scope() || names[o] {
				return true
			}
			names[o] = true
			if d := decls[o]; d != nil && !keep[d] {
				keep[d] = true
				visit(d)
			}
			return true
		})
	}
	root := decls[s.pkg.Scope().Lookup(name)]
	keep[root] = true
	visit(root)
	var edits []edit
	for _, d := range s.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && !keep[d] {
			from, to := s.at(d)
			if f.Doc != nil {
				from, _ = s.at(f.Doc)
			}
			edits = append(edits, edit{from, to, ""})
		}
		if g, ok := d.(*ast.GenDecl); ok && g.Tok != token.IMPORT {
			edits = append(edits, s.unneeded(g, names)...)
		}
	}
	return apply(s.text, edits)
}

// declarations returns what declares each name of the package: a function, a
// constant's or type's part of a list, or the list if it repeats a value.
func (s *source) declarations() map[types.Object]ast.Node {
	m := map[types.Object]ast.Node{}
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			m[s.info.Defs[d.Name]] = d
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					m[s.info.Defs[spec.Name]] = spec
				case *ast.ValueSpec:
					m[s.info.Defs[spec.Names[0]]] = spec
					if len(spec.Values) == 0 {
						m[s.info.Defs[spec.Names[0]]] = d
					}
				}
			}
		}
	}
	return m
}

// unneeded removes the constants and types that nothing names. A list in which
// some repeat the value of others stays as a whole if one is named.
func (s *source) unneeded(g *ast.GenDecl, names map[types.Object]bool) []edit {
	var edits []edit
	repeats := false
	for _, spec := range g.Specs {
		used := false
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			used = names[s.info.Defs[spec.Name]]
		case *ast.ValueSpec:
			repeats = repeats || len(spec.Values) == 0
			for _, n := range spec.Names {
				used = used || names[s.info.Defs[n]]
			}
		}
		if !used {
			edits = append(edits, s.replace(spec, ""))
		}
	}
	switch {
	case len(edits) == len(g.Specs):
		return []edit{s.replace(g, "")}
	case repeats:
		return nil
	}
	return edits
}

// suffixed returns the text with every name of the package extended, so that
// several variants fit into one package.
func (s *source) suffixed(suffix string) string {
	var edits []edit
	ast.Inspect(s.file, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		if !ok {
			return true
		}
		o := s.info.Uses[id]
		if o == nil {
			o = s.info.Defs[id]
		}
		if o != nil && o.Parent() == s.pkg.Scope() {
			_, to := s.at(id)
			edits = append(edits, edit{to, to, suffix})
		}
		return true
	})
	for _, g := range s.file.Comments {
		for _, c := range g.List {
			if strings.HasPrefix(c.Text, "//wasm:export ") {
				_, to := s.at(c)
				edits = append(edits, edit{to, to, suffix})
			}
		}
	}
	return apply(s.text, edits)
}
