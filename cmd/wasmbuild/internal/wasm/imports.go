package wasm

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

const (
	// sharedMemory is the flags of a memory's limits that has a maximum and
	// is shared, as the threads proposal has them.
	sharedMemory = 3

	// maxPages is the whole address space: the memory that the host makes
	// may have any maximum, and with it a smaller one than declared here.
	maxPages = 1 << 16
)

// importOf is the import section: the shared memory, env.memory.
func importOf(m *ir.Module) buffer {
	b := buffer{1}
	b.bytes([]byte("env"))
	b.bytes([]byte("memory"))
	b = append(b, exportMemory, sharedMemory)
	b.unsigned(uint64(m.Pages))
	b.unsigned(maxPages)
	return b
}
