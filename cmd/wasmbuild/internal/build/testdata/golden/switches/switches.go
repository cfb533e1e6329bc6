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
