package unigram

import _ "embed"

// nfkcTables are the normalisation tables. They are a file of the repository,
// not computed by Build, so that the tensor does not depend on the Go release
// that builds it: golang.org/x/text picks its version of Unicode by that.
//
//go:generate go run ./internal/nfkcgen -o nfkc.bin
//go:embed nfkc.bin
var nfkcTables []byte
