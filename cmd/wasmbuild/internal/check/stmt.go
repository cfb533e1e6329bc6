package check

import (
	"go/ast"
	"go/token"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/dialect"
)

func (c *checker) block(b *ast.BlockStmt) {
	for _, s := range b.List {
		c.stmt(s)
	}
}

func (c *checker) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case nil, *ast.EmptyStmt:
	case *ast.BlockStmt:
		c.block(s)
	case *ast.ExprStmt:
		c.exprStmt(s)
	case *ast.AssignStmt:
		c.assign(s)
	case *ast.IncDecStmt:
		c.target(s.X)
	case *ast.DeclStmt:
		c.decl(s.Decl.(*ast.GenDecl))
	case *ast.IfStmt:
		c.ifStmt(s)
	case *ast.ForStmt:
		c.stmt(s.Init)
		if s.Cond != nil {
			c.expr(s.Cond)
		}
		c.stmt(s.Post)
		c.block(s.Body)
	case *ast.RangeStmt:
		c.rangeStmt(s)
	case *ast.SwitchStmt:
		c.switchStmt(s)
	case *ast.LabeledStmt:
		c.stmt(s.Stmt)
	case *ast.BranchStmt:
		c.branch(s)
	case *ast.ReturnStmt:
		for _, x := range s.Results {
			c.callOrExpr(x)
		}
	default:
		c.errorf(s, "%s", insteadOfStmt(s))
	}
}

func (c *checker) ifStmt(s *ast.IfStmt) {
	c.stmt(s.Init)
	c.expr(s.Cond)
	outside := c.relaxed
	c.relaxed = outside || dialect.IsRelaxed(c.info, s.Cond)
	c.block(s.Body)
	c.relaxed = outside
	c.stmt(s.Else)
}

// insteadOfStmt says what to write instead of a kind of statement.
func insteadOfStmt(s ast.Stmt) string {
	switch s.(type) {
	case *ast.DeferStmt:
		return "no defer: call the function before each return"
	case *ast.GoStmt:
		return "no goroutines: call the function directly"
	case *ast.SelectStmt, *ast.SendStmt:
		return "no channels: kernels do not communicate"
	case *ast.TypeSwitchStmt:
		return "no type switch: types are known, write a function for each"
	}
	return "this statement is not in kernel Go: use assignments, if, for, switch, calls and return"
}

func (c *checker) exprStmt(s *ast.ExprStmt) {
	if call, ok := ast.Unparen(s.X).(*ast.CallExpr); ok {
		c.call(call)
		return
	}
	c.errorf(s, "only a call can stand alone as a statement")
}

func (c *checker) assign(s *ast.AssignStmt) {
	sound := c.values(s.Rhs, len(s.Lhs))
	for i, l := range s.Lhs {
		if c.info.Defs[identifier(l)] == nil || sound[i] {
			c.target(l)
		}
	}
	op, ok := assignOps[s.Tok]
	if !ok {
		return
	}
	c.binaryOp(s, op, s.Lhs[0], s.Rhs[0], c.info.Types[s.Lhs[0]].Type)
}

// values checks the values of so many variables and tells for each variable
// whether its value is sound: what is wrong with a value is said once, not
// again of the variable that it gives a type to.
func (c *checker) values(values []ast.Expr, variables int) (sound []bool) {
	for _, v := range values {
		before := c.report.Count()
		if variables > len(values) {
			c.callOrExpr(v)
		} else {
			c.expr(v)
		}
		sound = append(sound, c.report.Count() == before)
	}
	for len(sound) < variables { // they have no value, or that of one call
		sound = append(sound, true)
	}
	return sound
}

// identifier returns the identifier that an expression is, nil if it is none.
func identifier(x ast.Expr) *ast.Ident {
	id, _ := ast.Unparen(x).(*ast.Ident)
	return id
}

var assignOps = map[token.Token]token.Token{
	token.ADD_ASSIGN: token.ADD, token.SUB_ASSIGN: token.SUB, token.MUL_ASSIGN: token.MUL,
	token.QUO_ASSIGN: token.QUO, token.REM_ASSIGN: token.REM, token.AND_ASSIGN: token.AND,
	token.OR_ASSIGN: token.OR, token.XOR_ASSIGN: token.XOR, token.SHL_ASSIGN: token.SHL,
	token.SHR_ASSIGN: token.SHR, token.AND_NOT_ASSIGN: token.AND_NOT,
}

// target checks the left side of an assignment.
func (c *checker) target(x ast.Expr) {
	id := identifier(x)
	if id == nil {
		c.errorf(x, "only variables can be assigned: store to memory with an address's Store")
		return
	}
	if def := c.info.Defs[id]; def != nil {
		c.valueType(id, def.Type())
	}
}

func (c *checker) decl(d *ast.GenDecl) {
	switch d.Tok {
	case token.TYPE:
		c.errorf(d, "no types inside a function: declare it at package level")
	case token.VAR:
		for _, s := range d.Specs {
			c.varSpec(s.(*ast.ValueSpec))
		}
	}
}

func (c *checker) varSpec(s *ast.ValueSpec) {
	if s.Type != nil && !c.valueType(s.Type, c.info.Types[s.Type].Type) {
		return
	}
	sound := c.values(s.Values, len(s.Names))
	for i, name := range s.Names {
		if def := c.info.Defs[name]; def != nil && sound[i] {
			c.valueType(name, def.Type())
		}
	}
}

func (c *checker) rangeStmt(s *ast.RangeStmt) {
	t := c.info.Types[s.X].Type
	if !dialect.IsInteger(t) {
		c.errorf(s.X, "range only over an integer: count with `for i := range n` and load each element")
		return
	}
	switch {
	case s.Key == nil:
	case s.Tok == token.ASSIGN:
		c.errorf(s.Key, "range declares its variable: write `for i := range n`")
	default:
		c.target(s.Key)
	}
	if c.info.Types[s.X].Value == nil {
		c.expr(s.X)
	}
	c.block(s.Body)
}

func (c *checker) switchStmt(s *ast.SwitchStmt) {
	c.stmt(s.Init)
	if s.Tag == nil {
		c.errorf(s, "switch needs an integer to switch on: write if and else if for conditions")
	} else {
		c.expr(s.Tag)
		if t := c.info.Types[s.Tag].Type; !dialect.IsInteger(t) {
			c.errorf(s.Tag, "switch only on integers: write if and else if")
		}
	}
	for _, clause := range s.Body.List {
		clause := clause.(*ast.CaseClause)
		for _, x := range clause.List {
			if s.Tag != nil && c.info.Types[x].Value == nil {
				c.errorf(x, "a case must be a constant: write if and else if to compare with variables")
			}
		}
		for _, b := range clause.Body {
			c.stmt(b)
		}
	}
}

func (c *checker) branch(s *ast.BranchStmt) {
	switch s.Tok {
	case token.GOTO:
		c.errorf(s, "no goto: use for with labelled break and continue")
	case token.FALLTHROUGH:
		c.errorf(s, "no fallthrough: list both values in one case, or call a function from both")
	}
}
