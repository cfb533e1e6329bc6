package ir

import "go/token"

// A Site is the place in the source that an instruction comes from.
type Site struct {
	Pos    token.Pos
	Func   string // the function that Pos is in
	Caller *Site  // the call that this function's body stands for, nil if it was not inlined
}

// Mark gives site to the instructions of x that have none yet: parts that
// have one keep it, and so do their parts.
func Mark(x Expr, site *Site) {
	switch x := x.(type) {
	case *Op:
		if x.Site != nil {
			return
		}
		x.Site = site
	case *Call:
		if x.Site != nil {
			return
		}
		x.Site = site
	case *Seq:
		for _, s := range x.Body {
			for _, y := range Exprs(s) {
				Mark(*y, site)
			}
		}
		Mark(x.X, site)
	case *Choose:
		Mark(x.Then, site)
		Mark(x.Else, site)
	}
	for _, y := range Operands(x) {
		Mark(*y, site)
	}
}
