package ir

// Operands returns pointers to the expressions that x evaluates first, in
// their order. A Seq's statements and a Choose's arms are not among them.
func Operands(x Expr) []*Expr {
	switch x := x.(type) {
	case *Tee:
		return []*Expr{&x.X}
	case *Op:
		return refs(x.Args)
	case *Call:
		return refs(x.Args)
	case *Select:
		return []*Expr{&x.A, &x.B, &x.Cond}
	case *Choose:
		return []*Expr{&x.Cond}
	}
	return nil
}

// Exprs returns pointers to the expressions that s evaluates itself, outside
// the statements nested in it.
func Exprs(s Stmt) []*Expr {
	switch s := s.(type) {
	case *Set:
		return []*Expr{&s.X}
	case *Eval:
		return []*Expr{&s.X}
	case *If:
		return []*Expr{&s.Cond}
	case *Br:
		if s.Cond != nil {
			return []*Expr{&s.Cond}
		}
	case *Table:
		return []*Expr{&s.X}
	case *Return:
		return refs(s.X)
	}
	return nil
}

// Bodies returns pointers to the statement lists nested in s.
func Bodies(s Stmt) []*[]Stmt {
	switch s := s.(type) {
	case *If:
		return []*[]Stmt{&s.Then, &s.Else}
	case *Block:
		return []*[]Stmt{&s.Body}
	case *Loop:
		return []*[]Stmt{&s.Body}
	}
	return nil
}

func refs(xs []Expr) []*Expr {
	r := make([]*Expr, len(xs))
	for i := range xs {
		r[i] = &xs[i]
	}
	return r
}

// A Rewriter changes a function in place, bottom up. Either function may be
// nil.
type Rewriter struct {
	Expr func(Expr) Expr     // replaces an expression whose parts are done
	List func([]Stmt) []Stmt // replaces a statement list whose parts are done
}

// Func rewrites f's body.
func (r *Rewriter) Func(f *Func) { r.list(&f.Body) }

// Operand rewrites one expression.
func (r *Rewriter) Operand(x *Expr) { r.expr(x) }

func (r *Rewriter) list(body *[]Stmt) {
	for _, s := range *body {
		for _, x := range Exprs(s) {
			r.expr(x)
		}
		for _, b := range Bodies(s) {
			r.list(b)
		}
	}
	if r.List != nil {
		*body = r.List(*body)
	}
}

func (r *Rewriter) expr(x *Expr) {
	switch y := (*x).(type) {
	case *Seq:
		r.list(&y.Body)
		r.expr(&y.X)
	case *Choose:
		r.expr(&y.Cond)
		r.expr(&y.Then)
		r.expr(&y.Else)
	default:
		for _, o := range Operands(y) {
			r.expr(o)
		}
	}
	if r.Expr != nil {
		*x = r.Expr(*x)
	}
}

// Walk calls expr for every expression and stmt for every statement of body,
// an outer one before its parts. Either function may be nil.
func Walk(body []Stmt, expr func(Expr), stmt func(Stmt)) {
	for _, s := range body {
		if stmt != nil {
			stmt(s)
		}
		for _, x := range Exprs(s) {
			WalkExpr(*x, expr, stmt)
		}
		for _, b := range Bodies(s) {
			Walk(*b, expr, stmt)
		}
	}
}

// WalkExpr is Walk for the parts of one expression.
func WalkExpr(x Expr, expr func(Expr), stmt func(Stmt)) {
	if expr != nil {
		expr(x)
	}
	switch x := x.(type) {
	case *Seq:
		Walk(x.Body, expr, stmt)
		WalkExpr(x.X, expr, stmt)
	case *Choose:
		WalkExpr(x.Cond, expr, stmt)
		WalkExpr(x.Then, expr, stmt)
		WalkExpr(x.Else, expr, stmt)
	default:
		for _, o := range Operands(x) {
			WalkExpr(*o, expr, stmt)
		}
	}
}
