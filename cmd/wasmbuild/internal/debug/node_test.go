package debug_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/build"
)

// TestNode lets V8 name the functions of a stack, and node's reader of source
// maps find the lines. What was inlined is one frame, in the innermost place.
func TestNode(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	m := compile(t, "trap.wasm")
	file := filepath.Join(t.TempDir(), "trap.wasm")
	write(t, file, m.Binary)
	write(t, build.MapName(file), m.Map)
	for _, tr := range traps {
		t.Run(tr.export, func(t *testing.T) {
			got, err := exec.Command("node", append([]string{"testdata/stack.mjs", file, tr.export}, inText(tr.args)...)...).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, got)
			}
			if want := v8Trace(t, tr); string(got) != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func v8Trace(t *testing.T, tr trap) string {
	var b strings.Builder
	for i, f := range tr.funcs {
		innermost := f
		if f == "divide" {
			innermost = "quotient"
		}
		fmt.Fprintln(&b, f, place(t, tr.lines[i]), innermost)
	}
	return b.String()
}

func inText(args []uint64) (texts []string) {
	for _, a := range args {
		texts = append(texts, fmt.Sprint(a))
	}
	return texts
}

func write(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
