package fuzzops

import (
	"context"
	"encoding/binary"
	"errors"
	"runtime"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/fovea-run/fovea/kernels"
	"github.com/fovea-run/fovea/kernels/simd128"
	"github.com/fovea-run/fovea/wasm"
)

const (
	// maxPages bounds the memory of a case: an attention of 2²⁰ heads fits into it.
	maxPages = 1024
	// tidyBytes is the memory that a machine may keep from one case for the next.
	tidyBytes = 16 << 16
)

// A machine runs the exports of the module. Its memory is that of one instance; fresh gives it another.
type machine interface {
	name() string
	fresh() error
	memory() []byte
	call(export string, args ...uint32) (uint32, error)
}

// native runs the kernels as Go; one machine at a time does.
type native struct{ arena *simd128.Arena }

func (*native) name() string { return "native" }

func (n *native) fresh() error {
	n.arena = simd128.NewArena(2, maxPages)
	return nil
}

func (n *native) memory() []byte { return n.arena.Bytes() }

func (n *native) call(export string, args ...uint32) (result uint32, err error) {
	n.arena.Use()
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *simd128.Trap:
			err = r
		case runtime.Error: // what Go's own checks find
			err = r
		default:
			panic(r)
		}
	}()
	switch export {
	case "error":
		return kernels.Error(), nil
	case "load":
		return kernels.Load(args[0], args[1], args[2], args[3]), nil
	case "seal":
		return kernels.Seal(), nil
	case "op":
		return kernels.Op(args[0], args[1], args[2], args[3]), nil
	case "bind":
		return kernels.Bind(args[0], args[1]), nil
	case "run":
		return kernels.Run(args[0]), nil
	}
	return 0, errors.New("no export " + export)
}

// compiled runs the committed module under wazero.
type compiled struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
	in      api.Module
	exports map[string]api.Function
	stack   [4]uint64
}

func newCompiled(ctx context.Context) (*compiled, error) {
	name := "infer-simd.wasm"
	if simd128.Training {
		name = "train-simd.wasm"
	}
	binary, err := wasm.Modules.ReadFile(name)
	if err != nil {
		return nil, err
	}
	c := &compiled{runtime: wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(maxPages))}
	c.module, err = c.runtime.CompileModule(ctx, binary)
	return c, err
}

func (*compiled) name() string { return "wazero" }

func (c *compiled) fresh() (err error) {
	if c.in != nil {
		c.in.Close(context.Background())
	}
	c.exports = map[string]api.Function{}
	c.in, err = c.runtime.InstantiateModule(context.Background(), c.module, wazero.NewModuleConfig().WithName(""))
	return err
}

func (c *compiled) memory() []byte {
	m := c.in.Memory()
	b, _ := m.Read(0, m.Size())
	return b
}

func (c *compiled) call(export string, args ...uint32) (uint32, error) {
	f := c.exports[export]
	if f == nil {
		if f = c.in.ExportedFunction(export); f == nil {
			return 0, errors.New("no export " + export)
		}
		c.exports[export] = f
	}
	for i, a := range args {
		c.stack[i] = uint64(a)
	}
	if err := f.CallWithStack(context.Background(), c.stack[:]); err != nil {
		return 0, err
	}
	return uint32(c.stack[0]), nil
}

func word(mem []byte, at uint32) uint32 { return binary.LittleEndian.Uint32(mem[at:]) }

func putWords(mem []byte, at uint32, words ...uint32) {
	for i, w := range words {
		binary.LittleEndian.PutUint32(mem[at+4*uint32(i):], w)
	}
}
