// Package difftest is kernel Go whose tests run it twice, natively and under
// wazero, on the same inputs: every intrinsic, and every construct of the
// language that Go and WebAssembly could disagree about.
package difftest

//go:generate go run ./gen
