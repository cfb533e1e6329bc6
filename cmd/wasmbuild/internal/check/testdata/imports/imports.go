package imports

import "math" // want "a kernel imports nothing but"

func root(x float64) float64 { return math.Sqrt(x) }

func unknown() uint32 { return missing } // want "undefined: missing"
