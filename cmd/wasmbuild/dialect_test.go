package main

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/build"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/diag"
)

// A block is a fenced block of DIALECT.md.
type block struct {
	line     int // of its first line
	language string
	text     string
	next     string // language of the block behind it
}

func blocks(t *testing.T) []block {
	t.Helper()
	doc, err := os.ReadFile("DIALECT.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []block
	inside := false
	for i, line := range strings.Split(string(doc), "\n") {
		switch language, fence := strings.CutPrefix(line, "```"); {
		case fence && !inside:
			if len(all) > 0 {
				all[len(all)-1].next = language
			}
			all = append(all, block{line: i + 2, language: language})
			inside = true
		case fence:
			inside = false
		case inside:
			all[len(all)-1].text += line + "\n"
		}
	}
	if len(all) < 20 || inside {
		t.Fatalf("%d blocks, unclosed: %v", len(all), inside)
	}
	return all
}

// example puts a block in a module of its own, as its package example/
// example.go, and returns the module's folder.
func example(t *testing.T, b block) (root string) {
	t.Helper()
	root = t.TempDir()
	intrinsics, err := filepath.Abs("../../kernels/simd128")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"kernels", "example"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(intrinsics, filepath.Join(root, "kernels", "simd128")); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(root, "go.mod"), "module example\n")
	put(t, filepath.Join(root, "example", "example.go"), header(b)+b.text)
	return root
}

// header makes a file of a block that is none: one line, so that a line of
// the block is the next of the file.
func header(b block) string {
	if strings.HasPrefix(b.text, "package ") {
		return ""
	}
	return `package example; import . "github.com/fovea-run/fovea/kernels/simd128"; const _ = Relaxed` + "\n"
}

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// errorComment says what is diagnosed in its line, or in the line above where
// a comment cannot have another behind it.
var errorComment = regexp.MustCompile(`// error( above)?: `)

// wantErrors returns what a block says is diagnosed, by line.
func wantErrors(b block) []string {
	var want []string
	for i, line := range strings.Split(header(b)+b.text, "\n") {
		number := i + 1
		if strings.Contains(line, "// error above: ") {
			number = i
		}
		for _, m := range errorComment.Split(line, -1)[1:] {
			want = append(want, fmt.Sprintf("%d: %s", number, strings.TrimSpace(m)))
		}
	}
	return want
}

// TestDialect compiles every example of DIALECT.md. Each diagnostic must be
// the one documented beside its line; what has none must give what the
// comments say that calls of its exports do.
func TestDialect(t *testing.T) {
	calls := 0
	for _, b := range blocks(t) {
		if b.language != "go" || b.next == "text" { // of that TestOutput compares all that is printed
			continue
		}
		t.Run(fmt.Sprintf("line%d", b.line), func(t *testing.T) {
			m, err := build.Dir(filepath.Join(example(t, b), "example"), build.Options{})
			list, ok := diag.Of(err)
			if err != nil && !ok {
				t.Fatal(err)
			}
			var got []string
			for _, d := range list {
				got = append(got, fmt.Sprintf("%d: %s", d.Pos.Line, d.Message))
			}
			want := wantErrors(b)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if len(list) == 0 {
				calls += testCalls(t, b, m.Binary)
			}
		})
	}
	if calls < 10 {
		t.Errorf("only %d calls", calls)
	}
}

// documentedCall is a call in a comment: f(1, 2) = 3, or f(1, 2) traps.
var documentedCall = regexp.MustCompile(`(\w+)\(([^()]*)\) (= [^\s,]+|traps)`)

// callsIn returns the documented calls of a block.
func callsIn(b block) (calls [][]string) {
	for line := range strings.Lines(b.text) {
		_, comment, _ := strings.Cut(line, "// ")
		calls = append(calls, documentedCall.FindAllStringSubmatch(comment, -1)...)
	}
	return calls
}

func testCalls(t *testing.T, b block, binary []byte) (calls int) {
	ctx := context.Background()
	rt := wazero.NewRuntime(ctx)
	defer rt.Close(ctx)
	m, err := rt.Instantiate(ctx, binary)
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range callsIn(b) {
		f := m.ExportedFunction(call[1])
		if f == nil {
			t.Errorf("%s: no such export", call[0])
			continue
		}
		var args []uint64
		for i, a := range strings.FieldsFunc(call[2], func(r rune) bool { return r == ',' || r == ' ' }) {
			args = append(args, value(t, a, f.Definition().ParamTypes()[i]))
		}
		results, err := f.Call(ctx, args...)
		got := "traps"
		if err == nil {
			got = "= " + shown(results[0], f.Definition().ResultTypes()[0])
		}
		if got != call[3] {
			t.Errorf("%s: got %s", call[0], got)
		}
		calls++
	}
	return calls
}

func value(t *testing.T, s string, vt api.ValueType) uint64 {
	t.Helper()
	var v uint64
	var x float64
	var err error
	switch vt {
	case api.ValueTypeF32:
		x, err = strconv.ParseFloat(s, 32)
		v = api.EncodeF32(float32(x))
	case api.ValueTypeF64:
		x, err = strconv.ParseFloat(s, 64)
		v = api.EncodeF64(x)
	default:
		var n int64
		n, err = strconv.ParseInt(s, 0, 64)
		v = uint64(n)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func shown(v uint64, vt api.ValueType) string {
	switch vt {
	case api.ValueTypeI32:
		return fmt.Sprint(int32(v))
	case api.ValueTypeF32:
		return fmt.Sprint(api.DecodeF32(v))
	case api.ValueTypeF64:
		return fmt.Sprint(api.DecodeF64(v))
	}
	return fmt.Sprint(int64(v))
}

// TestOutput runs the command over each example with its output behind it.
func TestOutput(t *testing.T) {
	all := blocks(t)
	tested := 0
	for i, b := range all {
		if b.language != "text" || all[i-1].language != "go" {
			continue
		}
		tested++
		root := example(t, all[i-1])
		stdout, stderr, code := runBuilt(t, root, "kernels", "-src", "example", "-o", root)
		if stderr != b.text || stdout != "" || code != exitFailed {
			t.Errorf("line %d: exit code %d, got\n%s%s\nwant\n%s", b.line, code, stdout, stderr, b.text)
		}
	}
	if tested == 0 {
		t.Error("no output is documented")
	}
}

// laterGo is what the checker says of what Go does not have yet.
var laterGo = []string{"this statement is not in kernel Go", "not a type of kernel Go"}

// TestDocumented finds every message of the checker in DIALECT.md.
func TestDocumented(t *testing.T) {
	var documented []string
	for _, b := range blocks(t) {
		if b.language == "go" {
			documented = append(documented, wantErrors(b)...)
		}
	}
	found := messages(t)
	if len(found) < 60 {
		t.Fatalf("only %d messages found in the checker", len(found))
	}
	for _, m := range found {
		later := slices.ContainsFunc(laterGo, func(s string) bool { return strings.HasPrefix(m.String(), s) })
		if !later && !slices.ContainsFunc(documented, m.MatchString) {
			t.Errorf("no example gives %q", m)
		}
	}
}

// messages returns what the checker's diagnostics look like: the formats that
// it reports with, and what its functions insteadOf… return.
func messages(t *testing.T) []*regexp.Regexp {
	t.Helper()
	files, err := filepath.Glob("internal/check/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []*regexp.Regexp
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			all = append(all, messagesIn(t, d)...)
		}
	}
	return all
}

func messagesIn(t *testing.T, d ast.Decl) (all []*regexp.Regexp) {
	fn, ok := d.(*ast.FuncDecl)
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && (s.Sel.Name == "errorf" || s.Sel.Name == "Reportf") && len(n.Args) > 1 {
				all = append(all, pattern(t, n.Args[1])...)
			}
		case *ast.ReturnStmt:
			if ok && strings.HasPrefix(fn.Name.Name, "insteadOf") {
				all = append(all, pattern(t, n.Results[0])...)
			}
		}
		return true
	})
	return all
}

var verb = regexp.MustCompile(`%[a-z]`)

// pattern turns a format, or a string with other things added, into a regular
// expression; one that says nothing itself into none.
func pattern(t *testing.T, x ast.Expr) []*regexp.Regexp {
	var re strings.Builder
	said := 0
	ast.Inspect(x, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			s, err := strconv.Unquote(n.Value)
			if err != nil {
				t.Fatal(err)
			}
			said += len(verb.ReplaceAllString(s, ""))
			re.WriteString(verb.ReplaceAllString(regexp.QuoteMeta(s), ".+"))
		case *ast.Ident, *ast.CallExpr, *ast.SelectorExpr:
			re.WriteString(".+")
			return false
		}
		return true
	})
	if said < 10 {
		return nil
	}
	return []*regexp.Regexp{regexp.MustCompile(re.String())}
}
