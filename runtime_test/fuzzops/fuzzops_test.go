package fuzzops

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/wasm/program"
)

// TestOperations plays the first cases of seed 1, the short form fewer of them.
func TestOperations(t *testing.T) {
	cases := uint64(3000)
	if os.Getenv("FOVEA_FULL") != "" {
		cases = 20000
	}
	k, err := NewChecker(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for n := range cases {
		if f := k.Check(Generate(1, n, Level(), k.Infer)); f != nil {
			t.Errorf("-seed 1 -case %d: %v", n, f)
		}
	}
	if lacking := Lacking(k.Counts, Level()); lacking != nil {
		t.Errorf("no case ran, or none was refused, of %s\n%s", strings.Join(lacking, ", "), Table(k.Counts))
	}
}

// TestRepeats makes a case again, from its numbers alone.
func TestRepeats(t *testing.T) {
	k, err := NewChecker(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for n := range uint64(500) {
		if a, b := Generate(7, n, Level(), k.Infer), Generate(7, n, Level(), k.Infer); !reflect.DeepEqual(a, b) {
			t.Fatalf("case %d is\n%s\nand\n%s", n, a, b)
		}
	}
}

// A liar is a machine that breaks one promise.
type liar struct {
	machine
	lie   func(l *liar, export string, result uint32)
	table uint32 // of the last bind
}

func (l *liar) call(export string, args ...uint32) (uint32, error) {
	r, err := l.machine.call(export, args...)
	if export == "bind" {
		l.table = r
	}
	if err == nil {
		l.lie(l, export, r)
	}
	return r, err
}

// TestFindings has an engine that writes beside its tensors, one that reads there, and one that gives other numbers.
func TestFindings(t *testing.T) {
	k, err := NewChecker(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	honest := k.wazero.machine
	softmax := &Case{
		Op: "softmax", Code: program.OpSoftmax, Args: 1, Outputs: 1,
		Inputs: []*Input{{DType: program.F32, Shape: []uint32{3, 5}, Seed: 1}},
	}
	for _, c := range []struct {
		what, want string
		lie        func(l *liar, export string, result uint32)
	}{
		{"nothing", "", func(*liar, string, uint32) {}},
		{"a byte behind the output", "is written", func(l *liar, export string, _ uint32) {
			if mem := l.memory(); export == "run" {
				mem[len(mem)-1]++
			}
		}},
		{"a number from behind the input", "answers by what lies around", func(l *liar, export string, _ uint32) {
			if mem := l.memory(); export == "run" {
				mem[l.output()] = mem[len(mem)-1]
			}
		}},
		{"another number", "native and wazero differ", func(l *liar, export string, _ uint32) {
			if export == "run" {
				l.memory()[l.output()] ^= 1
			}
		}},
		{"no record", "an error without a record", func(l *liar, export string, at uint32) {
			if export == "error" {
				putWords(l.memory(), at, 0)
			}
		}},
	} {
		k.wazero.machine = &liar{machine: honest, lie: c.lie}
		asked := *softmax
		if c.what == "no record" {
			asked.Attrs, asked.AttrsN = []program.AttrValue{program.Int(9)}, 1
		}
		switch f := k.Check(&asked); {
		case f == nil && c.want != "":
			t.Errorf("%s: nothing is found", c.what)
		case f != nil && (c.want == "" || !strings.Contains(f.What, c.want)):
			t.Errorf("%s: %v", c.what, f)
		}
	}
}

// output is where the last bind has put the output of a call of one input.
func (l *liar) output() uint32 {
	return word(l.memory(), l.table+tableTensors+tensorBytes)
}
