package wasm

import (
	"sort"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
)

// assignLocals numbers the locals of f: parameters, then the others grouped
// by type, the most used first, since indices from 128 take two bytes.
func assignLocals(f *ir.Func) (index map[*ir.Local]uint64, declared []*ir.Local) {
	index = map[*ir.Local]uint64{}
	for i, p := range f.Params {
		index[p] = uint64(i)
	}
	uses := map[*ir.Local]int{}
	total := map[ir.Type]int{}
	use := func(l *ir.Local) {
		if _, param := index[l]; param {
			return
		}
		if uses[l] == 0 {
			declared = append(declared, l)
		}
		uses[l]++
		total[l.Type]++
	}
	eachUse(f, use)
	sort.SliceStable(declared, func(i, j int) bool {
		a, b := declared[i], declared[j]
		if a.Type == b.Type {
			return uses[a] > uses[b]
		}
		if total[a.Type] == total[b.Type] {
			return a.Type > b.Type
		}
		return total[a.Type] > total[b.Type]
	})
	for i, l := range declared {
		index[l] = uint64(len(f.Params) + i)
	}
	return index, declared
}

// eachUse calls use for each mention of a local in f's body.
func eachUse(f *ir.Func, use func(*ir.Local)) {
	ir.Walk(f.Body, func(x ir.Expr) {
		switch x := x.(type) {
		case *ir.Get:
			use(x.L)
		case *ir.Tee:
			use(x.L)
		}
	}, func(s ir.Stmt) {
		if s, ok := s.(*ir.Set); ok {
			for _, l := range s.Dst {
				use(l)
			}
		}
	})
}

// declaration is the vector of locals that opens a function's code: runs of
// a count and a type.
func declaration(declared []*ir.Local) buffer {
	var runs buffer
	count := uint64(0)
	for i := 0; i < len(declared); {
		n := i
		for n < len(declared) && declared[n].Type == declared[i].Type {
			n++
		}
		runs.unsigned(uint64(n - i))
		runs = append(runs, byte(declared[i].Type))
		count++
		i = n
	}
	var b buffer
	b.unsigned(count)
	return append(b, runs...)
}
