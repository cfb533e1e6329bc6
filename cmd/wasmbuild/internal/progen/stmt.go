package progen

import (
	"fmt"
	"strings"
)

// list writes statements until about n are written, those inside them
// included.
func (f *fn) list(n int) {
	for end := f.count + n; f.count < end; {
		f.stmt(end - f.count)
	}
}

// stmt writes one statement of about n at most.
func (f *fn) stmt(n int) {
	f.divides = f.chance(.15)
	if n > 3 && len(f.scopes) < 8 {
		switch f.weighted(16, 4, 5, 3, 1) {
		case 1:
			f.ifStmt(n)
			return
		case 2:
			f.loop(n)
			return
		case 3:
			f.switchStmt(n)
			return
		case 4:
			f.form("block")
			f.line("{")
			f.inner(n / 2)
			f.line("}")
			return
		}
	}
	f.simple()
}

// inner writes a block's statements in a scope of their own.
func (f *fn) inner(n int) {
	f.push()
	f.list(max(n, 1))
	f.finish()
	if f.chance(.15) {
		f.jump()
		if f.chance(.05) {
			f.form("after a jump")
			f.line("_ = %s", f.varying(pick(f.generator, f.scalars), 1).s)
		}
	}
	f.pop()
}

func (f *fn) simple() {
	switch f.weighted(10, 6, 8, 5, 4, 3, 3, 3, 8, 2, 2, 1, 2) {
	case 0:
		f.define()
	case 1:
		f.varDecl()
	case 2:
		f.assign()
	case 3:
		f.assignOp()
	case 4:
		f.incDec()
	case 5:
		f.parallel()
	case 6:
		f.callStmt()
	case 7:
		f.each()
	case 8:
		f.store()
	case 9:
		f.memory()
	case 10:
		f.form("_ = x")
		f.line("_ = %s", f.varying(f.anyType(), f.depth()).s)
	case 11:
		f.constant()
	case 12:
		f.stop()
	}
}

func (f *fn) depth() int { return 1 + f.weighted(3, 4, 4, 1) }

// anyType prefers types that variables in sight have.
func (f *fn) anyType() *typ {
	if vars := f.visible(func(v *variable) bool { return !v.constant }); len(vars) > 0 && f.chance(.4) {
		return pick(f.generator, vars).typ
	}
	switch f.weighted(10, 2, 3, 8) {
	case 0:
		return pick(f.generator, f.scalars)
	case 1:
		return f.types["bool"]
	case 2:
		return pick(f.generator, f.addresses)
	}
	return pick(f.generator, f.vectors)
}

func (f *fn) define() {
	f.form("x := y")
	t := f.anyType()
	e := f.typed(t, f.expr(t, f.depth()))
	v := &variable{name: f.fresh(), typ: t}
	f.line("%s := %s", v.name, e)
	f.declare(v)
}

// typed gives a constant the type that a variable is to have.
func (f *fn) typed(t *typ, e expr) string {
	if e.constant {
		return fmt.Sprintf("%s(%s)", t.name, e.s)
	}
	return e.s
}

func (f *fn) varDecl() {
	t := f.anyType()
	v := &variable{typ: t}
	switch f.weighted(4, 3, 1, 1) {
	case 0:
		f.form("var x T")
		v.name = f.fresh()
		f.line("var %s %s", v.name, t.name)
	case 1:
		f.form("var x T = y")
		e := f.expr(t, f.depth())
		v.name = f.fresh()
		f.line("var %s %s = %s", v.name, t.name, e.s)
	case 2:
		f.form("var x, y T = a, b")
		a, b := f.expr(t, f.depth()), f.expr(t, f.depth())
		v.name = f.fresh()
		w := f.declare(&variable{name: f.fresh(), typ: t})
		f.line("var %s, %s %s = %s, %s", v.name, w.name, t.name, a.s, b.s)
	case 3:
		f.form("var x = y")
		e := f.typed(t, f.varying(t, f.depth()))
		v.name = f.fresh()
		f.line("var %s = %s", v.name, e)
	}
	f.declare(v)
}

// find returns a variable to assign that ok holds for, nil if there is none.
func (f *fn) find(ok func(*variable) bool) *variable {
	var fit []*variable
	for _, v := range f.assignable() {
		if ok(v) {
			fit = append(fit, v)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	return pick(f.generator, fit)
}

// target is find, or declares a variable of type t.
func (f *fn) target(ok func(*variable) bool, t string) *variable {
	if v := f.find(ok); v != nil {
		return v
	}
	f.form("x := y")
	v := &variable{name: f.fresh(), typ: f.types[t]}
	f.line("%s := %s", v.name, f.root(v.typ).s)
	return f.declare(v)
}

func anything(*variable) bool  { return true }
func numeric(v *variable) bool { return v.typ.kind < boolean && !v.typ.address }
func whole(v *variable) bool   { return numeric(v) && v.typ.kind.integer() }

func (f *fn) assign() {
	v := f.target(anything, "uint64")
	f.form("x = y")
	f.line("%s = %s", v.name, f.expr(v.typ, f.depth()).s)
}

func (f *fn) assignOp() {
	switch f.weighted(4, 2, 2, 2, 1) {
	case 0:
		v := f.target(whole, "int64")
		op := pick(f.generator, []string{"+", "-", "*", "&", "|", "^", "&^"})
		f.form("x " + op + "= y")
		f.line("%s %s= %s", v.name, op, f.operand(v.typ, f.depth()).s)
	case 1:
		v := f.target(whole, "uint32")
		op := pick(f.generator, []string{"<<", ">>"})
		f.form("x " + op + "= y")
		f.line("%s %s= %s", v.name, op, f.shiftCount(v.typ, f.depth()))
	case 2:
		v := f.target(func(v *variable) bool { return numeric(v) && v.typ.kind.float() }, "float32")
		op := pick(f.generator, []string{"+", "-", "/"})
		f.form("x " + op + "= y")
		f.line("%s %s= %s", v.name, op, f.varying(v.typ, f.depth()).s)
	case 3:
		v := f.target(func(v *variable) bool { return whole(v) && v.typ.kind.unsigned() }, "uint64")
		op := pick(f.generator, []string{"/", "%"})
		f.form("x " + op + "= y")
		f.line("%s %s= %s", v.name, op, f.divisor(v.typ))
	case 4:
		v := f.target(func(v *variable) bool { return v.typ.address }, "F32")
		f.form("x += y")
		f.line("%s += %d", v.name, pick(f.generator, []int{1, 4, 8, 16, 40}))
	}
}

// divisor may be zero.
func (f *fn) divisor(t *typ) string {
	if f.divides && f.chance(f.risk) {
		return f.varying(t, 2).s
	}
	return fmt.Sprintf("%s | 1", f.varying(t, 2).s)
}

func (f *fn) incDec() {
	v := f.target(numeric, "int32")
	op := pick(f.generator, []string{"++", "--"})
	f.form("x" + op)
	f.line("%s%s", v.name, op)
}

// parallel assigns variables of the same or of other types at once.
func (f *fn) parallel() {
	if f.chance(.3) {
		f.defineTwo()
		return
	}
	var left, right []string
	vars := f.assignable()
	f.Shuffle(len(vars), func(i, j int) { vars[i], vars[j] = vars[j], vars[i] })
	seen := map[string]bool{}
	for _, v := range vars[:min(len(vars), 2+f.IntN(2))] {
		if !seen[v.name] {
			left, right = append(left, v.name), append(right, f.expr(v.typ, 2).s)
			seen[v.name] = true
		}
	}
	f.form([]string{"x = y", "x, y = a, b"}[min(len(left)-1, 1)])
	f.line("%s = %s", strings.Join(left, ", "), strings.Join(right, ", "))
}

func (f *fn) defineTwo() {
	f.form("x, y := a, b")
	s, t := f.anyType(), f.anyType()
	a, b := f.typed(s, f.expr(s, 2)), f.typed(t, f.expr(t, 2))
	x, y := &variable{name: f.fresh(), typ: s}, &variable{name: f.fresh(), typ: t}
	f.line("%s, %s := %s, %s", x.name, y.name, a, b)
	f.declare(x)
	f.declare(y)
}

// callStmt calls a helper for nothing, one or several results.
func (f *fn) callStmt() {
	f.divides = false
	h := f.callee(func(h *helper) bool { return true })
	if h == nil {
		f.store()
		return
	}
	call := f.callOf(h, 3)
	if len(h.results) == 0 || f.chance(.2) {
		f.form("f()")
		f.line("%s", call)
		return
	}
	var left []string
	var declared []*variable
	for _, t := range h.results {
		if f.chance(.15) {
			left = append(left, "_")
			continue
		}
		v := &variable{name: f.fresh(), typ: t}
		left, declared = append(left, v.name), append(declared, v)
	}
	op := ":="
	if len(declared) == 0 {
		op = "="
	}
	f.form([]string{"x := f()", "x, y := f()"}[min(len(left)-1, 1)])
	f.line("%s %s %s", strings.Join(left, ", "), op, call)
	for _, v := range declared {
		f.declare(v)
	}
	f.reassign(h)
}

// reassign calls a helper again into variables that there are.
func (f *fn) reassign(h *helper) {
	if len(h.results) < 2 || !f.chance(.4) || f.callee(func(o *helper) bool { return o == h }) == nil {
		return
	}
	var left []string
	seen := map[string]bool{}
	for _, t := range h.results {
		v := f.find(func(v *variable) bool { return v.typ == t })
		if v == nil || seen[v.name] {
			left = append(left, "_")
			continue
		}
		seen[v.name] = true
		left = append(left, v.name)
	}
	f.form("x, y = f()")
	f.line("%s = %s", strings.Join(left, ", "), f.callOf(h, 2))
}

// each calls the intrinsic with a value that was called least.
func (f *fn) each() {
	f.divides = false
	in := f.all[0]
	for i := range f.all {
		if o := f.all[(i+f.count)%len(f.all)]; o.result != nil && (in.result == nil || o.uses < in.uses) {
			in = o
		}
	}
	f.form("x := y")
	e := f.intrinsic(in, max(in.depth()+1, 2))
	v := &variable{name: f.fresh(), typ: in.result}
	f.line("%s := %s", v.name, e.s)
	f.declare(v)
}

// store calls one of the two intrinsics that store least used of a few.
func (f *fn) store() {
	f.divides = false
	in := pick(f.generator, f.stores)
	for range 2 {
		if o := pick(f.generator, f.stores); o.uses < in.uses {
			in = o
		}
	}
	f.form("store")
	f.line("%s", f.intrinsic(in, f.depth()).s)
}

// observe stores what a variable holds at an address of its own.
func (f *fn) observe(v *variable) {
	v.used = true
	f.observed++
	at := 40000 + 16*(f.observed&1023)
	if s := f.storeOf(v.typ); s != "" {
		f.form("store")
		f.line(s, f.canonical(v.typ, text("%s", v.name)).s, at)
		return
	}
	f.form("_ = x")
	f.line("_ = %s", v.name)
}

// storeOf is a format that stores a value (1) at an address (2), empty if
// nothing does.
func (f *fn) storeOf(t *typ) string {
	switch {
	case t.kind == boolean:
		return "if %[1]s { U8(%[2]d).Store(0, 77) }"
	case t.kind == vector:
		for _, in := range f.stores {
			if in.op.Go == t.name+".Store" {
				return "%[1]s.Store(" + in.params[1].typ.name + "(%[2]d), 0)"
			}
		}
		for _, in := range f.all { // a mask becomes a vector of integers
			if strings.HasPrefix(in.op.Go, t.name+".ToInt") {
				return strings.Replace(f.storeOf(in.result), "%[1]s", "%[1]s."+strings.TrimPrefix(in.op.Go, t.name+".")+"()", 1)
			}
		}
		return ""
	}
	to := map[kind]string{i32: "I32", u32: "U32", i64: "I64", u64: "U64", f32: "F32", f64: "F64"}[t.kind]
	value := kindNames[t.kind] + "(%[1]s)"
	return to + "(%[2]d).Store(0, " + value + ")"
}

// memory copies, fills or grows memory.
func (f *fn) memory() {
	u := f.types["uint32"]
	f.divides = false
	switch f.weighted(6, 6, 2, 2) {
	case 0:
		f.form("memory.copy")
		f.line("MemoryCopy(%s, %s, %s)", f.region(), f.region(), f.size32())
	case 1:
		f.form("memory.fill")
		f.line("MemoryFill(%s, %s, %s)", f.region(), f.varying(u, 2).s, f.size32())
	case 2:
		f.form("memory.size")
		f.value("MemorySize()")
	case 3:
		f.form("memory.grow")
		f.value(fmt.Sprintf("MemoryGrow(%s & 3)", f.varying(u, 1).s))
	}
}

// region is an address of a few kilobytes.
func (f *fn) region() string {
	return fmt.Sprintf("%d + %s&1023", 2048+f.IntN(20000), f.varying(f.types["uint32"], 1).s)
}

// size32 is a number of bytes, which may be far too large.
func (f *fn) size32() string {
	x := f.varying(f.types["uint32"], 1).s
	if f.chance(f.risk * .3) {
		return x
	}
	return x + "&255"
}

// value declares an uint32.
func (f *fn) value(x string) {
	v := &variable{name: f.fresh(), typ: f.types["uint32"]}
	f.line("%s := %s", v.name, x)
	f.declare(v)
}

func (f *fn) constant() {
	f.form("const")
	t := pick(f.generator, f.scalars)
	v := &variable{typ: t, constant: true}
	value := f.literal(t.kind)
	v.name = f.fresh()
	if f.chance(.5) {
		f.line("const %s %s = %s", v.name, t.name, value)
	} else {
		f.line("const %s = %s(%s)", v.name, t.name, value)
	}
	f.declare(v)
}

// stop may trap.
func (f *fn) stop() {
	if !f.chance(f.risk * .5) {
		f.assign()
		return
	}
	f.form("unreachable")
	f.line("if %s && %s == %s {\nUnreachable()\n}", f.varying(f.types["bool"], 2).s, f.varying(f.types["uint32"], 1).s, f.leaf(f.types["uint32"]).s)
}
