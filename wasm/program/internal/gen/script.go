package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/fovea-run/fovea/kernels/wgsl"
	"github.com/fovea-run/fovea/wasm/program"
)

// script is the tables as an ES module.
func script(build uint32) []byte {
	b := bytes.NewBufferString(header)
	b.WriteString(`/**
 * Operations by name: code, operands and outputs as [name, 1 if optional],
 * attributes as [name, kind, 1 if it can be left out].
 */
export const ops = {
  __proto__: null,
`)
	for _, op := range program.Ops {
		var operands, attrs, outputs []string
		for _, o := range op.Operands {
			operands = append(operands, fmt.Sprintf("[%s, %d]", quote(o.Name), flag(o.Optional)))
		}
		for _, a := range op.Attrs {
			attrs = append(attrs, fmt.Sprintf("[%s, %d, %d]", quote(a.Name), a.Kind, flag(a.LeftOut())))
		}
		for _, o := range op.Outputs {
			outputs = append(outputs, fmt.Sprintf("[%s, %d]", quote(o.Name), flag(o.Optional)))
		}
		fmt.Fprintf(b, "  %s: { code: %d, operands: [%s], attrs: [%s], outputs: [%s] },\n",
			op.Name, op.Code, strings.Join(operands, ", "), strings.Join(attrs, ", "), strings.Join(outputs, ", "))
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

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// quote writes a JavaScript string.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}
