package progen

import (
	"fmt"
	"strings"
)

// program writes an exported function.
func (g *generator) program(name string) {
	const limit = 6000
	risk := 0.0
	if g.chance(.4) {
		risk = g.Float64()
	}
	f := g.newFn(limit, risk)
	f.params(g.IntN(5), func() *typ { return pick(g, append(g.basics[:boolean:boolean], g.addresses...)) })
	if g.chance(.9) {
		f.results = []*typ{pick(g, g.basics[:boolean])}
	}
	f.write(name, "//wasm:export "+name, 20+g.IntN(26))
}

// helper writes a function that later ones call.
func (g *generator) helper(i int) {
	const limit = 120
	h := &helper{name: fmt.Sprintf("h%d", i), inline: g.chance(.4)}
	risk := 0.0
	if g.chance(.2) {
		risk = g.Float64() / 2
	}
	f := g.newFn(limit, risk)
	h.params = f.params(g.IntN(4), f.anyType)
	if several := g.several(); several != nil && g.chance(.3) {
		h.results = several.results // so that one can return the other's
	} else {
		for range g.weighted(1, 5, 3, 2) {
			h.results = append(h.results, f.anyType())
		}
	}
	f.results = h.results
	directive := ""
	if h.inline {
		directive = "//wasm:inline"
	}
	f.write(h.name, directive, 5+g.IntN(30))
	h.cost, h.size = f.cost, f.size
	g.helpers = append(g.helpers, h)
}

// several returns a helper with several results, nil if there is none.
func (g *generator) several() *helper {
	var list []*helper
	for _, h := range g.helpers {
		if len(h.results) > 1 {
			list = append(list, h)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return pick(g, list)
}

// params declares n parameters behind the first, from which a value of any
// type can be made and which nothing hides.
func (f *fn) params(n int, next func() *typ) []*typ {
	f.push()
	f.declare(&variable{name: "n", typ: f.types["uint32"], used: true})
	ts := []*typ{f.types["uint32"]}
	for range n {
		v := &variable{name: f.fresh(), typ: next(), used: true}
		f.declare(v)
		ts = append(ts, v.typ)
	}
	return ts
}

// write writes the function, whose parameters are declared.
func (f *fn) write(name, directive string, statements int) {
	scope := f.scopes[len(f.scopes)-1]
	var params []string
	for _, v := range scope.vars {
		params = append(params, v.name+" "+v.typ.name)
	}
	f.named = len(f.results) > 0 && f.chance(.3)
	var results []string
	for i, t := range f.results {
		if f.named {
			v := f.declare(&variable{name: fmt.Sprintf("result%d", i), typ: t, used: true})
			results = append(results, v.name+" "+t.name)
			continue
		}
		results = append(results, t.name)
	}
	f.list(statements)
	f.finish()
	f.ret()
	f.pop()
	if directive != "" {
		fmt.Fprintf(&f.out, "%s\n", directive)
	}
	fmt.Fprintf(&f.out, "func %s(%s) (%s) {\n%s}\n\n", name, strings.Join(params, ", "), strings.Join(results, ", "), f.body)
	f.pkg.Statements = append(f.pkg.Statements, f.count)
}
