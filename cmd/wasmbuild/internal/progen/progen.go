// Package progen writes random packages of kernel Go. They type-check, pass
// the dialect's checker, end, and mean the same natively and compiled: what
// Go or WebAssembly leaves open (the bits of a NaN, whether a division panics
// before or after a call beside it) does not show in them. The same seed gives
// the same package.
package progen

import (
	"fmt"
	"go/format"
	"go/types"
	"math/rand/v2"
	"strings"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/load"
)

// A Package is the source of one generated package.
type Package struct {
	Source     []byte
	Statements []int          // in each function, helpers included
	Forms      map[string]int // how often each form of statement was written
	Intrinsics map[string]int // how often each intrinsic was called
}

// helpersPer is the number of programs for each helper function.
const helpersPer = 3

type generator struct {
	*rand.Rand
	*catalogue
	out     strings.Builder
	pkg     Package
	consts  []*variable
	helpers []*helper
}

// Generate writes a package of so many programs, which are exported functions
// p0, p1 and so on. The intrinsics are those of
// simd128, whose scope it takes.
func Generate(seed uint64, programs int, simd128 *types.Scope) (*Package, error) {
	g := &generator{
		Rand:      rand.New(rand.NewPCG(seed, 0x70726F67)),
		catalogue: newCatalogue(simd128),
		pkg:       Package{Forms: map[string]int{}, Intrinsics: map[string]int{}},
	}
	g.prelude()
	for i := range programs {
		if i%helpersPer == 0 {
			g.helper(i / helpersPer)
		}
		g.program(fmt.Sprintf("p%d", i))
	}
	for _, in := range g.all {
		g.pkg.Intrinsics[in.op.Go] = in.uses
	}
	source, err := format.Source([]byte(g.out.String()))
	if err != nil {
		return nil, fmt.Errorf("progen: seed %d: %w", seed, err)
	}
	g.pkg.Source = source
	return &g.pkg, nil
}

// prelude writes what every package has: types, constants, and the functions
// that give every NaN the same bits.
func (g *generator) prelude() {
	fmt.Fprintf(&g.out, "package main\n\nimport . %q\n\n", load.Simd128)
	fmt.Fprintf(&g.out, "type (\n")
	for _, t := range named {
		fmt.Fprintf(&g.out, "%s %s\n", t.name, kindNames[t.kind])
	}
	fmt.Fprintf(&g.out, ")\n\nconst (\n")
	for i, t := range g.scalars {
		name := fmt.Sprintf("k%d", i)
		fmt.Fprintf(&g.out, "%s %s = %s\n", name, t.name, g.literal(t.kind))
		g.consts = append(g.consts, &variable{name: name, typ: t, constant: true})
	}
	fmt.Fprintf(&g.out, ")\n\nconst (\n")
	for i := range 4 {
		name := fmt.Sprintf("j%d", i)
		if i == 0 {
			fmt.Fprintf(&g.out, "%s index = iota*5 + 1\n", name)
		} else {
			fmt.Fprintf(&g.out, "%s\n", name)
		}
		g.consts = append(g.consts, &variable{name: name, typ: g.types["index"], constant: true})
	}
	fmt.Fprintf(&g.out, ")\n%s", canonical)
	for _, t := range g.floatVectors() {
		bits := "FromBits32(0x7FC00000)"
		if strings.HasPrefix(t.name, "Float64") {
			bits = "FromBits64(0x7FF8000000000000)"
		}
		fmt.Fprintf(&g.out, "//wasm:inline\nfunc canon%[1]s(v %[1]s) %[1]s {\nreturn v.Merge(Broadcast%[1]s(%[2]s), v.Equal(v))\n}\n\n", t.name, bits)
	}
}

const canonical = `
//wasm:inline
func canon32(x float32) float32 {
	if x != x {
		return FromBits32(0x7FC00000)
	}
	return x
}

func canon64(x float64) float64 {
	if x != x {
		return FromBits64(0x7FF8000000000000)
	}
	return x
}

`

// chance is true with probability p.
func (g *generator) chance(p float64) bool { return g.Float64() < p }

func pick[T any](g *generator, list []T) T { return list[g.IntN(len(list))] }

// weighted returns an index by its weight.
func (g *generator) weighted(weights ...int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := g.IntN(sum)
	for i, w := range weights {
		if n < w {
			return i
		}
		n -= w
	}
	panic("progen: no weight")
}
