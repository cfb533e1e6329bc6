package fuzzops

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/fovea-run/fovea/kernels/simd128"
	"github.com/fovea-run/fovea/wasm/program"
)

// The poisons: one is NaN, and -1 as an integer, the other a number.
const (
	poisonNaN    = 0xFF
	poisonNumber = 0x40
)

// Level is the highest level of operations that this build has natively.
func Level() uint32 {
	if simd128.Training {
		return 1
	}
	return 0
}

// A Checker plays cases on both engines and judges the answers.
type Checker struct {
	native, wazero player
	Counts         map[string]*Count
}

// Count counts the cases of an operation.
type Count struct {
	Ran     int `json:"ran"`
	Bound   int `json:"bound"`   // but not run: too much work
	Refused int `json:"refused"` // by a record
}

// A Finding is a case that did what no case may.
type Finding struct {
	Case *Case
	What string
}

func (f *Finding) Error() string { return fmt.Sprintf("%s\n\t%s", f.What, f.Case) }

// NewChecker returns a checker; a process has one.
func NewChecker(ctx context.Context) (*Checker, error) {
	w, err := newCompiled(ctx)
	if err != nil {
		return nil, err
	}
	c := &Checker{native: player{machine: &native{}}, wazero: player{machine: w}, Counts: map[string]*Count{}}
	for _, p := range []*player{&c.native, &c.wazero} {
		if err := p.fresh(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Infer is the shape rule of the native kernels.
func (k *Checker) Infer(c *Case) ([]*Input, bool) {
	p := &k.native
	if p.prepare(0) != nil {
		return nil, false
	}
	var a answer
	handle := p.one(c, &a)
	if handle == 0 {
		p.renew(a)
		return nil, false
	}
	mem := p.memory()
	t := handle + word(mem, handle+headerTensorsAt) + 4*program.TensorWords*uint32(count(c.Inputs))
	exprs := handle + word(mem, handle+4*program.HeaderExprsAt)
	var outs []*Input
	for i := range program.MaxOutputs {
		if c.Outputs>>i&1 == 0 {
			outs = append(outs, nil)
			continue
		}
		out := &Input{DType: program.DType(word(mem, t+4*program.TensorDType))}
		for axis := range word(mem, t+4*program.TensorRank) {
			x := word(mem, t+4*program.TensorShape+4*axis)
			out.Shape = append(out.Shape, word(mem, exprs+4*program.ExprWords*x+4))
		}
		outs = append(outs, out)
		t += 4 * program.TensorWords
	}
	for outs[len(outs)-1] == nil {
		outs = outs[:len(outs)-1]
	}
	return outs, true
}

func count(inputs []*Input) (n int) {
	for _, in := range inputs {
		if in != nil {
			n++
		}
	}
	return n
}

// renew gives a player another memory after a trap.
func (p *player) renew(a answer) {
	if a.trap != "" {
		_ = p.fresh() // the next prepare would tell
	}
}

// Check plays a case and returns what is wrong with the answers, nil if nothing is.
func (k *Checker) Check(c *Case) *Finding {
	var answers [4]answer
	for i, p := range []*player{&k.native, &k.native, &k.wazero, &k.wazero} {
		if i%2 == 1 && answers[i-1].large() {
			answers[i] = answers[i-1]
			continue
		}
		a := p.play(c, [2]byte{poisonNaN, poisonNumber}[i%2])
		p.renew(a)
		if a.trap != "" {
			return &Finding{c, p.name() + " traps: " + a.trap}
		}
		if a.fault != "" {
			return &Finding{c, p.name() + ": " + a.fault}
		}
		answers[i] = a
	}
	for i := range 2 {
		name := []string{"native", "wazero"}[i]
		if what := differ(answers[2*i], answers[2*i+1], false); what != "" {
			return &Finding{c, name + " answers by what lies around: " + what}
		}
	}
	if what := differ(answers[0], answers[2], true); what != "" {
		return &Finding{c, "native and wazero differ: " + what}
	}
	k.count(c, answers[0])
	return nil
}

// large reports whether a case took much memory for nothing: once is enough.
func (a *answer) large() bool { return a.only || a.record.Code == program.ErrMemory }

func (k *Checker) count(c *Case, a answer) {
	n := k.Counts[c.Op]
	if n == nil {
		n = &Count{}
		k.Counts[c.Op] = n
	}
	switch {
	case a.record.Code != 0:
		n.Refused++
	case a.only:
		n.Bound++
	default:
		n.Ran++
	}
}

// differ says how two answers differ, "" if they do not; numbers may be any NaN.
func differ(a, b answer, anyNaN bool) string {
	if a.record != b.record {
		return fmt.Sprintf("%q and %q, %v and %v", a.record.Message(), b.record.Message(), a.record, b.record)
	}
	if a.only != b.only || len(a.outputs) != len(b.outputs) {
		return "another number of outputs"
	}
	for i, x := range a.outputs {
		y := b.outputs[i]
		if bytes.Equal(x, y) {
			continue
		}
		if len(x) != len(y) {
			return "outputs of other sizes"
		}
		if at, ok := sameNumbers(x, y, a.dtypes[i]); !anyNaN || !ok {
			return fmt.Sprintf("output %d at byte %d of %d: %x and %x", i, at, len(x), x[at:min(at+4, len(x))], y[at:min(at+4, len(y))])
		}
	}
	return ""
}

// sameNumbers reports whether x and y are the same but for the bits of NaN, or where they are not.
func sameNumbers(x, y []byte, dtype program.DType) (int, bool) {
	for at := 0; at < len(x); at += max(dtype.Size(), 1) {
		switch dtype {
		case program.F32:
			u, v := binary.LittleEndian.Uint32(x[at:]), binary.LittleEndian.Uint32(y[at:])
			f, g := math.Float32frombits(u), math.Float32frombits(v)
			if u != v && (f == f || g == g) {
				return at, false
			}
		case program.F16:
			u, v := binary.LittleEndian.Uint16(x[at:]), binary.LittleEndian.Uint16(y[at:])
			if u != v && (u&0x7FFF <= 0x7C00 || v&0x7FFF <= 0x7C00) {
				return at, false
			}
		default:
			if x[at] != y[at] {
				return at, false
			}
		}
	}
	return 0, true
}
