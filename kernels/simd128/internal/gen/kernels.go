package main

import (
	"fmt"
	"slices"
	"strings"
)

// perFile is how many kernels stand in a file.
const perFile = 60

// emitKernels writes a kernel for each intrinsic and each set of constants
// that it is tested with, and the table of them.
func emitKernels(files map[string]string) {
	k := &kernels{}
	var special strings.Builder
	for i := range rows {
		r := &rows[i]
		if r.special {
			special.WriteString(r.plain())
			continue
		}
		for _, imms := range r.samples() {
			k.add(r, imms)
		}
	}
	files["conformance/ops/special_gen.go"] = header("ops") +
		"import . \"github.com/fovea-run/fovea/kernels/simd128\"\n\n" + special.String()
	for i := 0; i < len(k.sources); i += perFile {
		part := k.sources[i:min(i+perFile, len(k.sources))]
		files[fmt.Sprintf("conformance/ops/ops%02d_gen.go", i/perFile+1)] = header("ops") +
			"import . \"github.com/fovea-run/fovea/kernels/simd128\"\n\n" + strings.Join(part, "\n")
	}
	const lines = 500
	for i := 0; i < len(k.table); i += lines {
		part := k.table[i:min(i+lines, len(k.table))]
		n := i/lines + 1
		files[fmt.Sprintf("conformance/ops%d_gen.go", n)] = header("conformance") +
			"import \"github.com/fovea-run/fovea/kernels/simd128/conformance/ops\"\n\n" +
			fmt.Sprintf("var ops%d = []Op{\n%s}\n", n, strings.Join(part, ""))
	}
}

// plain is a kernel that passes its arguments to the intrinsic, with 0 for
// constants.
func (r *row) plain() string {
	var params, args []string
	call := r.name
	if r.recv != "" {
		params = append(params, "p "+r.recv)
		call = "p." + call
	}
	for _, p := range r.params {
		if p.limit > 0 {
			args = append(args, "0")
			continue
		}
		params = append(params, p.name+" "+p.typ)
		args = append(args, p.name)
	}
	call += "(" + strings.Join(args, ", ") + ")"
	if r.result != "" {
		call = "return " + call
	}
	name := "Do" + strings.ReplaceAll(r.goName(), ".", "")
	return fmt.Sprintf("//wasm:export %s\nfunc %s(%s) %s {\n%s\n}\n\n", r.goName(), name, strings.Join(params, ", "), r.result, call)
}

type kernels struct{ sources, table []string }

func (k *kernels) add(r *row, imms []string) {
	name := r.goName()
	if len(imms) > 0 {
		name += "/" + strings.Join(imms, ",")
	}
	n := len(k.sources) + 1
	k.sources = append(k.sources, fmt.Sprintf(`//wasm:export %s
func Op%d(out, a, b, c, n uint32) {
	for range n {
		%s
		out, a, b, c = out+16, a+16, b+16, c+16
	}
}
`, name, n, r.statement(imms)))
	k.table = append(k.table, fmt.Sprintf("{%q, %q, []uint64{%s}, %q, %q, ops.Op%d},\n",
		name, r.goName(), strings.Join(imms, ", "), strings.Join(r.operands(), " "), r.result, n))
}

// operands lists the types of what is not constant, in Go's order.
func (r *row) operands() []string {
	var list []string
	if r.recv != "" {
		list = append(list, r.recv)
	}
	for _, p := range r.params {
		if p.limit == 0 {
			list = append(list, p.typ)
		}
	}
	return list
}

// samples returns the constants that an intrinsic is tested with.
func (r *row) samples() [][]string {
	offset, lanes, limit := false, 0, 0
	for _, p := range r.params {
		switch {
		case p.limit == 1<<32:
			offset = true
		case p.limit > 0:
			lanes, limit = lanes+1, int(p.limit)
		}
	}
	odd := "5"
	if r.file == "atomic" {
		odd = "8"
	}
	switch {
	case offset && lanes == 1:
		list := [][]string{{odd, "1"}}
		for i := range limit {
			list = append(list, []string{"0", fmt.Sprint(i)})
		}
		return list
	case offset:
		return [][]string{{"0"}, {odd}}
	case lanes == 1:
		var list [][]string
		for i := range limit {
			list = append(list, []string{fmt.Sprint(i)})
		}
		return list
	case lanes > 1:
		return shuffles(lanes)
	}
	return [][]string{nil}
}

// shuffles returns choices of n lanes from 2n: of one operand, of the other,
// of both in turn, backwards, one lane only and in no order.
func shuffles(n int) [][]string {
	var list [][]string
	for _, f := range []func(i int) int{
		func(i int) int { return i },
		func(i int) int { return n + i },
		func(i int) int { return i/2 + i%2*n },
		func(i int) int { return 2*n - 1 - i },
		func(int) int { return 1 },
		func(i int) int { return (7*i + 3) % (2 * n) },
	} {
		var lanes []string
		for i := range n {
			lanes = append(lanes, fmt.Sprint(f(i)))
		}
		if !slices.ContainsFunc(list, func(l []string) bool { return slices.Equal(l, lanes) }) {
			list = append(list, lanes)
		}
	}
	return list
}

// statement calls the intrinsic with operands from memory at a, b and c, and
// stores its result at out. What stores does it at out; what changes memory
// and has a result does it at a.
func (r *row) statement(imms []string) string {
	at := []string{"a", "b", "c"}
	stores := r.result == ""
	next := func(typ string) string {
		if isAddress(typ) && stores && r.file != "atomic" {
			return typ + "(out)"
		}
		x := load(typ, at[0])
		at = at[1:]
		return x
	}
	call := r.name
	if r.recv != "" {
		call = next(r.recv) + "." + r.name
	}
	var args []string
	for _, p := range r.params {
		if p.limit > 0 {
			args = append(args, imms[0])
			imms = imms[1:]
		} else {
			args = append(args, next(p.typ))
		}
	}
	s := store(r.result, fmt.Sprintf("%s(%s)", call, strings.Join(args, ", ")))
	if r.only {
		s = fmt.Sprintf("if Relaxed {\n%s\n}", s)
	}
	return s
}

// load is an expression for a value of a type in memory, an address as it is.
func load(typ, at string) string {
	for _, t := range vectors {
		switch {
		case t.name != typ:
		case t.kind == mask:
			i := of(signed, t.bits)
			return fmt.Sprintf("%s.Less(Broadcast%s(0))", load(i.name, at), i.name)
		default:
			return fmt.Sprintf("Load%s(%s(%s), 0)", t.name, t.addr, at)
		}
	}
	if isAddress(typ) {
		return fmt.Sprintf("%s(%s)", typ, at)
	}
	return fmt.Sprintf("%s(%s).Load(0)", address(typ), at)
}

// address is the typed address of a number: U32 of uint32.
func address(typ string) string {
	return strings.ToUpper(typ[:1]) + typ[len(typ)-2:]
}

// store is a statement that stores x at out.
func store(typ, x string) string {
	for _, t := range vectors {
		switch {
		case t.name != typ:
		case t.kind == mask:
			i := of(signed, t.bits)
			return fmt.Sprintf("%s.To%s().Store(%s(out), 0)", x, i.name, i.addr)
		default:
			return fmt.Sprintf("%s.Store(%s(out), 0)", x, t.addr)
		}
	}
	switch typ {
	case "":
		return x
	case "bool":
		return fmt.Sprintf("if %s {\nU32(out).Store(0, 1)\n} else {\nU32(out).Store(0, 0)\n}", x)
	}
	return fmt.Sprintf("%s(out).Store(0, %s)", address(typ), x)
}
