package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// built is the command, which TestMain builds.
var built string

func TestMain(m *testing.M) {
	os.Exit(buildAndRun(m))
}

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "wasmbuild")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	built = filepath.Join(dir, "wasmbuild")
	if out, err := exec.Command("go", "build", "-o", built, ".").CombinedOutput(); err != nil {
		panic(string(out))
	}
	return m.Run()
}

// runBuilt runs the command in dir.
func runBuilt(t *testing.T, dir string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(built, args...)
	var out, errOut bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &errOut
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
}

// caretDir is a package with one fault.
const caretDir = "internal/check/testdata/caret"

func TestExitCodes(t *testing.T) {
	out := t.TempDir()
	for _, c := range []struct {
		args           []string
		code           int
		stdout, stderr string // what is printed has this in it, nothing if empty
	}{
		{nil, 2, "", "usage: wasmbuild COMMAND"},
		{[]string{"compile"}, 2, "", `no command "compile"`},
		{[]string{"help"}, 0, "  kernels  compile package kernels", ""},
		{[]string{"-h"}, 0, "Exit codes: 0 done, 1 failed, 2 wrong usage.", ""},
		{[]string{"help", "kernels"}, 0, "usage: wasmbuild kernels", ""},
		{[]string{"kernels", "-h"}, 0, "  -json\n", ""},
		{[]string{"wat", "-h"}, 0, "usage: wasmbuild wat FILE", ""},
		{[]string{"model", "-h"}, 0, "usage: wasmbuild model", ""},
		{[]string{"js", "-h"}, 0, "usage: wasmbuild js [FLAGS]", ""},
		{[]string{"js", "-model"}, 2, "", "flag needs an argument: -model\nusage: wasmbuild js"},
		{[]string{"js", "page"}, 2, "", "1 arguments, want 0\nusage: wasmbuild js"},
		{[]string{"js", "-o", out + "/js", "-model", "nowhere"}, 1, "", "wasmbuild: open nowhere: no such file"},
		{[]string{"js", "-o", out + "/js", "-model", "main.go"}, 1, "", "wasmbuild: main.go is no model file: "},
		{[]string{"js", "-o", "main.go"}, 1, "", "wasmbuild: mkdir main.go: not a directory"},
		{[]string{"wat"}, 2, "", "0 arguments, want 1\nusage: wasmbuild wat FILE"},
		{[]string{"kernels", "-x"}, 2, "", "flag provided but not defined: -x\nusage: wasmbuild kernels"},
		{[]string{"model", "-o", "x"}, 2, "", "flag needed: -from\nusage: wasmbuild model"},
		{[]string{"wat", "main.go"}, 1, "", "wasmbuild: main.go: not a WebAssembly module"},
		{[]string{"kernels", "-src", "nowhere"}, 1, "", "wasmbuild: stat nowhere: no such file"},
		{[]string{"kernels", "-src", caretDir, "-o", out}, 1, "", "cmd/wasmbuild/internal/check/testdata/caret/caret.go:4:12: []float32: no slices"},
		{[]string{"kernels", "-src", "../../kernels", "-o", "main.go/out"}, 1, "", "wasmbuild: -o: mkdir main.go: not a directory"},
	} {
		stdout, stderr, code := runBuilt(t, ".", c.args...)
		if code != c.code {
			t.Errorf("%q: exit code %d, want %d", c.args, code, c.code)
		}
		for _, p := range []struct{ name, got, want string }{{"stdout", stdout, c.stdout}, {"stderr", stderr, c.stderr}} {
			if !strings.Contains(p.got, p.want) || p.want == "" && p.got != "" {
				t.Errorf("%q: %s is %q, want %q in it", c.args, p.name, p.got, p.want)
			}
		}
	}
	if left, err := os.ReadDir(out); err != nil || len(left) != 0 {
		t.Errorf("failures wrote %v (%v)", left, err)
	}
}

// TestMakesDirectory writes to a directory that is not there.
func TestMakesDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "out")
	if _, stderr, code := runBuilt(t, ".", "kernels", "-src", "../../kernels", "-o", dir); code != exitDone {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	for _, v := range variants {
		if _, err := os.Stat(filepath.Join(dir, v.file)); err != nil {
			t.Error(err)
		}
	}
}

// TestJSON reads the diagnostics as an editor does.
func TestJSON(t *testing.T) {
	stdout, stderr, code := runBuilt(t, ".", "kernels", "-json", "-src", caretDir)
	if code != exitFailed || stderr != "" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	type fault struct {
		File, Message, Source string
		Line, Column          int
	}
	var got fault
	d := json.NewDecoder(strings.NewReader(stdout))
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil || d.More() {
		t.Fatalf("%v, more: %v, in %q", err, d.More(), stdout)
	}
	want := fault{
		File: "cmd/wasmbuild/" + caretDir + "/caret.go", Line: 4, Column: 12,
		Message: "[]float32: no slices and arrays: pass a typed address such as F32 and load with its Load",
		Source:  `func sum(x []float32) float32 { // want "no slices"`,
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if stdout, _, code := runBuilt(t, ".", "kernels", "-json", "-src", "../../kernels", "-o", t.TempDir()); code != exitDone || stdout != "" {
		t.Errorf("without a fault: exit code %d, %q", code, stdout)
	}
}

// TestVariants has faults in files of one variant only, and one in them all.
func TestVariants(t *testing.T) {
	_, stderr, code := runBuilt(t, ".", "kernels", "-src", "testdata/variants", "-o", t.TempDir())
	want := []string{"baseline.go:5:12: []uint32: no slices", "every.go:3:17: int: its width", "relaxed.go:5:16: string: no strings"}
	for i, w := range want {
		if strings.Count(stderr, w) != 1 || i > 0 && strings.Index(stderr, want[i-1]) > strings.Index(stderr, w) {
			t.Errorf("%q is not there once, in its place, in\n%s", w, stderr)
		}
	}
	if code != exitFailed {
		t.Errorf("exit code %d", code)
	}
}

// TestDebug builds with names and places: source maps are beside the modules.
func TestDebug(t *testing.T) {
	dir := t.TempDir()
	if _, stderr, code := runBuilt(t, ".", "kernels", "-g", "-src", "../../kernels", "-o", dir); code != exitDone {
		t.Fatal(stderr)
	}
	for _, v := range variants {
		module, err := os.ReadFile(filepath.Join(dir, v.file))
		if err != nil {
			t.Fatal(err)
		}
		committed, err := os.ReadFile(filepath.Join("../../wasm", v.file))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(module, committed) || !bytes.HasSuffix(module, []byte(v.file+".map")) {
			t.Errorf("%s is not the committed module, then sections, the last of which names the map", v.file)
		}
		var m struct{ Sources, Names []string }
		text, err := os.ReadFile(filepath.Join(dir, v.file+".map"))
		if err == nil {
			err = json.Unmarshal(text, &m)
		}
		if err != nil || len(m.Sources) < 10 || len(m.Names) < 100 {
			t.Errorf("%s.map: %v, %d sources, %d names", v.file, err, len(m.Sources), len(m.Names))
		}
	}
}

// TestProgress is silent for a second, and then not.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := startProgress(&out)
		said := func(want string) {
			t.Helper()
			synctest.Wait()
			if got := out.String(); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
		p.stepf("one")
		p.stepf("two of %d", 3)
		time.Sleep(patience - 1)
		said("")
		time.Sleep(1)
		said("two of 3\n")
		p.stepf("three")
		said("two of 3\nthree\n")
		p.stop()

		quick := startProgress(&out)
		quick.stepf("four")
		quick.stop()
		time.Sleep(2 * patience)
		said("two of 3\nthree\n")
	})
}
