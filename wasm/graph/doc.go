// Package graph builds a computation and lowers it to a program.
//
//	g := graph.New("score")
//	queries, keys := g.Dim("queries", 1, 64), g.Dim("keys", 1, 65536)
//	q := g.Input("query", program.F32, queries, graph.Const(512))
//	k := g.Input("keys", program.F32, keys, graph.Const(512))
//	g.Output("scores", g.Scores(q, k))
//	p, err := g.Lower()
//
// A mistake, such as shapes that do not match, is kept with the file and line
// of the call and returned by [Graph.Lower]; what is computed from its result
// is not complained about again.
package graph
