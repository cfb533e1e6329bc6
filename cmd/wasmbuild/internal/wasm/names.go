package wasm

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// Subsections of the name section.
const (
	functionNames = 1
	localNames    = 2
)

// NameSection is the name of the section that Names is the contents of.
const NameSection = "name"

// Names is the names that m's functions, parameters and variables have in the
// source, as the core specification's appendix 7.4 (custom sections) lays
// them out.
func Names(m *ir.Module) []byte {
	var functions, locals buffer
	functions.unsigned(uint64(len(m.Funcs)))
	locals.unsigned(uint64(len(m.Funcs)))
	for i, f := range m.Funcs {
		functions.unsigned(uint64(i))
		functions.bytes([]byte(f.Name))
		locals.unsigned(uint64(i))
		locals = append(locals, namesOfLocals(f)...)
	}
	var out buffer
	out.section(functionNames, functions)
	out.section(localNames, locals)
	return out
}

func namesOfLocals(f *ir.Func) buffer {
	_, declared := assignLocals(f)
	var b buffer
	b.unsigned(uint64(len(f.Params) + len(declared)))
	for i, l := range append(f.Params[:len(f.Params):len(f.Params)], declared...) {
		b.unsigned(uint64(i))
		b.bytes([]byte(l.Name))
	}
	return b
}
