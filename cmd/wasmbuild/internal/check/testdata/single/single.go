// Package single has one error of Go's, which hides what else is wrong with
// its function.
package single

func unknown() uint32 {
	var x []uint32
	_ = x
	return missing // want "undefined: missing"
}

func slices(x []uint32) {} // want "no slices"
