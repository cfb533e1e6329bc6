package switches

// dense is a table.
//
//wasm:export dense
func dense(x uint32) uint32 {
	switch x {
	case 3, 5:
		return 10
	case 4:
		x += 9
	case 6:
		return 12
	default:
		x = 1
	}
	return x
}

// sparse is a chain of comparisons.
//
//wasm:export sparse
func sparse(x int32) int32 {
	switch x {
	case -1:
		return 10
	case 1000:
		return 11
	}
	return 0
}

// holes is a table of four values among sixteen, some of which lead nowhere.
//
//wasm:export holes
func holes(x uint32) uint32 {
	switch x {
	case 1, 3, 9:
		return 1
	case 16:
		return 2
	}
	return 0
}

// far has one too many in between.
//
//wasm:export far
func far(x uint32) uint32 {
	switch x {
	case 1, 3, 9:
		return 1
	case 17:
		return 2
	}
	return 0
}

// three are too few for a table.
//
//wasm:export three
func three(x uint32) uint32 {
	switch x {
	case 0, 1, 2:
		return 1
	}
	return 0
}

// wide is of a type that tables do not take.
//
//wasm:export wide
func wide(x uint64) uint64 {
	switch x {
	case 0, 1, 2, 3:
		return 1
	}
	return 0
}
