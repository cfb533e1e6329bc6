package js

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestFilesAreAll compares the embedded files with the folder.
func TestFilesAreAll(t *testing.T) {
	want := slices.DeleteFunc(scripts(t, os.DirFS(".")), func(name string) bool { return strings.Contains(name, ".test") })
	got := scripts(t, Files)
	if !slices.Equal(got, want) {
		t.Errorf("embedded are %q, in the folder %q", got, want)
	}
}

// TestAssetsAreAll compares what place.js and its stand-in spell out for bundlers with what ships.
func TestAssetsAreAll(t *testing.T) {
	var names []string
	for _, pattern := range []string{"*.wasm", "*.json"} {
		found, err := fs.Glob(os.DirFS("../wasm"), pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%d files %s, error %v", len(found), pattern, err)
		}
		names = append(names, found...)
	}
	for file, folder := range map[string]string{"place.js": "../wasm/", "place.module.js": "./"} {
		source, err := fs.ReadFile(Files, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if want := fmt.Sprintf("'%s': () => new URL('%s%s', import.meta.url),", name, folder, name); !strings.Contains(string(source), want) {
				t.Errorf("%s does not have %s", file, want)
			}
		}
	}
}

// scripts returns the paths of all modules in a folder and below it.
func scripts(t *testing.T, folder fs.FS) (paths []string) {
	t.Helper()
	err := fs.WalkDir(folder, ".", func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".js") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
