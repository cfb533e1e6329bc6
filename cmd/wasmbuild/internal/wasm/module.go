package wasm

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// Section ids.
const (
	customSection   = 0
	typeSection     = 1
	importSection   = 2
	functionSection = 3
	memorySection   = 5
	exportSection   = 7
	codeSection     = 10
)

var magic = []byte{0, 'a', 's', 'm', 1, 0, 0, 0}

// Encoded is a binary module, and what lies where in it.
type Encoded struct {
	Binary []byte
	Code   int      // offset of the code section's contents
	Funcs  []Extent // in the module's order
}

// An Extent is a function's code, from its locals to its end. Offsets count
// from the start of the code section's contents.
type Extent struct {
	Func       *ir.Func
	Start, End int
	Marks      []Mark // ascending
}

// Size is the length of the code in bytes.
func (e *Extent) Size() int { return e.End - e.Start }

// A Mark says where an instruction comes from. Those that access memory, call
// or can trap otherwise have a mark of their own.
type Mark struct {
	Offset int
	Site   *ir.Site
}

// Encode returns m as a binary module.
func Encode(m *ir.Module) *Encoded {
	sigs, indices := typesOf(m.Funcs)
	code, extents := codeOf(m.Funcs)
	out := buffer(magic)
	out.section(typeSection, sigs)
	if m.Shared {
		out.section(importSection, importOf(m))
	}
	out.section(functionSection, indices)
	if !m.Shared {
		out.section(memorySection, memoryOf(m))
	}
	out.section(exportSection, exportsOf(m))
	out.section(codeSection, code)
	return &Encoded{Binary: out, Code: len(out) - len(code), Funcs: extents}
}

// Custom appends a custom section, which changes nothing that the module
// does.
func (e *Encoded) Custom(name string, contents []byte) {
	var body buffer
	body.bytes([]byte(name))
	out := buffer(e.Binary)
	out.section(customSection, append(body, contents...))
	e.Binary = out
}
