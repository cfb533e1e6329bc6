package progen

import (
	"fmt"
	"strings"
)

// A variable is one, a parameter or a constant.
type variable struct {
	name     string
	typ      *typ
	fixed    bool // it counts a loop and is not assigned
	constant bool
	used     bool
}

// A scope is a block of Go.
type scope struct {
	vars  []*variable
	names map[string]bool
}

// A target is an enclosing statement that can be left.
type target struct {
	label string
	loop  bool
	used  bool
}

// A helper is a function that later ones may call.
type helper struct {
	name    string
	params  []*typ
	results []*typ
	inline  bool
	cost    float64 // statements that a call runs at most
	size    int     // statements after inlining
}

// A fn is the state of writing one function.
type fn struct {
	*generator
	body     *strings.Builder
	scopes   []*scope
	targets  []*target
	results  []*typ
	named    bool // the results have names
	labels   int
	fuels    int
	observed int     // variables stored so far
	count    int     // statements
	size     int     // statements after inlining
	times    float64 // how often the current statement runs at most
	cost     float64
	limit    float64 // of cost
	risk     float64 // of a trap at a place that can
	divides  bool    // the statement may divide by zero, and so call nothing
}

func (g *generator) newFn(limit, risk float64) *fn {
	return &fn{generator: g, body: &strings.Builder{}, times: 1, limit: limit, risk: risk, scopes: []*scope{{vars: g.consts, names: map[string]bool{}}}}
}

func (f *fn) push() { f.scopes = append(f.scopes, &scope{names: map[string]bool{}}) }

func (f *fn) pop() { f.scopes = f.scopes[:len(f.scopes)-1] }

// finish stores variables of the current scope: some, and those that nothing
// reads, as Go wants every variable to be used.
func (f *fn) finish() {
	for _, v := range f.scopes[len(f.scopes)-1].vars {
		if !v.constant && (!v.used || f.chance(.25)) {
			f.observe(v)
		}
	}
}

// names are those of variables. They are few, so that they shadow others.
var names = strings.Fields("a b c d e i m o q r s t u v w x y z")

// fresh returns a name that the current scope does not have.
func (f *fn) fresh() string {
	s := f.scopes[len(f.scopes)-1]
	for {
		name := pick(f.generator, names)
		if s.names[name] {
			name = fmt.Sprintf("%s%d", name, f.IntN(100))
		}
		if !s.names[name] {
			s.names[name] = true
			return name
		}
	}
}

func (f *fn) declare(v *variable) *variable {
	s := f.scopes[len(f.scopes)-1]
	s.names[v.name] = true
	s.vars = append(s.vars, v)
	return v
}

// visible returns the variables in sight that ok holds for.
func (f *fn) visible(ok func(*variable) bool) []*variable {
	var list []*variable
	hidden := map[string]bool{}
	for i := len(f.scopes) - 1; i >= 0; i-- {
		for _, v := range f.scopes[i].vars {
			if !hidden[v.name] && ok(v) {
				list = append(list, v)
			}
		}
		for name := range f.scopes[i].names {
			hidden[name] = true
		}
	}
	return list
}

// read returns a variable of a type to read, nil if there is none.
func (f *fn) read(t *typ, constants bool) *variable {
	list := f.visible(func(v *variable) bool { return v.typ == t && (constants || !v.constant) })
	if len(list) == 0 {
		return nil
	}
	v := pick(f.generator, list)
	v.used = true
	return v
}

// assignable returns variables that may be assigned.
func (f *fn) assignable() []*variable {
	return f.visible(func(v *variable) bool { return !v.fixed && !v.constant })
}

func (f *fn) line(format string, args ...any) {
	fmt.Fprintf(f.body, format, args...)
	f.body.WriteByte('\n')
}

// capture returns what write writes.
func (f *fn) capture(write func()) string {
	saved := f.body
	f.body = &strings.Builder{}
	write()
	s := f.body.String()
	f.body = saved
	return s
}

// form counts a form of statement and its cost.
func (f *fn) form(name string) {
	f.pkg.Forms[name]++
	f.count++
	f.size++
	f.cost += f.times
}
