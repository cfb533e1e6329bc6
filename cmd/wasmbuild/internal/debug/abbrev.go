package debug

// Kinds of entries in .debug_info.
const (
	endOfChildren = iota
	unitEntry
	functionEntry
	originEntry // a function that is inlined somewhere
	inlinedEntry
	innermostEntry // inlined, with nothing inlined in it
)

// Values of DWARF 4, section 7.5.
const (
	tagCompileUnit       = 0x11
	tagInlinedSubroutine = 0x1D
	tagSubprogram        = 0x2E

	attrName           = 0x03
	attrStmtList       = 0x10
	attrLowPC          = 0x11
	attrHighPC         = 0x12
	attrLanguage       = 0x13
	attrInline         = 0x20
	attrAbstractOrigin = 0x31
	attrDeclFile       = 0x3A
	attrDeclLine       = 0x3B
	attrRanges         = 0x55
	attrCallColumn     = 0x57
	attrCallFile       = 0x58
	attrCallLine       = 0x59

	formAddr     = 0x01
	formData2    = 0x05
	formData4    = 0x06
	formString   = 0x08
	formData1    = 0x0B
	formUnsigned = 0x0F
	formRef4     = 0x13
	formOffset   = 0x17

	languageGo   = 0x16
	inlineMarked = 0x03 // inlined, and declared so
)

// abbreviations is .debug_abbrev: the attributes of each kind of entry.
func abbreviations() []byte {
	inlined := []byte{
		attrAbstractOrigin, formRef4, attrRanges, formOffset,
		attrCallFile, formUnsigned, attrCallLine, formUnsigned, attrCallColumn, formUnsigned,
	}
	var b []byte
	b = abbreviation(b, unitEntry, tagCompileUnit, true,
		attrName, formString, attrLanguage, formData2, attrStmtList, formOffset,
		attrLowPC, formAddr, attrHighPC, formData4)
	b = abbreviation(b, functionEntry, tagSubprogram, true,
		attrName, formString, attrDeclFile, formUnsigned, attrDeclLine, formUnsigned,
		attrLowPC, formAddr, attrHighPC, formData4)
	b = abbreviation(b, originEntry, tagSubprogram, false,
		attrName, formString, attrInline, formData1)
	b = abbreviation(b, inlinedEntry, tagInlinedSubroutine, true, inlined...)
	b = abbreviation(b, innermostEntry, tagInlinedSubroutine, false, inlined...)
	return append(b, 0)
}

func abbreviation(b []byte, kind, tag byte, children bool, attributes ...byte) []byte {
	b = append(b, kind, tag, 0)
	if children {
		b[len(b)-1] = 1
	}
	b = append(b, attributes...)
	return append(b, 0, 0)
}
