package kernels

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/fovea-run/fovea/wasm/graph"
	"github.com/fovea-run/fovea/wasm/program"

	. "github.com/fovea-run/fovea/kernels/simd128"
)

// A host is the native counterpart of a module's host: it loads, binds and
// runs programs in an arena of its own.
type host struct {
	t     testing.TB
	arena *Arena
}

// newHost returns a host whose memory can grow to so many pages.
func newHost(t testing.TB, maxPages uint32) *host {
	h := &host{t, NewArena(2, maxPages)}
	h.arena.Use()
	return h
}

// record is the error record.
func (h *host) record() program.Record {
	name := ""
	if at, n := recName.Load(0), recNameLen.Load(0); at != 0 {
		name = string(h.arena.Bytes()[at : at+n])
	}
	return program.Record{
		Code: recCode.Load(0), Op: recOp.Load(0), Arg: recArg.Load(0),
		Got: recGot.Load(0), Want: recWant.Load(0), Name: name,
	}
}

// wantError checks that the record has that code and that its message can be
// made.
func (h *host) wantError(code uint32) {
	h.t.Helper()
	if r := h.record(); r.Code != code {
		h.t.Errorf("error %q (%s), want %s", r.Message(), program.ErrorID(r.Code), program.ErrorID(code))
	}
}

// noError stops the test if ok is 0.
func (h *host) noError(ok uint32) uint32 {
	h.t.Helper()
	if ok == 0 {
		h.t.Fatal(h.record().Message())
	}
	return ok
}

// mailbox writes words to the mailbox.
func (h *host) mailbox(words ...uint32) {
	for i, w := range words {
		setWord(mailboxAt, uint32(i), w)
	}
}

// load loads and seals data; it returns 0 where Load does.
func (h *host) load(kind uint32, dtype program.DType, name string, data []byte) uint32 {
	copy(h.arena.Bytes()[mailboxAt:], name)
	at := Load(kind, uint32(dtype), uint32(len(name)), uint32(len(data)))
	if at == 0 {
		return 0
	}
	copy(h.arena.Bytes()[at:], data)
	return Seal()
}

// program loads the program of g, which must be sound.
func (h *host) program(g *graph.Graph) uint32 {
	h.t.Helper()
	p, err := g.Lower()
	if err != nil {
		h.t.Fatal(err)
	}
	return h.noError(h.load(kindProgram, 0, "", p.Encode()))
}

// weight loads an f32 weight.
func (h *host) weight(name string, values []float32) {
	h.t.Helper()
	h.noError(h.load(kindWeight, program.F32, name, floatBytes(values)))
}

// bind binds p, which must succeed.
func (h *host) bind(p uint32, dims ...uint32) U32 {
	h.t.Helper()
	h.mailbox(dims...)
	return U32(h.noError(Bind(p, uint32(len(dims)))))
}

// run runs the bound program, which must succeed.
func (h *host) run(table U32) {
	h.t.Helper()
	if Run(uint32(table)) != 0 {
		h.t.Fatal(h.record().Message())
	}
}

// op makes and binds a program of one operation. Inputs are nil (left out),
// []float32 or []int32 by shape.
func (h *host) op(name string, attrs []program.AttrValue, inputs ...*array) U32 {
	h.t.Helper()
	return h.opFor(1, name, attrs, inputs...)
}

// opFor is op for the outputs in a mask.
func (h *host) opFor(outputs uint32, name string, attrs []program.AttrValue, inputs ...*array) U32 {
	h.t.Helper()
	op := program.OpByName(name)
	h.describe(attrs, inputs...)
	h.noError(Op(op.Code, uint32(len(inputs)), uint32(len(attrs)), outputs))
	table := h.bind(gOne.Load(0))
	i := uint32(0)
	for _, in := range inputs {
		if in != nil {
			copy(h.tensor(table, i), in.bytes())
			i++
		}
	}
	return table
}

func (h *host) tryOp(code uint32, attrs []program.AttrValue, inputs ...*array) uint32 {
	h.describe(attrs, inputs...)
	return Op(code, uint32(len(inputs)), uint32(len(attrs)), 1)
}

// describe writes what Op reads to the mailbox.
func (h *host) describe(attrs []program.AttrValue, inputs ...*array) {
	var words []uint32
	for _, in := range inputs {
		words = append(words, in.descriptor()...)
	}
	for _, a := range attrs {
		words = append(words, uint32(a.Tag), a.Bits)
	}
	h.mailbox(words...)
}

// tensor is the memory of a tensor of a bound program.
func (h *host) tensor(table U32, i uint32) []byte {
	r := boundTensor(table, i)
	at, n := r.Load(boundAt), r.Load(boundBytes)
	return h.arena.Bytes()[at : at+n : at+n]
}

// output is the last tensor of a bound program as numbers.
func (h *host) output(table U32) []float32 {
	return bytesFloats(h.tensor(table, table.Load(bindTensors)-1))
}

// An array is a tensor's value: floats, or ints, or raw bytes of dtype.
type array struct {
	shape  []uint32
	floats []float32
	ints   []int32
	dtype  program.DType
	raw    []byte
}

func (a *array) descriptor() []uint32 {
	d := make([]uint32, 8)
	if a == nil {
		d[1] = none
		return d
	}
	switch {
	case a.raw != nil:
		d[0] = uint32(a.dtype)
	case a.floats != nil:
		d[0] = dtypeF32
	default:
		d[0] = dtypeI32
	}
	d[1] = uint32(len(a.shape))
	copy(d[2:], a.shape)
	return d
}

func (a *array) bytes() []byte {
	if a.raw != nil {
		return a.raw
	}
	if a.floats != nil {
		return floatBytes(a.floats)
	}
	var b []byte
	for _, v := range a.ints {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return b
}

// ramp is a tensor of distinct values around 0.
func ramp(shape ...uint32) *array {
	n := uint32(1)
	for _, e := range shape {
		n *= e
	}
	a := &array{shape: shape, floats: make([]float32, n)}
	for i := range a.floats {
		a.floats[i] = float32((i*37)%101-50) / 64
	}
	return a
}

// indices is a vector of int32.
func indices(values ...int32) *array {
	return &array{shape: []uint32{uint32(len(values))}, ints: values}
}

func floatBytes(values []float32) []byte {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func bytesFloats(b []byte) []float32 {
	values := make([]float32, len(b)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return values
}
