package cases

import (
	"math"
	"testing"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// native returns the native engine, and closes it with the test.
func native(t testing.TB) *engine.Host {
	h := &engine.Host{Kind: "native"}
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

func ask(t testing.TB, e engine.Engine, c engine.Case) engine.Result {
	t.Helper()
	r, err := e.Run(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestAttend holds attention's masks, caches and layouts against plain arithmetic.
func TestAttend(t *testing.T) {
	e := native(t)
	for _, c := range attends(newSource(7)) {
		if err := c.Check(ask(t, e, c.Case)); err != nil {
			t.Error(err)
		}
	}
}

// FuzzAttend draws calls with masks that the bits name.
func FuzzAttend(f *testing.F) {
	for i := range attendMasks {
		f.Add(uint64(i), uint32(1)<<i, i%2 == 0)
	}
	f.Add(uint64(1), uint32(0xFFFFFFFF), true)
	e := native(f)
	f.Fuzz(func(t *testing.T, seed uint64, bits uint32, half bool) {
		var names []string
		for i, name := range attendMasks {
			if bits>>i&1 != 0 {
				names = append(names, name)
			}
		}
		c := newSource(seed).attend(names, half).asCase()
		if err := c.Check(ask(t, e, c.Case)); err != nil {
			t.Error(err)
		}
	})
}

// out is a call's result.
func (c *attend) out(t *testing.T, e engine.Engine) engine.Tensor {
	t.Helper()
	got := ask(t, e, c.asCase().Case)
	if got.Failure != nil {
		t.Fatal(got.Failure)
	}
	return got.Outputs["out"]
}

// near fails unless two results differ by at most tol.
func near(t *testing.T, what string, got, want engine.Tensor, tol float64) {
	t.Helper()
	x, y := got.Float32s(), want.Float32s()
	if len(x) != len(y) || len(x) == 0 {
		t.Fatalf("%s: %d elements, want %d", what, len(x), len(y))
	}
	for i := range x {
		if diff := math.Abs(float64(x[i] - y[i])); !(diff <= tol) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, x[i], y[i])
		}
	}
}

// rearranged returns an array of axes batch, head, token, element with the tokens from(0), from(1), … of n.
func rearranged(a array, n int, from func(t int) int) array {
	batch, heads, dim := a.shape[0], a.shape[1], a.shape[3]
	out := zeros(batch, heads, n, dim)
	for i := range out.v {
		d, t, h, b := i%dim, i/dim%n, i/dim/n%heads, i/dim/n/heads
		out.v[i] = a.at(b, h, from(t), d)
	}
	return out
}

// repeated returns an array with each head so many times.
func repeated(a array, times int) array {
	batch, heads, tokens, dim := a.shape[0], a.shape[1], a.shape[2], a.shape[3]
	out := zeros(batch, heads*times, tokens, dim)
	for i := range out.v {
		d, t, h, b := i%dim, i/dim%tokens, i/dim/tokens%(heads*times), i/dim/tokens/heads/times
		out.v[i] = a.at(b, h/times, t, d)
	}
	return out
}

// FuzzAttendProperties compares calls that must give the same.
func FuzzAttendProperties(f *testing.F) {
	for seed := range uint64(12) {
		f.Add(seed)
	}
	e := native(f)
	f.Fuzz(func(t *testing.T, seed uint64) {
		s := newSource(seed)
		c := s.attend([]string{"plain"}, false)
		want := c.out(t, e)

		permuted := *c
		last := c.tk - 1
		permuted.k = rearranged(c.k, c.tk, func(t int) int { return last - t })
		permuted.v = rearranged(c.v, c.tk, func(t int) int { return last - t })
		near(t, "keys in another order", permuted.out(t, e), want, 5e-6)

		shifted := *c
		constant := zeros(1)
		constant.v[0] = 30
		shifted.bias = &constant
		near(t, "scores shifted", shifted.out(t, e), want, 2e-5)

		if c.tk > 1 {
			split := *c
			n := 1 + s.IntN(last)
			split.past, split.tk = n, c.tk-n
			split.pastK, split.pastV = rearranged(c.k, n, func(t int) int { return t }), rearranged(c.v, n, func(t int) int { return t })
			split.k = rearranged(c.k, c.tk-n, func(t int) int { return n + t })
			split.v = rearranged(c.v, c.tk-n, func(t int) int { return n + t })
			near(t, "a cache apart", split.out(t, e), want, 0)
		}

		alone := *c
		alone.heads, alone.kvHeads = c.heads, c.heads
		alone.k, alone.v = repeated(c.k, c.heads/c.kvHeads), repeated(c.v, c.heads/c.kvHeads)
		near(t, "grouped heads with keys of their own", alone.out(t, e), want, 0)

		one := *c
		one.tq = 1
		one.q = rearranged(c.q, 1, func(int) int { return c.tq - 1 })
		near(t, "one query alone", one.out(t, e), lastQuery(c, want), 5e-6)

		causal, masked := *c, *c
		causal.causal = 1
		lower := zeros(c.tq, c.tk)
		for i := range lower.v {
			if i%c.tk <= i/c.tk {
				lower.v[i] = 1
			}
		}
		masked.flags = &lower
		near(t, "a causal mask", masked.out(t, e), causal.out(t, e), 5e-6)

		sparse, flagged := *c, *c
		blocks, flags := zeros((c.tq+63)/64, (c.tk+63)/64), zeros(c.tq, c.tk)
		for i := range blocks.v {
			blocks.v[i] = float64(s.IntN(2))
		}
		for i := range flags.v {
			flags.v[i] = blocks.at(i/c.tk/64, i%c.tk/64)
		}
		sparse.blocks, flagged.flags = &blocks, &flags
		near(t, "sparse blocks", sparse.out(t, e), flagged.out(t, e), 5e-6)

		pages := *c
		for pages.page = 1 + s.IntN(8); c.tk%pages.page != 0; {
			pages.page--
		}
		near(t, "pages", pages.out(t, e), want, 0)
	})
}

// lastQuery returns the results of the last query of each batch row.
func lastQuery(c *attend, out engine.Tensor) engine.Tensor {
	v := out.Float32s()
	var last []float32
	if c.axis {
		for head := range c.batch * c.heads {
			last = append(last, v[((head+1)*c.tq-1)*c.vdim:][:c.vdim]...)
		}
	} else {
		for b := range c.batch {
			last = append(last, v[((b+1)*c.tq-1)*c.heads*c.vdim:][:c.heads*c.vdim]...)
		}
	}
	return engine.F32(last, len(last))
}

// TestAttendPacked finds for documents in one row what each gives alone.
func TestAttendPacked(t *testing.T) {
	e := native(t)
	c := newSource(3).attend([]string{"plain"}, false)
	c.batch, c.kvHeads, c.heads, c.tq, c.tk, c.axis = 1, 1, 2, 200, 200, true
	newSource(4).fill(c)
	starts := []int{0, 3, 70, 71, 190, 200}
	for doc := range len(starts) - 1 {
		for i := starts[doc]; i < starts[doc+1]; i++ {
			c.qDocs = append(c.qDocs, int32(doc))
		}
	}
	c.kDocs = c.qDocs
	c.causal = 1
	packed := c.out(t, e).Float32s()
	for doc := range len(starts) - 1 {
		first, n := starts[doc], starts[doc+1]-starts[doc]
		alone := *c
		alone.qDocs, alone.kDocs, alone.tq, alone.tk = nil, nil, n, n
		alone.q, alone.k, alone.v = rearranged(c.q, n, from(first)), rearranged(c.k, n, from(first)), rearranged(c.v, n, from(first))
		var want []float32
		for h := range c.heads {
			want = append(want, packed[(h*c.tq+first)*c.vdim:][:n*c.vdim]...)
		}
		near(t, "a document alone", alone.out(t, e), engine.F32(want, len(want)), 5e-6)
	}
}

func from(first int) func(int) int { return func(t int) int { return first + t } }

// TestOtherAttentions holds the attentions of other scores against plain arithmetic.
func TestOtherAttentions(t *testing.T) {
	e := native(t)
	for _, c := range otherAttentions(newSource(8)) {
		if err := c.Check(ask(t, e, c.Case)); err != nil {
			t.Error(err)
		}
	}
}
