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
	want, err := fs.Glob(os.DirFS("."), "*.js")
	if err != nil {
		t.Fatal(err)
	}
	want = slices.DeleteFunc(want, func(name string) bool { return strings.Contains(name, ".test") })
	got, err := fs.Glob(Files, "*")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("embedded are %q, in the folder %q", got, want)
	}
}
