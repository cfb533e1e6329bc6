package wasm

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// Print returns a binary module as text. It reads the sections that Encode
// writes and refuses others.
func Print(module []byte) (string, error) {
	if !bytes.HasPrefix(module, magic) {
		return "", errors.New("not a WebAssembly module of version 1")
	}
	p := &printer{exports: map[int]string{}}
	r := &reader{data: module, pos: len(magic)}
	for r.more() {
		id := r.byte()
		body := r.sub(r.unsigned())
		p.section(id, body)
		if body.err != nil {
			return "", body.err
		}
	}
	if r.err != nil {
		return "", r.err
	}
	return "(module\n" + p.out.String() + ")\n", nil
}

type printer struct {
	out     strings.Builder
	types   []funcType
	funcs   []uint32 // type of each function
	exports map[int]string
}

type funcType struct{ params, results []ir.Type }

func (p *printer) section(id byte, r *reader) {
	switch id {
	case customSection:
		r.take(uint32(len(r.data))) // names and places, which the text has no room for
	case typeSection:
		p.typeSection(r)
	case importSection:
		p.importSection(r)
	case functionSection:
		for range r.count() {
			p.funcs = append(p.funcs, r.unsigned())
		}
	case memorySection:
		p.memorySection(r)
	case exportSection:
		p.exportSection(r)
	case codeSection:
		p.codeSection(r)
	default:
		r.fail("section %d is not one that wasmbuild writes", id)
	}
	if r.more() {
		r.fail("section %d has bytes left over", id)
	}
}

func (p *printer) typeSection(r *reader) {
	for range r.count() {
		if form := r.byte(); form != 0x60 {
			r.fail("type form %#x is no function", form)
		}
		p.types = append(p.types, funcType{r.types(), r.types()})
	}
}

func (p *printer) memorySection(r *reader) {
	if n, flags := r.count(), r.byte(); n != 1 || flags != 0 {
		r.fail("one memory without a maximum was expected")
	}
	fmt.Fprintf(&p.out, "  (memory (export \"memory\") %d)\n", r.unsigned())
}

func (p *printer) importSection(r *reader) {
	n := r.count()
	module, name := r.take(r.unsigned()), r.take(r.unsigned())
	if kind, flags := r.byte(), r.byte(); n != 1 || kind != exportMemory || flags != sharedMemory {
		r.fail("one shared memory was expected")
	}
	fmt.Fprintf(&p.out, "  (memory (export \"memory\") (import %q %q) %d %d shared)\n", module, name, r.unsigned(), r.unsigned())
}

func (p *printer) exportSection(r *reader) {
	for range r.count() {
		name := string(r.take(r.unsigned()))
		kind, index := r.byte(), r.unsigned()
		if kind == exportFunc {
			p.exports[int(index)] = name
		}
	}
}

func (p *printer) codeSection(r *reader) {
	if n := r.count(); n != len(p.funcs) {
		r.fail("%d functions declared, %d defined", len(p.funcs), n)
	}
	for i := range p.funcs {
		body := r.sub(r.unsigned())
		p.function(i, body)
		if r.err == nil {
			r.err = body.err
		}
	}
}

func (p *printer) function(i int, r *reader) {
	fmt.Fprintf(&p.out, "  (func $%d", i)
	if name, ok := p.exports[i]; ok {
		fmt.Fprintf(&p.out, " (export %q)", name)
	}
	if int(p.funcs[i]) >= len(p.types) {
		r.fail("function %d has no type", i)
		return
	}
	t := p.types[p.funcs[i]]
	p.clause("param", t.params)
	p.clause("result", t.results)
	p.out.WriteByte('\n')
	for range r.count() {
		n, lt := r.unsigned(), ir.Type(r.byte())
		fmt.Fprintf(&p.out, "    (local %d x %s)\n", n, lt)
	}
	p.body(r)
	p.out.WriteString("  )\n")
}

func (p *printer) clause(keyword string, ts []ir.Type) {
	if len(ts) == 0 {
		return
	}
	fmt.Fprintf(&p.out, " (%s", keyword)
	for _, t := range ts {
		fmt.Fprintf(&p.out, " %s", t)
	}
	p.out.WriteByte(')')
}

// body prints instructions up to the function's end, indented by nesting.
func (p *printer) body(r *reader) {
	depth := 0
	for r.more() {
		in := decodeOpcode(r)
		if in == nil {
			return
		}
		if in.Name == "end" && depth == 0 {
			return
		}
		indent := depth
		switch in.Name {
		case "block", "loop", "if":
			depth++
		case "end":
			depth--
			indent--
		case "else":
			indent--
		}
		fmt.Fprintf(&p.out, "    %s%s%s\n", strings.Repeat("  ", indent), in.Name, operand(in, r))
	}
}

var byOpcode = func() map[uint32]*opcode.Instruction {
	m := map[uint32]*opcode.Instruction{}
	for i := range opcode.Instructions {
		m[opcode.Instructions[i].Opcode] = &opcode.Instructions[i]
	}
	return m
}()

func decodeOpcode(r *reader) *opcode.Instruction {
	code := uint32(r.byte())
	if code >= 0xFC && code <= 0xFE {
		code = code<<16 | r.unsigned()
	}
	in := byOpcode[code]
	if in == nil {
		r.fail("unknown opcode %#x", code)
	}
	return in
}

// operand reads and formats an instruction's immediates.
func operand(in *opcode.Instruction, r *reader) string {
	switch in.Imm {
	case opcode.MemArg:
		return memArg(r)
	case opcode.MemArgLane:
		return memArg(r) + fmt.Sprintf(" %d", r.byte())
	case opcode.Lane:
		return fmt.Sprintf(" %d", r.byte())
	case opcode.Lanes:
		return " " + strings.Trim(fmt.Sprint(r.take(16)), "[]")
	case opcode.ConstImm:
		return " " + constant(in.Name, r)
	case opcode.LocalImm, opcode.LabelImm:
		return fmt.Sprintf(" %d", r.unsigned())
	case opcode.FuncImm:
		return fmt.Sprintf(" $%d", r.unsigned())
	case opcode.TableImm:
		return table(r)
	case opcode.BlockImm:
		if t := ir.Type(r.byte()); t != ir.None {
			return fmt.Sprintf(" (result %s)", t)
		}
	case opcode.MemoryImm:
		r.byte()
	case opcode.MemoryImm2:
		r.take(2)
	}
	return ""
}

func memArg(r *reader) string {
	align, offset := r.unsigned(), r.unsigned()
	return fmt.Sprintf(" offset=%d align=%d", offset, uint64(1)<<min(align, 32))
}

func table(r *reader) string {
	var b strings.Builder
	for range r.count() + 1 {
		fmt.Fprintf(&b, " %d", r.unsigned())
	}
	return b.String()
}

func constant(name string, r *reader) string {
	switch name {
	case "f32.const":
		bits := uint32(r.little(4))
		return float(float64(math.Float32frombits(bits)), uint64(bits))
	case "f64.const":
		bits := r.little(8)
		return float(math.Float64frombits(bits), bits)
	case "v128.const":
		return fmt.Sprintf("i64x2 %#x %#x", r.little(8), r.little(8))
	}
	return fmt.Sprint(r.signed())
}

func float(v float64, bits uint64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Sprintf("%v (;%#x;)", v, bits)
	}
	return fmt.Sprintf("%x", v)
}
