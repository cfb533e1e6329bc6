package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fovea-run/fovea/kernels/wgsl"
	"github.com/fovea-run/fovea/wasm/program"
)

// script is the tables as an ES module.
func script(build uint32) []byte {
	b := bytes.NewBufferString(header)
	b.WriteString(`/** Names that a row of the table lists, as [name, 1 if it can be left out, kind]. */
const list = (names) => names ? names.split(' ').map((n) => [n.split(/[?:]/)[0], n.includes('?') ? 1 : 0, Number(n.split(':')[1])]) : [];

const row = (code, operands, attrs = '', outputs = 'out') => ({ code, operands: list(operands), outputs: list(outputs), attrs: list(attrs) });

/** Operations by name: code, then operands, attributes and outputs. */
export const ops = {
  __proto__: null,
`)
	for _, op := range program.Ops {
		var attrs []string
		for _, a := range op.Attrs {
			attrs = append(attrs, fmt.Sprintf("%s%s:%d", a.Name, mark(a.LeftOut()), a.Kind))
		}
		fields := []string{strconv.Itoa(int(op.Code)), quote(names(op.Operands)), quote(strings.Join(attrs, " ")), quote(names(op.Outputs))}
		if fields[3] == "'out'" {
			fields = fields[:3]
		}
		fmt.Fprintf(b, "  %s: row(%s),\n", op.Name, strings.Join(fields, ", "))
	}
	b.WriteString("};\n\n/** Kinds of attributes: tag (1 int, 2 float) and what is taken. */\nexport const kinds = [null")
	for _, k := range program.AttrKinds() {
		fmt.Fprintf(b, ", [%d, %s]", k.Tag(), quote(k.Want()))
	}
	b.WriteString("];\n\n/** Names of the element types by code. */\nexport const dtypes = [null")
	for d := program.F32; d.Valid(); d++ {
		b.WriteString(", " + quote(d.String()))
	}
	b.WriteString("];\n\n/** Names of the activations by code. */\nexport const acts = [")
	for a := program.NoAct; a.Valid(); a++ {
		if a > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(a.String()))
	}
	b.WriteString("];\n\n/** Errors by code: name and message, with {arg}, {got}, {want}, {name} and {sgot} (got as a signed number) to fill in. */\nexport const errors = {\n  __proto__: null,\n")
	for _, e := range slices.Concat(program.Errors, program.HostErrors) {
		fmt.Fprintf(b, "  %d: [%s, %s],\n", e.Code, quote(e.ID()), quote(e.Message))
	}
	b.WriteString("};\n")
	_, sum, err := wgsl.Data()
	if err != nil {
		panic(err)
	}
	fmt.Fprintf(b, "\n/** The build of the modules that go with these tables, and the checksum of the shaders. */\nexport const build = %d;\nexport const shadersSum = %d;\n", build, sum)
	return b.Bytes()
}

// names are the names of operands, marked if they can be left out.
func names(operands []program.Operand) string {
	var list []string
	for _, o := range operands {
		list = append(list, o.Name+mark(o.Optional))
	}
	return strings.Join(list, " ")
}

func mark(optional bool) string {
	if optional {
		return "?"
	}
	return ""
}

// quote writes a JavaScript string.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}
