package fuzzops

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"github.com/fovea-run/fovea/wasm/program"
)

// Generate makes case number n of a seed. Cases of one operation of the table follow those of another; infer is the shape rule of
// the kernels, which programs are made by.
func Generate(seed, n uint64, level uint32, infer Infer) *Case {
	r := rand.New(rand.NewPCG(seed, n))
	var ops []*program.Op
	for i := range program.Ops {
		if program.Ops[i].Level <= level {
			ops = append(ops, &program.Ops[i])
		}
	}
	op := ops[n%uint64(len(ops))]
	c := call(r, op)
	switch k := r.IntN(10); {
	case k < 4:
		for range max(r.IntN(4)-1, 0) {
			damage(r, c)
		}
	case k < 8:
		c = programOf(r, []*Case{c}, infer)
	default:
		c = programOf(r, chain(r, c, ops, infer), infer)
	}
	c.Seed, c.Number = seed, n
	return c
}

// call makes a call of op, of which some extents may be extremes, though they fit together.
func call(r *rand.Rand, op *program.Op) *Case {
	e := newEnv(r)
	if r.IntN(3) == 0 {
		wild(r, op, e)
	}
	return newMaker(r, op, e).make()
}

// wild gives one or two of the names in op's shapes extremes, and mostly 1 to the others: memory is small.
func wild(r *rand.Rand, op *program.Op, e *env) {
	names := namesOf(op)
	if len(names) == 0 {
		return
	}
	if r.IntN(4) != 0 {
		for _, name := range names {
			e.set(name, pick(r, []uint32{1, 1, 2}))
		}
		e.drawn = true
	}
	first, second := pick(r, names), pick(r, names)
	if r.IntN(3) == 0 {
		e.fix(first, pick(r, extremes))
		return
	}
	if factors := factorsOf(op); len(factors) > 0 && r.IntN(2) == 0 {
		pair := pick(r, factors)
		first, second = pair[0], pair[1]
	}
	pair := pick(r, wraps)
	if r.IntN(3) != 0 {
		a := 1<<(11+r.IntN(11)) + r.Uint32N(3) - 1
		pair = [2]uint32{a, uint32(1<<32/uint64(a)) + r.Uint32N(3)}
	}
	e.fix(first, pair[0])
	e.fix(second, pair[1])
}

// factorsOf returns pairs of names that are multiplied in a shape of op.
func factorsOf(op *program.Op) (pairs [][2]string) {
	for _, o := range slices.Concat(op.Operands, op.Outputs) {
		for _, axis := range strings.FieldsFunc(o.Shape, func(c rune) bool { return c == ',' || c == ' ' }) {
			if names := strings.Split(axis, "·"); len(names) > 1 && !unicode.IsDigit(rune(names[0][0])) {
				pairs = append(pairs, [2]string{names[0], names[1]})
			}
		}
	}
	return pairs
}

// namesOf returns the names of the axes of op's operands, and of its attributes that are numbers.
func namesOf(op *program.Op) (names []string) {
	seen := map[string]bool{"or": true, "as": true, "out": true}
	add := func(name string) {
		if name != "" && !seen[name] && !unicode.IsDigit(rune(name[0])) {
			seen[name] = true
			names = append(names, name)
		}
	}
	for _, o := range op.Operands {
		for _, name := range strings.FieldsFunc(o.Shape, func(c rune) bool { return !unicode.IsLetter(c) && c != '_' }) {
			add(name)
		}
	}
	for _, a := range op.Attrs {
		if a.Kind.Tag() == program.TagInt && a.Kind != program.AttrAct {
			add(a.Name)
		}
	}
	return names
}

// damage changes one thing about a call.
func damage(r *rand.Rand, c *Case) {
	switch r.IntN(10) {
	case 0, 1, 2:
		if len(c.Attrs) > 0 {
			damageAttr(r, &c.Attrs[r.IntN(len(c.Attrs))])
		}
	case 3, 4:
		if in := c.anyInput(r); in != nil && len(in.Shape) > 0 {
			in.Shape[r.IntN(len(in.Shape))] = pick(r, extremes)
		}
	case 5:
		if in := c.anyInput(r); in != nil {
			if r.IntN(2) == 0 && len(in.Shape) > 0 {
				in.Shape = in.Shape[1:]
			} else {
				in.Shape = append([]uint32{pick(r, []uint32{1, 1, 2, 3})}, in.Shape...)
			}
		}
	case 6:
		if in := c.anyInput(r); in != nil {
			in.DType = program.DType(r.Uint32N(8))
		}
	case 7:
		if len(c.Inputs) > 0 {
			i, j := r.IntN(len(c.Inputs)), r.IntN(len(c.Inputs))
			c.Inputs[i] = c.Inputs[j]
			if r.IntN(2) == 0 {
				c.Inputs[i] = nil
			}
		}
	case 8:
		c.Outputs = pick(r, []uint32{0, 1, 2, 3, 5, 7, 15, 16, 1 << 31})
	case 9:
		switch r.IntN(3) {
		case 0:
			c.Args = pick(r, []int{0, 1, c.Args - 1, c.Args + 1, 24, 25, math.MaxUint32})
		case 1:
			c.AttrsN = pick(r, []int{0, 1, c.AttrsN - 1, c.AttrsN + 1, 16, 17, math.MaxUint32})
		case 2:
			c.Code = r.Uint32N(160)
		}
	}
}

func damageAttr(r *rand.Rand, a *program.AttrValue) {
	switch {
	case r.IntN(12) == 0:
		a.Tag = program.AttrTag(r.Uint32N(4))
	case a.Tag == program.TagFloat:
		a.Bits = math.Float32bits(pick(r, append([]float32{-1, 1, 2, 1e6}, oddFloats...)))
	default:
		a.Bits = pick(r, extremes)
	}
}

// anyInput returns one of the inputs, nil perhaps.
func (c *Case) anyInput(r *rand.Rand) *Input {
	if len(c.Inputs) == 0 {
		return nil
	}
	return c.Inputs[r.IntN(len(c.Inputs))]
}
