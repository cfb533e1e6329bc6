// Command gen writes what is generated from the tables of package program.
// It is run by go generate in wasm/program.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// root is the repository's top level as seen from wasm/program.
const root = "../.."

func main() {
	for path, content := range Files(root) {
		if err := os.WriteFile(filepath.Join(root, path), content, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "gen:", err)
			os.Exit(1)
		}
	}
}
