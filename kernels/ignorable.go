package kernels

// isIgnorable reports whether r shows nothing by itself: Unicode's
// Default_Ignorable_Code_Point (The Unicode Standard, section 5.21), such as
// soft hyphens, joiners, marks of direction and variation selectors, and the
// anchors of annotations. Words are the same with and without them.
func isIgnorable(r uint32) bool {
	if r < 0x2000 {
		return r == 0xAD || r == 0x34F || r == 0x61C || r-0x115F < 2 || r-0x17B4 < 2 || r-0x180B < 5
	}
	return r-0x200B < 5 || r-0x202A < 5 || r-0x2060 < 16 || r == 0x3164 || r-0xFE00 < 16 || r == 0xFEFF || r == 0xFFA0 ||
		r-0xFFF0 < 12 || r-0x1BCA0 < 4 || r-0x1D173 < 8 || r-0xE0000 < 0x1000
}
