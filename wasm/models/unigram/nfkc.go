package unigram

import _ "embed"

// nfkcTables are the normalisation tables. They are a file of the repository,
// not computed by Build, so that the tensor does not depend on the Go release
// that builds it: golang.org/x/text picks its version of Unicode by that.
//
// They are of Unicode 15.0. An engine of Unicode 17.0 changes 37 code points
// more (U+A7F1, and U+1CCD6 to U+1CCF9, the outlined letters and digits) and
// composes some pairs of scripts added since; the test
// TestNFKCAgainstJavaScript of package kernels counts them.
//
//go:generate go run ./internal/nfkcgen -o nfkc.bin
//go:embed nfkc.bin
var nfkcTables []byte
