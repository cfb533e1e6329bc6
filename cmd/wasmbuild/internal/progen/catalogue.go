package progen

import (
	"go/types"
	"regexp"
	"strings"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/dialect"
	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

type kind uint8

const (
	i32 kind = iota
	u32
	i64
	u64
	f32
	f64
	boolean
	vector
)

var kindNames = []string{"int32", "uint32", "int64", "uint64", "float32", "float64", "bool"}

func (k kind) integer() bool  { return k <= u64 }
func (k kind) unsigned() bool { return k == u32 || k == u64 }
func (k kind) float() bool    { return k == f32 || k == f64 }

// width is the number of bits of an integer.
func (k kind) width() int {
	if k == i64 || k == u64 {
		return 64
	}
	return 32
}

type typ struct {
	name    string
	kind    kind
	address bool
	rank    int // how many intrinsics it takes to make a vector of nothing
}

// named are the types that every package declares.
var named = []*typ{
	{name: "index", kind: u32}, {name: "level", kind: i32}, {name: "wide", kind: i64}, {name: "real", kind: f32},
}

// An intrinsic is a function or method of simd128 that programs can call.
type intrinsic struct {
	op     *opcode.Intrinsic
	params []param // the receiver of a method is the first
	result *typ    // nil if there is none
	uses   int
}

// A param is an operand of an intrinsic.
type param struct {
	typ   *typ
	limit uint64 // it is a constant below; 0 if it is none
}

// A catalogue is what there is to write programs with.
type catalogue struct {
	types                               map[string]*typ
	basics, scalars, vectors, addresses []*typ // scalars are basics and named types
	all                                 []*intrinsic
	values                              map[*typ][]*intrinsic // that need no care, by their result
	stores                              []*intrinsic
}

func newCatalogue(scope *types.Scope) *catalogue {
	c := &catalogue{types: map[string]*typ{}, values: map[*typ][]*intrinsic{}}
	for k, name := range kindNames {
		t := &typ{name: name, kind: kind(k)}
		c.types[name] = t
		c.basics = append(c.basics, t)
	}
	for _, t := range named {
		t := *t
		c.types[t.name] = &t
	}
	c.scalars = append(c.scalars, c.basics[:boolean]...)
	for _, t := range named {
		c.scalars = append(c.scalars, c.types[t.name])
	}
	for i := range opcode.Intrinsics {
		c.add(&opcode.Intrinsics[i], scope)
	}
	c.rank()
	return c
}

// careful are the intrinsics that statements of their own call, and those of
// threads, which the baseline module has not.
var careful = regexp.MustCompile(`^memory\.|^unreachable$|atomic`)

func (c *catalogue) add(op *opcode.Intrinsic, scope *types.Scope) {
	if op.RelaxedOnly || careful.MatchString(op.Wasm) {
		return
	}
	in := &intrinsic{op: op}
	sig, recv := signature(op, scope)
	if recv != nil {
		in.params = append(in.params, param{typ: c.typ(recv)})
	}
	for v := range sig.Params().Variables() {
		i := len(in.params)
		if limit, constant := op.Limit(i); constant {
			in.params = append(in.params, param{limit: limit})
		} else {
			in.params = append(in.params, param{typ: c.typ(v.Type())})
		}
	}
	c.all = append(c.all, in)
	if sig.Results().Len() == 0 {
		c.stores = append(c.stores, in)
		return
	}
	in.result = c.typ(sig.Results().At(0).Type())
	c.values[in.result] = append(c.values[in.result], in)
}

func signature(op *opcode.Intrinsic, scope *types.Scope) (sig *types.Signature, recv types.Type) {
	name, method, ok := strings.Cut(op.Go, ".")
	if !ok {
		return scope.Lookup(name).(*types.Func).Signature(), nil
	}
	recv = scope.Lookup(name).Type()
	m, _, _ := types.LookupFieldOrMethod(recv, false, nil, method)
	return m.(*types.Func).Signature(), recv
}

// typ interns a type by its name.
func (c *catalogue) typ(t types.Type) *typ {
	name := types.TypeString(t, func(*types.Package) string { return "" })
	if c.types[name] == nil {
		switch n := (&typ{name: name, kind: u32, address: true}); {
		case dialect.IsVector(t):
			n.kind, n.address = vector, false
			c.types[name] = n
			c.vectors = append(c.vectors, n)
		default:
			c.types[name] = n
			c.addresses = append(c.addresses, n)
		}
	}
	return c.types[name]
}

func (c *catalogue) floatVectors() []*typ {
	var ts []*typ
	for _, t := range c.vectors {
		if strings.HasPrefix(t.name, "Float") {
			ts = append(ts, t)
		}
	}
	return ts
}

// rank finds how deep the simplest expression of each vector type is that
// loads nothing, so that one can be written anywhere.
func (c *catalogue) rank() {
	const unknown = 99
	for _, t := range c.vectors {
		t.rank = unknown
	}
	for range c.vectors {
		for _, in := range c.all {
			if in.result != nil && in.result.kind == vector && !in.accesses() {
				in.result.rank = min(in.result.rank, in.depth()+1)
			}
		}
	}
}

// depth is that of its operands at least.
func (in *intrinsic) depth() int {
	d := 0
	for _, p := range in.params {
		if p.typ != nil {
			d = max(d, p.typ.rank)
		}
	}
	return d
}

// exposes reports whether an intrinsic lets the bits of a NaN be seen that it
// is given: all but arithmetic on floats and conversions of them do.
func (in *intrinsic) exposes() bool {
	w := in.op.Wasm
	arithmetic := strings.HasPrefix(w, "f") && !strings.Contains(w, ".store") && !strings.Contains(w, "copysign")
	return !arithmetic && !strings.Contains(w, "trunc_sat")
}

// canonizes reports whether a call gives an operand's NaNs the same bits, by
// a call of its own.
func (in *intrinsic) canonizes() bool {
	for _, p := range in.params {
		if p.typ != nil && in.exposes() && (p.typ.kind.float() || strings.HasPrefix(p.typ.name, "Float")) {
			return true
		}
	}
	return false
}
