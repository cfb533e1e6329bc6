package kernels

// isSpace reports whether r is white space (Unicode's White_Space).
func isSpace(r uint32) bool {
	if r < 0x85 {
		return r == ' ' || r-'\t' < 5
	}
	return r == 0x85 || r == 0xA0 || r == 0x1680 || r-0x2000 < 11 || r-0x2028 < 2 ||
		r == 0x202F || r == 0x205F || r == 0x3000
}

// isStop reports whether r ends sentences.
func isStop(r uint32) bool {
	if r < 0x80 {
		return r == '.' || r == '!' || r == '?'
	}
	return r == 0x2026 || r == 0x203C || r-0x2047 < 3 || // … ‼ ⁇ ⁈ ⁉
		r == 0x61F || r == 0x6D4 || r-0x964 < 2 || // Arabic, Devanagari
		r == 0x104B || r == 0x1362 || r == 0x17D4 || // Myanmar, Ethiopic, Khmer
		isWideStop(r)
}

// isWideStop reports whether r ends sentences of a script without spaces.
func isWideStop(r uint32) bool {
	return r == 0x3002 || r == 0xFF01 || r == 0xFF1F || r == 0xFF61 // 。！？｡
}

// isCloser reports whether r closes a quotation, a bracket or an emphasis.
func isCloser(r uint32) bool {
	if r < 0x80 {
		return r == '"' || r == '\'' || r == ')' || r == ']' || r == '}' || r == '_' || r == '*'
	}
	return r == 0x2019 || r == 0x201D || r == 0xBB || r == 0x203A || // ’ ” » ›
		r-0x3009 < 9 && r&1 == 1 || r == 0x3015 || r == 0xFF09 || r == 0xFF3D || r == 0xFF5D
}

// isOpener reports whether r opens a quotation, a bracket, an emphasis or,
// in Spanish, a question or an exclamation.
func isOpener(r uint32) bool {
	if r < 0x80 {
		return r == '"' || r == '\'' || r == '(' || r == '[' || r == '{' || r == '_' || r == '*'
	}
	return r == 0x2018 || r == 0x201C || r == 0xAB || r == 0x2039 || r == 0xBF || r == 0xA1 || // ‘ “ « ‹ ¿ ¡
		r-0x3008 < 9 && r&1 == 0 || r == 0x3014 || r == 0xFF08 || r == 0xFF3B || r == 0xFF5B
}

// isLetter reports whether r is a letter of ASCII.
func isLetter(r uint32) bool { return r|0x20-'a' < 26 }

// isDigit reports whether r is a digit of ASCII.
func isDigit(r uint32) bool { return r-'0' < 10 }

// isLower reports whether r is a lower-case letter of Latin, Greek or
// Cyrillic as they are used most.
func isLower(r uint32) bool {
	if r < 0x100 {
		return r-'a' < 26 || r >= 0xDF && r != 0xF7
	}
	if r < 0x180 {
		odd := r&1 == 1
		if r-0x139 < 16 || r-0x179 < 6 {
			return !odd
		}
		return odd
	}
	return r-0x3AC < 0x23 || r-0x430 < 0x30
}
