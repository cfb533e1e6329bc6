//go:build !js

package wasm

import "context"

// pageSize is that of WebAssembly.
const pageSize = 1 << 16

// An engine makes instances of the module.
type engine interface {
	newInstance(ctx context.Context) (instance, error)
	close(ctx context.Context) error
}

// An instance is the module with a memory of its own. It is used by one
// goroutine at a time.
type instance interface {
	// call calls an export; 0 if it has no result. An error is a trap, after
	// which the instance must not be used.
	call(ctx context.Context, export string, args ...uint64) (uint32, error)
	// memory returns all of the memory. The slice is stale after a call.
	memory() []byte
	close(ctx context.Context) error
}
