package conformance

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/fovea-run/fovea/kernels/simd128"
	intrinsics "github.com/fovea-run/fovea/kernels/simd128/conformance"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/runtime_test/whole"
)

// TestIntrinsics holds what the JS engines make of every intrinsic, over all pairs of difficult values, to the emulation in Go,
// and in relaxed builds those that an engine has a choice in to what the specification lets it choose from. wazero is held to them
// beside the compiler.
func TestIntrinsics(t *testing.T) {
	ops := buildOps(t)
	for _, e := range onOneThread(baseline[2:]) {
		t.Run(e.Name(), func(t *testing.T) { ops.part(t).check(t, use(t, e), false) })
	}
	for _, e := range onOneThread(relaxed) {
		t.Run(e.Name(), func(t *testing.T) { ops.part(t).check(t, use(t, e), true) })
	}
}

// compilers are numbers of calls after which engines have compiled a kernel in their quickest way, and in their best: V8 takes 24
// to 83 calls with so many cases.
var compilers = []struct {
	name  string
	calls int
}{{"quickest", 1}, {"best", 100}}

// An opsTest has the kernels of all intrinsics, built in both variants, and the memory that they start from.
type opsTest struct {
	modules map[bool]string // paths below the root, by whether the build is relaxed
	ops     []intrinsics.Op
	image   []byte
	arena   *simd128.Arena
	digests map[string][sha256.Size]byte // by intrinsic
}

func buildOps(t *testing.T) *opsTest {
	t.Helper()
	buildKernels(t, "ops", "-src", "kernels/simd128/conformance/ops")
	return &opsTest{
		modules: map[bool]string{false: ".build/ops/infer-simd.wasm", true: ".build/ops/infer-relaxed.wasm"},
		ops:     intrinsics.Ops(),
		image:   intrinsics.Image(),
		arena:   simd128.NewArena(intrinsics.Pages, intrinsics.Pages),
		digests: map[string][sha256.Size]byte{},
	}
}

// part returns the test of some intrinsics in the short form.
func (x *opsTest) part(t *testing.T) *opsTest {
	some := *x
	some.ops = whole.Some(t, x.ops, 16, "intrinsics with constants")
	return &some
}

// check runs the kernels of a variant in e.
func (x *opsTest) check(t *testing.T, e engine.Engine, relaxed bool) {
	var same, chosen []engine.Kernel
	byName := map[string]*intrinsics.Op{}
	for i := range x.ops {
		o := &x.ops[i]
		byName[o.Name] = o
		switch {
		case opcode.FindIntrinsic(o.Intrinsic).RelaxedOnly && !relaxed:
		case o.Chosen() && relaxed:
			chosen = append(chosen, engine.Kernel{Name: o.Name})
		default:
			same = append(same, engine.Kernel{Name: o.Name, Digest: true, NaNBits: o.NaNBits(relaxed)})
		}
	}
	wrong := 0
	for _, c := range compilers {
		for name, digest := range x.run(t, e, relaxed, c.calls, same) {
			o := byName[name]
			want, known := x.digests[name]
			if !known {
				want = x.native(o)
				x.digests[name] = want
			}
			if string(digest) == string(want[:]) {
				continue
			}
			x.native(o) // for where
			t.Errorf("%s compiler: %s differs from the emulation%s", c.name, name, x.where(t, e, relaxed, c.calls, o))
			if wrong++; wrong == 10 {
				t.Fatal("and maybe others")
			}
		}
		if !relaxed {
			continue
		}
		for name, after := range x.run(t, e, relaxed, c.calls, chosen) {
			if err := byName[name].Allowed(x.image, append(x.image[:intrinsics.AddrOut:intrinsics.AddrOut], after...)); err != nil {
				t.Errorf("%s compiler: %v", c.name, err)
			}
		}
	}
	t.Logf("%d intrinsics with constants equal the emulation, %d are within the specification", len(same), len(chosen))
}

// run asks e for the outputs of kernels, in parts that take no engine long.
func (x *opsTest) run(t *testing.T, e engine.Engine, relaxed bool, rounds int, kernels []engine.Kernel) map[string][]byte {
	t.Helper()
	args := intrinsics.Args()
	outputs := map[string][]byte{}
	for part := range slices.Chunk(kernels, 100) {
		answer := ask(t, e, engine.Case{
			Name: "intrinsics", Do: engine.Kernels, Model: x.modules[relaxed], Kernels: part, Args: args[:], Rounds: rounds,
			Inputs: map[string]engine.Tensor{"image": {DType: "u8", Shape: []int{len(x.image)}, Data: x.image}},
		})
		for name, output := range answer.Outputs {
			outputs[name] = output.Data
		}
	}
	if len(outputs) != len(kernels) {
		t.Fatalf("%d answers, want %d", len(outputs), len(kernels))
	}
	return outputs
}

// native leaves in the arena what the emulation makes of a kernel, and returns its digest.
func (x *opsTest) native(o *intrinsics.Op) [sha256.Size]byte {
	args := intrinsics.Args()
	x.arena.Use()
	copy(x.arena.Bytes(), x.image)
	o.Run(args[0], args[1], args[2], args[3], args[4])
	canonicalNaNs(x.arena.Bytes()[args[0]:], o.NaNBits(false))
	return sha256.Sum256(x.arena.Bytes())
}

// where describes the first difference from what native left, once more from the engine.
func (x *opsTest) where(t *testing.T, e engine.Engine, relaxed bool, rounds int, o *intrinsics.Op) string {
	t.Helper()
	got := x.run(t, e, relaxed, rounds, []engine.Kernel{{Name: o.Name, NaNBits: o.NaNBits(relaxed)}})[o.Name]
	want := x.arena.Bytes()[intrinsics.AddrOut:]
	for i := range want {
		if got[i] != want[i] {
			i &^= 15
			at := func(base int) []byte { return x.image[base+i:][:16] }
			return fmt.Sprintf(": of %x, %x, %x: %x, want %x", at(intrinsics.AddrA), at(intrinsics.AddrB), at(intrinsics.AddrC),
				got[i:i+16], want[i:i+16])
		}
	}
	return " outside its results, or only in that run"
}

// canonicalNaNs writes the canonical NaN over every NaN of floats of that width; 0 leaves b as it is.
func canonicalNaNs(b []byte, bits int) {
	for i := 0; bits > 0 && i+bits/8 <= len(b); i += bits / 8 {
		switch lane := b[i:]; {
		case bits == 32 && isNaN32(lane):
			binary.LittleEndian.PutUint32(lane, 0x7FC00000)
		case bits == 64 && math.IsNaN(math.Float64frombits(binary.LittleEndian.Uint64(lane))):
			binary.LittleEndian.PutUint64(lane, 0x7FF8000000000000)
		}
	}
}

func isNaN32(b []byte) bool {
	return math.IsNaN(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
}
