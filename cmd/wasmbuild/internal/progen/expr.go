package progen

import (
	"fmt"
	"strings"
)

// An expr is an expression in Go's syntax.
type expr struct {
	s        string
	constant bool
}

func text(format string, args ...any) expr { return expr{s: fmt.Sprintf(format, args...)} }

// expr writes an expression of type t over at most depth levels.
func (f *fn) expr(t *typ, depth int) expr {
	switch {
	case t.address:
		return f.address(t, depth)
	case depth <= 0:
		return f.leaf(t)
	case t.kind == vector:
		return f.vector(t, depth)
	case t.kind == boolean:
		return f.boolean(depth)
	case t.kind.float():
		return f.float(t, depth)
	}
	return f.integer(t, depth)
}

// varying is expr without constants, of which Go would compute more.
func (f *fn) varying(t *typ, depth int) expr {
	for range 3 {
		if e := f.expr(t, depth); !e.constant {
			return e
		}
	}
	if v := f.read(t, false); v != nil {
		return text("%s", v.name)
	}
	return f.root(t)
}

// root makes a value of a variable of another type: there is one always, the
// first parameter.
func (f *fn) root(t *typ) expr {
	if t.kind == vector {
		return f.vector(t, t.rank)
	}
	vars := f.visible(func(v *variable) bool {
		return !v.constant && v.typ.kind < boolean && (v.typ.kind.integer() || t.kind.float())
	})
	v := pick(f.generator, vars)
	v.used = true
	switch {
	case t.kind == boolean:
		return text("(%s&%d != 0)", v.name, 1<<f.IntN(8))
	case v.typ == t:
		return text("%s", v.name)
	}
	return text("%s(%s)", t.name, v.name)
}

func (f *fn) leaf(t *typ) expr {
	if f.chance(.8) {
		if v := f.read(t, true); v != nil {
			return expr{s: v.name, constant: v.constant}
		}
	}
	switch t.kind {
	case vector:
		return f.vector(t, 0)
	case boolean:
		if f.chance(.1) {
			return expr{s: pick(f.generator, []string{"true", "false", "Relaxed", "(k1 > 7)"}), constant: true}
		}
		return f.root(t)
	}
	if f.chance(.2) {
		return f.root(t)
	}
	return expr{s: fmt.Sprintf("%s(%s)", t.name, f.literal(t.kind)), constant: true}
}

// operand is expr(t), with the constants that a typed operand beside it gives
// their type.
func (f *fn) operand(t *typ, depth int) expr {
	if f.chance(.15) && t.kind != boolean {
		return expr{s: f.literal(t.kind), constant: true}
	}
	return f.expr(t, depth)
}

// pair writes two operands, of which one varies.
func (f *fn) pair(t *typ, depth int) (x, y expr) {
	x, y = f.varying(t, depth-1), f.operand(t, depth-1)
	if f.chance(.3) {
		x, y = y, x
	}
	return x, y
}

var comparisons = []string{"==", "!=", "<", "<=", ">", ">="}

func (f *fn) boolean(depth int) expr {
	switch f.weighted(6, 2, 2, 1, 3, 1) {
	case 0:
		t := pick(f.generator, f.scalars)
		if t.kind.float() && f.chance(.3) {
			return text("(%s %s %s)", f.factor(t, depth-1), pick(f.generator, comparisons), f.operand(t, depth-1).s)
		}
		x, y := f.pair(t, depth)
		return text("(%s %s %s)", x.s, pick(f.generator, comparisons), y.s)
	case 1:
		return text("(%s && %s)", f.varying(f.types["bool"], depth-1).s, f.expr(f.types["bool"], depth-1).s)
	case 2:
		return text("(%s || %s)", f.varying(f.types["bool"], depth-1).s, f.expr(f.types["bool"], depth-1).s)
	case 3:
		return text("!%s", f.varying(f.types["bool"], depth-1).s)
	case 4:
		return f.intrinsicOr(f.types["bool"], depth, f.leaf)
	}
	x, y := f.pair(f.types["bool"], depth)
	return text("(%s %s %s)", x.s, pick(f.generator, comparisons[:2]), y.s)
}

func (f *fn) integer(t *typ, depth int) expr {
	switch f.weighted(8, 2, 3, 2, 3, 1, 6, 2, 2) {
	case 0:
		x, y := f.pair(t, depth)
		return text("(%s %s %s)", x.s, pick(f.generator, []string{"+", "-", "*", "&", "|", "^", "&^"}), y.s)
	case 1:
		return f.quotient(t, depth)
	case 2:
		return text("(%s %s %s)", f.varying(t, depth-1).s, pick(f.generator, []string{"<<", ">>"}), f.shiftCount(t, depth))
	case 3:
		return text("%s%s", pick(f.generator, []string{"-", "^", "+"}), f.operandOf(f.varying(t, depth-1)))
	case 4:
		from := pick(f.generator, f.scalars)
		if from.kind.float() {
			from = f.types["uint64"]
		}
		return text("%s(%s)", t.name, f.varying(from, depth-1).s)
	case 5:
		return f.extremum(t, depth)
	case 6:
		return f.intrinsicOr(t, depth, f.leaf)
	case 7:
		return f.callOr(t, depth)
	}
	return f.leaf(t)
}

// operandOf parenthesises what a sign before it would change.
func (f *fn) operandOf(e expr) string {
	if strings.HasPrefix(e.s, "-") || strings.HasPrefix(e.s, "+") {
		return "(" + e.s + ")"
	}
	return e.s
}

// quotient divides: signed numbers by constants, unsigned ones by anything.
func (f *fn) quotient(t *typ, depth int) expr {
	x, op := f.varying(t, depth-1).s, pick(f.generator, []string{"/", "%"})
	switch {
	case !t.kind.unsigned():
		return text("(%s %s %s)", x, op, pick(f.generator, []string{"1", "2", "3", "-2", "7", "10", "-9", "1000003", "-2147483648", "2147483647", "16"}))
	case f.chance(.3):
		return text("(%s %s %s)", x, op, pick(f.generator, []string{"1", "2", "3", "7", "10", "64", "1000003", "2147483648", "4294967295"}))
	case f.divides && f.chance(f.risk):
		return text("(%s %s (%s & %d))", x, op, f.varying(t, depth-1).s, 1<<f.IntN(4)-1|1)
	}
	return text("(%s %s (%s | 1))", x, op, f.varying(t, depth-1).s)
}

func (f *fn) shiftCount(t *typ, depth int) string {
	if f.chance(.4) {
		return fmt.Sprint(f.IntN(t.kind.width()))
	}
	by := pick(f.generator, f.scalars)
	if !by.kind.integer() {
		by = t
	}
	mask := t.kind.width() - 1
	if f.chance(.3) {
		mask = f.IntN(t.kind.width())
	}
	if f.chance(.2) {
		return fmt.Sprintf("(%d & %s)", mask, f.varying(by, depth-1).s)
	}
	return fmt.Sprintf("(%s & %d)", f.varying(by, depth-1).s, mask)
}

func (f *fn) extremum(t *typ, depth int) expr {
	x, y := f.pair(t, depth)
	name := pick(f.generator, []string{"min", "max"})
	if f.chance(.3) {
		return text("%s(%s, %s, %s)", name, x.s, y.s, f.operand(t, depth-1).s)
	}
	return text("%s(%s, %s)", name, x.s, y.s)
}

func (f *fn) float(t *typ, depth int) expr {
	switch f.weighted(6, 3, 2, 1, 3, 1, 6, 2, 2) {
	case 0:
		x, y := f.pair(t, depth)
		return text("(%s %s %s)", x.s, pick(f.generator, []string{"+", "-"}), y.s)
	case 1:
		x, y := f.factor(t, depth-1), f.operand(t, depth-1).s
		return text("%s(%s * %s)", t.name, x, y)
	case 2:
		x := f.factor(t, depth-1)
		return text("(%s / %s)", x, f.factor(t, depth-1))
	case 3:
		return text("-%s", f.operandOf(f.varying(t, depth-1)))
	case 4:
		from := pick(f.generator, f.scalars)
		if from.kind.float() {
			return text("%s(%s)", t.name, f.factor(from, depth-1))
		}
		return text("%s(%s)", t.name, f.varying(from, depth-1).s)
	case 5:
		return f.extremum(t, depth)
	case 6:
		return f.intrinsicOr(t, depth, f.leaf)
	case 7:
		return f.callOr(t, depth)
	}
	return f.leaf(t)
}

// factor writes a float for a place where a product need not be rounded, as
// no sum takes it.
func (f *fn) factor(t *typ, depth int) string {
	if depth > 0 && f.chance(.3) {
		x, y := f.pair(t, depth)
		return fmt.Sprintf("(%s * %s)", x.s, y.s)
	}
	return f.varying(t, depth).s
}

func (f *fn) vector(t *typ, depth int) expr {
	if depth > 0 && f.chance(.1) {
		if e, ok := f.call(t, depth); ok {
			return e
		}
	}
	return f.intrinsicOr(t, max(depth, t.rank), nil)
}

// intrinsicOr calls an intrinsic with a result of type t, or is what other
// writes where the statement forbids calls or there is none.
func (f *fn) intrinsicOr(t *typ, depth int, other func(*typ) expr) expr {
	var fit []*intrinsic
	for _, in := range f.values[t] {
		if in.depth() < depth && !(f.divides && (in.accesses() || in.canonizes())) {
			fit = append(fit, in)
		}
	}
	if len(fit) == 0 {
		return other(t)
	}
	in := pick(f.generator, fit)
	if two := pick(f.generator, fit); two.uses < in.uses {
		in = two
	}
	return f.intrinsic(in, depth)
}

func (in *intrinsic) accesses() bool {
	return strings.Contains(in.op.Wasm, ".load") || strings.Contains(in.op.Wasm, ".store")
}

// intrinsic writes a call of in with operands below depth.
func (f *fn) intrinsic(in *intrinsic, depth int) expr {
	in.uses++
	var args []string
	for _, p := range in.params {
		args = append(args, f.argument(in, p, depth-1))
	}
	fun := in.op.Go
	if _, method, ok := strings.Cut(fun, "."); ok {
		fun = args[0] + "." + method
		args = args[1:]
	}
	return text("%s(%s)", fun, strings.Join(args, ", "))
}

func (f *fn) argument(in *intrinsic, p param, depth int) string {
	switch {
	case p.limit > 256:
		return f.offset()
	case p.limit > 0:
		return fmt.Sprint(f.Uint64N(p.limit))
	}
	e := f.expr(p.typ, depth)
	if e.constant && in.params[0].typ == p.typ { // as a receiver it needs its type, too
		e = f.varying(p.typ, depth)
	}
	if in.exposes() {
		e = f.canonical(p.typ, e)
	}
	return e.s
}

// offset is that of a load or store.
func (f *fn) offset() string {
	if f.chance(f.risk * .05) {
		return pick(f.generator, []string{"4294967295", "131072", "4294967280", "65536"})
	}
	return pick(f.generator, []string{"0", "0", "4", "8", "1", "16", "3", "64", "4096"})
}

// canonical gives every NaN in e the same bits.
func (f *fn) canonical(t *typ, e expr) expr {
	switch {
	case t.kind == f32 && t.name != "float32":
		return text("canon32(float32(%s))", e.s)
	case t.kind == f32:
		return text("canon32(%s)", e.s)
	case t.kind == f64:
		return text("canon64(%s)", e.s)
	case strings.HasPrefix(t.name, "Float"):
		return text("canon%s(%s)", t.name, e.s)
	}
	return e
}

// address writes an address of type t: most lie in memory.
func (f *fn) address(t *typ, depth int) expr {
	if f.chance(.5) {
		if v := f.read(t, false); v != nil {
			return text("%s", v.name)
		}
	}
	if f.chance(f.risk * .2) {
		return f.wild(t, depth)
	}
	base := 1024 + 16*f.IntN(2000)
	if f.chance(.3) {
		return text("%s(%d)", t.name, base)
	}
	index := f.varying(f.types["uint32"], min(depth, 1)).s
	if f.chance(.3) {
		return text("%s(%d + 4*(%s&%d))", t.name, base, index, 1<<f.IntN(8)-1)
	}
	return text("%s(%d + %s&%d)", t.name, base, index, []int{15, 0xFFC, 0x1FF, 252, 0xFFF0}[f.IntN(5)])
}

// wild writes an address that may be outside memory.
func (f *fn) wild(t *typ, depth int) expr {
	switch f.IntN(3) {
	case 0:
		return text("%s(%d)", t.name, 131072-24+f.IntN(28))
	case 1:
		return text("%s(130944 + %s&255)", t.name, f.varying(f.types["uint32"], min(depth, 1)).s)
	}
	return text("%s(%s)", t.name, f.varying(f.types["uint32"], min(depth, 1)).s)
}

// callOr calls a helper with a result of type t.
func (f *fn) callOr(t *typ, depth int) expr {
	if e, ok := f.call(t, depth); ok {
		return e
	}
	return f.leaf(t)
}

func (f *fn) call(t *typ, depth int) (expr, bool) {
	h := f.callee(func(h *helper) bool { return len(h.results) == 1 && h.results[0] == t })
	if h == nil {
		return expr{}, false
	}
	return text("%s", f.callOf(h, depth)), true
}

// callee returns a helper that ok holds for and that may be called here.
func (f *fn) callee(ok func(*helper) bool) *helper {
	const maxSize = 400
	if f.divides {
		return nil
	}
	var fit []*helper
	for _, h := range f.helpers {
		affordable := f.cost+f.times*h.cost < f.limit && (!h.inline || f.size+h.size < maxSize)
		if affordable && ok(h) {
			fit = append(fit, h)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return pick(f.generator, fit)
}

func (f *fn) callOf(h *helper, depth int) string {
	f.cost += f.times * h.cost
	if h.inline {
		f.size += h.size
	}
	var args []string
	for _, t := range h.params {
		args = append(args, f.expr(t, min(depth-1, 2)).s)
	}
	return fmt.Sprintf("%s(%s)", h.name, strings.Join(args, ", "))
}

var literals = [...][]string{
	i32: {"0", "1", "-1", "2", "3", "-7", "31", "32", "127", "-128", "255", "65535", "2147483647", "-2147483648", "1000003"},
	u32: {"0", "1", "2", "3", "7", "31", "32", "255", "256", "65535", "2147483647", "2147483648", "4294967295", "0x55555555", "0xFFFF0000"},
	i64: {"0", "1", "-1", "2", "-3", "63", "64", "2147483648", "-2147483649", "4294967296", "9223372036854775807", "-9223372036854775808", "1000000007"},
	u64: {"0", "1", "2", "3", "63", "64", "4294967295", "4294967296", "18446744073709551615", "9223372036854775808", "0x0123456789ABCDEF"},
	f32: {"0", "1", "-1", "0.5", "-0.5", "1.5", "2.5", "-2.25", "0.1", "1e10", "-3e38", "1e-40", "16777216", "2147483648", "-2147483648", "4294967295"},
	f64: {"0", "1", "-1", "0.5", "1.5", "-2.25", "0.1", "1e300", "-1e-310", "9007199254740993", "4294967296", "-9223372036854775808"},
}

// literal writes a constant without a type.
func (f *generator) literal(k kind) string {
	switch {
	case k == boolean:
		return "true"
	case k.integer() && f.chance(.4):
		return fmt.Sprint(f.IntN(100))
	}
	return pick(f, literals[k])
}
