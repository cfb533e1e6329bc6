package wasm_test

import (
	"os"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/wasm"
)

// constants is a module of constants whose encodings end in all ways.
func constants() []byte { return constantsIn(false) }

// constantsIn is constants with its own memory or an imported, shared one.
func constantsIn(shared bool) []byte {
	values := []uint64{0, 63, 64, 127, 128, 0xFFFFFFFF, 0xFFFFFFC0, 0xFFFFFFBF, 0x7FFFFFFF, 0x80000000}
	f := &ir.Func{Name: "f", Export: "f", Results: []ir.Type{ir.I32}}
	for _, v := range values {
		f.Body = append(f.Body, &ir.Eval{X: ir.Int32(uint32(v))})
	}
	f.Body = append(f.Body,
		&ir.Eval{X: &ir.Const{T: ir.I64, Lo: 1 << 63}},
		&ir.Eval{X: &ir.Const{T: ir.I64, Lo: 1<<63 - 1}},
		&ir.Eval{X: &ir.Const{T: ir.F32, Lo: 0x7FC00001}},
		&ir.Eval{X: &ir.Const{T: ir.F64, Lo: 0x3FF0000000000000}},
		&ir.Eval{X: &ir.Const{T: ir.V128, Lo: 1, Hi: 2}},
		&ir.Return{X: []ir.Expr{ir.Int32(7)}})
	binary := wasm.Encode(&ir.Module{Funcs: []*ir.Func{f}, Pages: 2, Shared: shared}).Binary
	return binary
}

func TestPrintConstants(t *testing.T) {
	text, err := wasm.Print(constants())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"i32.const 0", "i32.const 63", "i32.const 64", "i32.const 127", "i32.const 128",
		"i32.const -1", "i32.const -64", "i32.const -65", "i32.const 2147483647", "i32.const -2147483648",
		"i64.const -9223372036854775808", "i64.const 9223372036854775807",
		"f32.const NaN (;0x7fc00001;)", "f64.const 0x1p+00", "v128.const i64x2 0x1 0x2", "i32.const 7",
	}
	var got []string
	for _, l := range strings.Split(text, "\n") {
		if l = strings.TrimSpace(l); strings.Contains(l, ".const") {
			got = append(got, l)
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestPrintTruncated cuts a module short everywhere: always an error.
func TestPrintTruncated(t *testing.T) {
	for _, shared := range []bool{false, true} {
		testTruncated(t, constantsIn(shared))
	}
}

func testTruncated(t *testing.T, module []byte) {
	whole := map[int]bool{8: true} // a module may end after each section
	for at := 8; at < len(module); {
		at += 2 + int(module[at+1]) // sections here are shorter than 128 bytes
		whole[at] = true
	}
	for n := range module {
		if _, err := wasm.Print(module[:n]); (err == nil) != whole[n] {
			t.Errorf("first %d bytes: error %v", n, err)
		}
	}
}

// FuzzPrint changes modules: whatever they become, no panic.
func FuzzPrint(f *testing.F) {
	f.Add(constants())
	f.Add(constantsIn(true))
	module, err := os.ReadFile("../../../../wasm/infer-simd.wasm")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(module[:min(len(module), 4096)])
	f.Fuzz(func(t *testing.T, module []byte) {
		if text, err := wasm.Print(module); err == nil && !strings.HasSuffix(text, ")\n") {
			t.Errorf("text ends %q", text[max(0, len(text)-20):])
		}
	})
}
