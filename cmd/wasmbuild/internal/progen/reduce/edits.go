package reduce

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// edits lists ways to make the source simpler, each of which may be wrong.
func (s *source) edits() [][]edit {
	c := &collector{source: s, fixed: map[ast.Node]bool{}}
	ast.Inspect(s.file, c.visit)
	return c.list
}

type collector struct {
	*source
	list  [][]edit
	fixed map[ast.Node]bool // expressions that must stay, or a loop may not end
}

func (c *collector) add(e ...edit) { c.list = append(c.list, e) }

func (c *collector) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.GenDecl:
		return n.Tok == token.VAR
	case *ast.FuncDecl:
		return !strings.HasPrefix(n.Name.Name, "canon")
	case *ast.BlockStmt:
		c.runs(n.List)
	case *ast.CaseClause:
		c.runs(n.Body)
	case *ast.IfStmt:
		if c.burns([]ast.Stmt{n}) {
			return false
		}
		c.add(c.replace(n, c.textOf(n.Body)))
		if n.Else != nil {
			c.add(c.replace(n, c.textOf(n.Else)))
			_, body := c.at(n.Body)
			_, to := c.at(n.Else)
			c.add(edit{body, to, ""})
		}
	case *ast.ForStmt:
		c.fixed[n.Init], c.fixed[n.Cond], c.fixed[n.Post] = true, true, true
		c.add(c.replace(n, c.textOf(n.Body)))
		if n.Init != nil {
			c.add(c.replace(n, "{\n"+c.textOf(n.Init)+"\n"+c.textOf(n.Body)+"\n}"))
		}
	case *ast.RangeStmt:
		c.fixed[n.X] = true
		c.add(c.replace(n, c.textOf(n.Body)))
	case *ast.SwitchStmt:
		for _, clause := range n.Body.List {
			c.add(c.replace(clause, ""))
			var body strings.Builder
			for _, b := range clause.(*ast.CaseClause).Body {
				body.WriteString(c.textOf(b) + "\n")
			}
			c.add(c.replace(n, "{\n"+body.String()+"}"))
		}
	case *ast.LabeledStmt:
		c.add(c.replace(n, c.textOf(n.Stmt)))
	case *ast.AssignStmt:
		c.declaration(n)
	case ast.Expr:
		if c.fixed[n] {
			return false
		}
		c.expr(n)
	case ast.Stmt:
		return !c.fixed[n]
	}
	return n == nil || !c.fixed[n]
}

// runs removes statements: all, halves and so on down to single ones.
func (c *collector) runs(list []ast.Stmt) {
	for size := len(list); size > 0; size /= 2 {
		for i := 0; i+size <= len(list); i += size {
			if !c.burns(list[i : i+size]) {
				from, _ := c.at(list[i])
				_, to := c.at(list[i+size-1])
				c.add(edit{from, to, ""})
			}
		}
	}
}

// burns reports whether statements are what makes a loop end.
func (c *collector) burns(list []ast.Stmt) bool {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.IncDecStmt:
			if strings.HasPrefix(c.textOf(s.X), "fuel") {
				return true
			}
		case *ast.IfStmt:
			if strings.HasPrefix(c.textOf(s.Cond), "fuel") {
				return true
			}
		}
	}
	return false
}

// declaration removes one of a single variable with every `_ = x`.
func (c *collector) declaration(n *ast.AssignStmt) {
	if n.Tok != token.DEFINE || len(n.Lhs) != 1 {
		return
	}
	v := c.info.Defs[n.Lhs[0].(*ast.Ident)]
	all := []edit{c.replace(n, "")}
	ast.Inspect(c.file, func(m ast.Node) bool {
		if a, ok := m.(*ast.AssignStmt); ok && c.textOf(a.Lhs[0]) == "_" {
			if id, ok := a.Rhs[0].(*ast.Ident); ok && len(a.Rhs) == 1 && c.info.Uses[id] == v {
				all = append(all, c.replace(a, ""))
			}
		}
		return true
	})
	if len(all) > 1 {
		c.add(all...)
	}
}

// expr replaces an expression by a constant, a variable or an operand.
func (c *collector) expr(x ast.Expr) {
	tv, ok := c.info.Types[x]
	if !ok || !tv.IsValue() || tv.Value != nil {
		return
	}
	t := tv.Type
	if _, several := t.(*types.Tuple); several {
		return
	}
	name := types.TypeString(t, func(*types.Package) string { return "" })
	if b, ok := t.Underlying().(*types.Basic); ok {
		switch {
		case b.Info()&types.IsBoolean != 0:
			c.add(c.replace(x, "true"))
			c.add(c.replace(x, "false"))
		case b.Info()&types.IsNumeric != 0:
			c.add(c.replace(x, name+"(0)"))
			c.add(c.replace(x, name+"(1)"))
		}
	}
	if call, ok := x.(*ast.CallExpr); ok && strings.HasPrefix(c.textOf(call.Fun), "canon") {
		return
	}
	ast.Inspect(x, func(y ast.Node) bool {
		e, ok := y.(ast.Expr)
		if !ok || e == x {
			return true
		}
		if ytv := c.info.Types[e]; ytv.Type != nil && ytv.IsValue() && types.Identical(ytv.Type, t) {
			c.add(c.replace(x, c.textOf(e)))
			return false
		}
		return true
	})
}
