package progen

import (
	"fmt"
	"strings"
)

func (f *fn) condition() string { return f.expr(f.types["bool"], f.depth()).s }

// ifStmt writes an if with as many branches as n allows.
func (f *fn) ifStmt(n int) {
	f.push()
	init, declared := "", []*variable(nil)
	if f.chance(.2) {
		f.form("if x := y; c")
		init, declared = f.header(f.anyType())
	} else {
		f.form("if")
	}
	f.line("if %s%s {", init, f.condition())
	f.using(declared, func() { f.inner(f.IntN(n/2 + 1)) })
	for f.chance(.25) {
		f.form("else if")
		f.divides = f.chance(.15)
		f.line("} else if %s {", f.condition())
		f.inner(f.IntN(n/3 + 1))
	}
	if f.chance(.5) {
		f.form("else")
		f.line("} else {")
		f.inner(f.IntN(n/2 + 1))
	}
	f.line("}")
	f.pop()
}

// header writes the short declaration of an if or switch.
func (f *fn) header(t *typ) (string, []*variable) {
	e := f.typed(t, f.expr(t, 2))
	v := f.declare(&variable{name: f.fresh(), typ: t})
	return fmt.Sprintf("%s := %s; ", v.name, e), []*variable{v}
}

// using writes a block, and in front of it a use of each variable that a
// header declares and nothing reads, as Go wants.
func (f *fn) using(declared []*variable, block func()) {
	s := f.capture(block)
	for _, v := range declared {
		if !v.used {
			f.observe(v)
		}
	}
	f.body.WriteString(s)
}

// jump leaves the block, if it can.
func (f *fn) jump() {
	var loops []*target
	for _, t := range f.targets {
		if t.loop {
			loops = append(loops, t)
		}
	}
	last := len(f.targets) - 1
	switch f.weighted(3, 3, 2, 2, 2) {
	case 0:
		if last >= 0 {
			f.form("break")
			f.line("break")
		}
	case 1:
		if len(loops) > 0 {
			f.form("continue")
			f.line("continue")
		}
	case 2:
		if last >= 0 {
			f.form("break L")
			f.line("break %s", f.use(pick(f.generator, f.targets)))
		}
	case 3:
		if len(loops) > 0 {
			f.form("continue L")
			f.line("continue %s", f.use(pick(f.generator, loops)))
		}
	case 4:
		f.ret()
	}
}

func (f *fn) use(t *target) string {
	if t.label == "" {
		f.labels++
		t.label = fmt.Sprintf("L%d", f.labels)
	}
	t.used = true
	return t.label
}

// labelled writes a statement that can be left, and its label if something
// leaves it by that.
func (f *fn) labelled(loop bool, write func()) {
	t := &target{loop: loop}
	f.targets = append(f.targets, t)
	s := f.capture(write)
	f.targets = f.targets[:len(f.targets)-1]
	if t.used {
		f.form("label")
		f.line("%s:", t.label)
	}
	f.body.WriteString(s)
}

// turns returns how often a loop may turn here.
func (f *fn) turns() int {
	room := int((f.limit - f.cost) / f.times / 20)
	return max(min(room, []int{2, 3, 4, 5, 8, 17}[f.IntN(6)]), 1)
}

func (f *fn) loop(n int) {
	turns := f.turns()
	f.push()
	before, after := f.times, f.times*float64(turns)
	body := func(declared ...*variable) {
		f.times = after
		f.using(declared, func() { f.inner(n * 2 / 3) })
		f.times = before
		f.line("}")
	}
	switch f.weighted(4, 2, 2, 2, 3, 2, 1) {
	case 0:
		f.counted(turns, body)
	case 1:
		f.pairwise(turns, body)
	case 2:
		f.fuelled(turns, body)
	case 3:
		f.forever(turns, body)
	case 4:
		f.ranged(turns, body)
	case 5:
		f.rangedVariable(turns, body)
	case 6:
		f.headless(turns, body)
	}
	f.pop()
}

// counted is for i := a; i < b; i += c, up or down.
func (f *fn) counted(turns int, body func(...*variable)) {
	f.form("for i := a; i < b; i++")
	t := pick(f.generator, f.scalars)
	v := &variable{name: f.fresh(), typ: t, fixed: true, used: true}
	step := 1 + f.IntN(3)
	start := f.IntN(20)
	f.declare(v)
	f.labelled(true, func() {
		switch {
		case f.chance(.3) && !t.kind.unsigned():
			f.line("for %[1]s := %[2]s(%[3]d); %[1]s > %[4]d; %[1]s -= %[5]d {", v.name, t.name, start, start-turns*step, step)
		case step == 1:
			f.line("for %[1]s := %[2]s(%[3]d); %[1]s < %[4]d; %[1]s++ {", v.name, t.name, start, start+turns)
		default:
			f.line("for %[1]s := %[2]s(%[3]d); %[1]s <= %[4]d; %[1]s += %[5]d {", v.name, t.name, start, start+turns*step-step, step)
		}
		body()
	})
}

// pairwise has two variables and a parallel assignment after each turn.
func (f *fn) pairwise(turns int, body func(...*variable)) {
	f.form("for i, j := a, b; c; i, j = d, e")
	t := pick(f.generator, f.scalars)
	other := f.typed(t, f.expr(t, 1))
	i := f.declare(&variable{name: f.fresh(), typ: f.types["int32"], fixed: true, used: true})
	j := f.declare(&variable{name: f.fresh(), typ: t})
	f.labelled(true, func() {
		f.line("for %[1]s, %[2]s := int32(0), %[3]s; %[1]s < %[4]d && %[5]s; %[1]s, %[2]s = %[1]s+1, %[6]s {", i.name, j.name, other, turns, f.condition(), f.expr(t, 2).s)
		body(j)
	})
}

// fuel declares a variable that bounds a loop.
func (f *fn) fuel(turns int) string {
	f.fuels++
	name := fmt.Sprintf("fuel%d", f.fuels)
	f.line("%s := uint32(%d)", name, turns)
	return name
}

func (f *fn) fuelled(turns int, body func(...*variable)) {
	f.form("for c")
	name := f.fuel(turns)
	f.labelled(true, func() {
		if f.chance(.5) {
			f.line("for %s > 0 && %s {\n%s--", name, f.condition(), name)
		} else {
			f.line("for %s && %s != 0 {\n%s--", f.condition(), name, name)
		}
		body()
	})
}

func (f *fn) forever(turns int, body func(...*variable)) {
	f.form("for")
	name := f.fuel(turns)
	f.labelled(true, func() {
		f.line("for {\nif %s == 0 {\nbreak\n}\n%s--", name, name)
		body()
	})
}

// headless leaves parts of the header out.
func (f *fn) headless(turns int, body func(...*variable)) {
	f.form("for ; c; i--")
	name := f.fuel(turns)
	f.labelled(true, func() {
		f.line("for ; %s != 0; %s-- {", name, name)
		body()
	})
}

// ranged is range over a constant.
func (f *fn) ranged(turns int, body func(...*variable)) {
	if f.chance(.4) {
		f.form("for range k")
		f.labelled(true, func() { f.line("for range %d {", turns); body() })
		return
	}
	f.form("for i := range k")
	t := f.wholeType()
	v := f.declare(&variable{name: f.fresh(), typ: t})
	f.labelled(true, func() { f.line("for %s := range %s(%d) {", v.name, t.name, turns); body(v) })
}

// rangedVariable is range over an expression, of which a few bits are used or
// the sign.
func (f *fn) rangedVariable(turns int, body func(...*variable)) {
	t := f.wholeType()
	mask := 1
	for mask*2+1 <= turns {
		mask = mask*2 + 1
	}
	count := f.varying(t, 2).s
	if !t.kind.unsigned() && f.chance(.3) {
		count = fmt.Sprintf("%s %% %d", count, turns+1)
	} else {
		count = fmt.Sprintf("%s & %d", count, mask)
	}
	if f.chance(.25) {
		f.form("for range n")
		f.labelled(true, func() { f.line("for range %s {", count); body() })
		return
	}
	f.form("for i := range n")
	v := f.declare(&variable{name: f.fresh(), typ: t})
	f.labelled(true, func() { f.line("for %s := range %s {", v.name, count); body(v) })
}

func (f *fn) wholeType() *typ {
	for {
		if t := pick(f.generator, f.scalars); t.kind.integer() {
			return t
		}
	}
}

func (f *fn) switchStmt(n int) {
	f.push()
	init, t := "", f.wholeType()
	tag := ""
	if f.chance(.2) {
		f.form("switch x := y; z")
		header, declared := f.header(t)
		init, tag = header, declared[0].name
	} else {
		f.form("switch")
		tag = f.varying(t, f.depth()).s
	}
	if f.chance(.7) {
		tag = fmt.Sprintf("%s & %d", tag, []int{3, 7, 15}[f.IntN(3)])
	}
	f.labelled(false, func() {
		f.line("switch %s%s {", init, tag)
		f.clauses(t, n)
		f.line("}")
	})
	f.pop()
}

func (f *fn) clauses(t *typ, n int) {
	count := f.IntN(7)
	dflt := -1
	if f.chance(.7) {
		dflt = f.IntN(count + 1)
	}
	values := f.distinct(t.kind)
	for i := range count + 1 {
		if i == dflt {
			f.form("default")
			f.line("default:")
			f.inner(n / (count + 1))
		}
		if i < count {
			f.form("case")
			k := 1 + f.weighted(4, 2, 1)
			f.line("case %s:", strings.Join(values[:k], ", "))
			values = values[k:]
			if f.chance(.9) {
				f.inner(n / (count + 1))
			}
		}
	}
}

// distinct returns constants of which no two are equal.
func (f *fn) distinct(k kind) []string {
	var values []string
	for i := range 24 {
		values = append(values, fmt.Sprint(i))
	}
	if f.chance(.3) {
		for i, v := range []string{"1000", "2147483647", "100000", "65536"} {
			values[3*i] = v
		}
		if !k.unsigned() {
			values[1], values[5] = "-1", "-2147483648"
		}
	}
	if f.chance(.5) {
		f.Shuffle(len(values)/2, func(i, j int) { values[i], values[j] = values[j], values[i] })
	}
	return values
}

// ret writes a return.
func (f *fn) ret() {
	f.divides = f.chance(.1)
	f.form("return")
	if f.named && f.chance(.6) {
		f.line("return")
		return
	}
	if h := f.callee(func(h *helper) bool { return sameTypes(h.results, f.results) }); h != nil && len(h.results) > 1 && f.chance(.4) {
		f.pkg.Forms["return f()"]++
		f.line("return %s", f.callOf(h, 2))
		return
	}
	if len(f.results) > 1 {
		f.pkg.Forms["return x, y"]++
	}
	var xs []string
	for _, t := range f.results {
		xs = append(xs, f.expr(t, f.depth()).s)
	}
	f.line("return %s", strings.Join(xs, ", "))
}

func sameTypes(a, b []*typ) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
