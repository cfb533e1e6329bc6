package wasm

import "github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"

// typesOf returns the type section, each type once, and the function section,
// which gives each function's type.
func typesOf(funcs []*ir.Func) (types, indices buffer) {
	index := map[string]int{}
	var list buffer
	indices.unsigned(uint64(len(funcs)))
	for _, f := range funcs {
		sig := signature(f)
		i, ok := index[string(sig)]
		if !ok {
			i = len(index)
			index[string(sig)] = i
			list = append(list, sig...)
		}
		indices.unsigned(uint64(i))
	}
	types.unsigned(uint64(len(index)))
	return append(types, list...), indices
}

func signature(f *ir.Func) buffer {
	sig := buffer{0x60}
	params := make([]ir.Type, len(f.Params))
	for i, p := range f.Params {
		params[i] = p.Type
	}
	sig.types(params)
	sig.types(f.Results)
	return sig
}
