package graph

import (
	"fmt"
	"slices"

	"github.com/fovea-run/fovea/wasm/program"
)

// A checker checks the operands of one operation. After the first mistake,
// or with an operand that comes from one, it checks nothing more.
type checker struct {
	g        *Graph
	op       *program.Op
	operands []*Tensor
	bad      bool
}

// check begins an operation: operands are of this graph, there unless they
// are optional, and of a type that the operation takes.
func (g *Graph) check(code uint32, operands ...*Tensor) *checker {
	c := &checker{g: g, op: program.OpByCode(code), operands: operands}
	for i, t := range operands {
		want := c.op.Operands[i]
		switch {
		case t == nil && !want.Optional:
			c.errorf("%s is missing", want.Name)
		case t == nil:
		case t.graph != g:
			c.errorf("%s is of another graph", want.Name)
		case t.broken:
			c.bad = true
		case !slices.Contains(want.Types, t.dtype):
			c.errorf("%s %v: the type is not one of %v", want.Name, t, want.Types)
		}
	}
	return c
}

func (c *checker) errorf(format string, args ...any) {
	if !c.bad {
		c.bad = true
		c.g.errorf("%s: %s", c.op.Name, fmt.Sprintf(format, args...))
	}
}

func (c *checker) name(i int) string { return c.op.Operands[i].Name }

func (c *checker) rank(i, want int) {
	if !c.bad && len(c.operands[i].shape) != want {
		c.errorf("%s %v: rank %d is needed", c.name(i), c.operands[i], want)
	}
}

func (c *checker) lastAxis(i int) {
	if !c.bad && len(c.operands[i].shape) == 0 {
		c.errorf("%s %v: at least one axis is needed", c.name(i), c.operands[i])
	}
}

// same checks that an extent of operand i equals one of operand j.
func (c *checker) same(i, j int, got, want Extent) {
	if !c.bad && got.text != want.text {
		c.errorf("%s %v and %s %v: %v is not %v", c.name(i), c.operands[i], c.name(j), c.operands[j], got, want)
	}
}

func (c *checker) shaped(i int, want ...Extent) {
	equal := func(a, b Extent) bool { return a.text == b.text }
	if !c.bad && !slices.EqualFunc(c.operands[i].shape, want, equal) {
		c.errorf("%s %v: shape %v is needed", c.name(i), c.operands[i], want)
	}
}

// vector checks that operand i is a vector of x's last axis.
func (c *checker) vector(i int, x *Tensor) {
	if !c.bad {
		c.shaped(i, last(x))
	}
}

// blocks checks that the blocks of a quantized w divide that axis.
func (c *checker) blocks(w *Tensor, axis int) {
	if !c.bad && w.dtype.Quantized() && w.shape[axis].value%program.BlockLen != 0 {
		c.errorf("%v: axis %d is not a multiple of the block length %d", w, axis, program.BlockLen)
	}
}

// lengths checks that operand i has a length for each of x's batch.
func (c *checker) lengths(i int, x *Tensor) {
	if !c.bad && c.operands[i] != nil {
		c.shaped(i, x.shape[0])
	}
}

// tokens checks the queries and keys of an attention and its lengths, which
// are operand number lengths.
func (c *checker) tokens(q, k *Tensor, lengths int) {
	c.rank(0, 3)
	c.rank(1, 3)
	if !c.bad {
		c.same(1, 0, k.shape[0], q.shape[0])
	}
	c.lengths(lengths, q)
}

// columns checks that the heads lie inside of the rows of operand i, whose
// width must be a constant.
func (c *checker) columns(i, col, heads, dim int) {
	if c.bad {
		return
	}
	width := last(c.operands[i])
	if heads < 1 || dim < 1 || col < 0 || width.kind != program.Const || uint64(col)+uint64(heads)*uint64(dim) > width.value {
		c.errorf("%s %v: %d heads of %d columns from column %d are not within its rows", c.name(i), c.operands[i], heads, dim, col)
	}
}

// result adds the operation, unless there was a mistake, and returns what it
// computes.
func (c *checker) result(shape func() []Extent, attrs ...program.AttrValue) *Tensor {
	if c.bad {
		return c.broken()
	}
	out := &Tensor{graph: c.g, class: program.Scratch, dtype: program.F32, shape: shape()}
	out.broken = !c.g.checkShape(out)
	c.g.instrs = append(c.g.instrs, &instr{c.op.Code, c.operands, attrs, out, caller()})
	return out
}

func (c *checker) broken() *Tensor { return &Tensor{graph: c.g, broken: true} }
