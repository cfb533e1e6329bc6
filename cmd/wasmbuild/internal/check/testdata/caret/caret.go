package caret

// sum adds up.
func sum(x []float32) float32 { // want "no slices"
	return 0
}
