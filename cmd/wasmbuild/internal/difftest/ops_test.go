package difftest

import (
	"context"
	"sync"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/build"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/kernels/simd128"
	"github.com/fovea-run/fovea/kernels/simd128/conformance"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// opsDir is the kernel of each intrinsic.
const opsDir = "../../../../kernels/simd128/conformance/ops"

// compileOps builds the kernels of the intrinsics, once in each variant.
func compileOps(t *testing.T, relaxed bool) []byte {
	t.Helper()
	compile := baselineOps
	if relaxed {
		compile = relaxedOps
	}
	binary, err := compile()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

var (
	baselineOps = sync.OnceValues(func() ([]byte, error) { return buildOps(build.Options{}) })
	relaxedOps  = sync.OnceValues(func() ([]byte, error) { return buildOps(build.Options{Relaxed: true}) })
)

func buildOps(opts build.Options) ([]byte, error) {
	opts.Inspect = func(step string, m *ir.Module) error { return ir.Verify(m) }
	m, err := build.Dir(opsDir, opts)
	if err != nil {
		return nil, err
	}
	return m.Binary, nil
}

// nativeImage runs a kernel natively, starting from image, and returns the
// memory after it.
func nativeImage(o *conformance.Op, arena *simd128.Arena, image []byte) []byte {
	copy(arena.Bytes(), image)
	arena.Use()
	args := conformance.Args()
	o.Run(args[0], args[1], args[2], args[3], args[4])
	return arena.Bytes()
}

// TestOps compares every intrinsic natively and under wazero's two engines.
func TestOps(t *testing.T) {
	binary := compileOps(t, false)
	image := conformance.Image()
	for engine, config := range opsRuntimes() {
		t.Run(engine, func(t *testing.T) {
			ctx := context.Background()
			rt := wazero.NewRuntimeWithConfig(ctx, config)
			defer rt.Close(ctx)
			m, err := rt.Instantiate(ctx, binary)
			if err != nil {
				t.Fatal(err)
			}
			m.Memory().Grow(conformance.Pages - m.Memory().Size()>>16)
			arena := simd128.NewArena(conformance.Pages, conformance.Pages)
			for _, o := range conformance.Ops() {
				if opcode.FindIntrinsic(o.Intrinsic).RelaxedOnly {
					continue
				}
				m.Memory().Write(0, image)
				args := conformance.Args()
				if _, err := m.ExportedFunction(o.Name).Call(ctx, inWords(args[:])...); err != nil {
					t.Errorf("%s: %v", o.Name, err)
					continue
				}
				got, _ := m.Memory().Read(0, m.Memory().Size())
				differ(t, &o, got, nativeImage(&o, arena, image), image, false)
			}
		})
	}
}

func inWords(args []uint32) []uint64 {
	var wide []uint64
	for _, a := range args {
		wide = append(wide, uint64(a))
	}
	return wide
}

// opsRuntimes are wazero's engines with atomic instructions.
func opsRuntimes() map[string]wazero.RuntimeConfig {
	const features = api.CoreFeaturesV2 | experimental.CoreFeaturesThreads
	return map[string]wazero.RuntimeConfig{
		"compiler":    wazero.NewRuntimeConfigCompiler().WithCoreFeatures(features),
		"interpreter": wazero.NewRuntimeConfigInterpreter().WithCoreFeatures(features),
	}
}

// differ reports the first case of a kernel in which two memories differ.
func differ(t *testing.T, o *conformance.Op, got, want, image []byte, relaxed bool) {
	t.Helper()
	at := o.Same(got, want, relaxed)
	if at < 0 {
		return
	}
	if at < conformance.AddrOut {
		t.Errorf("%s: memory differs at %d: %x, want %x", o.Name, at, got[at:at+16], want[at:at+16])
		return
	}
	i := (at - conformance.AddrOut) / 16 * 16
	t.Errorf("%s of %x, %x, %x:\n got  %x\n want %x", o.Name,
		image[conformance.AddrA+i:][:16], image[conformance.AddrB+i:][:16], image[conformance.AddrC+i:][:16],
		got[conformance.AddrOut+i:][:16], want[conformance.AddrOut+i:][:16])
}

// kernelNamed returns a kernel of package ops.
func kernelNamed(t *testing.T, name string) func(out, a, b, c, n uint32) {
	t.Helper()
	for _, o := range conformance.Ops() {
		if o.Name == name {
			return o.Run
		}
	}
	t.Fatalf("no kernel %s", name)
	return nil
}
