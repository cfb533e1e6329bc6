package progen_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/check"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/load"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/progen"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

func generate(t *testing.T, seed uint64, programs int) *progen.Package {
	t.Helper()
	simd128, err := load.Intrinsics(".")
	if err != nil {
		t.Fatal(err)
	}
	p, err := progen.Generate(seed, programs, simd128.Scope())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSameSeedSamePackage(t *testing.T) {
	a, b := generate(t, 5, 20), generate(t, 5, 20)
	if !bytes.Equal(a.Source, b.Source) {
		t.Error("two packages of one seed differ")
	}
	if c := generate(t, 6, 20); bytes.Equal(a.Source, c.Source) {
		t.Error("packages of two seeds are the same")
	}
}

// TestAccepted checks that a whole package is kernel Go, and how much it
// covers.
func TestAccepted(t *testing.T) {
	p := generate(t, 1000, 500)
	if err := os.MkdirAll(".build", 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(".build", "accepted")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "kernel.go"), p.Source, 0o644); err != nil {
		t.Fatal(err)
	}
	k, err := load.Dir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := check.Package(k); err != nil {
		t.Error(err)
	}
	slices.Sort(p.Statements)
	if n := p.Statements[len(p.Statements)/2]; len(p.Statements) < 500 || n < 30 {
		t.Errorf("%d functions with a median of %d statements, want 500 and 30", len(p.Statements), n)
	}
	for _, form := range forms {
		if p.Forms[form] == 0 {
			t.Errorf("no statement %q", form)
		}
	}
	if len(p.Forms) != len(forms) {
		t.Errorf("%d forms of statements, want %d: %v", len(p.Forms), len(forms), p.Forms)
	}
}

// TestIntrinsics checks that programs call all that a baseline module has.
func TestIntrinsics(t *testing.T) {
	p := generate(t, 1000, 500)
	elsewhere := map[string]bool{"Unreachable": true, "MemorySize": true, "MemoryGrow": true, "MemoryCopy": true, "MemoryFill": true}
	for i := range opcode.Intrinsics {
		op := &opcode.Intrinsics[i]
		if in := op.Instruction(); op.RelaxedOnly || elsewhere[op.Go] || in != nil && in.Atomic() {
			continue
		}
		if p.Intrinsics[op.Go] == 0 {
			t.Errorf("no call of %s", op.Go)
		}
	}
}

// forms are what statements programs are to be made of.
var forms = []string{
	"x := y", "x, y := a, b", "x = y", "x, y = a, b", "_ = x", "x := f()", "x, y := f()", "x, y = f()", "f()",
	"var x T", "var x T = y", "var x, y T = a, b", "var x = y", "const",
	"x += y", "x -= y", "x *= y", "x /= y", "x %= y", "x &= y", "x |= y", "x ^= y", "x &^= y", "x <<= y", "x >>= y", "x++", "x--",
	"if", "if x := y; c", "else", "else if", "switch", "switch x := y; z", "case", "default", "block",
	"for", "for c", "for ; c; i--", "for i := a; i < b; i++", "for i, j := a, b; c; i, j = d, e",
	"for range k", "for i := range k", "for range n", "for i := range n",
	"label", "break", "continue", "break L", "continue L", "return", "return x, y", "return f()", "after a jump",
	"store", "memory.copy", "memory.fill", "memory.size", "memory.grow", "unreachable",
}
