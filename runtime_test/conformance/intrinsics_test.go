package conformance

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/fovea-run/fovea/kernels/simd128"
	intrinsics "github.com/fovea-run/fovea/kernels/simd128/conformance"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
	"github.com/fovea-run/fovea/runtime_test/engine"
)

// TestIntrinsics holds what V8 makes of every intrinsic, over all pairs of difficult values, to the emulation in Go. Those whose
// results may differ between engines by design are left out. wazero is held to it beside the compiler.
func TestIntrinsics(t *testing.T) {
	scratch, err := engine.Scratch()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(scratch, "ops")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "run", "./cmd/wasmbuild", "kernels",
		"-src", "kernels/simd128/conformance/ops", "-o", dir)
	cmd.Dir = engine.Root()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("wasmbuild: %v\n%s", err, out)
	}
	image, args := intrinsics.Image(), intrinsics.Args()
	c := engine.Case{
		Name: "intrinsics", Do: engine.Kernels, Model: ".build/ops/infer-simd.wasm", Args: args[:],
		Inputs: map[string]engine.Tensor{"image": {DType: "u8", Shape: []int{len(image)}, Data: image}},
	}
	want := map[string][32]byte{}
	arena := simd128.NewArena(intrinsics.Pages, intrinsics.Pages)
	arena.Use()
	for _, o := range intrinsics.Ops() {
		if opcode.FindIntrinsic(o.Intrinsic).RelaxedOnly {
			continue
		}
		copy(arena.Bytes(), image)
		o.Run(args[0], args[1], args[2], args[3], args[4])
		bits := o.NaNBits(false)
		canonicalNaNs(arena.Bytes()[args[0]:], bits)
		want[o.Name] = sha256.Sum256(arena.Bytes())
		c.Kernels = append(c.Kernels, engine.Kernel{Name: o.Name, NaNBits: bits})
	}
	for _, e := range baseline[2:] {
		t.Run(e.Name(), func(t *testing.T) {
			got := ask(t, use(t, e), c).Outputs
			if len(got) != len(want) {
				t.Errorf("%d answers, want %d", len(got), len(want))
			}
			for name, digest := range want {
				if string(got[name].Data) != string(digest[:]) {
					t.Errorf("%s differs from the emulation", name)
				}
			}
		})
	}
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
