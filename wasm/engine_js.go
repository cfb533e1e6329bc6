//go:build js

package wasm

import (
	"context"
	"errors"
)

// defaultEngine is the engine of the zero [Options]. A Go program in a page
// is a WebAssembly module itself and cannot hold wazero's compiler.
const defaultEngine = "native"

func newWazeroEngine(context.Context, string, uint32) (engine, error) {
	return nil, errors.New("not under GOOS=js")
}
