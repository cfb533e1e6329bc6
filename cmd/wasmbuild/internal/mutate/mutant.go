package main

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
)

// A mutant is one fault.
type mutant struct {
	id       int // from 1
	rule     string
	file     string // from the module's root
	line     int
	function string // or variable, that the fault is in
	old, new string // source text, shortened
	nth      int    // among those that are alike in all of the above but line
	wraps    []wrap
}

// A wrap is text to be put around a piece of source: the right text stands
// between prefix and suffix, which hold the wrong one and the switch. %d is
// the mutant's number.
type wrap struct {
	file           *source
	start, end     int
	prefix, suffix string
}

// key names a mutant in a way that outlives changes elsewhere.
func (m *mutant) key() string {
	k := strings.TrimSpace(fmt.Sprintf("%s %s: %s: %s → %s", m.file, m.function, m.rule, m.old, m.new))
	if m.nth > 1 {
		k += fmt.Sprintf(" (%d)", m.nth)
	}
	return k
}

func (m *mutant) String() string {
	return fmt.Sprintf("%s:%d %s", m.file, m.line, m.key()[len(m.file)+1:])
}

// A maker makes the mutants of one file.
type maker struct {
	*source
	made  *[]*mutant
	stack []ast.Node // the nodes around the current one, which is last
}

func (mk *maker) info() *types.Info { return mk.pkg.info }

// add makes a mutant of a node.
func (mk *maker) add(rule string, n ast.Node, wrong, prefix, suffix string) *mutant {
	start, end := mk.offset(n.Pos()), mk.offset(n.End())
	m := &mutant{
		id: len(*mk.made) + 1, rule: rule, file: mk.name, line: mk.fset.Position(n.Pos()).Line, function: mk.function(),
		old: short(mk.text(n)), new: short(wrong),
		wraps: []wrap{{mk.source, start, end, prefix, suffix}},
	}
	*mk.made = append(*mk.made, m)
	return m
}

// short makes source text one line of bounded length.
func short(text string) string {
	const limit = 60
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return text
}

// truth replaces an expression of type bool.
func (mk *maker) truth(rule string, x ast.Expr, wrong string) {
	mk.add(rule, x, wrong, "(!mutant.On(%d) && (", ") || mutant.On(%d) && ("+wrong+"))")
}

// constant replaces a constant by another of its type.
func (mk *maker) constant(rule string, x ast.Expr, wrong string) *mutant {
	t, ok := mk.typeText(mk.info().Types[x].Type)
	if !ok {
		return nil
	}
	return mk.add(rule, x, wrong, "mutant.Or["+t+"](%d, ", ", "+wrong+")")
}

// value replaces an expression; only one of the two is evaluated.
func (mk *maker) value(rule string, x ast.Expr, wrong string) {
	t, ok := mk.typeText(mk.info().Types[x].Type)
	if !ok {
		return
	}
	mk.add(rule, x, wrong, "(func() "+t+" { if mutant.On(%d) { return "+wrong+" }; return ", " }())")
}

// statement replaces a statement of a list.
func (mk *maker) statement(rule string, s ast.Stmt, wrong string) {
	mk.add(rule, s, wrong, "if mutant.On(%d) { "+wrong+" } else { ", " }")
}

// function names the declaration that the current node is in.
func (mk *maker) function() string {
	for i, n := range mk.stack {
		switch n := n.(type) {
		case *ast.FuncDecl:
			return n.Name.Name
		case *ast.ValueSpec:
			if i <= 3 { // file, declaration, specification
				return n.Names[0].Name
			}
		}
	}
	return "-"
}

// typeText writes a type as this file can; ok unless it cannot.
func (mk *maker) typeText(t types.Type) (text string, ok bool) {
	if t == nil {
		return "", false
	}
	if _, tuple := t.(*types.Tuple); tuple {
		return "", false
	}
	ok = true
	text = types.TypeString(t, func(p *types.Package) string {
		if p == mk.pkg.types {
			return ""
		}
		ok = ok && mk.imports[p.Path()]
		return p.Name()
	})
	return text, ok && !strings.HasPrefix(text, "untyped")
}
