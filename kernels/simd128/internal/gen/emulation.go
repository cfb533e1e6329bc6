package main

import (
	"fmt"
	"strings"
)

// emitEmulation writes the intrinsics as Go, a file a type.
func emitEmulation(files map[string]string) {
	bodies := map[string]*strings.Builder{}
	file := func(name string) *strings.Builder {
		if bodies[name] == nil {
			bodies[name] = &strings.Builder{}
		}
		return bodies[name]
	}
	for _, t := range vectors {
		file(t.file()).WriteString(declaration(t))
	}
	for i := range rows {
		if r := &rows[i]; r.file != "" {
			file(r.file).WriteString(r.source())
		}
	}
	for name, b := range bodies {
		files[name+"_gen.go"] = header("simd128") + imports(b.String()) + b.String()
	}
}

func imports(src string) string {
	var b strings.Builder
	for _, pkg := range []string{"math", "math/bits"} {
		if strings.Contains(src, pkg[strings.LastIndex(pkg, "/")+1:]+".") {
			fmt.Fprintf(&b, "import %q\n", pkg)
		}
	}
	return b.String() + "\n"
}

// documentation is the comment of an intrinsic.
func (r *row) documentation() string {
	what := " is " + r.wasm
	if r.wasm == "" {
		what = ""
	}
	for _, name := range r.then {
		what += ", then " + name
	}
	text := r.name + what + r.doc
	if len(r.then) > 0 {
		text += "; in a relaxed build " + r.relaxed + ", which may round once"
	}
	return comment(text + ".")
}

func (r *row) source() string {
	recv := ""
	if r.recv != "" {
		name := "x"
		if !strings.Contains(r.recv, "x") {
			name = "p"
		}
		recv = fmt.Sprintf("(%s %s) ", name, r.recv)
	}
	return fmt.Sprintf("%sfunc %s%s%s {\n%s\n}\n\n", r.documentation(), recv, r.name, r.signature(), r.body)
}

// declaration declares a vector type, and how it is made of its bits and
// gives them.
func declaration(t vec) string {
	what := fmt.Sprintf("%s is a vector of %d %s", t.name, t.count, t.elem)
	if t.kind == mask {
		what = fmt.Sprintf("%s holds %d lanes of %d bits that are all ones or all zeros", t.name, t.count, t.bits)
	}
	doc := comment(what + ".")
	if t.paired() {
		return doc + fmt.Sprintf("type %s struct{ lo, hi uint64 }\n\n", t.name) + pairedBits(t)
	}
	fields := make([]string, t.count)
	for i := range fields {
		fields[i] = fmt.Sprintf("e%d", i)
	}
	return doc + fmt.Sprintf("type %s struct{ %s %s }\n\n", t.name, strings.Join(fields, ", "), t.elem) + fieldBits(t)
}

func pairedBits(t vec) string {
	if t.kind == mask {
		return ""
	}
	return fmt.Sprintf("func bitsTo%s(lo, hi uint64) %s { return %s{lo, hi} }\n\nfunc (x %s) bits() (lo, hi uint64) { return x.lo, x.hi }\n\n",
		t.name, t.name, t.name, t.name)
}

func fieldBits(t vec) string {
	if t.kind == mask {
		return ""
	}
	from, to := fmt.Sprintf("%s(%%s)", t.elem), fmt.Sprintf("uint64(uint%d(x.e%%d))", t.bits)
	if isFloat(t) {
		from, to = fmt.Sprintf("math.Float%dfrombits(uint%d(%%s))", t.bits, t.bits), fmt.Sprintf("uint64(math.Float%dbits(x.e%%d))", t.bits)
	}
	var fields, halves []string
	for i, half := range []string{"lo", "hi"} {
		fields = append(fields, fmt.Sprintf(from, half))
		bits := fmt.Sprintf(to, i*t.count/2)
		if t.bits == 32 {
			fields = append(fields, fmt.Sprintf(from, half+">>32"))
			bits += " | " + fmt.Sprintf(to, 2*i+1) + "<<32"
		}
		halves = append(halves, bits)
	}
	pick := fmt.Sprintf("func (x %s) pick(y %s, lane uint8) %s {\nif lane < %d {\nreturn x.GetElem(lane)\n}\nreturn y.GetElem(lane - %d)\n}\n\n",
		t.name, t.name, t.elem, t.count, t.count)
	return fmt.Sprintf("func bitsTo%s(lo, hi uint64) %s {\nreturn %s{%s}\n}\n\nfunc (x %s) bits() (lo, hi uint64) {\nreturn %s\n}\n\n",
		t.name, t.name, t.name, strings.Join(fields, ", "), t.name, strings.Join(halves, ", ")) + pick
}
