package difftest

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

// kernels are the exported functions that are not of one intrinsic.
var kernels = map[string]any{
	"swap": swap, "fibonacci": fibonacci, "rezeroed": rezeroed, "shadows": shadows, "order": order,
	"tuples": tuples, "odds": odds, "namedResults": namedResults, "inlined": inlined,
	"inlinedStatement": inlinedStatement, "inlinedTuple": inlinedTuple, "inlinedOrder": inlinedOrder, "inlinedTable": inlinedTable, "storeOrder": storeOrder,
	"arith32": arith32, "arith64": arith64, "unsigned32": unsigned32, "unsigned64": unsigned64,
	"divideTrap": divideTrap, "remainderTrap": remainderTrap, "shifts": shifts,
	"compare32": compare32, "compare64": compare64, "compareFloats": compareFloats,
	"compareDoubles": compareDoubles, "floats": floats, "doubles": doubles, "negate": negate,
	"extremes32": extremes32, "extremes64": extremes64, "extremes": extremes,
	"convert32": convert32, "convert64": convert64, "widen": widen, "demote": demote,
	"promote": promote, "constants": constants, "rotations": rotations,
	"ranges": ranges, "range64": range64, "loops": loops, "conditions": conditions, "dense": dense,
	"sparse": sparse, "long": long, "labels": labels, "constantBranches": constantBranches,
	"booleans": booleans, "early": early, "known": known, "unread": unread, "folded": folded,
	"loadTrap": loadTrap, "storeTrap": storeTrap, "unused": unused, "stop": stop, "fill": fill,
	"rangesOf": rangesOf, "labelled": labelled, "several": several, "widths": widths,
	"compound": compound, "scopes": scopes, "binds": binds,
	"plain": plain, "halves": halves, "reassigned": reassigned, "leaves": leaves, "tables": tables, "extremesOrder": extremesOrder, "negate64": negate64,
	"move": move, "grow": grow, "loads": loads, "dot": dot,
}

// exact are the kernels whose float results have determined bits even if NaN.
var exact = map[string]bool{"negate": true, "negate64": true}

func TestLanguage(t *testing.T) {
	binary := compile(t)
	for engine, config := range runtimes() {
		t.Run(engine, func(t *testing.T) {
			for name, f := range kernels {
				t.Run(name, func(t *testing.T) { testKernel(t, start(t, binary, config), name, f) })
			}
		})
	}
}

// TestLanguageComplete fails if an export is missing from kernels.
func TestLanguageComplete(t *testing.T) {
	p := start(t, compile(t), runtimes()["interpreter"])
	for name := range p.module.ExportedFunctionDefinitions() {
		if kernels[name] == nil {
			t.Errorf("export %s is not tested", name)
		}
	}
}

// worked is the size of the memory that most kernels work in.
const worked = 8192

func testKernel(t *testing.T, p *runs, name string, f any) {
	p.write(t, 64, noise(worked))
	v := reflect.TypeOf(f)
	for _, args := range arguments(v) {
		got, gotErr := p.compiled(t, name, args)
		if v.NumOut() == 1 && v.Out(0).Size() == 4 {
			got = uint64(uint32(got)) // wazero leaves anything above
		}
		want, wantErr := native(f, args)
		if (gotErr == nil) != (wantErr == nil) {
			t.Fatalf("%s(%#x): wasm error %v, native error %v", name, args, gotErr, wantErr)
		}
		if gotErr == nil && got != want && (exact[name] || !bothNaN(v, got, want)) {
			t.Fatalf("%s(%#x): wasm %#x, native %#x", name, args, got, want)
		}
		if !p.sameMemory(worked) {
			t.Fatalf("%s(%#x): memories differ", name, args)
		}
	}
	if !p.sameMemory(len(p.arena.Bytes())) {
		t.Fatalf("%s: memories differ from %d on", name, worked)
	}
}

// sameMemory compares the first n bytes of both memories, and their sizes.
func (p *runs) sameMemory(n int) bool {
	if int(p.module.Memory().Size()) != len(p.arena.Bytes()) {
		return false
	}
	compiled, _ := p.module.Memory().Read(0, uint32(n))
	return bytes.Equal(compiled, p.arena.Bytes()[:n])
}

// noise is n bytes that look like small floats and anything else.
func noise(n int) []byte {
	random := rand.New(rand.NewPCG(3, 4))
	var b []byte
	for len(b) < n {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(random.Float32()-0.5))
	}
	return b
}

// edges are lanes of 32 bits that integers or floats go wrong on.
var edges = []uint32{
	0, 1, 2, 3, 31, 32, 33, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0x80008000, 0xFFFF, 0x7FFF8001,
	0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF, 0xFFFFFFFE, 0x80FF017F, 0x0080FF7F,
	0x007FFFFF, 0x00800000, 0x807FFFFF, 0x80800000, // subnormal and least normal
	0x3F800000, 0xBF800000, 0x3F000000, 0xBF000000, 0x3FC00000, 0x40200000, 0xC0200000, // ±1, ±.5, 1.5, ±2.5
	0x3EFFFFFF, 0x3F7FFFFF, 0x4B000001, 0x4AFFFFFF, 0xCB7FFFFF, // near halves and 2²³
	0x4EFFFFFF, 0x4F000000, 0xCF000000, 0xCF000001, 0x4F7FFFFF, 0x4F800000, // near ±2³¹ and 2³²
	0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0xFF800000, // greatest and infinite
	0x7FC00000, 0xFFC00000, 0x7FC12345, 0x7F800001, 0xFFA00001, // quiet and signalling NaNs
}

// arguments returns tuples of edges and of random numbers.
func arguments(f reflect.Type) [][]uint64 {
	const draws = 1000
	random := rand.New(rand.NewPCG(5, 6))
	var all [][]uint64
	for i := range draws {
		args := make([]uint64, f.NumIn())
		for j := range args {
			args[j] = argument(random, f.In(j).Kind(), i)
		}
		all = append(all, args)
	}
	return all
}

func argument(random *rand.Rand, kind reflect.Kind, i int) uint64 {
	edge := uint64(edges[random.IntN(len(edges))])
	bits := [...]uint64{edge, random.Uint64() >> random.UintN(64), edge, uint64(random.IntN(100))}[i%4]
	switch kind {
	case reflect.Float64:
		return math.Float64bits(float64(math.Float32frombits(uint32(edge)))) ^ uint64(i%4/3)
	case reflect.Int64, reflect.Uint64:
		return [...]uint64{edge, random.Uint64() >> random.UintN(64), edge << 32, -edge}[i%4]
	}
	return uint64(uint32(bits))
}

func bothNaN(f reflect.Type, a, b uint64) bool {
	switch f.Out(0).Kind() {
	case reflect.Float32:
		return isNaN(uint32(a)) && isNaN(uint32(b))
	case reflect.Float64:
		return math.IsNaN(math.Float64frombits(a)) && math.IsNaN(math.Float64frombits(b))
	}
	return false
}

func isNaN(bits uint32) bool { return math.IsNaN(float64(math.Float32frombits(bits))) }
