package kernels

import . "github.com/fovea-run/fovea/kernels/simd128"

// The error record: what went wrong, for the host to read. Its meaning by
// code stands in the table program.Errors.
const (
	recCode    U32 = errorAt + 4*iota
	recOp          // index of the operation, noOp if none
	recArg         // operand, dimension, attribute, position or byte
	recGot         // the value found
	recWant        // the value or limit wanted
	recName        // address of a name, 0 if none
	recNameLen     // its length in bytes
)

// noOp is the operation index of an error that concerns none.
const noOp = 0xFFFFFFFF

// Error returns the address of the error record. It is valid after an export
// has returned its failure value.
//
//wasm:export error
func Error() uint32 { return errorAt }

// clearError makes the record say that nothing went wrong. Every export that
// can fail begins with it.
func clearError() {
	recCode.Store(0, 0)
	recOp.Store(0, noOp)
	recArg.Store(0, 0)
	recGot.Store(0, 0)
	recWant.Store(0, 0)
	recName.Store(0, 0)
	recNameLen.Store(0, 0)
}

// fail sets the record and returns 0, the failure value of checks and
// exports. An operation and a name that were set stay.
func fail(code, arg, got, want uint32) uint32 {
	recCode.Store(0, code)
	recArg.Store(0, arg)
	recGot.Store(0, got)
	recWant.Store(0, want)
	return 0
}

// failNamed is fail with a name of n bytes in memory.
func failNamed(code, name, n, arg, got, want uint32) uint32 {
	recName.Store(0, name)
	recNameLen.Store(0, n)
	return fail(code, arg, got, want)
}
