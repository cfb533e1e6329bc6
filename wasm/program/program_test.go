package program_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	. "github.com/fovea-run/fovea/wasm/program"
)

// sample is a hand-made program that uses every section and field.
func sample() *Program {
	return &Program{
		Name: "sample",
		Dims: []Dim{{"batch", 1, 64}, {"tokens", 1, 128}},
		Exprs: []Expr{
			{Const, 8, 0}, {DimExpr, 0, 0}, {DimExpr, 1, 0},
			{Add, 1, 2}, {Mul, 3, 0}, {CeilDiv, 4, 0},
		},
		Tensors: []Tensor{
			{Name: "table", Class: Weight, DType: Q8, Shape: []uint32{0, 0}, Slot: NoSlot, Layout: Panels},
			{Name: "ids", Class: Input, DType: I32, Shape: []uint32{1, 2}, Slot: 0},
			{Name: "", Class: Scratch, DType: F32, Shape: []uint32{4, 5}, Slot: 1},
			{Name: "out", Class: Output, DType: F32, Shape: []uint32{}, Slot: 2},
		},
		Instrs: []Instr{
			{Code: OpGather, Operands: []uint32{0, 1}, Outputs: []uint32{2}, Attrs: []AttrValue{Float(0.5)}},
			{Code: OpMatMul, Operands: []uint32{2, 0, Absent, 1}, Outputs: []uint32{3}, Attrs: []AttrValue{Int(int32(Tanh))}},
			{Code: 99, Outputs: []uint32{3}, Attrs: []AttrValue{Int(-3), {Tag: 7, Bits: 255}}},
		},
		Slots: 3,
	}
}

func TestRoundTrip(t *testing.T) {
	for _, p := range []*Program{sample(), {Name: "", Slots: 0}, {Name: "x"}} {
		got, err := Decode(p.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if got.String() != p.String() {
			t.Errorf("decoded program prints\n%s\nwant\n%s", got, p)
		}
		if again := got.Encode(); !bytes.Equal(again, p.Encode()) {
			t.Error("encoding the decoded program gives other bytes")
		}
	}
	p := sample()
	p.Instrs = p.Instrs[:2]
	p.Tensors[3].Shape = []uint32{5}
	got, err := Decode(p.Encode())
	if err != nil || !reflect.DeepEqual(got, p) {
		t.Errorf("Decode = %+v, %v; want %+v", got, err, p)
	}
}

func TestString(t *testing.T) {
	want := `program "sample" level 0 slots 3
dim batch 1..64
dim tokens 1..128
%0 weight table q8[8, 8] panels
%1 input ids i32[batch, tokens] @0
%2 scratch f32[(batch+tokens)*8, ceil((batch+tokens)*8/8)] @1
%3 output out f32[] @2
%2 = gather %0, %1, scale=0.5
%3 = matmul %2, %0, _, %1, act=tanh
%3 = op(99) 0=-3, 1=tag7:0xff
`
	if got := sample().String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestStringIsBounded(t *testing.T) {
	p := &Program{Exprs: []Expr{{Const, 2, 0}}}
	for i := range uint32(1000) {
		p.Exprs = append(p.Exprs, Expr{Mul, i, i}, Expr{})
	}
	p.Tensors = []Tensor{{Class: Scratch, DType: F32, Shape: []uint32{999, 5000}}}
	if s := p.String(); len(s) > 1000 {
		t.Errorf("printed %d bytes", len(s))
	}
}

func TestDecodeRefuses(t *testing.T) {
	valid := sample().Encode()
	for n := range valid {
		if _, err := Decode(valid[:n]); err == nil {
			t.Errorf("%d of %d bytes were accepted", n, len(valid))
		}
	}
	for _, c := range []struct {
		word  int
		value byte
		want  string
	}{
		{HeaderMagic, 1, "header word 0"}, {HeaderFormat, 2, "header word 1"}, {HeaderOpTable, OpTableVersion + 1, "header word 2"},
		{HeaderStrings, 255, "the names begin at byte"}, {HeaderStringBytes, 255, "names lie outside"}, {HeaderDims, 65, "over the limit of 64"},
		{HeaderDimsAt, 2, "a section begins at byte 2"}, {HeaderOps, 2, "the operations end"}, {HeaderName, 255, "a name ends"},
	} {
		b := bytes.Clone(valid)
		b[4*c.word], b[4*c.word+1] = c.value, 0x7f*(c.value/255)
		if _, err := Decode(b); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("header word %d = %d: error %v, want %q", c.word, c.value, err, c.want)
		}
	}
}

// FuzzDecode checks that whatever Decode accepts prints and encodes again to
// a program that decodes to the same.
func FuzzDecode(f *testing.F) {
	f.Add(sample().Encode())
	f.Add((&Program{}).Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Decode(b)
		if err != nil {
			return
		}
		again, err := Decode(p.Encode())
		if err != nil {
			if len(p.Encode()) > MaxBytes {
				return // overlapping names, laid out apart
			}
			t.Fatal(err)
		}
		if again.String() != p.String() {
			t.Errorf("%s\nbecame\n%s", p, again)
		}
	})
}

func TestOps(t *testing.T) {
	last := uint32(0)
	for i, op := range Ops {
		if op.Code <= last {
			t.Errorf("%s: code %d does not follow %d", op.Name, op.Code, last)
		}
		last = op.Code
		if OpByCode(op.Code) != &Ops[i] || OpByName(op.Name) != &Ops[i] {
			t.Errorf("%s: not found by its code or name", op.Name)
		}
	}
	if OpByCode(0) != nil || OpByCode(last+1) != nil || OpByName("") != nil {
		t.Error("an unknown operation was found")
	}
}

func TestErrors(t *testing.T) {
	last := uint32(0)
	for _, e := range Errors {
		if e.Code <= last {
			t.Errorf("%s: code %d does not follow %d", e.Name, e.Code, last)
		}
		last = e.Code
	}
	r := Record{Code: ErrIndex, Op: 3, Arg: 7, Got: 0xFFFFFFFF, Want: 10}
	if got, want := r.Message(), "operation 3: index -1 at position 7 is not in 0..10-1"; got != want {
		t.Errorf("Message = %q, want %q", got, want)
	}
	r = Record{Code: ErrWeightMissing, Op: NoOp, Name: "w"}
	if got, want := r.Message(), `weight "w" is not loaded`; got != want {
		t.Errorf("Message = %q, want %q", got, want)
	}
	if got := ErrorID(ErrDimHigh); got != "dim-high" {
		t.Errorf("ErrorID = %q", got)
	}
	if got := ErrorID(9999) + (Record{Code: 9999, Op: NoOp}).Message(); got != "error-9999error 9999" {
		t.Errorf("an unknown code gives %q", got)
	}
}
