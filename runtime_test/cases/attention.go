package cases

import (
	"encoding/binary"
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// An attend is a call of attention. Its arrays have the axes batch row, head, token and element, whatever layout the operation
// gets them in; what is nil is left out.
type attend struct {
	batch, heads, kvHeads, tq, past, tk, dim, vdim int
	axis                                           bool // heads are an axis of the operands, not columns
	half                                           bool // k and v are stored as float16
	pool                                           bool // all batch rows have the queries of the first
	page                                           int  // tokens of a page, 0: no pages
	kBlocks, vBlocks                               *quantized

	q, k, v, pastK, pastV array

	scale, softcap                       float64
	causal, window, offset, prefix, topK int
	fromEnd                              bool
	lengths                              []int32
	mask, flags, bias, blocks            *array // axes can be 1
	slopes, sinks                        *array // [heads]
	temperature                          *array // [batch, tq]
	qDocs, kDocs                         []int32

	present bool
	qk      int // output qk in this mode plus 1, 0: none
}

// masks names the masks of the support matrix that the call has.
func (c *attend) masks() (names []string) {
	for _, m := range []struct {
		name string
		has  bool
	}{
		{"lengths", c.lengths != nil}, {"causal", c.causal != 0}, {"window", c.window != 0}, {"prefix", c.prefix != 0},
		{"flags", c.flags != nil}, {"added", c.mask != nil}, {"bias", c.bias != nil}, {"documents", c.qDocs != nil},
		{"blocks", c.blocks != nil}, {"alibi", c.slopes != nil}, {"top_k", c.topK != 0},
	} {
		if m.has {
			names = append(names, m.name)
		}
	}
	return names
}

func (c *attend) String() string {
	s := fmt.Sprintf("%d·%d/%d×%d×%d+%d×%d/%d", c.batch, c.heads, c.kvHeads, c.tq, c.past, c.tk, c.dim, c.vdim)
	for _, m := range c.masks() {
		s += " " + m
	}
	for _, m := range []struct {
		name string
		has  bool
	}{{"f16", c.half}, {"int8", c.kBlocks != nil}, {"int8 values", c.kBlocks == nil && c.vBlocks != nil}, {"axis", c.axis}, {"pages", c.page > 0}, {"pool", c.pool}, {"softcap", c.softcap != 0}, {"sinks", c.sinks != nil},
		{"temperature", c.temperature != nil}, {"from end", c.fromEnd}, {"offset", c.offset != 0}, {"present", c.present}, {"qk", c.qk != 0}} {
		if m.has {
			s += " " + m.name
		}
	}
	return s
}

// spread returns the element of a that an axis of 1 has for all: a's axes are the last of these.
func spread(a *array, at ...int) float64 {
	index := 0
	for axis, n := range a.shape {
		i := at[len(at)-len(a.shape)+axis]
		if n == 1 {
			i = 0
		}
		index = index*n + i
	}
	return a.v[index]
}

func (a array) at(at ...int) float64 { return spread(&a, at...) }

// keys returns how many keys batch row b has.
func (c *attend) keys(b int) int {
	if c.lengths == nil {
		return c.past + c.tk
	}
	return int(c.lengths[b])
}

// sees reports whether query i of batch row b and head h sees key j.
func (c *attend) sees(b, h, i, j int) bool {
	at := c.offset + c.past + i
	if c.fromEnd {
		at = c.keys(b) - c.tq + i
	}
	inRange := (c.causal == 0 || j < at+c.causal) && (c.window == 0 || j > at-c.window)
	return j < c.keys(b) && (inRange || j < c.prefix) &&
		(c.flags == nil || spread(c.flags, b, h, i, j) != 0) &&
		(c.blocks == nil || spread(c.blocks, b, h, i/64, j/64) != 0) &&
		(c.qDocs == nil || c.qDocs[b*c.tq+i] == c.kDocs[b*(c.past+c.tk)+j])
}

// key returns element d of key j, value that of value j, past or new.
func (c *attend) key(b, h, j, d int) float64 {
	if h /= c.heads / c.kvHeads; j < c.past {
		return c.pastK.at(b, h, j, d)
	}
	return c.k.at(b, h, j-c.past, d)
}

func (c *attend) value(b, h, j, d int) float64 {
	if h /= c.heads / c.kvHeads; j < c.past {
		return c.pastV.at(b, h, j, d)
	}
	return c.v.at(b, h, j-c.past, d)
}

// row returns the scores of a query before the softmax, in the steps of output qk.
func (c *attend) row(b, h, i int) (raw, capped, biased []float64) {
	for j := range c.past + c.tk {
		s := 0.0
		for d := range c.dim {
			s += c.q.at(b, h, i, d) * c.key(b, h, j, d)
		}
		s = rounded(s * c.scale)
		at := c.offset + c.past + i
		if c.fromEnd {
			at = c.keys(b) - c.tq + i
		}
		if c.temperature != nil {
			s /= c.temperature.at(b, i)
		}
		raw = append(raw, s)
		if c.softcap != 0 {
			s = c.softcap * math.Tanh(s/c.softcap)
		}
		capped = append(capped, s)
		if c.mask != nil {
			s = rounded(s + spread(c.mask, b, h, i, j))
		}
		if c.bias != nil {
			s = rounded(s + spread(c.bias, b, h, i, j))
		}
		if c.slopes != nil {
			s -= c.slopes.v[h] * math.Abs(float64(at-j))
		}
		if !c.sees(b, h, i, j) {
			s = math.Inf(-1)
		}
		biased = append(biased, s)
	}
	return raw, capped, biased
}

// rounded returns the float32 nearest to a large number: there it decides what counts, up to whether it is finite.
func rounded(s float64) float64 {
	if math.Abs(s) < 1e6 {
		return s
	}
	return float64(float32(s))
}

// weigh makes weights of scores: those of the greatest topK, beside a sink.
func (c *attend) weigh(scores []float64, h int) []float64 {
	order := make([]int, len(scores))
	for j := range order {
		order[j] = j
	}
	sort.SliceStable(order, func(x, y int) bool { return scores[order[x]] > scores[order[y]] })
	if c.topK != 0 && c.topK < len(order) {
		order = order[:c.topK]
	}
	weights := make([]float64, len(scores))
	top, sum := scores[order[0]], 0.0
	if c.sinks != nil {
		top = max(top, c.sinks.v[h])
		sum = math.Exp(c.sinks.v[h] - top)
	}
	if math.IsInf(top, -1) {
		return weights
	}
	for _, j := range order {
		weights[j] = math.Exp(scores[j] - top)
		sum += weights[j]
	}
	for j := range weights {
		weights[j] /= sum
	}
	return weights
}

// answer computes the call in plain float64 arithmetic: its result with the axes of q, and output qk.
func (c *attend) answer() (out, qk array) {
	out = zeros(c.batch, c.heads, c.tq, c.vdim)
	qk = zeros(c.batch, c.heads, c.tq, c.past+c.tk)
	rows := 0
	for b := range c.batch {
		for h := range c.heads {
			for i := range c.tq {
				raw, capped, biased := c.row(b, h, i)
				weights := c.weigh(biased, h)
				if c.qk > 0 {
					copy(qk.v[rows*(c.past+c.tk):], [][]float64{raw, capped, biased, weights}[c.qk-1])
				}
				for j, w := range weights {
					for d := range c.vdim {
						if w != 0 {
							out.v[rows*c.vdim+d] += w * c.value(b, h, j, d)
						}
					}
				}
				rows++
			}
		}
	}
	return c.laidOut(out), qk
}

// laidOut returns an array with the axes that the operation has of it: batch, head, token, element or batch, token, columns.
func (c *attend) laidOut(a array) array {
	if c.axis {
		return a
	}
	batch, heads, tokens, dim := a.shape[0], a.shape[1], a.shape[2], a.shape[3]
	out := zeros(batch, tokens, heads*dim)
	for i := range a.v {
		d, t, h, b := i%dim, i/dim%tokens, i/dim/tokens%heads, i/dim/tokens/heads
		out.v[((b*tokens+t)*heads+h)*dim+d] = a.v[i]
	}
	return out
}

// paged returns tokens in pages, in an order of their own, and the table that leads through them.
func (c *attend) paged(a array) (array, []int32) {
	batch, heads, tokens, dim := a.shape[0], a.shape[1], a.shape[2], a.shape[3]
	n := tokens / c.page
	pages, table := zeros(batch*n, heads, c.page, dim), make([]int32, batch*n)
	for i := range table {
		table[i] = int32((i*5 + 3) % len(table))
		if len(table)%5 == 0 {
			table[i] = int32(len(table) - 1 - i)
		}
		for h := range heads {
			for t := range c.page {
				for d := range dim {
					pages.v[((int(table[i])*heads+h)*c.page+t)*dim+d] = a.at(i/n, h, i%n*c.page+t, d)
				}
			}
		}
	}
	return c.laidOut(pages), table
}

// stored returns an array as k and v are stored.
func (c *attend) stored(a array) engine.Tensor {
	if !c.half {
		return a.tensor()
	}
	var data []byte
	for _, v := range a.v {
		data = binary.LittleEndian.AppendUint16(data, halfBits(v))
	}
	return engine.Tensor{DType: "f16", Shape: a.shape, Data: data}
}

// halfBits returns the bits of the float16 that v is exactly; v is not subnormal in it.
func halfBits(v float64) uint16 {
	bits := math.Float32bits(float32(v))
	if v == 0 {
		return uint16(bits >> 16)
	}
	return uint16(bits>>16&0x8000) | uint16((bits>>23&255)-112)<<10 | uint16(bits>>13&1023)
}

// halves returns the numbers of a float16 tensor, none of them subnormal or infinite.
func halves(t engine.Tensor) (v []float32) {
	for i := 0; i < len(t.Data); i += 2 {
		h := uint32(binary.LittleEndian.Uint16(t.Data[i:]))
		bits := h >> 15 << 31
		if h&0x7FFF != 0 {
			bits |= (h&0x7FFF)<<13 + 112<<23
		}
		v = append(v, math.Float32frombits(bits))
	}
	return v
}

// toHalf rounds the elements to numbers that float16 has.
func toHalf(a array) {
	for i, v := range a.v {
		bits := math.Float32bits(float32(v)) &^ (1<<13 - 1)
		if a.v[i] = float64(math.Float32frombits(bits)); math.Abs(a.v[i]) < 1e-4 {
			a.v[i] = 0
		}
	}
}

func flagTensor(a *array) engine.Tensor {
	data := make([]byte, len(a.v))
	for i, v := range a.v {
		data[i] = byte(v)
	}
	return engine.Tensor{DType: "u8", Shape: a.shape, Data: data}
}

// asCase makes the call a case of the operation.
func (c *attend) asCase() Case {
	q := c.laidOut(c.q)
	if c.pool {
		q.shape = append([]int{1}, q.shape[1:]...)
		q.v = q.v[:len(q.v)/c.batch]
	}
	inputs := map[string]engine.Tensor{"q": q.tensor(), "k": c.stored(c.laidOut(c.k)), "v": c.stored(c.laidOut(c.v))}
	if c.page > 0 {
		k, table := c.paged(c.k)
		v, _ := c.paged(c.v)
		inputs["k"], inputs["v"], inputs["pages"] = c.stored(k), c.stored(v), engine.I32(table, c.batch, len(table)/c.batch)
	}
	c.store(inputs, "k", c.kBlocks)
	c.store(inputs, "v", c.vBlocks)
	if c.past > 0 {
		inputs["past_k"], inputs["past_v"] = c.stored(c.pastK), c.stored(c.pastV)
	}
	for name, a := range map[string]*array{
		"mask": c.mask, "bias": c.bias, "slopes": c.slopes, "sinks": c.sinks, "temperature": c.temperature,
	} {
		if a != nil {
			inputs[name] = a.tensor()
		}
	}
	if c.flags != nil {
		inputs["mask"] = flagTensor(c.flags)
	}
	if c.blocks != nil {
		inputs["blocks"] = flagTensor(c.blocks)
	}
	if c.lengths != nil {
		inputs["lengths"] = engine.I32(c.lengths, c.batch)
	}
	if c.qDocs != nil {
		inputs["q_docs"], inputs["k_docs"] = engine.I32(c.qDocs, c.batch, c.tq), engine.I32(c.kDocs, c.batch, c.past+c.tk)
	}
	attrs := map[string]float64{
		"heads": float64(c.heads), "dim": float64(c.dim), "vdim": float64(c.vdim), "q_col": 0, "k_col": 0, "v_col": 0,
		"scale": c.scale, "kv_heads": float64(c.kvHeads), "causal": float64(c.causal), "window": float64(c.window),
		"offset": float64(c.offset), "prefix": float64(c.prefix), "softcap": c.softcap, "top_k": float64(c.topK),
	}
	if c.fromEnd {
		attrs["from_end"] = 1
	}
	e := engine.Case{Name: "attention " + c.String(), Do: engine.Op, Target: "attention", Attrs: attrs, Inputs: inputs}
	out, qk := c.answer()
	all := Case{Case: e, Want: out.v, Tol: 3e-5, Masks: c.masks(), Half: c.half, WasmOnly: c.topK != 0 || c.qk != 0 || c.kBlocks != nil || c.vBlocks != nil, Also: map[string][]float64{}}
	if c.qk > 0 {
		all.Attrs["qk_mode"] = float64(c.qk - 1)
		all.Wanted = append(all.Wanted, "qk")
		all.Also["qk"] = qk.v
	}
	if c.present {
		all.Wanted = append(all.Wanted, "present_k", "present_v")
		all.Also["present_k"], all.Also["present_v"] = c.joined(c.key, c.dim), c.joined(c.value, c.vdim)
	}
	return all
}

// joined returns all keys or values, past ones first.
func (c *attend) joined(at func(b, h, j, d int) float64, dim int) (all []float64) {
	for b := range c.batch {
		for h := 0; h < c.heads; h += c.heads / c.kvHeads {
			for j := range c.past + c.tk {
				for d := range dim {
					all = append(all, at(b, h, j, d))
				}
			}
		}
	}
	return all
}

// attends draws a call with each mask of the table for each storage type, then calls with several.
func attends(s source) (all []Case) {
	for _, name := range attendMasks {
		for _, half := range []bool{false, true} {
			c := s.attend(strings.Fields(name), half)
			all = append(all, c.asCase())
		}
	}
	for range 40 {
		names := append([]string(nil), attendMasks...)
		s.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		c := s.attend(names[:s.IntN(6)], s.IntN(3) == 0)
		all = append(all, c.asCase())
	}
	return all
}

// attendMasks are what a call of attention can have, beside its sizes.
var attendMasks = []string{
	"plain", "lengths", "causal", "window", "prefix causal", "flags", "added", "bias", "documents", "blocks", "alibi", "top_k",
	"softcap", "sinks", "temperature", "offset causal", "prefix causal window", "past", "pages", "past lengths causal", "pages one", "past one causal", "pool", "pool one", "qk", "from_end causal lengths", "one",
}

// attend draws a call with these masks, and all else at random.
func (s source) attend(names []string, half bool) *attend {
	size := func(most int) int { return 1 + s.IntN(most) }
	c := &attend{batch: size(2), kvHeads: size(2), tq: size(60), tk: size(150), dim: size(20), vdim: size(20), half: half, axis: s.IntN(2) == 0}
	c.heads = c.kvHeads * size(3)
	has := map[string]bool{}
	for _, n := range names {
		for _, word := range strings.Fields(n) {
			has[word] = true
		}
	}
	if has["one"] {
		c.tq, c.dim, c.vdim = 1, size(90), size(90)
	}
	if has["pages"] && !has["past"] {
		c.page = size(9)
		c.tk = c.page * size(12)
	}
	if has["past"] {
		c.past, c.present = size(140), true
	}
	c.pool = has["pool"]
	s.fill(c)
	s.hide(c, has)
	return c
}

// fill draws the operands of a call.
func (s source) fill(c *attend) {
	c.q = s.normal(c.batch, c.heads, c.tq, c.dim)
	c.k, c.v = s.normal(c.batch, c.kvHeads, c.tk, c.dim), s.normal(c.batch, c.kvHeads, c.tk, c.vdim)
	c.pastK, c.pastV = s.normal(c.batch, c.kvHeads, c.past, c.dim), s.normal(c.batch, c.kvHeads, c.past, c.vdim)
	c.scale = float64(float32(1 / math.Sqrt(float64(c.dim))))
	if c.pool {
		for i := range c.q.v {
			c.q.v[i] = c.q.v[i%(len(c.q.v)/c.batch)]
		}
	}
	if c.half {
		for _, a := range []array{c.k, c.v, c.pastK, c.pastV} {
			toHalf(a)
		}
	}
}

// hide draws what the call hides and adds.
func (s source) hide(c *attend, has map[string]bool) {
	keys := c.past + c.tk
	some := func(most int) int { return 1 + s.IntN(most) }
	outer := func() (shape []int) {
		for _, n := range []int{c.batch, c.heads, c.tq} {
			shape = append(shape, []int{1, n}[s.IntN(2)])
		}
		return shape[s.IntN(3):]
	}
	spreadOf := func() *array {
		a := s.normal(append(outer(), keys)...)
		return &a
	}
	binary := func(a array) *array {
		for i := range a.v {
			a.v[i] = float64(s.IntN(4) & 1)
		}
		return &a
	}
	vector := func(n ...int) *array {
		a := s.normal(n...)
		for i := range a.v {
			a.v[i] = math.Abs(a.v[i]) + 0.25
		}
		return &a
	}
	if has["lengths"] {
		c.lengths = s.lengths(c.batch, keys)
	}
	if has["causal"] {
		c.causal = some(3)
	}
	if has["window"] {
		c.window = some(keys)
	}
	if has["prefix"] {
		c.prefix = some(keys)
	}
	if has["offset"] {
		c.offset = some(50)
	}
	c.fromEnd = has["from_end"]
	if has["flags"] {
		c.flags = binary(*spreadOf())
	} else if has["added"] {
		c.mask = spreadOf()
		c.mask.v[0] = math.Inf(-1)
	}
	if has["bias"] {
		c.bias = spreadOf()
	}
	if has["blocks"] {
		c.blocks = binary(zeros(c.heads, (c.tq+63)/64, (keys+63)/64))
	}
	if has["documents"] {
		c.qDocs, c.kDocs = s.documents(c.batch, c.tq), s.documents(c.batch, keys)
	}
	if has["alibi"] {
		c.slopes = vector(c.heads)
	}
	if has["sinks"] {
		c.sinks = vector(c.heads)
	}
	if has["temperature"] {
		c.temperature = vector(c.batch, c.tq)
	}
	if has["softcap"] {
		c.softcap = 1.5
	}
	if has["top_k"] {
		c.topK = some(keys)
	}
	if has["qk"] {
		c.qk = some(4)
	}
}

// documents numbers tokens that belong together, in order.
func (s source) documents(batch, tokens int) (docs []int32) {
	for range batch {
		doc := int32(0)
		for range tokens {
			if s.IntN(12) == 0 {
				doc++
			}
			docs = append(docs, doc)
		}
	}
	return docs
}
