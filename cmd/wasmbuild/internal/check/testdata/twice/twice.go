package twice

type a uint32 // want "other declaration of a"

type a uint64 // want "a redeclared"

func f(x []uint32) {} // want "other declaration of f"

func f(x []uint64) {} // want "f redeclared"
