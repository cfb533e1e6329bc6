package dialect

import (
	"go/ast"
	"go/token"
	"strings"
)

// A Directive is a comment of the form //wasm:verb argument.
type Directive struct {
	Pos  token.Pos
	Verb string
	Arg  string
}

// Directives returns the directives in the doc comment of a function.
func Directives(doc *ast.CommentGroup) []Directive {
	if doc == nil {
		return nil
	}
	var ds []Directive
	for _, c := range doc.List {
		if d, ok := directive(c); ok {
			ds = append(ds, d)
		}
	}
	return ds
}

func directive(c *ast.Comment) (Directive, bool) {
	text, ok := strings.CutPrefix(c.Text, "//wasm:")
	if !ok {
		return Directive{}, false
	}
	verb, arg, _ := strings.Cut(text, " ")
	return Directive{c.Pos(), verb, strings.TrimSpace(arg)}, true
}

// AllDirectives returns the directives anywhere in a file.
func AllDirectives(f *ast.File) []Directive {
	var ds []Directive
	for _, g := range f.Comments {
		ds = append(ds, Directives(g)...)
	}
	return ds
}
