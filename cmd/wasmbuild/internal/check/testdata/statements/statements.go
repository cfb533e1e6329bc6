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
	for a := &x; *a < 3; *a = 4 { // want "no pointers: variables" "no pointers: load at" "only variables can be assigned"
		*a = x << x      // want "only variables can be assigned" "must be masked"
		*a++             // want "only variables can be assigned"
		x = x << (x + 1) // want "must be masked"
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

// parts has a fault in each part of a statement.
func parts(x, n uint32, c chan uint32) (y uint32) { // want "no channels"
	if f := func() {}; x<<n > 3 { // want "no closures" "must be masked"
		_ = f
		x = x << n // want "must be masked"
	} else if x = x << n; x > 3 { // want "must be masked"
		x = x << n // want "must be masked"
	} else {
		x = x << n // want "must be masked"
	}
	{
		x = x << n // want "must be masked"
	}
	<-c // want "only a call can stand alone"
rows:
	for i := range x << n { // want "must be masked"
		x = i << n // want "must be masked"
		continue rows
	}
	switch f := func() {}; x << n { // want "no closures" "must be masked"
	case 1:
		f()        // want "only functions of this package"
		x = x << n // want "must be masked"
	default:
		x = x << n // want "must be masked"
	}
	var z uint32 = x << n // want "must be masked"
	z += x << n           // want "must be masked"
	a, b := x<<n, x       // want "must be masked"
	a, b = twice(x << n)  // want "must be masked"
	twice(x << n)         // want "must be masked"
	if x > 3 {
		return x << n // want "must be masked"
	}
	return z + a + b
}

func twice(x uint32) (uint32, uint32) { return x, x }

func results(x, n uint32) (uint32, uint32) { return twice(x << n) } // want "must be masked"
