// Package ops is kernel Go with one exported function for each intrinsic and
// each set of constants that it is tested with. They work from memory to
// memory on n cases: their operands are the vectors, or the numbers in the
// first lane, at a, b and c, and the result goes to out; each advances by 16
// bytes a case. What changes memory and has a result changes it at a.
//
// What stops, waits or works on the memory as a whole has a function that
// only calls it, with an offset of 0 where it has one.
package ops
