package cases

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"github.com/fovea-run/fovea/runtime_test/engine"
)

// Keys or values in blocks: int8 elements [batch, heads, tokens, dim], a scale for each 32 [batch, heads, tokens, dim/32], and the
// bits of these as float16.
type quantized struct{ elements, scales array }

// quantized draws keys or values in blocks, and what they are worth.
func (s source) quantized(batch, heads, tokens, dim int) (*quantized, array) {
	b := &quantized{zeros(batch, heads, tokens, dim), zeros(batch, heads, tokens, dim/32)}
	for i := range b.scales.v {
		b.scales.v[i] = math.Ldexp(float64(1024+s.IntN(1024)), -17) // 1/128 to 1/64
	}
	worth := b.elements.clone()
	for i := range worth.v {
		b.elements.v[i] = float64(s.IntN(255) - 127)
		worth.v[i] = b.elements.v[i] * b.scales.v[i/32]
	}
	worth.shape = slices.Clone(worth.shape)
	return b, worth
}

// store makes an operand int8 and its scales of what is in blocks.
func (c *attend) store(inputs map[string]engine.Tensor, name string, b *quantized) {
	if b == nil {
		return
	}
	elements, scales := c.laidOut(b.elements), c.laidOut(b.scales)
	if c.page > 0 {
		elements, _ = c.paged(b.elements)
		scales, _ = c.paged(b.scales)
	}
	bytes := make([]byte, len(elements.v))
	for i, v := range elements.v {
		bytes[i] = byte(int8(v))
	}
	var halves []byte
	for _, v := range scales.v {
		halves = binary.LittleEndian.AppendUint16(halves, halfBits(v))
	}
	inputs[name] = engine.Tensor{DType: "u8", Shape: elements.shape, Data: bytes}
	inputs[name+"_scales"] = engine.Tensor{DType: "f16", Shape: scales.shape, Data: halves}
}

// quantizedAttend draws a call with these masks and int8 keys and values.
func (s source) quantizedAttend(names []string) *attend {
	c := s.attend(names, false)
	c.dim, c.vdim = 32*(1+s.IntN(3)), 32*(1+s.IntN(3))
	s.fill(c)
	c.kBlocks, c.k = s.quantized(c.batch, c.kvHeads, c.tk, c.dim)
	c.vBlocks, c.v = s.quantized(c.batch, c.kvHeads, c.tk, c.vdim)
	return c
}

// quantizedAttends draws a call with each mask and int8 keys and values, as many queries and as one, in both layouts; then calls of
// which only the keys are, or the values, and long ones.
func quantizedAttends(source) (all []Case) {
	s := newSource(31)
	for _, name := range attendMasks {
		if strings.Contains(name, "past") {
			continue
		}
		for i, axis := range []bool{false, true} {
			words := strings.Fields(name)
			if i == len(name)%2 {
				words = append(words, "one")
			}
			c := s.quantizedAttend(words)
			c.axis = axis
			all = append(all, c.asCase())
		}
	}
	for _, name := range []string{"plain", "one"} {
		keys, values := s.quantizedAttend([]string{name}), s.quantizedAttend([]string{name})
		keys.vBlocks, values.kBlocks = nil, nil
		all = append(all, keys.asCase(), values.asCase())
	}
	for _, words := range [][]string{{"one", "lengths", "from_end", "causal"}, {"one", "pages", "lengths"}} {
		c := s.quantizedAttend(words)
		c.tk, c.kvHeads, c.heads = 4500, 2, 6
		if c.page > 0 {
			c.page = 20
		}
		c.dim, c.vdim = 64, 96
		c.lengths, c.causal = []int32{4499, 4213}[:c.batch], min(c.causal, 1)
		s.fill(c)
		c.kBlocks, c.k = s.quantized(c.batch, c.kvHeads, c.tk, c.dim)
		c.vBlocks, c.v = s.quantized(c.batch, c.kvHeads, c.tk, c.vdim)
		all = append(all, c.asCase())
	}
	return all
}
