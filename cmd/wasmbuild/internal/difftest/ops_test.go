package difftest

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// An op is the kernel of an intrinsic.
type op struct {
	name string // of the intrinsic, a slash and its immediates
	run  func(out, a, b, c uint32)
}

// edges are lanes of 32 bits that integers or floats go wrong on.
var edges = []uint32{
	0, 1, 2, 3, 31, 32, 33, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0x80008000, 0xFFFF, 0x7FFF8001,
	0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF, 0xFFFFFFFE, 0x80FF017F, 0x0080FF7F,
	0x007FFFFF, 0x00800000, 0x807FFFFF, 0x80800000, // subnormal and least normal
	0x3F800000, 0xBF800000, 0x3F000000, 0xBF000000, 0x3FC00000, 0x40200000, 0xC0200000, // ±1, ±.5, 1.5, ±2.5
	0x3EFFFFFF, 0x3F7FFFFF, 0x4B000001, 0x4AFFFFFF, 0xCB7FFFFF, // near halves and 2²³
	0x4EFFFFFF, 0x4F000000, 0xCF000000, 0xCF000001, 0x4F7FFFFF, 0x4F800000, // near ±2³¹ and 2³²
	0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000, 0xFF800000, // greatest and infinite
	0x7FC00000, 0xFFC00000, 0x7FC12345, 0x7F800001, 0xFFA00001, // quiet and signalling NaNs
}

// vectors returns operands: every runs of edges meets in some lane of the
// first two, the third is drawn.
func vectors() [][3][16]byte {
	random := rand.New(rand.NewPCG(1, 2))
	var all [][3][16]byte
	n := len(edges)
	for i := range n * n / 4 {
		var v [3][16]byte
		for l := range 4 {
			k := 4*i + l
			put := func(operand int, bits uint32) { binary.LittleEndian.PutUint32(v[operand][4*l:], bits) }
			put(0, edges[k%n])
			put(1, edges[(k+k/n)%n])
			put(2, edges[random.IntN(n)])
		}
		all = append(all, v)
	}
	return all
}

// Addresses of the operands and the result.
const (
	addrA, addrB, addrC = 2048, 2048 + 16, 2048 + 32
	addrOut             = 4096
)

func TestOps(t *testing.T) {
	binary := compile(t)
	for engine, config := range runtimes() {
		t.Run(engine, func(t *testing.T) {
			p := start(t, binary, config)
			for _, o := range ops {
				testOp(t, p, o)
			}
		})
	}
}

func testOp(t *testing.T, p *runs, o op) {
	t.Helper()
	name, _, _ := strings.Cut(o.name, "/")
	float := anyNaN.MatchString(last(opcode.FindIntrinsic(name)))
	for _, v := range vectors() {
		for i, operand := range v {
			p.write(t, addrA+16*uint32(i), operand[:])
		}
		blank := bytes.Repeat([]byte{0x5A}, 64)
		p.write(t, addrOut-16, blank)
		o.run(addrOut, addrA, addrB, addrC)
		if _, err := p.compiled(t, o.name, []uint64{addrOut, addrA, addrB, addrC}); err != nil {
			t.Fatalf("%s: %v", o.name, err)
		}
		got, _ := p.module.Memory().Read(addrOut-16, 64)
		want := p.arena.Bytes()[addrOut-16 : addrOut+48]
		if !sameLanes(got, want, float) {
			t.Errorf("%s of %x:\n wasm   %x\n native %x", o.name, v, got[16:36], want[16:36])
			return
		}
	}
}

// last returns the instruction that gives an intrinsic's value.
func last(o *opcode.Intrinsic) string {
	if o.Then != "" {
		return o.Then
	}
	return o.Wasm
}

// anyNaN matches the instructions that may give any NaN.
var anyNaN = regexp.MustCompile(`^f32(x4)?\.(add|sub|mul|div|min|max|sqrt|ceil|floor|trunc|nearest)$`)

// sameLanes compares bytes; with float, two NaNs are equal whatever their bits.
func sameLanes(got, want []byte, float bool) bool {
	for i := 0; i < len(want); i += 4 {
		g, w := binary.LittleEndian.Uint32(got[i:]), binary.LittleEndian.Uint32(want[i:])
		if g != w && !(float && isNaN(g) && isNaN(w)) {
			return false
		}
	}
	return true
}

func isNaN(bits uint32) bool { return math.IsNaN(float64(math.Float32frombits(bits))) }

// TestOpsComplete fails if an intrinsic was added and `go generate` not run.
func TestOpsComplete(t *testing.T) {
	tested := map[string]bool{"Unreachable": true, "MemorySize": true, "MemoryGrow": true, "MemoryCopy": true, "MemoryFill": true}
	for _, o := range ops {
		name, _, _ := strings.Cut(o.name, "/")
		tested[name] = true
	}
	for _, o := range opcode.Intrinsics {
		if !tested[o.Go] {
			t.Errorf("%s has no kernel: run go generate in this directory", o.Go)
		}
	}
}
