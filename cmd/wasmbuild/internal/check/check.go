// Package check refuses what is Go but not kernel Go, each with a sentence
// that says what to write instead. What passes, the lowering can compile, and
// it means the same natively and in WebAssembly.
package check

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/diag"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/dialect"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/load"
)

// Package checks every function of p. The error is a [diag.List] of all that
// it found.
func Package(p *load.Package) error {
	c := &checker{
		pkg:     p,
		info:    p.Info,
		report:  diag.NewReporter(p.Fset, p.Sources),
		calls:   map[*types.Func][]call{},
		names:   map[string]bool{},
		rounded: map[ast.Node]bool{},
	}
	for _, e := range p.Errors {
		c.report.Reportf(e.Pos, "%s", e.Msg)
	}
	for _, f := range p.Files {
		c.file(f)
	}
	c.recursion()
	return c.report.Err()
}

type checker struct {
	pkg     *load.Package
	info    *types.Info
	report  *diag.Reporter
	fn      *types.Func            // the function that is being checked
	relaxed bool                   // inside `if Relaxed`
	order   []*types.Func          // functions in source order
	calls   map[*types.Func][]call // of each function, for finding recursion
	names   map[string]bool        // exported names
	rounded map[ast.Node]bool      // float products that cannot be fused with a sum
}

type call struct {
	pos token.Pos
	to  *types.Func
}

func (c *checker) errorf(at ast.Node, format string, args ...any) {
	c.report.Reportf(at.Pos(), format, args...)
}

func (c *checker) file(f *ast.File) {
	for _, imp := range f.Imports {
		if imp.Path.Value == strconv.Quote(load.Simd128) && (imp.Name == nil || imp.Name.Name != ".") {
			c.errorf(imp, "simd128 needs a dot import: write `import . %q`", load.Simd128)
		}
	}
	attached := map[token.Pos]bool{}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			c.packageDecl(d)
		case *ast.FuncDecl:
			for _, dir := range dialect.Directives(d.Doc) {
				attached[dir.Pos] = true
			}
			c.funcDecl(d)
		}
	}
	for _, d := range dialect.AllDirectives(f) {
		if !attached[d.Pos] {
			c.report.Reportf(d.Pos, "//wasm:%s belongs to no function: move it to the end of a function's doc comment", d.Verb)
		}
	}
}

func (c *checker) packageDecl(d *ast.GenDecl) {
	switch d.Tok {
	case token.VAR:
		c.errorf(d, "no package variables: keep state in linear memory at an address named by a constant")
	case token.TYPE:
		for _, s := range d.Specs {
			c.typeSpec(s.(*ast.TypeSpec))
		}
	}
}

func (c *checker) typeSpec(s *ast.TypeSpec) {
	def := c.info.Defs[s.Name]
	if def == nil || invalid(def.Type()) {
		return
	}
	t := def.Type()
	if _, ok := dialect.ValueType(t); !ok || s.TypeParams != nil {
		c.errorf(s, "type %s: only numeric types can be named: write `type %s uint32`, and loads at offsets instead of fields", s.Name.Name, s.Name.Name)
	}
}

func (c *checker) funcDecl(d *ast.FuncDecl) {
	fn, ok := c.info.Defs[d.Name].(*types.Func)
	if !ok || c.ill(d) {
		return
	}
	c.fn = fn
	c.order = append(c.order, fn)
	switch {
	case d.Recv != nil:
		c.errorf(d, "no methods of your own: write a function with the receiver as its first parameter")
	case d.Type.TypeParams != nil:
		c.errorf(d, "no generics: write a function for each type")
	case d.Name.Name == "init" || d.Name.Name == "main":
		c.errorf(d, "%s never runs in a module: export a function with //wasm:export and let the host call it", d.Name.Name)
	case d.Body == nil:
		c.errorf(d, "%s has no body: write it in Go", d.Name.Name)
	default:
		c.fields(d.Type.Params)
		c.fields(d.Type.Results)
		c.directives(d)
		c.block(d.Body)
		c.evaluation(d.Body)
	}
}

// ill reports whether a function is no Go, so that there is nothing to say
// about it but what go/types does: of some expression it knows no type.
func (c *checker) ill(d *ast.FuncDecl) bool {
	if len(c.pkg.Errors) == 0 {
		return false
	}
	for _, e := range c.pkg.Errors {
		if d.Pos() <= e.Pos && e.Pos < d.End() {
			return true
		}
	}
	found := false
	ast.Inspect(d, func(n ast.Node) bool {
		if x, ok := n.(ast.Expr); ok {
			found = found || c.unknown(x)
		}
		return !found
	})
	return found
}

func (c *checker) unknown(x ast.Expr) bool {
	tv, known := c.info.Types[x]
	if known {
		return (tv.IsValue() || tv.IsType()) && invalid(tv.Type)
	}
	switch x.(type) {
	case *ast.BinaryExpr, *ast.UnaryExpr, *ast.CallExpr, *ast.SelectorExpr:
		return true
	}
	return false
}

func invalid(t types.Type) bool { return t.Underlying() == types.Typ[types.Invalid] }

func (c *checker) fields(fields *ast.FieldList) {
	if fields == nil {
		return
	}
	for _, f := range fields.List {
		if _, ok := f.Type.(*ast.Ellipsis); ok {
			c.errorf(f, "no variadic parameters: list them, or pass an address and a count")
			continue
		}
		c.valueType(f.Type, c.info.Types[f.Type].Type)
	}
}

// valueType refuses types that kernel Go has no variables of.
func (c *checker) valueType(at ast.Node, t types.Type) bool {
	if _, ok := dialect.ValueType(t); ok {
		return true
	}
	c.errorf(at, "%s: %s", typeName(t), insteadOf(t))
	return false
}

// typeName names a type as the source does: the package's own types and,
// thanks to the dot import, those of simd128 without their package.
func typeName(t types.Type) string {
	return types.TypeString(t, func(*types.Package) string { return "" })
}

// insteadOf says what to write instead of a type.
func insteadOf(t types.Type) string {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsString != 0:
			return "no strings: pass an address and a length in bytes"
		case u.Info()&types.IsComplex != 0:
			return "no complex numbers: keep two floats"
		case u.Info()&types.IsUnsigned != 0:
			return "this width differs from a register's: write uint32 or uint64"
		case u.Info()&types.IsInteger != 0:
			return "its width differs from a register's: write int32 or int64"
		}
	case *types.Slice, *types.Array:
		return "no slices and arrays: pass a typed address such as F32 and load with its Load"
	case *types.Map:
		return "no maps: lay a table out in linear memory"
	case *types.Pointer:
		return "no pointers: pass a typed address, or return several results"
	case *types.Struct:
		return "no structs: keep its fields in variables, or in memory at constant offsets"
	case *types.Interface:
		return "no interfaces: call a function directly"
	case *types.Chan:
		return "no channels: kernels do not communicate"
	case *types.Signature:
		return "no function values: call a function directly"
	}
	return "not a type of kernel Go: use integers of 32 and 64 bits, floats, bool, vectors and typed addresses"
}

func (c *checker) directives(d *ast.FuncDecl) {
	for _, dir := range dialect.Directives(d.Doc) {
		switch dir.Verb {
		case "inline":
			if dir.Arg != "" {
				c.report.Reportf(dir.Pos, "//wasm:inline takes no argument")
			}
		case "export", "bench":
			c.export(d, dir)
		default:
			c.report.Reportf(dir.Pos, "unknown directive //wasm:%s: there are export, bench and inline", dir.Verb)
		}
	}
}

func (c *checker) export(d *ast.FuncDecl, dir dialect.Directive) {
	switch {
	case dir.Arg == "":
		c.report.Reportf(dir.Pos, "//wasm:%s needs a name: write `//wasm:%s %s`", dir.Verb, dir.Verb, d.Name.Name)
	case c.names[dir.Arg]:
		c.report.Reportf(dir.Pos, "%q is exported twice: choose another name", dir.Arg)
	}
	c.names[dir.Arg] = true
	sig := c.fn.Signature()
	if sig.Results().Len() > 1 {
		c.errorf(d.Type.Results, "an exported function has at most one result: store the others in memory")
	}
	for _, tuple := range []*types.Tuple{sig.Params(), sig.Results()} {
		for v := range tuple.Variables() {
			if dialect.IsVector(v.Type()) || dialect.IsBoolean(v.Type()) {
				c.report.Reportf(v.Pos(), "hosts cannot pass %s: export with numbers, vectors through memory and bools as uint32", typeName(v.Type()))
			}
		}
	}
}

// recursion refuses calls that lead back to their function.
func (c *checker) recursion() {
	const (
		active = 1
		done   = 2
	)
	state := map[*types.Func]int{}
	var visit func(*types.Func)
	visit = func(f *types.Func) {
		state[f] = active
		for _, to := range c.calls[f] {
			switch state[to.to] {
			case active:
				c.report.Reportf(to.pos, "this call of %s is recursive: write a loop over a stack in linear memory", to.to.Name())
			case 0:
				visit(to.to)
			}
		}
		state[f] = done
	}
	for _, f := range c.order {
		if state[f] == 0 {
			visit(f)
		}
	}
}
