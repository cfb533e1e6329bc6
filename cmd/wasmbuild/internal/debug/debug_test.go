package debug_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/build"
)

const trapDir = "testdata/trap"

// A trap is a call that traps, and the stack it has in the source: comments
// on the lines, innermost first.
type trap struct {
	export string
	args   []uint64
	funcs  []string // of the module, which a stack trace names
	lines  []string
}

var traps = []trap{
	{"divide", []uint64{0}, []string{"divide"}, []string{"// divides", "// inlines quotient", "// inlines share"}},
	{"call", []uint64{1 << 20}, []string{"read", "call"}, []string{"// loads", "// calls read"}},
	{"stored", []uint64{1 << 20}, []string{"stored"}, []string{"// stores"}},
	{"reduced", []uint64{0}, []string{"reduced"}, []string{"// divides in place"}},
	{"stop", nil, []string{"stop"}, []string{"// stops"}},
}

func compile(t *testing.T, file string) *build.Module {
	t.Helper()
	m, err := build.Dir(trapDir, build.Options{Debug: file})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// source is the lines of the trapping kernels.
func source(t *testing.T) []string {
	t.Helper()
	src, err := os.ReadFile(trapDir + "/trap.go")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(src), "\n")
}

// place returns the file and number of the line with a comment.
func place(t *testing.T, comment string) string {
	t.Helper()
	for i, line := range source(t) {
		if strings.HasSuffix(line, comment) {
			return fmt.Sprintf("cmd/wasmbuild/internal/debug/%s/trap.go:%d", trapDir, i+1)
		}
	}
	t.Fatalf("no line ends with %q", comment)
	return ""
}

// TestWazero reads the stack traces of both of wazero's engines.
func TestWazero(t *testing.T) {
	binary := compile(t, "trap.wasm").Binary
	configs := map[string]wazero.RuntimeConfig{
		"compiler":    wazero.NewRuntimeConfigCompiler(),
		"interpreter": wazero.NewRuntimeConfigInterpreter(),
	}
	for engine, config := range configs {
		for _, tr := range traps {
			t.Run(engine+"/"+tr.export, func(t *testing.T) {
				ctx := context.Background()
				rt := wazero.NewRuntimeWithConfig(ctx, config)
				defer rt.Close(ctx)
				m, err := rt.Instantiate(ctx, binary)
				if err != nil {
					t.Fatal(err)
				}
				_, err = m.ExportedFunction(tr.export).Call(ctx, tr.args...)
				if err == nil {
					t.Fatal("no trap")
				}
				inOrder(t, err.Error(), wazeroTrace(t, tr))
			})
		}
	}
}

// wazeroTrace is what a trace must have in it, in this order.
func wazeroTrace(t *testing.T, tr trap) []string {
	var want []string
	if len(tr.funcs) == len(tr.lines) {
		for i, f := range tr.funcs {
			want = append(want, "."+f+"(", place(t, tr.lines[i])+":")
		}
		return want
	}
	want = append(want, "."+tr.funcs[0]+"(")
	for i, l := range tr.lines {
		mark := " (inlined)"
		if i == len(tr.lines)-1 {
			mark = ""
		}
		want = append(want, place(t, l)+":", mark+"\n")
	}
	return want[:len(want)-1]
}

func inOrder(t *testing.T, text string, want []string) {
	t.Helper()
	rest := text
	for _, w := range want {
		_, after, found := strings.Cut(rest, w)
		if !found {
			t.Fatalf("no %q, in its place, in\n%s", w, text)
		}
		rest = after
	}
}

// TestOnlyAdds compares a module with what it is without the names and
// places: a prefix.
func TestOnlyAdds(t *testing.T) {
	plain, err := build.Dir(trapDir, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := compile(t, "trap.wasm")
	if !bytes.HasPrefix(m.Binary, plain.Binary) || len(m.Binary) == len(plain.Binary) {
		t.Error("the module is not the plain one with sections added")
	}
	if plain.Map != nil {
		t.Error("a plain module has a source map")
	}
}

// TestSources reads the sources out of the map.
func TestSources(t *testing.T) {
	var m struct {
		Version                 int
		File                    string
		Sources, SourcesContent []string
	}
	if err := json.Unmarshal(compile(t, "trap.wasm").Map, &m); err != nil {
		t.Fatal(err)
	}
	if m.Version != 3 || m.File != "trap.wasm" || len(m.Sources) != 1 || !strings.HasSuffix(m.Sources[0], "/trap.go") {
		t.Errorf("got version %d, file %q, sources %q", m.Version, m.File, m.Sources)
	}
	if len(m.SourcesContent) != 1 || m.SourcesContent[0] != strings.Join(source(t), "\n") {
		t.Error("the map has not the source in it")
	}
}
