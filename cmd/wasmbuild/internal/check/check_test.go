package check_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/check"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/diag"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/load"
)

var wantComment = regexp.MustCompile(`// want (-1 )?((?:"(?:[^"\\]|\\.)*" ?)+)`)

var quoted = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)

// TestWant checks each package in testdata: every line with a comment
// `want "regexp"` must give diagnostics that match, one for each, and no
// other line may give any. `want -1` means the line before, for lines that
// are comments as a whole.
func TestWant(t *testing.T) {
	dirs, err := filepath.Glob("testdata/*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no packages in testdata (%v)", err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) { testWant(t, dir) })
	}
}

type line struct {
	file   string // base name
	number int
}

func testWant(t *testing.T, dir string) {
	want := expectations(t, dir)
	for _, d := range diagnose(t, dir) {
		at := line{filepath.Base(d.Pos.Filename), d.Pos.Line}
		matched := false
		for i, re := range want[at] {
			if re != nil && re.MatchString(d.Message) {
				want[at][i] = nil
				matched = true
				break
			}
		}
		if !matched {
			t.Errorf("unexpected diagnostic:\n%s", d)
		}
	}
	for at, res := range want {
		for _, re := range res {
			if re != nil {
				t.Errorf("%s:%d: no diagnostic matches %q", at.file, at.number, re)
			}
		}
	}
}

// diagnose returns the diagnostics of the package in dir.
func diagnose(t *testing.T, dir string) diag.List {
	t.Helper()
	p, err := load.Dir(dir)
	if err == nil {
		err = check.Package(p)
	}
	var list diag.List
	if !errors.As(err, &list) {
		t.Fatalf("got error %v, want diagnostics", err)
	}
	return list
}

func expectations(t *testing.T, dir string) map[line][]*regexp.Regexp {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no source in %s (%v)", dir, err)
	}
	want := map[line][]*regexp.Regexp{}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range strings.Split(string(src), "\n") {
			m := wantComment.FindStringSubmatch(text)
			if m == nil {
				continue
			}
			at := line{filepath.Base(name), i + 1}
			if m[1] != "" {
				at.number--
			}
			for _, q := range quoted.FindAllStringSubmatch(m[2], -1) {
				want[at] = append(want[at], regexp.MustCompile(q[1]))
			}
		}
	}
	if len(want) == 0 {
		t.Fatalf("%s wants nothing", dir)
	}
	return want
}

// TestFormat shows what a diagnostic looks like.
func TestFormat(t *testing.T) {
	list := diagnose(t, "testdata/caret")
	want := "cmd/wasmbuild/internal/check/testdata/caret/caret.go:4:12: []float32: no slices and arrays: pass a typed address such as F32 and load with its Load\n" +
		"\tfunc sum(x []float32) float32 { // want \"no slices\"\n" +
		"\t           ^"
	if got := list[0].String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
