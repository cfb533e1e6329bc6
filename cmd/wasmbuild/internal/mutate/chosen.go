package main

import (
	"fmt"
	"go/ast"
)

// A fault is one chosen by hand.
type fault struct {
	what           string
	file, function string
	old, new       string // an expression or statement that the function has once
}

// chosen are faults like those that compilers have had. A test puts each of
// them in, always.
var chosen = []fault{
	{"wrong branch depth", "wasm/code.go", "depth", "len(c.labels) - 1 - i", "len(c.labels) - i"},
	{"off-by-one memarg", "wasm/code.go", "memArg", "uint64(x.Offset)", "uint64(x.Offset) + 1"},
	{"dropped tee", "wasm/code.go", "expr", `c.local("local.tee", x.L)`, ""},
	{"wrong block type", "wasm/code.go", "choose", `c.open("if", ir.I32, nil)`, `c.open("if", ir.I64, nil)`},
	{"results in the wrong order", "wasm/code.go", "stmt", "s.Dst[i]", "s.Dst[len(s.Dst)-1-i]"},
	{"lost sign bit of a constant", "wasm/buffer.go", "signed", "v < -0x40 || v >= 0x40", "v < -0x80 || v >= 0x80"},
	{"wrong type of locals", "wasm/locals.go", "declaration", "declared[n].Type == declared[i].Type", "true"},
	{"missing re-zero", "lower/stmt.go", "decl", "f.set(l, zero(l.Type))", ""},
	{"parallel assignment made serial", "lower/stmt.go", "assignAll", "conflict(targets, values)", "false"},
	{"dropped sign extension", "lower/expr.go", "resize", `ir.NewOp("i64.extend_i32_s", x)`, `ir.NewOp("i64.extend_i32_u", x)`},
	{"wrong signedness", "lower/expr.go", "shift", `name = "shr_s"`, `name = "shr_u"`},
	{"swapped operands", "lower/expr.go", "binary", "arith(vt, mnemonic(op, operand), a, b)", "arith(vt, mnemonic(op, operand), b, a)"},
	{"wrong lane", "lower/call.go", "shuffled", "int(lanes[i/width])*width + i%width", "int(lanes[i/width]) * width"},
	{"wrong br_table", "lower/switch.go", "table", "low > 0", "false"},
	{"negative count", "lower/control.go", "countDown", "!dialect.IsUnsigned(t)", "false"},
	{"effects out of order", "pass/hoist.go", "expr", "!ir.Commutes(h.before, e)", "false"},
	{"missing guard: assigned twice", "pass/copies.go", "copies", "!ok || c.sets[l] != 1", "!ok"},
	{"missing guard: assigned in a loop", "pass/fold.go", "foldLoop", "k.forget(s.Body)", ""},
	{"return that does not leave", "pass/inline.go", "ret", "append(out, &ir.Br{L: e.end})", "out"},
	{"effect of a read forgotten", "pass/nest.go", "expr", "m.clash = m.clash || m.assigned[y.L]", ""},
	{"trap dropped", "ir/effect.go", "ofInstruction", `strings.Contains(name, ".div_")`, "false"},
	{"missing guard: shift by the width", "check/expr.go", "masked", "n < width", "n <= width"},
	{"missing guard: division", "check/expr.go", "binaryOp", "c.division(op, y, t)", ""},
}

// compiler is where the chosen faults' files are.
const compiler = "cmd/wasmbuild/internal/"

// choose makes the chosen faults. It is an error if the source has changed so
// that one cannot be put in.
func choose(sources []*source, made *[]*mutant) error {
	for _, f := range chosen {
		found := 0
		for _, s := range sources {
			if s.name == compiler+f.file {
				found += (&maker{source: s, made: made}).choose(f)
			}
		}
		if found != 1 {
			return fmt.Errorf("%s has %q %d times in %s, which chosen.go changes", f.file, f.old, found, f.function)
		}
	}
	return nil
}

// choose puts in a fault and returns how often.
func (mk *maker) choose(f fault) (n int) {
	ast.Inspect(mk.ast, func(x ast.Node) bool {
		if x == nil {
			mk.stack = mk.stack[:len(mk.stack)-1]
			return true
		}
		mk.stack = append(mk.stack, x)
		if mk.function() != f.function || mk.text(x) != f.old || !mk.replace(f, x) {
			return true
		}
		n++
		mk.stack = mk.stack[:len(mk.stack)-1]
		return false
	})
	return n
}

func (mk *maker) replace(f fault, x ast.Node) bool {
	rule := "chosen: " + f.what
	switch x := x.(type) {
	case ast.Stmt:
		mk.statement(rule, x, f.new)
	case ast.Expr:
		if mk.isBool(x) {
			mk.truth(rule, x, f.new)
		} else {
			mk.value(rule, x, f.new)
		}
	default:
		return false
	}
	return true
}
