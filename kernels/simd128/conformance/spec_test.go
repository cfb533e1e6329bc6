package conformance

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/kernels/simd128"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// The specification's own assertions on SIMD instructions come with wazero's
// module, as JSON beside the modules that they were translated to. Those that
// call a function which is one instruction are put to the emulation.

type specFile struct {
	Commands []struct {
		Type     string
		Line     int
		Action   specAction
		Expected []specValue
	}
}

type specAction struct {
	Type, Field string
	Args        []specValue
}

type specValue struct {
	Type     string
	LaneType string `json:"lane_type"`
	Value    specLanes
}

// specLanes are the decimal bits of a number, or of a vector's lanes.
type specLanes []string

func (l *specLanes) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]string)(l))
	}
	*l = make(specLanes, 1)
	return json.Unmarshal(b, &(*l)[0])
}

func (v specValue) laneBits(t *testing.T) int {
	typ := v.Type
	if typ == "v128" {
		typ = v.LaneType
	}
	bits, err := strconv.Atoi(typ[1:])
	if err != nil {
		t.Fatalf("lane type %q: %v", typ, err)
	}
	return bits
}

// put writes v to mem.
func (v specValue) put(t *testing.T, mem []byte) {
	bits := v.laneBits(t)
	for i, s := range v.Value {
		x, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("lane %q: %v", s, err)
		}
		putLane(mem[i*bits/8:], bits, x)
	}
}

func putLane(mem []byte, bits int, x uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], x)
	copy(mem, b[:bits/8])
}

// matches reports whether mem holds v.
func (v specValue) matches(t *testing.T, mem []byte) bool {
	bits := v.laneBits(t)
	for i, s := range v.Value {
		lane := mem[i*bits/8:][:bits/8]
		switch s {
		case "nan:canonical", "nan:arithmetic":
			if !isNaN(lane, bits) {
				return false
			}
		default:
			want := make([]byte, bits/8)
			x, err := strconv.ParseUint(s, 10, 64)
			if err != nil {
				t.Fatalf("lane %q: %v", s, err)
			}
			putLane(want, bits, x)
			if string(lane) != string(want) {
				return false
			}
		}
	}
	return true
}

// shape matches the lanes that a file of assertions is about, of which its
// functions' names may say nothing.
var shape = regexp.MustCompile(`simd_([if]\d+x\d+)`)

// instructionOf returns the instruction that a function of a file is, if it is one.
func instructionOf(file, field string) string {
	if strings.HasSuffix(field, ".any_true") {
		return "v128.any_true" // it had a shape once
	}
	name := field
	if !strings.Contains(field, ".") {
		name = "v128." + field
		if m := shape.FindStringSubmatch(file); m != nil {
			name = m[1] + "." + field
		}
	}
	if opcode.Find(name) == nil {
		return ""
	}
	return name
}

// byInstruction lists, for each instruction, the kernels that are just it on
// operands from memory. Masks are left out: theirs are all ones or zeros, the
// assertions' any vectors.
func byInstruction() map[string][]Op {
	m := map[string][]Op{}
	for _, op := range Ops() {
		if emits := opcode.FindIntrinsic(op.Intrinsic).Emits(false); len(op.Imms) == 0 && len(emits) == 1 && !strings.Contains(op.Operands, "Mask") {
			m[emits[0]] = append(m[emits[0]], op)
		}
	}
	return m
}

func TestSpecification(t *testing.T) {
	files := specFiles(t)
	kernels := byInstruction()
	arena := simd128.NewArena(Pages, Pages)
	arena.Use()
	asserted := map[string]int{}
	for _, path := range files {
		file := filepath.Base(path)
		for _, c := range readSpec(t, path).Commands {
			name := instructionOf(file, c.Action.Field)
			if c.Type != "assert_return" || c.Action.Type != "invoke" || name == "" || len(c.Expected) != 1 {
				continue
			}
			for _, op := range kernels[name] {
				if len(strings.Fields(op.Operands)) != len(c.Action.Args) {
					t.Fatalf("%s:%d: %s takes %q, the assertion gives %d operands", file, c.Line, op.Name, op.Operands, len(c.Action.Args))
				}
				asserted[name]++
				for i, a := range c.Action.Args {
					a.put(t, arena.Bytes()[[]int{AddrA, AddrB, AddrC}[i]:])
				}
				op.Run(AddrOut, AddrA, AddrB, AddrC, 1)
				if out := arena.Bytes()[AddrOut:][:16]; !c.Expected[0].matches(t, out) {
					t.Errorf("%s:%d: %s: got % x, want %+v", file, c.Line, op.Name, out, c.Expected[0])
				}
			}
		}
	}
	total := 0
	for _, n := range asserted {
		total += n
	}
	t.Logf("%d assertions on %d instructions", total, len(asserted))
	if total < minAssertions || len(asserted) < minInstructions {
		t.Errorf("%d assertions on %d instructions, want at least %d on %d", total, len(asserted), minAssertions, minInstructions)
	}
}

// What the pinned wazero holds; fewer means that files were not understood.
const (
	minAssertions   = 32883
	minInstructions = 197
)

// specFiles finds the assertions in wazero's module, which the go command has
// unpacked to build the tests that use it.
func specFiles(t *testing.T) []string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero").Output()
	if err != nil {
		t.Fatalf("go list -m wazero: %v", err)
	}
	dir := strings.TrimSpace(string(out))
	files, err := filepath.Glob(filepath.Join(dir, "internal/integration_test/spectest/v2/testdata/simd_*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no assertions in %q: %v", dir, err)
	}
	return files
}

func readSpec(t *testing.T, path string) (f specFile) {
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return f
}
