package engine

import (
	"os"
	"path/filepath"
	"runtime"
)

// Root is the repository's root folder.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "../..")
}

// Scratch is the folder for what tests and benchmarks make, which git ignores. It is below the root, so that a test's browser can
// be served from it.
func Scratch() (string, error) {
	dir := filepath.Join(Root(), ".build")
	return dir, os.MkdirAll(dir, 0o777)
}
