// Package debug says of a module's instructions where in the Go source they
// come from, in the three forms that tools read: the name section, DWARF
// (wazero's stack traces, debuggers) and a source map (browsers).
package debug

import (
	"go/token"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/wasm"
)

// Attach adds custom sections to a module, and nothing else: names, DWARF
// and the address of its source map, relative to its own.
func Attach(e *wasm.Encoded, m *ir.Module, fset *token.FileSet, mapURL string) {
	e.Custom(wasm.NameSection, wasm.Names(m))
	for _, s := range dwarf(e, fset) {
		e.Custom(s.name, s.contents)
	}
	e.Custom("sourceMappingURL", append(unsigned(nil, len(mapURL)), mapURL...))
}

// A row says that the code from an offset on comes from a place.
type row struct {
	offset int // in the code section
	at     token.Position
	fn     string // the function that the place is in
}

// rows returns a function's rows in ascending order. The first is its name,
// to which what comes before the first marked instruction belongs.
func rows(e *wasm.Extent, fset *token.FileSet) []row {
	rs := []row{{e.Start, fset.Position(e.Func.Pos), e.Func.Name}}
	for _, m := range e.Marks {
		at := fset.Position(m.Site.Pos)
		if at != rs[len(rs)-1].at {
			rs = append(rs, row{m.Offset, at, m.Site.Func})
		}
	}
	return rs
}

// unsigned appends an unsigned LEB128 number.
func unsigned(b []byte, v int) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

// signed appends a signed LEB128 number.
func signed(b []byte, v int) []byte {
	for v < -0x40 || v >= 0x40 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v)&0x7F)
}
