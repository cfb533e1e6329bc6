package main

import (
	"go/importer"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const root = "../../../.."

// TestChosen puts in every fault that was chosen by hand: the compiler's
// tests must notice each.
func TestChosen(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the compiler's tests anew, which takes a while")
	}
	top, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	sources, err := load(top, targets)
	if err != nil {
		t.Fatal(err)
	}
	var mutants []*mutant
	if err := choose(sources, &mutants); err != nil {
		t.Fatal(err)
	}
	if len(mutants) < 20 {
		t.Errorf("only %d faults are chosen", len(mutants))
	}
	suites, err := prepare(top, t.TempDir(), mutants, tests)
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := tryAll(suites, mutants, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range verdicts {
		if v.by == nil {
			t.Errorf("no test notices %s", v.mutant)
		}
	}
}

// made makes the mutants of a source.
func made(t *testing.T, src string) (*source, []*mutant) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "p.go"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	p := listed{ImportPath: "p", Dir: dir, GoFiles: []string{"p.go"}}
	sources, err := check(dir, token.NewFileSet(), importer.Default(), p)
	if err != nil {
		t.Fatal(err)
	}
	var mutants []*mutant
	(&maker{source: sources[0], made: &mutants}).make()
	return sources[0], mutants
}

// TestRules shows what each rule makes of a statement.
func TestRules(t *testing.T) {
	tests := []struct{ body, want string }{
		{"return i < j", "negated condition: i < j → !(i < j); wrong comparison: i < j → i <= j"},
		{"return b && c", "negated condition: b && c → !(b && c); missing guard: b && c → b; missing guard: b && c → c"},
		{"i = j", "dropped statement: i = j → "},
		{"i++", "dropped statement: i++ → "},
		{"g(i, j)", "dropped statement: g(i, j) → ; swapped operands: g(i, j) → g(j, i)"},
		{"i = i - 7", "dropped statement: i = i - 7 → ; wrong operator: i - 7 → i + 7; off by one: 7 → 6"},
		{`s = "i64.shr_s"`, `dropped statement: s = "i64.shr_s" → ; swapped opcode: "i64.shr_s" → "i64.shl"; wrong signedness: "i64.shr_s" → "i64.shr_u"`},
		{`s = "add"`, `dropped statement: s = "add" → ; swapped opcode: "add" → "sub"`},
		{"b = true", "dropped statement: b = true → ; wrong flag: true → false"},
		{`panic("add to the above")`, ""},
		{"const k = 1 + 2", ""},
	}
	for _, test := range tests {
		_, mutants := made(t, "package p\n\nfunc g(i, j int) {}\n\nfunc f(i, j int, b, c bool, s string) (r bool) {\n"+test.body+"\nreturn\n}\n")
		var got []string
		for _, m := range mutants {
			got = append(got, m.rule+": "+m.old+" → "+m.new)
		}
		if strings.Join(got, "; ") != test.want {
			t.Errorf("%s:\n got  %s\n want %s", test.body, strings.Join(got, "; "), test.want)
		}
	}
}

// TestRewrite nests the switches of several mutants.
func TestRewrite(t *testing.T) {
	s, mutants := made(t, "package p\n\nfunc f(i int) bool {\n\treturn i < 3\n}\n")
	var ws []numbered
	for _, m := range mutants {
		ws = append(ws, numbered{m.wraps[0], m.id})
	}
	want := "package p; import \"" + switchPath + "\"\n\nfunc f(i int) bool {\n" +
		"\treturn (!mutant.On(1) && ((!mutant.On(2) && (i < mutant.Or[int](3, 3, 2)) || mutant.On(2) && (i <= 3))) || mutant.On(1) && (!(i < 3)))\n}\n"
	if got := s.rewrite(ws); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestReport compares the outcome with what is known of survivors.
func TestReport(t *testing.T) {
	a, b := &mutant{file: "f.go", function: "f", rule: "r", old: "1", new: "2"}, &mutant{file: "f.go", function: "g", rule: "r", old: "1", new: "2"}
	killer := &suite{binary: &binary{name: "x"}, test: "T"}
	tests := []struct {
		verdicts []verdict
		reasons  map[string]string
		want     string // in the error; none if empty
	}{
		{[]verdict{{a, killer}, {b, killer}}, nil, ""},
		{[]verdict{{a, killer}, {b, nil}}, nil, "1 mutants survive for no known reason"},
		{[]verdict{{a, killer}, {b, nil}}, map[string]string{b.key(): "no difference"}, "less than 0.95"},
		{[]verdict{{a, killer}, {b, killer}}, map[string]string{b.key(): "no difference"}, "that are killed or no longer made"},
	}
	for i, test := range tests {
		var out strings.Builder
		err := report(&out, test.verdicts, test.reasons, true)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%d: error %v, want %q", i, err, test.want)
		}
		if !strings.Contains(out.String(), "killed ") {
			t.Errorf("%d: no count in\n%s", i, out.String())
		}
	}
}

// TestReadReasons reads reasons that hold for several mutants.
func TestReadReasons(t *testing.T) {
	name := filepath.Join(t.TempDir(), "reasons")
	write := func(text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# one\n# reason\na\nb\n\n# other\nc\n")
	got, err := readReasons(name)
	if err != nil || len(got) != 3 || got["a"] != "one reason" || got["b"] != "one reason" || got["c"] != "other" {
		t.Errorf("got %v, error %v", got, err)
	}
	write("# one\n\na\n")
	if _, err := readReasons(name); err == nil || !strings.Contains(err.Error(), ":3: no reason") {
		t.Errorf("got error %v", err)
	}
}

// suites are two tests of one package and one of another, all of which reach
// mutant 1.
func someSuites() []*suite {
	p, q := &binary{name: "p", sum: "1"}, &binary{name: "q", sum: "2"}
	reach := map[int]bool{1: true}
	return []*suite{
		{binary: p, test: "TestA", took: time.Second, reach: reach},
		{binary: p, test: "TestB", took: 2 * time.Second, reach: reach},
		{binary: q, test: "TestC", took: 3 * time.Second, reach: reach},
	}
}

// TestOrder asks the quick ones first, and those that have killed.
func TestOrder(t *testing.T) {
	suites := someSuites()
	a, b, c := suites[0], suites[1], suites[2]
	m, other := &mutant{file: "f.go"}, &mutant{file: "g.go"}
	h := newHistory()
	check := func(m *mutant, want ...*suite) {
		t.Helper()
		got := slices.Clone(suites)
		slices.Reverse(got)
		h.order(got, m)
		if !slices.Equal(got, want) {
			t.Errorf("order %v, want %v", got, want)
		}
	}
	check(m, a, b, c)
	for range 9 {
		h.note(a, m, false)
		h.note(b, m, false)
		h.note(c, m, true)
	}
	check(m, c, a, b)
	for range 100 {
		h.note(a, other, true)
	}
	check(other, a, c, b)
}

// TestFailed tells the test that was the last to start.
func TestFailed(t *testing.T) {
	suites := someSuites()
	for out, want := range map[string]*suite{
		"=== RUN   TestA\n--- PASS: TestA (0.00s)\n=== RUN   TestB\n=== RUN   TestB/sub\npanic: x\n": suites[1],
		"=== RUN   TestA\n--- FAIL: TestA (0.00s)\n":                                                 suites[0],
		"killed": suites[0],
	} {
		if got := failed(suites[:2], out); got != want {
			t.Errorf("%q: %v failed, want %v", out, got, want)
		}
	}
}

// TestRecord reads verdicts back, and those that still count.
func TestRecord(t *testing.T) {
	name := filepath.Join(t.TempDir(), "new", "record")
	suites := someSuites()
	dead, alive, unknown := &mutant{file: "f.go", new: "1"}, &mutant{file: "f.go", new: "2"}, &mutant{file: "f.go", new: "3"}
	open := func(resume bool) *record {
		t.Helper()
		r, err := openRecord(name, resume)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.close() })
		return r
	}
	check := func(r *record, m *mutant, wantBy *suite, wantKnown bool) {
		t.Helper()
		if by, known := r.verdict(suites, m); by != wantBy && wantKnown || known != wantKnown {
			t.Errorf("%s: by %v, known %v, want %v, %v", m, by, known, wantBy, wantKnown)
		}
	}
	r := open(false)
	check(r, dead, nil, false)
	for _, v := range []verdict{{dead, suites[1]}, {alive, nil}} {
		if err := r.add(suites, v); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.file.WriteString("1\tp.TestA"); err != nil { // a line that is cut off
		t.Fatal(err)
	}
	r = open(true)
	check(r, dead, suites[1], true)
	check(r, alive, nil, true)
	check(r, unknown, nil, false)
	suites[2].sum = "3" // another package has changed
	check(r, dead, suites[1], true)
	check(r, alive, nil, false)
	suites[1].sum = "4" // its own has
	check(r, dead, nil, false)
	if by := r.killer(suites, dead); by != suites[1] {
		t.Errorf("killer %v, want %v", by, suites[1])
	}
	suites[1].sum, suites[2].sum = "1", "2"
	r = open(false)
	check(r, dead, nil, false)
	if by := r.killer(suites, dead); by != suites[1] {
		t.Errorf("killer %v, want %v", by, suites[1])
	}
	check(open(true), dead, nil, false)
}
