// Package opcode is the table of WebAssembly instructions and of the
// intrinsics that they stand behind: the single source for the compiler, the
// printer of modules and the tests of the emulation.
package opcode
