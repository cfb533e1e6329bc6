package differ

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/progen/native"
	"github.com/fovea-run/fovea/kernels/simd128"
)

// wasm runs the runs in the module.
func (k *Kernel) wasm(ctx context.Context, runs []native.Run) ([]native.Outcome, error) {
	image := native.Image()
	outcomes := make([]native.Outcome, len(runs))
	var m api.Module
	for i, run := range runs {
		if m == nil || int(m.Memory().Size()) != len(image) {
			if m != nil {
				m.Close(ctx)
			}
			var err error
			if m, err = k.runtime.InstantiateModule(ctx, k.compiled, wazero.NewModuleConfig().WithName("")); err != nil {
				return nil, fmt.Errorf("differ: instantiating the module: %w", err)
			}
		}
		m.Memory().Write(0, image)
		o := &outcomes[i]
		p := k.Programs[run.Program]
		results, err := m.ExportedFunction(p.Name).Call(ctx, run.Args...)
		switch {
		case err != nil:
			o.Trap = native.Kind(err.Error())
		case p.Result != "":
			o.Result = native.Canonical(p.Result, results[0])
		}
		memory, _ := m.Memory().Read(0, m.Memory().Size())
		o.Pages = uint32(len(memory) / simd128.PageSize)
		o.Memory = native.Sum(memory)
	}
	if m != nil {
		m.Close(ctx)
	}
	return outcomes, nil
}

// edges are bits that integers or floats go wrong on.
var edges = []uint64{
	0, 1, 2, 3, 7, 31, 32, 63, 64, 100, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 1024, 4096, 65535, 65536, 131071,
	0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF, 0xFFFFFFFE,
	0x3F800000, 0xBF800000, 0x3F000000, 0x40200000, 0x4B000001, 0x4F000000, 0x7F7FFFFF, 0x00000001, 0x807FFFFF,
	0x7F800000, 0xFF800000, 0x7FC00000, 0xFFA00001,
}

var edges64 = []uint64{
	0, 1, 2, 63, 64, 0xFFFFFFFF, 0x100000000, 0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFF80000000,
	0x3FF0000000000000, 0xBFE0000000000000, 0x43E0000000000000, 0x7FEFFFFFFFFFFFFF, 0x0000000000000001, 0x8000000000000000,
	0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000000, 0xFFF4000000000001, 0x41DFFFFFFFC00000,
}

// Arguments returns the arguments of run i for parameters of the types.
func Arguments(params []string, seed uint64, i int) []uint64 {
	random := rand.New(rand.NewPCG(seed, uint64(i)))
	args := make([]uint64, len(params))
	for j, t := range params {
		wide := t == "int64" || t == "uint64" || t == "float64"
		switch kind := random.IntN(4); {
		case kind == 0 && t == "float32":
			args[j] = api.EncodeF32(random.Float32()*200 - 100)
		case kind == 0 && t == "float64":
			args[j] = api.EncodeF64(random.Float64()*200 - 100)
		case kind <= 1:
			args[j] = uint64(random.IntN(200))
		case kind == 2:
			args[j] = random.Uint64()
		case wide:
			args[j] = edges64[random.IntN(len(edges64))]
		default:
			args[j] = edges[random.IntN(len(edges))]
		}
		if !wide {
			args[j] = uint64(uint32(args[j]))
		}
	}
	return args
}
