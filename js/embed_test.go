package js

import (
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
