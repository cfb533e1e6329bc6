package fuzzops

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// sizes are extents of valid operations: around the widths of vectors, panels and blocks.
var sizes = []uint32{1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 12, 15, 16, 17}

// larger ones are those of one axis at most.
var larger = []uint32{24, 31, 32, 33, 47, 48, 49, 63, 64, 65, 95, 96, 127, 128, 129, 130, 255, 257, 528, 529, 1025, 4097}

// An env has the values of the names in the table's shapes, such as "b,tq,heads·vdim", and draws those that it lacks.
type env struct {
	r      *rand.Rand
	values map[string]uint32
	rest   []uint32        // the axes that "..." stands for
	drawn  bool            // rest is
	large  bool            // an axis was drawn from larger
	fixed  map[string]bool // names whose values hold whatever an operation's form says
}

func newEnv(r *rand.Rand) *env {
	return &env{r: r, values: map[string]uint32{}, fixed: map[string]bool{}}
}

// of returns the value of a name.
func (e *env) of(name string) uint32 {
	v, ok := e.values[name]
	if !ok {
		v = pick(e.r, sizes)
		if !e.large && e.r.IntN(12) == 0 {
			v, e.large = pick(e.r, larger), true
		}
		e.values[name] = v
	}
	return v
}

// set gives a name a value, unless it has one that is fixed.
func (e *env) set(name string, v uint32) {
	if !e.fixed[name] {
		e.values[name] = v
	}
}

func (e *env) fix(name string, v uint32) {
	e.values[name] = v
	e.fixed[name] = true
}

// leading returns the axes that "..." stands for.
func (e *env) leading() []uint32 {
	if !e.drawn {
		e.drawn = true
		for range e.r.IntN(4) {
			e.rest = append(e.rest, 1+e.r.Uint32N(4))
		}
	}
	return e.rest
}

// shape evaluates a shape of the table of one form. width is what "*" stands for.
func (e *env) shape(text string, width uint32) []uint32 {
	var shape []uint32
	if text == "" {
		return shape
	}
	for _, axis := range strings.Split(text, ",") {
		switch {
		case axis == "...":
			shape = append(shape, e.leading()...)
		case axis == "*":
			shape = append(shape, width)
		case strings.Contains(axis, "/"): // rounded up
			over, by, _ := strings.Cut(axis, "/")
			n := e.product(over, width)
			d, err := strconv.Atoi(by)
			if err != nil {
				panic(fmt.Sprintf("shape %q: axis %q", text, axis))
			}
			shape = append(shape, uint32((uint64(n)+uint64(d)-1)/uint64(d)))
		default:
			shape = append(shape, e.product(axis, width))
		}
	}
	return shape
}

// product evaluates factors with dots between.
func (e *env) product(text string, width uint32) uint32 {
	n := uint32(1)
	for _, factor := range strings.Split(text, "·") {
		if factor == "*" {
			n *= width
		} else if v, err := strconv.Atoi(factor); err == nil {
			n *= uint32(v)
		} else {
			n *= e.of(factor)
		}
	}
	return n
}
