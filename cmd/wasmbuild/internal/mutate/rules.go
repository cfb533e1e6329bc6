package main

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
)

// make makes the mutants of a file, by rule.
func (mk *maker) make() {
	ast.Inspect(mk.ast, func(n ast.Node) bool {
		if n == nil {
			mk.stack = mk.stack[:len(mk.stack)-1]
			return true
		}
		if mk.constantContext(n) {
			return false
		}
		mk.stack = append(mk.stack, n)
		mk.node(n)
		return true
	})
}

// constantContext reports whether what stands in n must be constant or is no
// code.
func (mk *maker) constantContext(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GenDecl:
		return n.Tok != token.VAR
	case *ast.ArrayType, *ast.FieldList, *ast.DeferStmt:
		return true
	case *ast.CompositeLit:
		return mk.rowType(n) == "Instruction" // see exchange
	case *ast.BasicLit:
		kv, ok := mk.parent().(*ast.KeyValueExpr)
		return ok && kv.Key == n && n.Kind == token.INT
	}
	return false
}

func (mk *maker) parent() ast.Node {
	if len(mk.stack) == 0 {
		return nil
	}
	return mk.stack[len(mk.stack)-1]
}

func (mk *maker) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.BlockStmt:
		mk.list(n.List)
	case *ast.CaseClause:
		mk.list(n.Body)
	case *ast.IfStmt:
		mk.negate(n.Cond)
	case *ast.ForStmt:
		if n.Cond != nil {
			mk.negate(n.Cond)
		}
	case *ast.ReturnStmt:
		if len(n.Results) == 1 && mk.isBool(n.Results[0]) && mk.info().Types[n.Results[0]].Value == nil {
			mk.negate(n.Results[0])
		}
	case *ast.BinaryExpr:
		mk.binary(n)
	case *ast.CallExpr:
		mk.call(n)
	case *ast.CompositeLit:
		mk.composite(n)
	case *ast.BasicLit:
		mk.literal(n)
	case *ast.Ident:
		mk.boolean(n)
	}
}

func (mk *maker) negate(x ast.Expr) { mk.truth("negated condition", x, "!("+mk.text(x)+")") }

func (mk *maker) isBool(x ast.Expr) bool {
	t := mk.info().Types[x].Type
	if t == nil {
		return false
	}
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0
}

// list drops statements, each alone.
func (mk *maker) list(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.ExprStmt:
			if call, ok := s.X.(*ast.CallExpr); !ok || mk.text(call.Fun) != "panic" {
				mk.statement("dropped statement", s, "")
			}
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE {
				mk.statement("dropped statement", s, "")
			}
		case *ast.IncDecStmt:
			mk.statement("dropped statement", s, "")
		}
	}
}

// others are the operators that an operator is mistaken for.
var others = map[token.Token]token.Token{
	token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	token.EQL: token.NEQ, token.NEQ: token.EQL,
	token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.ADD, token.QUO: token.MUL, token.REM: token.QUO,
	token.AND: token.OR, token.OR: token.AND, token.AND_NOT: token.AND, token.XOR: token.OR,
	token.SHL: token.SHR, token.SHR: token.SHL,
}

func (mk *maker) binary(x *ast.BinaryExpr) {
	a, b := mk.text(x.X), mk.text(x.Y)
	switch {
	case x.Op == token.LAND || x.Op == token.LOR:
		mk.truth("missing guard", x, a)
		mk.truth("missing guard", x, b)
	case mk.info().Types[x].Value != nil:
	case mk.isBool(x):
		mk.truth("wrong comparison", x, a+" "+others[x.Op].String()+" "+b)
	case mk.isInteger(x):
		mk.value("wrong operator", x, a+" "+others[x.Op].String()+" "+b)
	}
}

func (mk *maker) isInteger(x ast.Expr) bool {
	b, ok := mk.info().Types[x].Type.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

// call swaps neighbouring arguments of the same type.
func (mk *maker) call(x *ast.CallExpr) {
	if mk.info().Types[x.Fun].IsType() {
		return
	}
	if name := mk.text(x.Fun); name == "min" || name == "max" || name == "slices.Concat" {
		return // the tables are sets
	}
	for i := range len(x.Args) - 1 {
		if !mk.exchangeable(x.Args[i], x.Args[i+1]) {
			continue
		}
		wrong := mk.swapped(x, x.Args[i], x.Args[i+1])
		if s, ok := mk.stack[len(mk.stack)-2].(*ast.ExprStmt); ok {
			mk.statement("swapped operands", s, wrong)
			continue
		}
		mk.value("swapped operands", x, wrong)
	}
}

// composite swaps neighbouring elements of a short list.
func (mk *maker) composite(x *ast.CompositeLit) {
	if mk.rowType(x) == "Intrinsic" {
		mk.intrinsic(x)
		return
	}
	for i := range min(len(x.Elts), 4) - 1 {
		if mk.exchangeable(x.Elts[i], x.Elts[i+1]) && x.Type != nil {
			mk.value("swapped operands", x, mk.swapped(x, x.Elts[i], x.Elts[i+1]))
		}
	}
}

// exchangeable reports whether neither is a constant or a row of a table, and
// both have one type.
func (mk *maker) exchangeable(a, b ast.Expr) bool {
	if _, row := a.(*ast.CompositeLit); row {
		return false
	}
	x, y := mk.info().Types[a], mk.info().Types[b]
	return x.Type != nil && y.Type != nil && x.Value == nil && y.Value == nil && !x.IsNil() && !y.IsNil() &&
		types.Identical(x.Type, y.Type) && mk.text(a) != mk.text(b)
}

// swapped is the text of n with a and b, which stand in it, exchanged.
func (mk *maker) swapped(n, a, b ast.Node) string {
	at := func(p token.Pos) int { return mk.offset(p) - mk.offset(n.Pos()) }
	text := mk.text(n)
	return text[:at(a.Pos())] + mk.text(b) + text[at(a.End()):at(b.Pos())] + mk.text(a) + text[at(b.End()):]
}

func (mk *maker) literal(x *ast.BasicLit) {
	switch x.Kind {
	case token.INT:
		if n, exact := constant.Uint64Val(mk.info().Types[x].Value); exact {
			mk.constant("off by one", x, neighbour(n))
		}
	case token.STRING:
		if mk.inRow() {
			return
		}
		text := constant.StringVal(mk.info().Types[x].Value)
		for _, w := range wrongNames(text) {
			mk.constant(w.rule, x, strconv.Quote(w.name))
		}
	}
}

func (mk *maker) boolean(x *ast.Ident) {
	if c, ok := mk.info().Uses[x].(*types.Const); !ok || c.Parent() != types.Universe {
		return
	}
	switch x.Name {
	case "true":
		mk.constant("wrong flag", x, "false")
	case "false":
		mk.constant("wrong flag", x, "true")
	}
}

// neighbour is the number beside n, one that has no more bits.
func neighbour(n uint64) string {
	if n&(n+1) == 0 && n > 1 {
		return strconv.FormatUint(n-1, 10)
	}
	return strconv.FormatUint(n+1, 10)
}

// inRow reports whether the current node stands in a row of the table of
// intrinsics.
func (mk *maker) inRow() bool {
	return slices.ContainsFunc(mk.stack, func(n ast.Node) bool {
		x, ok := n.(*ast.CompositeLit)
		return ok && mk.rowType(x) == "Intrinsic"
	})
}
