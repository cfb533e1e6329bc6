// Package difftest is kernel Go whose tests run it twice, natively and under
// wazero, on the same inputs: every construct of the language that Go and
// WebAssembly could disagree about. Its tests do the same with the kernel
// that package conformance has of each intrinsic.
package difftest
