package debug

import (
	"go/token"

	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/ir"
	"github.com/fovea-run/fovea/cmd/wasmbuild/internal/wasm"
)

// inlined is the code that a call became.
type inlined struct {
	callee string
	call   token.Pos
	ranges []span // ascending, apart
	inner  []*inlined
}

// A span is a range of offsets in the code section.
type span struct{ start, end int }

// inlinedIn returns what was inlined in a function directly, and in that the
// rest. An instruction's mark holds for what follows up to the next.
func inlinedIn(f *wasm.Extent) []*inlined {
	root := &inlined{}
	for i, m := range f.Marks {
		s := span{m.Offset, f.End}
		if i+1 < len(f.Marks) {
			s.end = f.Marks[i+1].Offset
		}
		root.add(m.Site, s)
	}
	return root.inner
}

// add adds code from site and returns the node it belongs to.
func (n *inlined) add(site *ir.Site, s span) *inlined {
	if site.Caller == nil {
		return n
	}
	in := n.add(site.Caller, s).child(site.Func, site.Caller.Pos)
	if last := len(in.ranges) - 1; last >= 0 && in.ranges[last].end == s.start {
		in.ranges[last].end = s.end
	} else {
		in.ranges = append(in.ranges, s)
	}
	return in
}

func (n *inlined) child(callee string, call token.Pos) *inlined {
	for _, in := range n.inner {
		if in.callee == callee && in.call == call {
			return in
		}
	}
	in := &inlined{callee: callee, call: call}
	n.inner = append(n.inner, in)
	return in
}
