package debug

import (
	"encoding/binary"
	"go/token"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/wasm"
)

// version is that of DWARF. Addresses are offsets in the code section.
const version = 4

// A section is a custom section.
type section struct {
	name     string
	contents []byte
}

// dwarf describes a module as one compilation unit.
func dwarf(e *wasm.Encoded, fset *token.FileSet) []section {
	if len(e.Funcs) == 0 {
		return nil
	}
	d := &dwarfer{module: e, fset: fset, origins: map[string]uint32{}}
	info := d.infoSection()
	return []section{
		{".debug_abbrev", abbreviations()},
		{".debug_info", info},
		{".debug_ranges", d.ranges},
		{".debug_line", d.lineSection()},
	}
}

type dwarfer struct {
	module  *wasm.Encoded
	fset    *token.FileSet
	files   index[string]
	origins map[string]uint32 // of inlined functions, in .debug_info
	ranges  []byte
}

// file is the number of a file, counted from 1.
func (d *dwarfer) file(name string) int { return d.files.of(name) + 1 }

// unit puts the length in front of a unit.
func unit(b []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(b))), b...)
}

// infoSection is .debug_info: the functions, and in each what was inlined.
func (d *dwarfer) infoSection() []byte {
	trees := make([][]*inlined, len(d.module.Funcs))
	for i := range d.module.Funcs {
		trees[i] = inlinedIn(&d.module.Funcs[i])
	}
	first, last := &d.module.Funcs[0], &d.module.Funcs[len(d.module.Funcs)-1]
	b := binary.LittleEndian.AppendUint16(nil, version)
	b = binary.LittleEndian.AppendUint32(b, 0) // abbreviations
	b = append(b, 4)                           // bytes of an address
	b = append(b, unitEntry)
	b = append(b, "wasmbuild\x00"...)
	b = binary.LittleEndian.AppendUint16(b, languageGo)
	b = binary.LittleEndian.AppendUint32(b, 0) // line number program
	b = extent(b, first.Start, last.End)
	for _, t := range trees {
		b = d.originsOf(b, t)
	}
	for i, t := range trees {
		b = d.function(b, &d.module.Funcs[i], t)
	}
	return unit(append(b, endOfChildren))
}

// extent appends the start and the length of a range of code.
func extent(b []byte, start, end int) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(start))
	return binary.LittleEndian.AppendUint32(b, uint32(end-start))
}

// originsOf appends an entry for each function that is inlined somewhere.
func (d *dwarfer) originsOf(b []byte, list []*inlined) []byte {
	for _, in := range list {
		if d.origins[in.callee] == 0 {
			d.origins[in.callee] = uint32(len(b) + 4) // behind the unit's length
			b = append(b, originEntry)
			b = append(append(b, in.callee...), 0, inlineMarked)
		}
		b = d.originsOf(b, in.inner)
	}
	return b
}

func (d *dwarfer) function(b []byte, f *wasm.Extent, list []*inlined) []byte {
	at := d.fset.Position(f.Func.Pos)
	b = append(b, functionEntry)
	b = append(append(b, f.Func.Name...), 0)
	b = unsigned(b, d.file(at.Filename))
	b = unsigned(b, at.Line)
	b = extent(b, f.Start, f.End)
	return append(d.inlinedList(b, list), endOfChildren)
}

func (d *dwarfer) inlinedList(b []byte, list []*inlined) []byte {
	for _, in := range list {
		at := d.fset.Position(in.call)
		if len(in.inner) > 0 {
			b = append(b, inlinedEntry)
		} else {
			b = append(b, innermostEntry)
		}
		b = binary.LittleEndian.AppendUint32(b, d.origins[in.callee])
		b = binary.LittleEndian.AppendUint32(b, uint32(len(d.ranges)))
		b = unsigned(b, d.file(at.Filename))
		b = unsigned(b, at.Line)
		b = unsigned(b, at.Column)
		d.rangesOf(in)
		if len(in.inner) > 0 {
			b = append(d.inlinedList(b, in.inner), endOfChildren)
		}
	}
	return b
}

// rangesOf appends to .debug_ranges. They are relative to the start of the
// unit's code.
func (d *dwarfer) rangesOf(in *inlined) {
	base := d.module.Funcs[0].Start
	for _, r := range in.ranges {
		d.ranges = binary.LittleEndian.AppendUint32(d.ranges, uint32(r.start-base))
		d.ranges = binary.LittleEndian.AppendUint32(d.ranges, uint32(r.end-base))
	}
	d.ranges = append(d.ranges, make([]byte, 8)...)
}
