package program

import "encoding/binary"

// Encode returns the binary form of p. Equal programs have equal bytes, and a
// later operation table changes none: the header names the oldest one that
// has all that p uses. Encode does not check p: kernels.Verify refuses what
// must not run.
func (p *Program) Encode() []byte {
	e := encoder{names: map[string]uint32{}}
	e.words = make([]uint32, HeaderWords)
	name := e.name(p.Name)
	dims := e.dims(p.Dims)
	tensors := e.tensors(p.Tensors)

	e.words[HeaderMagic] = Magic
	e.words[HeaderFormat] = FormatVersion
	e.words[HeaderOpTable] = p.needs()
	e.words[HeaderLevel] = p.Level
	e.words[HeaderSlots] = uint32(p.Slots)
	e.words[HeaderName], e.words[HeaderNameLen] = name, uint32(len(p.Name))
	e.words[HeaderStrings], e.words[HeaderStringBytes] = 4*HeaderWords, uint32(len(e.strings))
	for len(e.strings)%4 != 0 {
		e.strings = append(e.strings, 0)
	}
	e.section(HeaderDims, len(p.Dims), dims)
	e.section(HeaderExprs, len(p.Exprs), exprWords(p.Exprs))
	e.section(HeaderTensors, len(p.Tensors), tensors)
	e.section(HeaderOps, len(p.Instrs), instrWords(p.Instrs))
	e.words[HeaderBytes] = uint32(e.size())
	return e.bytes()
}

// needs returns the oldest operation table that has all that p uses.
func (p *Program) needs() uint32 {
	table := uint32(1)
	for _, in := range p.Instrs {
		table = max(table, in.Needs())
	}
	return table
}

// An encoder collects the header and the sections as words, the names apart.
type encoder struct {
	words   []uint32
	strings []byte
	names   map[string]uint32
}

func (e *encoder) size() int { return 4*len(e.words) + len(e.strings) }

// name returns the offset of s in the string table.
func (e *encoder) name(s string) uint32 {
	at, ok := e.names[s]
	if !ok {
		at = uint32(len(e.strings))
		e.names[s] = at
		e.strings = append(e.strings, s...)
	}
	return at
}

// section appends words and writes their count and offset to the header.
func (e *encoder) section(header, count int, words []uint32) {
	e.words[header], e.words[header+1] = uint32(count), uint32(e.size())
	e.words = append(e.words, words...)
}

// bytes puts the names between the header and the other sections.
func (e *encoder) bytes() []byte {
	b := make([]byte, 0, e.size())
	for i, w := range e.words {
		if i == HeaderWords {
			b = append(b, e.strings...)
		}
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	if len(e.words) == HeaderWords {
		b = append(b, e.strings...)
	}
	return b
}

func (e *encoder) dims(dims []Dim) (words []uint32) {
	for _, d := range dims {
		words = append(words, e.name(d.Name), uint32(len(d.Name)), d.Min, d.Max)
	}
	return words
}

func (e *encoder) tensors(tensors []Tensor) (words []uint32) {
	for _, t := range tensors {
		var w [TensorWords]uint32
		w[TensorName], w[TensorNameLen] = e.name(t.Name), uint32(len(t.Name))
		w[TensorClass], w[TensorDType] = uint32(t.Class), uint32(t.DType)
		w[TensorRank] = uint32(len(t.Shape))
		copy(w[TensorShape:TensorShape+MaxRank], t.Shape)
		w[TensorSlot], w[TensorLayout] = t.Slot, uint32(t.Layout)
		words = append(words, w[:]...)
	}
	return words
}

func exprWords(exprs []Expr) (words []uint32) {
	for _, x := range exprs {
		words = append(words, uint32(x.Kind), x.A, x.B)
	}
	return words
}

func instrWords(instrs []Instr) (words []uint32) {
	for _, in := range instrs {
		words = append(words, in.Code, uint32(len(in.Operands)), uint32(len(in.Outputs)), uint32(len(in.Attrs)))
		words = append(words, in.Operands...)
		words = append(words, in.Outputs...)
		for _, a := range in.Attrs {
			words = append(words, uint32(a.Tag), a.Bits)
		}
	}
	return words
}
