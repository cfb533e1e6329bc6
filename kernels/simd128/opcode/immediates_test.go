package opcode_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// TestImmediates compares the table's constant operands with the parameters
// that simd128 declares: offsets are named so, and everything of type uint8
// is a lane, below the number of lanes of the type that the name tells, or
// twice that where it picks from two vectors.
func TestImmediates(t *testing.T) {
	params := parameters(t)
	for _, in := range opcode.Intrinsics {
		var want []opcode.Imm
		for i, p := range params[in.Go] {
			switch {
			case p == "off uint32":
				want = append(want, opcode.Imm{Operand: i, Limit: opcode.Offsets})
			case strings.HasSuffix(p, " uint8"):
				want = append(want, opcode.Imm{Operand: i, Limit: lanes(t, in.Go)})
			}
		}
		if !slices.Equal(in.Imms, want) {
			t.Errorf("%s has the constant operands %v, want %v", in.Go, in.Imms, want)
		}
		vectorFirst := len(params[in.Go]) > 1 && vectorType.MatchString(params[in.Go][0]) && strings.HasPrefix(params[in.Go][1], "p ")
		if in.AddressFirst != vectorFirst {
			t.Errorf("%s: address first is %v, but its operands are %v", in.Go, in.AddressFirst, params[in.Go])
		}
	}
}

var vectorType = regexp.MustCompile(`(\d+)x(\d+)$`)

// lanes is what the lanes that an intrinsic names stay below.
func lanes(t *testing.T, name string) uint64 {
	t.Helper()
	typ, method, _ := strings.Cut(name, ".")
	m := vectorType.FindStringSubmatch(typ)
	if m == nil {
		t.Fatalf("%s has a lane, but is no method of a vector", name)
	}
	n, err := strconv.ParseUint(m[2], 10, 8)
	if err != nil {
		t.Fatal(err)
	}
	if method == "Shuffle" || method == "SelectFromPair" {
		return 2 * n
	}
	return n
}

// parameters returns the operands of simd128's functions and methods by
// their name, as "name type", the receiver first.
func parameters(t *testing.T) map[string][]string {
	t.Helper()
	files, err := filepath.Glob("../*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no source of simd128 (%v)", err)
	}
	all := map[string][]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.IsExported() {
				all[goName(f)] = append(fields(f.Recv), fields(f.Type.Params)...)
			}
		}
	}
	return all
}

func fields(list *ast.FieldList) (all []string) {
	if list == nil {
		return nil
	}
	for _, f := range list.List {
		for _, n := range f.Names {
			all = append(all, fmt.Sprintf("%s %v", n.Name, f.Type))
		}
	}
	return all
}

// TestInterleaved compares the lanes that a row of the table fixes with what
// its method is for: the lower or the upper half of two vectors, in turn.
func TestInterleaved(t *testing.T) {
	found := 0
	for _, in := range opcode.Intrinsics {
		if in.Lanes == "" {
			continue
		}
		found++
		typ, method, _ := strings.Cut(in.Go, ".")
		m := vectorType.FindStringSubmatch(typ)
		if m == nil {
			t.Errorf("%s fixes lanes, but is no method of a vector", in.Go)
			continue
		}
		bits, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		first := map[string]int{"InterleaveLo": 0, "InterleaveHi": 8}[method]
		var want []byte
		for at := first; at < first+8; at += bits / 8 {
			for _, from := range []int{at, at + 16} {
				for i := range bits / 8 {
					want = append(want, byte(from+i))
				}
			}
		}
		if in.Lanes != string(want) {
			t.Errorf("%s picks %v, want %v", in.Go, []byte(in.Lanes), want)
		}
	}
	if found == 0 {
		t.Error("no row fixes lanes")
	}
}
