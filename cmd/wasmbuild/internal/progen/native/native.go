// Package native runs generated kernels natively, in the process that they
// are built into, for another process that runs them compiled.
package native

import (
	"encoding/gob"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"

	"github.com/fovea-run/fovea/kernels/simd128"
)

// Pages is the initial size of memory and MaxPages that up to which it grows.
const Pages, MaxPages = 2, 5

// A Run is a call of a program with arguments by their bits.
type Run struct {
	Program int
	Args    []uint64
}

// An Outcome is all that a run shows.
type Outcome struct {
	Trap   string // empty if there was none
	Result uint64 // its bits; a NaN has always the same
	Pages  uint32 // of memory afterwards
	Memory uint32 // checksum of the whole memory
}

// Traps are the kinds of traps, by words that every run time says of them.
var Traps = []string{"out of bounds memory access", "unreachable", "divide by zero"}

// Kind returns the kind of trap that a message is of, or the message.
func Kind(message string) string {
	for _, k := range Traps {
		if strings.Contains(message, k) {
			return k
		}
	}
	return message
}

// Image is memory as every run finds it.
func Image() []byte {
	b := make([]byte, Pages*simd128.PageSize)
	random := rand.New(rand.NewPCG(7, 8))
	for i := 64; i+8 <= len(b); i += 8 {
		bits := random.Uint64()
		if i%24 == 0 { // floats near 1
			f := uint64(math.Float32bits(random.Float32()*4 - 2))
			bits = f<<32 | f
		}
		for j := range 8 {
			b[i+j] = byte(bits >> (8 * j))
		}
	}
	return b
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Sum is the checksum of memory.
func Sum(memory []byte) uint32 { return crc32.Checksum(memory, castagnoli) }

// Main reads runs from r and writes an outcome of each to w.
func Main(programs []any, r io.Reader, w io.Writer) error {
	var runs []Run
	if err := gob.NewDecoder(r).Decode(&runs); err != nil {
		return fmt.Errorf("native: reading runs: %w", err)
	}
	outcomes := make([]Outcome, len(runs))
	image := Image()
	arena := simd128.NewArena(Pages, MaxPages)
	for i, run := range runs {
		if len(arena.Bytes()) != len(image) {
			arena = simd128.NewArena(Pages, MaxPages)
		}
		copy(arena.Bytes(), image)
		arena.Use()
		o := &outcomes[i]
		o.Result, o.Trap = call(programs[run.Program], run.Args)
		o.Pages = uint32(len(arena.Bytes()) / simd128.PageSize)
		o.Memory = Sum(arena.Bytes())
	}
	return gob.NewEncoder(w).Encode(outcomes)
}

func call(f any, args []uint64) (result uint64, trap string) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *simd128.Trap:
			trap = Kind(r.Error())
		case runtime.Error:
			trap = Kind(r.Error())
		default:
			panic(r)
		}
	}()
	v := reflect.ValueOf(f)
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		in[i] = fromBits(v.Type().In(i), a)
	}
	if out := v.Call(in); len(out) > 0 {
		result = toBits(out[0])
	}
	return result, ""
}

func fromBits(t reflect.Type, bits uint64) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.Float32:
		v.Set(reflect.ValueOf(math.Float32frombits(uint32(bits))).Convert(t))
	case reflect.Float64:
		v.SetFloat(math.Float64frombits(bits))
	case reflect.Int32:
		v.SetInt(int64(int32(bits)))
	case reflect.Int64:
		v.SetInt(int64(bits))
	case reflect.Uint32:
		v.SetUint(uint64(uint32(bits)))
	default:
		v.SetUint(bits)
	}
	return v
}

func toBits(v reflect.Value) uint64 {
	switch v.Kind() {
	case reflect.Float32:
		return Canonical("float32", uint64(math.Float32bits(float32(v.Float()))))
	case reflect.Float64:
		return Canonical("float64", math.Float64bits(v.Float()))
	case reflect.Int32:
		return uint64(uint32(v.Int()))
	case reflect.Int64:
		return uint64(v.Int())
	}
	return v.Uint()
}

// Canonical returns the bits of a result of a type: those that count, and the
// same of every NaN.
func Canonical(typ string, bits uint64) uint64 {
	switch typ {
	case "float32":
		if f := math.Float32frombits(uint32(bits)); f != f {
			return 0x7FC00000
		}
		return uint64(uint32(bits))
	case "float64":
		if f := math.Float64frombits(bits); f != f {
			return 0x7FF8000000000000
		}
		return bits
	case "int64", "uint64":
		return bits
	}
	return uint64(uint32(bits))
}
