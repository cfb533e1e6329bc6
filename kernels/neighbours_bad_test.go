package kernels

import (
	"math/rand/v2"
	"testing"

	"github.com/fovea-run/fovea/wasm/program"
)

func TestNeighboursRefuse(t *testing.T) {
	x, image := ramp(2, 3, 8), ramp(1, 4, 4, 2)
	blocks := q8Blocks(5, 64)
	for _, c := range []struct {
		what, op string
		attrs    []program.AttrValue
		inputs   []*array
		code     uint32
	}{
		{"a scale of another width", "rms_norm", attrs(0.1), []*array{x, ramp(7)}, errShape},
		{"a scale of more axes", "layer_norm", attrs(0.1), []*array{ramp(8), ramp(1, 8), nil}, errOperandRank},
		{"an axis that is not there", "softmax", attrs(3, 0), []*array{x}, errAttrLimit},
		{"columns past the row", "gated", attrs(0, 5, 0, 4), []*array{x, x}, errShape},
		{"no columns", "gated", attrs(0, 0, 0, 0), []*array{x, x}, errAttrValue},
		{"an odd rotary part", "rope", attrs(1, 8, 3, 0, 0, 0.0, 0.0), []*array{x, nil, nil, nil, nil}, errAttrValue},
		{"a rotary part wider than the head", "rope", attrs(2, 4, 6, 0, 0, 0.0, 0.0), []*array{x, nil, nil, nil, nil}, errAttrLimit},
		{"a base below 1", "rope", attrs(1, 8, 0, 0, 0, 0.5, 0.0), []*array{x, nil, nil, nil, nil}, errAttrValue},
		{"cosines without sines", "rope", attrs(1, 8, 0, 0, 0, 0.0, 0.0), []*array{x, nil, ramp(3, 4), nil, nil}, errOperandMissing},
		{"too few cosines", "rope", attrs(1, 8, 0, 0, 0, 0.0, 0.0), []*array{x, nil, ramp(2, 4), ramp(2, 4), nil}, errShape},
		{"a kind of pooling", "pool", attrs(poolKinds), []*array{x, nil, nil}, errAttrValue},
		{"matrices that do not fit", "batch_matmul", attrs(0, 0, 0), []*array{x, x, nil, nil}, errShape},
		{"axes that do not broadcast", "batch_matmul", attrs(0, 0, 1), []*array{x, ramp(3, 3, 8), nil, nil}, errShape},
		{"a window wider than the image", "patches", attrs(5, 1, 1, 1, 0, 0, 0, 0), []*array{image}, errAttrLimit},
		{"a stride of 0", "patches", attrs(1, 1, 0, 1, 0, 0, 0, 0), []*array{image}, errAttrValue},
		{"padding that overflows", "patches", attrs(1, 1, 1, 1, 1<<30, 0, 1<<30, 0), []*array{image}, errAttrValue},
		{"none of the greatest", "top_k", attrs(0), []*array{x}, errAttrValue},
		{"more than there are", "top_k", attrs(9), []*array{x}, errAttrLimit},
		{"a temperature below 0", "sample", attrs(-1.0, 0, 0.0), []*array{x, ramp(2, 3)}, errAttrValue},
		{"random numbers for other rows", "sample", attrs(1.0, 0, 0.0), []*array{x, ramp(3, 2)}, errShape},
		{"rows that are no blocks", "dequantize", nil, []*array{{shape: []uint32{2, 8}, dtype: program.U8, raw: make([]byte, 16)}, halves(make([]uint16, 2), 2, 1)}, errShape},
		{"5 bits", "quantized_matmul", attrs(0, 5), []*array{ramp(64), blocks[0], blocks[1], nil, nil}, errAttrValue},
		{"weights of 8 bits as 4", "quantized_matmul", attrs(0, 4), []*array{ramp(64), blocks[0], blocks[1], nil, nil}, errShape},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := newHost(t, 100)
			if h.tryOp(program.OpByName(c.op).Code, c.attrs, c.inputs...) != 0 {
				t.Fatal("accepted")
			}
			h.wantError(c.code)
		})
	}
}

// TestNeighboursCheckIndices has positions past the cosines.
func TestNeighboursCheckIndices(t *testing.T) {
	h := newHost(t, 100)
	table := h.op("rope", attrs(1, 4, 0, 0, 0), ramp(1, 2, 4), nil, ramp(3, 2), ramp(3, 2), &array{shape: []uint32{1, 2}, ints: []int32{2, 3}})
	if Run(uint32(table)) == 0 {
		t.Fatal("ran")
	}
	h.wantError(errIndex)
}

// TestNeighboursRandom makes operations of random shapes and attributes: what
// is accepted runs within memory.
func TestNeighboursRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(64, 1))
	ran := 0
	for range 4000 {
		op := program.Ops[r.IntN(len(program.Ops))]
		if op.Code < program.OpRMSNorm {
			continue
		}
		h := newHost(t, 300)
		var inputs []*array
		for _, o := range op.Operands {
			inputs = append(inputs, randomOperand(r, o))
		}
		var values []program.AttrValue
		for _, a := range op.Attrs {
			if a.Kind.Tag() == program.TagFloat {
				values = append(values, program.Float([]float32{0, 1, 0.5, 3}[r.IntN(4)]))
			} else {
				values = append(values, program.Int(int32([]int{0, 0, 1, 1, 2, 3, 4, 8}[r.IntN(8)])))
			}
		}
		if h.tryOp(op.Code, values, inputs...) == 0 {
			continue
		}
		if table := Bind(gOne.Load(0), 0); table != 0 && Run(table) == 0 {
			ran++
		}
	}
	if ran < 100 {
		t.Errorf("%d operations ran, want more for this to mean something", ran)
	}
}

// randomOperand is nil, often, where o is optional.
func randomOperand(r *rand.Rand, o program.Operand) *array {
	if o.Optional && r.IntN(3) != 0 {
		return nil
	}
	extents := []uint32{1, 2, 3, 4, 4, 4, 8, 32}
	a := &array{dtype: o.Types[0]}
	n := uint32(1)
	for range r.IntN(5) {
		e := extents[r.IntN(len(extents))]
		a.shape = append(a.shape, e)
		n *= e
	}
	a.raw = make([]byte, n*uint32(o.Types[0].Size()))
	return a
}
