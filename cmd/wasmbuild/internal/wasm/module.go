package wasm

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// Section ids.
const (
	typeSection     = 1
	importSection   = 2
	functionSection = 3
	memorySection   = 5
	exportSection   = 7
	codeSection     = 10
)

var magic = []byte{0, 'a', 's', 'm', 1, 0, 0, 0}

// A Size is the code size of a function in bytes.
type Size struct {
	Name  string
	Bytes int
}

// Encode returns m as a binary module, and the size of each function.
func Encode(m *ir.Module) ([]byte, []Size) {
	sigs, indices := typesOf(m.Funcs)
	code, sizes := codeOf(m.Funcs)
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
	return out, sizes
}
