package exports

// run is exported always.
//
//wasm:export run
func run(x uint32) uint32 { return step(half(x)) + 1 }

// loop is exported for benchmarks only, and with it what it calls.
//
//wasm:bench loop
func loop(n, x uint32) uint32 {
	for range n {
		x = timed(step(x))
	}
	return x
}

// half is inlined and exported.
//
//wasm:inline
//wasm:export half
func half(x uint32) uint32 { return x >> 1 }

// step is called and not exported.
func step(x uint32) uint32 { return x * 3 }

// timed is in the module of benchmarks only.
func timed(x uint32) uint32 { return x ^ 5 }

// unreached is in none.
func unreached(x uint64) uint64 { return x }
