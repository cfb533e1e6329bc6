package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
	"strconv"

	"github.com/fovea-run/fovea/kernels/simd128/opcode"
)

// rowType names the type of a literal of package opcode.
func (mk *maker) rowType(x *ast.CompositeLit) string {
	n, ok := mk.info().Types[x].Type.(*types.Named)
	if !ok || n.Obj().Pkg() == nil || n.Obj().Pkg().Name() != "opcode" {
		return ""
	}
	return n.Obj().Name()
}

// intrinsic gives a row of the table of intrinsics a wrong instruction.
func (mk *maker) intrinsic(row *ast.CompositeLit) {
	for _, e := range row.Elts {
		kv := e.(*ast.KeyValueExpr)
		switch mk.text(kv.Key) {
		case "Wasm", "Relaxed":
			mk.mnemonic(kv.Value)
		case "Then":
			for _, x := range kv.Value.(*ast.CompositeLit).Elts {
				mk.mnemonic(x)
			}
		case "Lanes":
			mk.lanes(kv.Value)
		}
	}
}

func (mk *maker) mnemonic(x ast.Expr) {
	name := constant.StringVal(mk.info().Types[x].Value)
	rule := "wrong signedness"
	wrong, ok := otherSign(name)
	if !ok || opcode.Find(wrong) == nil {
		rule = "swapped opcode"
		wrong, ok = peer(name)
	}
	if ok {
		mk.constant(rule, x, strconv.Quote(wrong))
	}
}

// peer returns the next instruction of the same operands and immediates.
func peer(name string) (string, bool) {
	in := opcode.Find(name)
	at := slices.IndexFunc(opcode.Instructions, func(o opcode.Instruction) bool { return o.Name == name })
	for i := range len(opcode.Instructions) - 1 {
		o := opcode.Instructions[(at+1+i)%len(opcode.Instructions)]
		if o.Imm == in.Imm && o.Sig == in.Sig {
			return o.Name, true
		}
	}
	return "", false
}

// lanes exchanges the first two bytes that a shuffle picks.
func (mk *maker) lanes(x ast.Expr) {
	b := []byte(constant.StringVal(mk.info().Types[x].Value))
	b[0], b[1] = b[1], b[0]
	mk.constant("wrong lane", x, strconv.Quote(string(b)))
}

// exchange makes mutants in which two instructions of the same operands and
// immediates have each other's opcode: modules stay valid.
func exchange(sources []*source, made *[]*mutant) {
	groups := map[string][]row{}
	var order []string
	for _, s := range sources {
		for _, r := range (&maker{source: s}).rows() {
			group := r.mk.text(r.elts[2]) + r.mk.text(r.elts[3])
			if len(groups[group]) == 0 {
				order = append(order, group)
			}
			groups[group] = append(groups[group], r)
		}
	}
	for _, g := range order {
		rows := groups[g]
		for i := 0; i+1 < len(rows); i += 2 {
			swap(rows[i], rows[i+1], made)
		}
		if n := len(rows); n > 1 && n%2 == 1 {
			swap(rows[n-1], rows[n-2], made)
		}
	}
}

// A row is one of the table of instructions.
type row struct {
	mk   *maker
	elts []ast.Expr // name, opcode, immediate, signature
}

func (mk *maker) rows() (rows []row) {
	ast.Inspect(mk.ast, func(n ast.Node) bool {
		if x, ok := n.(*ast.CompositeLit); ok && mk.rowType(x) == "Instruction" {
			rows = append(rows, row{mk, x.Elts})
			return false
		}
		return true
	})
	return rows
}

func swap(a, b row, made *[]*mutant) {
	a.mk.made, b.mk.made = made, made
	m := a.mk.constant("swapped opcode", a.elts[1], b.mk.text(b.elts[1]))
	other := b.mk.constant("", b.elts[1], a.mk.text(a.elts[1]))
	*made = (*made)[:len(*made)-1]
	m.wraps = append(m.wraps, other.wraps...)
	m.function = fmt.Sprintf("%s, %s", a.name(), b.name())
}

func (r row) name() string { return constant.StringVal(r.mk.info().Types[r.elts[0]].Value) }
