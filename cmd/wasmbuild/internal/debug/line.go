package debug

import "encoding/binary"

// Opcodes of line number programs: DWARF 4, section 6.2.5.
const (
	lineCopy          = 1
	lineAdvancePC     = 2
	lineAdvanceLine   = 3
	lineSetFile       = 4
	lineSetColumn     = 5
	lineExtended      = 0
	lineEndSequence   = 1
	lineSetAddress    = 2
	firstSpecial      = 13
	standardArguments = "\x00\x01\x01\x01\x01\x00\x00\x00\x01\x00\x00\x01"
)

// lineSection is .debug_line: a sequence a function, with no opcode that is
// special, as size is of no account here.
func (d *dwarfer) lineSection() []byte {
	var program []byte
	for i := range d.module.Funcs {
		program = d.sequence(program, i)
	}
	// Instructions of one byte, one operation in each, rows are statements;
	// then the base and range of special opcodes.
	header := []byte{1, 1, 1, 0, 1, firstSpecial}
	header = append(header, standardArguments...)
	header = append(header, 0) // no directories
	for _, f := range d.files.all {
		header = append(append(header, f...), 0, 0, 0, 0)
	}
	header = append(header, 0)

	b := binary.LittleEndian.AppendUint16(nil, version)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(header)))
	return unit(append(append(b, header...), program...))
}

// sequence appends the rows of a function.
func (d *dwarfer) sequence(b []byte, i int) []byte {
	f := &d.module.Funcs[i]
	address, line := f.Start, 1
	b = append(b, lineExtended, 5, lineSetAddress)
	b = binary.LittleEndian.AppendUint32(b, uint32(address))
	for _, r := range rows(f, d.fset) {
		b = unsigned(append(b, lineAdvancePC), r.offset-address)
		b = signed(append(b, lineAdvanceLine), r.at.Line-line)
		b = unsigned(append(b, lineSetFile), d.file(r.at.Filename))
		b = unsigned(append(b, lineSetColumn), r.at.Column)
		b = append(b, lineCopy)
		address, line = r.offset, r.at.Line
	}
	b = unsigned(append(b, lineAdvancePC), f.End-address)
	return append(b, lineExtended, 1, lineEndSequence)
}
