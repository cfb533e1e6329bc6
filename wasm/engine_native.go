//go:build !js

package wasm

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"

	"github.com/fovea-run/fovea/kernels"
	"github.com/fovea-run/fovea/kernels/simd128"
)

// nativeEngine runs the kernels as Go.
type nativeEngine struct{ maxPages uint32 }

// nativeTurn lets one arena at a time be the kernels' memory.
var nativeTurn sync.Mutex

func (e nativeEngine) newInstance(context.Context) (instance, error) {
	return &nativeInstance{simd128.NewArena(2, e.maxPages)}, nil
}

func (nativeEngine) close(context.Context) error { return nil }

type nativeInstance struct{ arena *simd128.Arena }

func (n *nativeInstance) memory() []byte { return n.arena.Bytes() }

func (n *nativeInstance) close(context.Context) error { return nil }

func (n *nativeInstance) call(_ context.Context, export string, args ...uint64) (result uint32, err error) {
	nativeTurn.Lock()
	defer nativeTurn.Unlock()
	n.arena.Use()
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *simd128.Trap:
			err = r
		case runtime.Error: // integer division by zero, which traps as wasm
			err = r
		default:
			panic(r)
		}
	}()
	return nativeExport(export, args), nil
}

func nativeExport(export string, args []uint64) uint32 {
	arg := func(i int) uint32 { return uint32(args[i]) }
	switch export {
	case "alloc":
		return kernels.Alloc(arg(0))
	case "reset":
		kernels.Reset()
		return 0
	case "error":
		return kernels.Error()
	case "load":
		return kernels.Load(arg(0), arg(1), arg(2), arg(3))
	case "seal":
		return kernels.Seal()
	case "bind":
		return kernels.Bind(arg(0), arg(1))
	case "run":
		return kernels.Run(arg(0))
	case "op":
		return kernels.Op(arg(0), arg(1), arg(2), arg(3))
	case "tokenize":
		return kernels.Tokenize(arg(0), arg(1), arg(2))
	case "split":
		return kernels.Split(arg(0), arg(1), arg(2))
	case "plan":
		return kernels.Plan(simd128.U32(arg(0)), arg(1), arg(2), arg(3))
	case "select":
		return kernels.Select(simd128.F32(arg(0)), simd128.U32(arg(1)), arg(2), math.Float32frombits(arg(3)))
	case "windows":
		return kernels.Windows(simd128.U32(arg(0)), arg(1), arg(2))
	case "best":
		return kernels.Best(simd128.F32(arg(0)), simd128.U32(arg(1)), arg(2), arg(3))
	}
	panic(fmt.Sprintf("wasm: no export %q", export))
}
