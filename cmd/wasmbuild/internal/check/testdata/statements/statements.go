package statements

import . "github.com/fovea-run/fovea/kernels/simd128"

func statements(p U32, x uint32) uint32 {
	defer statements(p, x) // want "no defer"
	go statements(p, x)    // want "no goroutines"
	select {}              // want "no channels"
	goto end               // want "no goto"
end:
	for i := range 4 { // want "write int32 or int64"
		_ = i
	}
	for range "text" { // want "range only over an integer"
	}
	var i uint32
	for i = range x { // want "range declares its variable"
	}
	switch { // want "switch needs an integer"
	case x > 3:
	}
	switch x {
	case 1:
		fallthrough // want "no fallthrough"
	case i: // want "a case must be a constant"
	}
	switch x > 1 { // want "switch only on integers"
	}
	return i
}
