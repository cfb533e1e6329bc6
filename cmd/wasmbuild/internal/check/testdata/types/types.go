package types

import . "github.com/fovea-run/fovea/kernels/simd128"

type point struct{ x, y int32 } // want "only numeric types can be named"

type index uint32

var counter uint32 // want "no package variables"

func strings(s string)              {}           // want "no strings: pass an address and a length"
func pointers(p *uint32)            {}           // want "no pointers"
func maps(m map[uint32]uint32)      {}           // want "no maps"
func interfaces(i interface{})      {}           // want "no interfaces"
func channels(c chan uint32)        {}           // want "no channels"
func functions(f func())            {}           // want "no function values"
func arrays(a [4]float32)           {}           // want "no slices and arrays"
func complexes(c complex64)         {}           // want "no complex numbers"
func ints(i int) int                { return i } // want "write int32 or int64"
func bytes(b byte)                  {}           // want "write uint32 or uint64"
func variadic(x ...uint32)          {}           // want "no variadic"
func generic[T uint32 | int32](x T) {}           // want "no generics"
func structs(p point)               {}           // want "no structs"
func arena(a Arena)                 {}           // want "no structs"

func (i index) method() {} // want "no methods"

type list[T any] uint32 // want "only numeric types can be named"

func outside(x uint32) uint32 // want "outside has no body"

func main() {} // want "main never runs"

func init() {} // want "never runs"

func inside() {
	type local uint32 // want "no types inside a function"
	var short int16   // want "write int32 or int64"
	i := 3            // want "write int32 or int64"
	_, _ = short, i
}
