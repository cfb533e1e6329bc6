package fuzzops

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/fovea-run/fovea/wasm/program"
)

// Where the module has what it shares with hosts; see kernels/memory.go, kernels/bind.go and package program.
const (
	globalsAt = 64 // and what else is cleared for the next case, up to the end of the mailbox
	mailboxAt = 1024
	heapAt    = 1 << 16

	tableScratch = 16
	tableBytes   = 20
	tableTensors = 32
	tensorBytes  = 48

	headerTensors   = 4 * program.HeaderTensors
	headerTensorsAt = 4 * program.HeaderTensorsAt
	none            = 0xFFFFFFFF
)

// An answer is what a machine made of a case.
type answer struct {
	trap    string
	fault   string         // what else must not be
	record  program.Record // Code 0: the case ran
	only    bool           // bound, but not run: it is too much work
	outputs [][]byte
	dtypes  []program.DType
}

// A player plays cases on a machine.
type player struct {
	machine
	before []byte // the memory before a run
}

// play runs a case with memory full of poison.
func (p *player) play(c *Case, poison byte) (a answer) {
	if err := p.prepare(poison); err != nil {
		return answer{trap: err.Error()}
	}
	handle := p.load(c, poison, &a)
	if handle == 0 || a.trap != "" {
		return a
	}
	for i, n := range c.Dims {
		putWords(p.memory(), mailboxAt+4*uint32(i), n)
	}
	table := p.need(&a, "bind", handle, uint32(len(c.Dims)))
	if table == 0 {
		return a
	}
	b := p.bound(handle, table)
	if a.fault = b.fault; a.fault != "" {
		return a
	}
	if a.only = b.work > mostWork(c); a.only {
		return a
	}
	b.soil(poison)
	b.fill(c)
	p.before = append(p.before[:0], p.memory()...)
	failed, err := p.call("run", table)
	if err != nil {
		a.trap = err.Error()
		return a
	}
	if failed != 0 {
		a.record = p.record(&a)
		b.writable = nil
	} else {
		for _, t := range b.outputs {
			a.outputs = append(a.outputs, bytes.Clone(p.memory()[t.at:t.end]))
			a.dtypes = append(a.dtypes, t.dtype)
		}
	}
	if a.fault == "" {
		a.fault = p.untouched(b)
	}
	return a
}

// prepare makes an empty memory full of poison.
func (p *player) prepare(poison byte) error {
	if mem := p.memory(); mem == nil || len(mem) > tidyBytes {
		p.before = nil
		if err := p.fresh(); err != nil {
			return err
		}
	}
	mem := p.memory()
	clear(mem[globalsAt : mailboxAt+4096])
	fill(mem[heapAt:], poison)
	return nil
}

func fill(b []byte, v byte) {
	if len(b) == 0 {
		return
	}
	b[0] = v
	for n := 1; n < len(b); n *= 2 {
		copy(b[n:], b[:n])
	}
}

// need calls an export that gives 0 with an error.
func (p *player) need(a *answer, export string, args ...uint32) uint32 {
	r, err := p.call(export, args...)
	if err != nil {
		a.trap = err.Error()
		return 0
	}
	if r == 0 {
		a.record = p.record(a)
	}
	return r
}

// record reads the error record, which must have a code.
func (p *player) record(a *answer) program.Record {
	at, err := p.call("error")
	if err != nil {
		a.trap = err.Error()
		return program.Record{}
	}
	mem := p.memory()
	r := program.Record{Code: word(mem, at), Op: word(mem, at+4), Arg: word(mem, at+8), Got: word(mem, at+12), Want: word(mem, at+16)}
	if name, n := word(mem, at+20), word(mem, at+24); name != 0 {
		if uint64(name)+uint64(n) > uint64(len(mem)) {
			a.fault = "the name of the error record lies outside of memory"
			return r
		}
		r.Name = string(mem[name : name+n])
	}
	if program.ErrorID(r.Code) == fmt.Sprintf("error-%d", r.Code) {
		a.fault = fmt.Sprintf("an error without a record, code %d", r.Code)
	}
	return r
}

// load makes the program of a case and returns its handle.
func (p *player) load(c *Case, poison byte, a *answer) uint32 {
	if c.Program == nil {
		return p.one(c, a)
	}
	handle := p.give(a, 1, 0, "", func(b []byte) { copy(b, c.Program) }, uint32(len(c.Program)))
	if handle == 0 {
		return 0
	}
	for _, w := range c.Weights {
		in := Input{DType: w.DType, Seed: w.Seed}
		_ = p.give(a, 2, uint32(w.DType), w.Name, in.fill, w.Bytes)
		if a.trap != "" || a.fault != "" || a.record.Code != 0 {
			return 0
		}
	}
	return handle
}

// give loads bytes and seals them. A weight that no program wants is none: the answer is 0 without an error.
func (p *player) give(a *answer, kind, dtype uint32, name string, write func([]byte), n uint32) uint32 {
	copy(p.memory()[mailboxAt:], name)
	at, err := p.call("load", kind, dtype, uint32(len(name)), n)
	if err != nil {
		a.trap = err.Error()
		return 0
	}
	if at == 0 {
		if rec, err := p.call("error"); kind == 1 || err != nil || word(p.memory(), rec) != 0 {
			a.record = p.record(a)
		}
		return 0
	}
	write(p.memory()[at : at+n])
	return p.need(a, "seal")
}

// one calls the export op.
func (p *player) one(c *Case, a *answer) uint32 {
	mem, at := p.memory(), uint32(mailboxAt)
	for _, in := range c.Inputs {
		d := make([]uint32, 8)
		if in == nil {
			d[1] = none
		} else {
			d[0], d[1] = uint32(in.DType), uint32(len(in.Shape))
			copy(d[2:], in.Shape)
		}
		putWords(mem, at, d...)
		at += 32
	}
	for _, v := range c.Attrs {
		putWords(mem, at, uint32(v.Tag), v.Bits)
		at += 8
	}
	return p.need(a, "op", c.Code, uint32(c.Args), uint32(c.AttrsN), c.Outputs)
}

// A span is the memory of a tensor.
type span struct {
	at, end uint32
	index   int // of the tensor
	dtype   program.DType
}

// bound is what a bound table says.
type bound struct {
	mem      []byte
	inputs   []span
	outputs  []span
	writable []span       // outputs, intermediates and scratch memory, in order
	from, to uint32       // of all of these and the inputs
	read     map[int]bool // the tensors that operations read
	work     uint64
	fault    string
}

func (p *player) bound(handle, table uint32) *bound {
	mem := p.memory()
	b := &bound{mem: mem, from: none}
	scratch := span{at: word(mem, table+tableScratch)}
	scratch.end = scratch.at + word(mem, table+tableBytes)
	spans := []span{scratch}
	for i := range word(mem, handle+headerTensors) {
		t, r := handle+word(mem, handle+headerTensorsAt)+4*program.TensorWords*i, table+tableTensors+tensorBytes*i
		s := span{at: word(mem, r), index: int(i), dtype: program.DType(word(mem, r+8))}
		s.end = s.at + word(mem, r+4)
		switch program.Class(word(mem, t+4*program.TensorClass)) {
		case program.Weight:
			continue
		case program.Input:
			b.inputs = append(b.inputs, s)
		case program.Output:
			b.outputs = append(b.outputs, s)
			b.writable = append(b.writable, s)
		case program.Scratch:
			b.writable = append(b.writable, s)
		}
		spans = append(spans, s)
	}
	for _, s := range spans {
		if s.end < s.at || uint64(s.end) > uint64(len(mem)) || s.at < heapAt {
			b.fault = fmt.Sprintf("tensor %d is bound to %d..%d of %d bytes", s.index, s.at, s.end, len(mem))
			return b
		}
		b.from, b.to = min(b.from, s.at), max(b.to, s.end)
	}
	b.writable = append(b.writable, scratch)
	slices.SortFunc(b.writable, func(x, y span) int { return int(int64(x.at) - int64(y.at)) })
	b.fault = wrongDispatch(mem, handle, table)
	b.work, b.read = workOf(mem, handle, table)
	return b
}

// soil fills the arena, the scratch memory and what lies between with poison.
func (b *bound) soil(poison byte) { fill(b.mem[b.from:b.to], poison) }

// fill writes the inputs that are read; others stay poison.
func (b *bound) fill(c *Case) {
	n := 0 // of a call, inputs that are there are the tensors
	for _, s := range b.inputs {
		var in *Input
		if c.Program != nil {
			if s.index < len(c.Inputs) {
				in = c.Inputs[s.index]
			}
		} else {
			for in == nil && n < len(c.Inputs) {
				in = c.Inputs[n]
				n++
			}
		}
		if in == nil && b.read[s.index] { // by a program that was damaged
			in = &Input{Seed: uint64(s.index)}
		}
		if in != nil {
			typed := *in
			typed.DType = s.dtype
			typed.fill(b.mem[s.at:s.end])
		}
	}
}

// untouched compares all memory but what b may write with what it was before the run.
func (p *player) untouched(b *bound) string {
	after, at := p.memory(), uint32(heapAt)
	if len(after) != len(p.before) {
		return "the run has changed the size of memory"
	}
	end := span{at: uint32(len(after)), end: uint32(len(after))}
	for _, s := range append(slices.Clone(b.writable), end) {
		if s.at > at && !bytes.Equal(p.before[at:s.at], after[at:s.at]) {
			for ; p.before[at] == after[at]; at++ {
			}
			return fmt.Sprintf("byte %d is written, %d behind %d", at, at-b.from, b.from)
		}
		at = max(at, s.end)
	}
	return ""
}
