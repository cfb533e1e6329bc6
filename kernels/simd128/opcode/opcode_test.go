package opcode_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// notIntrinsics are what package simd128 exports to hosts and tests.
var notIntrinsics = map[string]bool{"NewArena": true, "NewSharedArena": true, "Arena.Use": true, "Arena.Bytes": true, "Trap.Error": true}

// documented returns the doc comments of simd128's exported functions and
// methods by name.
func documented(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no source of simd128 (%v)", err)
	}
	docs := map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.IsExported() && !notIntrinsics[goName(f)] {
				docs[goName(f)] = strings.Join(strings.Fields(f.Doc.Text()), " ")
			}
		}
	}
	return docs
}

func goName(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	recv := f.Recv.List[0].Type
	if p, ok := recv.(*ast.StarExpr); ok {
		recv = p.X
	}
	return recv.(*ast.Ident).Name + "." + f.Name.Name
}

// TestIntrinsics compares the table with the package that it describes: the
// same names, and doc comments that name the instruction.
func TestIntrinsics(t *testing.T) {
	docs := documented(t)
	seen := map[string]bool{}
	for _, in := range opcode.Intrinsics {
		if seen[in.Go] {
			t.Errorf("%s is in the table twice", in.Go)
		}
		seen[in.Go] = true
		doc, ok := docs[in.Go]
		if !ok {
			t.Errorf("%s is in the table, but simd128 does not export it", in.Go)
			continue
		}
		names := false
		for _, mnemonic := range append(in.Emits(false), in.Emits(true)...) {
			names = true
			if opcode.Find(mnemonic) == nil {
				t.Errorf("%s: no instruction %s", in.Go, mnemonic)
			}
			if !mentions(doc, mnemonic) {
				t.Errorf("the doc comment of %s does not name %s: %q", in.Go, mnemonic, doc)
			}
		}
		if !names && !strings.Contains(doc, "it costs no instruction") {
			t.Errorf("the doc comment of %s does not say that it costs no instruction: %q", in.Go, doc)
		}
	}
	for name := range docs {
		if !seen[name] {
			t.Errorf("%s is exported by simd128, but not in the table", name)
		}
	}
}

func mentions(doc, mnemonic string) bool {
	return regexp.MustCompile(`(^|[ (])` + regexp.QuoteMeta(mnemonic) + `([ .:,;)]|$)`).MatchString(doc)
}

var signature = regexp.MustCompile(`^[ilfdv]*:[ilfdv]?$`)

// TestInstructions checks what the table promises of every instruction.
func TestInstructions(t *testing.T) {
	opcodes := map[uint32]string{}
	for i := range opcode.Instructions {
		in := &opcode.Instructions[i]
		if other, ok := opcodes[in.Opcode]; ok {
			t.Errorf("%s and %s have the same opcode %#x", in.Name, other, in.Opcode)
		}
		opcodes[in.Opcode] = in.Name
		if in.Sig != "" && !signature.MatchString(in.Sig) {
			t.Errorf("%s: signature %q", in.Name, in.Sig)
		}
		if (in.Imm == opcode.MemArg || in.Imm == opcode.MemArgLane) != (in.Natural() != 0) {
			t.Errorf("%s accesses %d bytes of memory", in.Name, in.Natural())
		}
		if opcode.Find(in.Name) != in {
			t.Errorf("%s is not found by its name", in.Name)
		}
		if prefix := in.Opcode >> 16; prefix == 0 && in.Opcode > 0xFF || prefix != 0 && (prefix < 0xFC || prefix > 0xFE) {
			t.Errorf("%s: opcode %#x", in.Name, in.Opcode)
		}
	}
}

// TestComplete checks that every instruction on vectors and every atomic one
// stands behind an intrinsic. Constants have none: a vector is one by
// Broadcast.
func TestComplete(t *testing.T) {
	emitted := map[string]bool{"v128.const": true}
	for _, in := range opcode.Intrinsics {
		for _, name := range append(in.Emits(false), in.Emits(true)...) {
			emitted[name] = true
		}
	}
	counts := map[uint32]int{}
	for _, in := range opcode.Instructions {
		space := in.Opcode >> 16
		if space < 0xFD {
			continue
		}
		if space == 0xFD && in.Opcode&0xFFFF >= 256 {
			space = relaxed
		}
		counts[space]++
		if !emitted[in.Name] {
			t.Errorf("no intrinsic for %s", in.Name)
		}
	}
	// as many as the specifications have
	for space, want := range map[uint32]int{0xFD: 236, relaxed: 20, 0xFE: 67} {
		if counts[space] != want {
			t.Errorf("%d instructions in space %#x, want %d", counts[space], space, want)
		}
	}
}

// relaxed stands for the relaxed part of the space 0xFD.
const relaxed = 0xFD100
