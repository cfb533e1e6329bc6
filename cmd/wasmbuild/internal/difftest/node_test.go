package difftest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/fovea-run/fovea/kernels/simd128"
	"github.com/fovea-run/fovea/kernels/simd128/conformance"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// TestNode compares every intrinsic natively and in node. In the relaxed
// build, those that an engine has a choice in are held to what the
// specification allows.
func TestNode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node: install it to run the intrinsics in V8")
	}
	for name, relaxed := range map[string]bool{"baseline": false, "relaxed": true} {
		t.Run(name, func(t *testing.T) {
			image := conformance.Image()
			arena := simd128.NewArena(conformance.Pages, conformance.Pages)
			inNode(t, node, relaxed, image, func(o *conformance.Op, got []byte) {
				in := opcode.FindIntrinsic(o.Intrinsic)
				switch {
				case in.RelaxedOnly && !relaxed:
				case relaxed && o.Chosen():
					if err := o.Allowed(image, got); err != nil {
						t.Error(err)
					}
				default:
					differ(t, o, got, nativeImage(o, arena, image), image, relaxed)
				}
			})
		})
	}
}

// inNode runs all kernels and calls check with the memory after each.
func inNode(t *testing.T, node string, relaxed bool, image []byte, check func(o *conformance.Op, got []byte)) {
	t.Helper()
	dir := t.TempDir()
	put := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	all := conformance.Ops()
	var plan struct {
		Names []string  `json:"names"`
		Args  [5]uint32 `json:"args"`
	}
	for _, o := range all {
		plan.Names = append(plan.Names, o.Name)
	}
	plan.Args = conformance.Args()
	text, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"../../../../kernels/simd128/conformance/run.mjs",
		put("ops.wasm", compileOps(t, relaxed)), put("image", image), put("plan.json", text)}
	if relaxed {
		// Node 20 has relaxed SIMD before it was finished: behind a flag,
		// and its baseline compiler gives i32x4.relaxed_dot_i8x16_i7x16_add_s
		// as twice the dot product, without the addend.
		args = append([]string{"--experimental-wasm-relaxed-simd", "--no-liftoff"}, args...)
	}
	cmd := exec.CommandContext(t.Context(), node, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReaderSize(out, 1<<20)
	got := make([]byte, len(image))
	for i := range all {
		if _, err := io.ReadFull(r, got); err != nil {
			t.Errorf("%s: %v", all[i].Name, err)
			break
		}
		check(&all[i], got)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, stderr.String())
	}
}
