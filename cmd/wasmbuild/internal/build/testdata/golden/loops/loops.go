package loops

// bottom has its condition at the bottom, behind a test at the entry.
//
//wasm:export bottom
func bottom(n uint32) uint32 {
	s := uint32(0)
	for i := uint32(0); i < n; i++ {
		s += i
	}
	return s
}

// constant needs no test at the entry.
//
//wasm:export constant
func constant(x uint32) uint32 {
	for i := uint32(0); i < 8; i++ {
		x *= 3
	}
	return x
}

// top has its condition at the top only, as it calls a function.
//
//wasm:export top
func top(n uint32) uint32 {
	for bottom(n) > 9 {
		n--
	}
	return n
}

// down counts down.
//
//wasm:export down
func down(n uint32) uint32 {
	s := uint32(1)
	for range n {
		s *= 3
	}
	return s
}

// leaves breaks and continues.
//
//wasm:export leaves
func leaves(n uint32) uint32 {
	s := uint32(0)
outer:
	for {
		for i := range n {
			if i == 7 {
				continue
			}
			if i*s > 100 || s == 5 {
				break outer
			}
			s += i
		}
		s++
	}
	return s
}
