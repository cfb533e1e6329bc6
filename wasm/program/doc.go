// Package program is the program format: a model's computation as a compact,
// versioned list of operations over tensors with symbolic dimensions.
//
// [Program] is its decoded form; [Program.Encode] and [Decode] convert to and
// from the binary form, [Program.String] prints it. What a program may do is
// checked by the module that runs it (kernels.Verify): Decode only refuses
// what it cannot read.
//
// The tables of operations ([Ops]) and of error codes ([Errors]) are the one
// source for Go, for the kernels and for JavaScript: go generate writes the
// others from them.
package program

//go:generate go run ./internal/gen
