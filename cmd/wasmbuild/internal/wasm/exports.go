package wasm

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// Kinds of exports.
const (
	exportFunc   = 0
	exportMemory = 2
)

// memoryOf is the memory section: one memory without a maximum.
func memoryOf(m *ir.Module) buffer {
	b := buffer{1, 0}
	b.unsigned(uint64(m.Pages))
	return b
}

// exportsOf is the export section: the memory, then the functions.
func exportsOf(m *ir.Module) buffer {
	count := uint64(1)
	var list buffer
	list.bytes([]byte("memory"))
	list = append(list, exportMemory, 0)
	for i, f := range m.Funcs {
		if f.Export == "" {
			continue
		}
		count++
		list.bytes([]byte(f.Export))
		list = append(list, exportFunc)
		list.unsigned(uint64(i))
	}
	var b buffer
	b.unsigned(count)
	return append(b, list...)
}
