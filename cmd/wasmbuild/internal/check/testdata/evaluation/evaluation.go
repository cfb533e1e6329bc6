package evaluation

import . "github.com/fovea-run/fovea/kernels/simd128"

func note(x uint32) uint32 {
	U32(1024).Store(0, x)
	return x
}

func pair(x, y uint32) (uint32, uint32) {
	return x / y, note(x) // want "assign the quotient to a variable first"
}

func divisions(x, y uint32, p U32) uint32 {
	s := x/y + note(x)            // want "Go divides after the call of note, WebAssembly before it"
	a, b := x%y, note(y)          // want "the division may trap"
	s += max(x/y, note(x))        // want "may trap"
	p.Store(0, x/y+note(s))       // want "may trap"
	if x/y > note(a) || x/y < b { // want "may trap"
		s++
	}
	for x/(y&1) == note(note(x/y)) { // want "may trap"
		s++
	}
	var t = x/y + note(x)     // want "may trap"
	for range x/y + note(x) { // want "may trap"
	}
	switch x/y + note(x) { // want "may trap"
	case 1:
	}
	if x > 3 && x/y > note(x) || x/y > note(y) { // want "may trap"
	}
	U32(x/y).Store(0, note(x)) // want "may trap"
	s += x/(y|s) + note(x)     // want "may trap"
	s += x/(y|4) + x/(8|y) + note(x)
	if x/y > 3 || note(x) > 2 {
	}
	return s + t
}

func allowed(x, y uint32, f float32, p U32) uint32 {
	s := note(x) + x/y
	s += note(x/y) + note(s%y)
	s += x/3 + x/(y|1) + note(x)
	s += x/y + p.Load(0)
	f = f/f + float32(note(x))
	if x/y > 3 && note(x) > 2 {
		s++
	}
	q := x / y
	return q + note(s) + TruncUint32(f)
}
