package program

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Decode reads the binary form of a program. It refuses what cannot be read
// or is of another version; whether the program may run, kernels.Verify says.
func Decode(b []byte) (*Program, error) {
	d, err := newDecoder(b)
	if err != nil {
		return nil, fmt.Errorf("program: %w", err)
	}
	p := &Program{Level: d.header[HeaderLevel], Slots: int(d.header[HeaderSlots])}
	p.Name = d.name(d.header[HeaderName], d.header[HeaderNameLen])
	d.dims(p)
	d.exprs(p)
	d.tensors(p)
	d.instrs(p)
	if d.at != uint64(len(b)) {
		d.fail("the operations end at byte %d of %d", d.at, len(b))
	}
	if d.err != nil {
		return nil, fmt.Errorf("program: %w", d.err)
	}
	return p, nil
}

// A decoder reads one section after the other, each of which begins where the
// one before ends, and keeps the first error.
type decoder struct {
	b       []byte
	header  [HeaderWords]uint32
	strings []byte
	at      uint64 // where the next section begins
	err     error
}

func newDecoder(b []byte) (*decoder, error) {
	d := &decoder{b: b}
	if len(b) < 4*HeaderWords || len(b) > MaxBytes {
		return nil, fmt.Errorf("%d bytes are not in %d..%d", len(b), 4*HeaderWords, MaxBytes)
	}
	for i := range d.header {
		d.header[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	for _, c := range []struct {
		word int
		want uint32
	}{{HeaderMagic, Magic}, {HeaderFormat, FormatVersion}, {HeaderBytes, uint32(len(b))}} {
		if got := d.header[c.word]; got != c.want {
			return nil, fmt.Errorf("header word %d is %d, not %d", c.word, got, c.want)
		}
	}
	if table := d.header[HeaderOpTable]; table-1 >= OpTableVersion {
		return nil, fmt.Errorf("header word %d is %d, not in 1..%d", HeaderOpTable, table, OpTableVersion)
	}
	if at := d.header[HeaderStrings]; at != 4*HeaderWords {
		return nil, fmt.Errorf("header word %d: the names begin at byte %d, not %d", HeaderStrings, at, 4*HeaderWords)
	}
	end := 4*HeaderWords + uint64(d.header[HeaderStringBytes])
	d.at = (end + 3) &^ 3
	if d.at > uint64(len(b)) {
		return nil, errors.New("the names lie outside of the program")
	}
	for _, c := range b[end:d.at] {
		if c != 0 {
			return nil, errors.New("the names are not filled up with zeros")
		}
	}
	d.strings = b[4*HeaderWords : end]
	if !utf8.Valid(d.strings) {
		return nil, errors.New("the names are not UTF-8")
	}
	return d, nil
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf(format, args...)
	}
}

func (d *decoder) name(at, n uint32) string {
	if uint64(at)+uint64(n) > uint64(len(d.strings)) {
		d.fail("a name ends at byte %d of the %d bytes of names", uint64(at)+uint64(n), len(d.strings))
		return ""
	}
	name := string(d.strings[at : at+n])
	if !utf8.ValidString(name) {
		d.fail("a name at byte %d of the names is not UTF-8", at)
	}
	return name
}

// section returns the words of a section of records of size words, at most
// limit of them.
func (d *decoder) section(header, size, limit int) []uint32 {
	n := d.header[header]
	if n > uint32(limit) {
		d.fail("header word %d: %d is over the limit of %d", header, n, limit)
		return nil
	}
	if begin := uint64(d.header[header+1]); begin != d.at {
		d.fail("header word %d: a section begins at byte %d, where the one before ends at %d", header+1, begin, d.at)
	}
	words := d.words(d.at, uint64(n)*uint64(size))
	d.at += 4 * uint64(n) * uint64(size)
	return words
}

func (d *decoder) words(at, n uint64) []uint32 {
	if d.err != nil {
		return nil
	}
	if at+4*n > uint64(len(d.b)) {
		d.fail("%d words at byte %d lie outside of the program", n, at)
		return nil
	}
	words := make([]uint32, n)
	for i := range words {
		words[i] = binary.LittleEndian.Uint32(d.b[at+4*uint64(i):])
	}
	return words
}

func (d *decoder) dims(p *Program) {
	for w := d.section(HeaderDims, DimWords, MaxDims); len(w) > 0; w = w[DimWords:] {
		p.Dims = append(p.Dims, Dim{d.name(w[0], w[1]), w[2], w[3]})
	}
}

func (d *decoder) exprs(p *Program) {
	for w := d.section(HeaderExprs, ExprWords, MaxExprs); len(w) > 0; w = w[ExprWords:] {
		p.Exprs = append(p.Exprs, Expr{ExprKind(w[0]), w[1], w[2]})
	}
}

func (d *decoder) tensors(p *Program) {
	for w := d.section(HeaderTensors, TensorWords, MaxTensors); len(w) > 0; w = w[TensorWords:] {
		rank := w[TensorRank]
		if rank > MaxRank {
			d.fail("tensor %d has rank %d", len(p.Tensors), rank)
			return
		}
		p.Tensors = append(p.Tensors, Tensor{
			Name:   d.name(w[TensorName], w[TensorNameLen]),
			Class:  Class(w[TensorClass]),
			DType:  DType(w[TensorDType]),
			Shape:  append([]uint32(nil), w[TensorShape:TensorShape+rank]...),
			Slot:   w[TensorSlot],
			Layout: Layout(w[TensorLayout]),
		})
	}
}

func (d *decoder) instrs(p *Program) {
	d.section(HeaderOps, 0, MaxOps)
	for i := uint32(0); i < d.header[HeaderOps] && d.err == nil; i++ {
		in, size := d.instr(d.at)
		p.Instrs = append(p.Instrs, in)
		d.at += size
	}
}

// instr reads the operation at byte at and returns its size in bytes.
func (d *decoder) instr(at uint64) (Instr, uint64) {
	w := d.words(at, OpWords)
	if d.err != nil {
		return Instr{}, 0
	}
	operands, outputs, attrs := uint64(w[1]), uint64(w[2]), uint64(w[3])
	if operands > MaxOperands || outputs > MaxOutputs || attrs > MaxAttrs {
		d.fail("operation at byte %d: %d operands, %d outputs or %d attributes are over the limits of %d, %d and %d",
			at, operands, outputs, attrs, MaxOperands, MaxOutputs, MaxAttrs)
		return Instr{}, 0
	}
	size := OpWords + operands + outputs + 2*attrs
	w = append(w, d.words(at+4*OpWords, size-OpWords)...)
	if d.err != nil {
		return Instr{}, 0
	}
	in := Instr{Code: w[0]}
	w = w[OpWords:]
	in.Operands = append(in.Operands, w[:operands]...)
	in.Outputs = append(in.Outputs, w[operands:operands+outputs]...)
	for w = w[operands+outputs:]; len(w) > 0; w = w[2:] {
		in.Attrs = append(in.Attrs, AttrValue{AttrTag(w[0]), w[1]})
	}
	return in, 4 * size
}
