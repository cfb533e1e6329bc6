package conformance

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/engine"
	"github.com/fovea-run/fovea/wasm/graph"
	"github.com/fovea-run/fovea/wasm/models/safetensors"
	"github.com/fovea-run/fovea/wasm/program"
)

// TestWebGPUWeights multiplies by weights of a model in each type on a device, one row and more, and compares with WebAssembly.
func TestWebGPUWeights(t *testing.T) {
	const k, n = 64, 72
	scratch, err := engine.Scratch()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(scratch, "weights-*")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for _, dtype := range []program.DType{program.F32, program.F16, program.Q8, program.Q4} {
		path := filepath.Join(dir, dtype.String())
		if err := os.WriteFile(path, productModel(t, dtype, k, n), 0o666); err != nil {
			t.Fatal(err)
		}
		below, err := filepath.Rel(engine.Root(), path)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range webgpu {
			t.Run(fmt.Sprint(dtype, "/", e.Name()), func(t *testing.T) {
				e, before := device(t, e)
				for _, rows := range []int{1, 3} {
					x := make([]float32, rows*k)
					for i := range x { // of 32 one is 127: then int8 has them exactly
						if x[i] = float32(i*37%255 - 127); i%32 == 5 {
							x[i] = 127
						}
					}
					inputs := map[string]engine.Tensor{"x": engine.F32(x, rows, k)}
					want := run(t, use(t, baseline[2]), filepath.ToSlash(below), "multiply", inputs)["out"].Float32s()
					got := run(t, e, filepath.ToSlash(below), "multiply", inputs)["out"].Float32s()
					tol := tolF32
					if before.Adapter.F16 {
						tol = tolF16
					}
					diff := l2(got, widen(want))
					tally(e.Name(), diff <= tol)
					if !(diff <= tol) {
						t.Errorf("%d rows: relative L2 error %.2g, want at most %g", rows, diff, tol)
					}
				}
				checkDispatched(t, e, before, "products by weights of "+dtype.String(), "matmul")
			})
		}
	}
}

// productModel returns a model file whose program multiply multiplies by a random weight of a type.
func productModel(t *testing.T, dtype program.DType, k, n int) []byte {
	g := graph.New("multiply")
	x := g.Input("x", program.F32, g.Dim("rows", 1, 8), graph.Const(k))
	g.Output("out", g.MatMul(x, g.Weight("w", dtype, graph.Const(k), graph.Const(n))))
	p, err := g.Lower()
	if err != nil {
		t.Fatal(err)
	}
	code := p.Encode()
	tensors := []safetensors.Tensor{{Name: "program.multiply", DType: safetensors.U8, Shape: []int64{int64(len(code))}, Data: code}}
	r := rand.New(rand.NewPCG(uint64(dtype), 2))
	add := func(name string, dtype safetensors.DType, next func() []byte, shape ...int64) {
		var data []byte
		for range shape[0] * shape[1] {
			data = append(data, next()...)
		}
		tensors = append(tensors, safetensors.Tensor{Name: name, DType: dtype, Shape: shape, Data: data})
	}
	half := func() []byte { return []byte{byte(r.Uint32()), 0x38 | byte(r.Uint32()&0x83)} } // 0.5 to 1, either sign
	switch dtype {
	case program.F32:
		add("w", safetensors.F32, func() []byte { return []byte{0, byte(r.Uint32()), byte(r.Uint32() & 0x7F), 0x3F} }, int64(k), int64(n))
	case program.F16:
		add("w", safetensors.F16, half, int64(k), int64(n))
	default:
		bits := int64(8)
		if dtype == program.Q4 {
			bits = 4
		}
		add("w.q", safetensors.U8, func() []byte { return []byte{byte(r.Uint32())} }, int64(n), int64(k)*bits/8)
		add("w.s", safetensors.F16, half, int64(n), int64(k/program.BlockLen))
	}
	var file bytes.Buffer
	if err := safetensors.Write(&file, map[string]string{"format": "fovea", "fovea.card": `{"name":"product","dims":72}`}, tensors); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}
