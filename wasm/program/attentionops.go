package program

import "slices"

// optionalAttrs are attributes that the second table brought to an operation.
func optionalAttrs(kind AttrKind, names ...string) (attrs []Attr) {
	for _, n := range names {
		attrs = append(attrs, Attr{Name: n, Kind: kind, Optional: true, Since: 2})
	}
	return attrs
}

// later are optional operands or outputs that the second table brought.
func later(operands ...Operand) []Operand {
	for i := range operands {
		operands[i].Optional, operands[i].Since = true, 2
	}
	return operands
}

func f32OrF16(name, shape string) Operand {
	return Operand{Name: name, Shape: shape, Types: []DType{F32, F16}}
}

// keysOrValues are the types of what attention reads for each query.
func keysOrValues(name, shape string) Operand {
	return Operand{Name: name, Shape: shape, Types: []DType{F32, F16, U8}}
}

func f16(name, shape string) Operand { return Operand{Name: name, Shape: shape, Types: []DType{F16}} }

func mask(name, shape string) Operand {
	return Operand{Name: name, Shape: shape, Types: []DType{U8, F32}}
}

func flags(name, shape string) Operand { return Operand{Name: name, Shape: shape, Types: []DType{U8}} }

// attentionMasks are the masks that attention takes, alone or together.
var attentionMasks = []string{
	"lengths", "causal", "window", "prefix", "flags", "added", "bias", "documents", "blocks", "alibi", "top_k",
}

// attention is the operation of the whole family.
var attention = Op{
	Name: "attention", Code: OpAttention, SIMD: true, Devices: everywhere,
	DTypes: []DType{F32, F16, Q8}, GPUDTypes: []DType{F32, F16},
	Masks: attentionMasks, GPUMasks: attentionMasks[:len(attentionMasks)-1], // not top_k
	Operands: slices.Concat(
		[]Operand{f32("q", "b or 1,tq,* or b or 1,heads,tq,dim"), keysOrValues("k", "b,tk,* or b,kv_heads,tk,dim"),
			keysOrValues("v", "b,tk,* or b,kv_heads,tk,vdim"), optional(i32("lengths", "b"))},
		later(mask("mask", "(b,heads,)tq,keys"), f32("bias", "(b,heads,)tq,keys"),
			f32OrF16("past_k", "b,kv_heads,past,dim"), f32OrF16("past_v", "b,kv_heads,past,vdim"),
			f32("slopes", "heads"), f32("sinks", "heads"), f32("temperature", "(b,)tq"),
			i32("q_docs", "b,tq"), i32("k_docs", "b,keys"), i32("pages", "b,n"), flags("blocks", "(b,heads,)tq/64,keys/64"),
			f16("k_scales", "b,tk,*/32 or b,kv_heads,tk,dim/32"), f16("v_scales", "b,tk,*/32 or b,kv_heads,tk,vdim/32")),
	),
	Outputs: slices.Concat(outputs("b,tq,heads·vdim or b,heads,tq,vdim"),
		later(f32OrF16("present_k", "b,kv_heads,keys,dim"), f32OrF16("present_v", "b,kv_heads,keys,vdim"), f32("qk", "b,heads,tq,keys"))),
	Attrs: slices.Concat(headAttrs(true, "q_col", "k_col", "v_col"), []Attr{attentionScale},
		optionalAttrs(AttrInt, "kv_heads", "causal", "window"), optionalAttrs(AttrPosition, "offset"), optionalAttrs(AttrFlag, "from_end"),
		optionalAttrs(AttrInt, "prefix"), optionalAttrs(AttrNotNegative, "softcap"), optionalAttrs(AttrInt, "top_k"), optionalAttrs(AttrQKMode, "qk_mode")),
	Doc: "The mean of v weighted by softmax(q·kᵀ·scale) for each head; zeros where a query sees no key. " +
		"Queries of one batch row are asked of every row of keys. Heads are columns of rows, head 0 of q, k and v from q_col, k_col and v_col on, or an axis. " +
		"heads / kv_heads heads of q share one of k and v (kv_heads 0: heads). keys = past + tk: past_k and past_v come before k and v. " +
		"A key counts below lengths; with causal n up to n-1 keys behind the query's own; with window n the n keys up to it; below prefix always; " +
		"where the mask's flag is not 0, and below its end; where q_docs equals k_docs; where the flag of its 64 queries × 64 keys in blocks is not 0; " +
		"of all those, the top_k greatest. Query i is at position offset + past + i, with from_end 1 at lengths - tq + i. " +
		"The score is softcap·tanh(q·k·scale / temperature / softcap) + mask + bias - slopes·|distance|; a sink is the score of a key without value. " +
		"A score of -Inf hides its key, also where finite terms add up to it in f32; of finite ones, however low, the softmax is taken. " +
		"With pages k and v are [pages, page, *] or [pages, kv_heads, page, dim], and pages says which follow each other. " +
		"Output qk has the scores: qk_mode 0 before softcap, 1 before the mask, 2 all, 3 after the softmax. Output present has past and new keys, of their type. " +
		"k and v can be int8 (in u8) with the scales of their blocks of 32, as quantize makes them, without past and output present; columns and dims are then multiples of 32. " +
		"On webgpu without these, top_k and output qk.",
}

// attentionOps are attentions of other scores.
var attentionOps = []Op{
	{
		Name: "additive_attention", Code: OpAdditiveAttention, Since: 2, SIMD: true, Devices: wasmOnly, Masks: []string{"lengths"},
		Operands: []Operand{f32("q", "b,tq,d"), f32("k", "b,tk,d"), f32("v", "b,tk,e"), f32("w", "d"), optional(i32("lengths", "b"))},
		Outputs:  outputs("b,tq,e"),
		Doc:      "The mean of v weighted by softmax(w·tanh(q + k)), of queries and keys that are projected: Bahdanau's attention. Keys from lengths on are masked.",
	},
	{
		Name: "attention_flow", Code: OpAttentionFlow, Since: 2, SIMD: true, Devices: wasmOnly, Masks: []string{"lengths"},
		Operands: []Operand{f32("c", "b,t,d"), f32("q", "b,j,d"), f32("w", "3·d"), optional(i32("lengths", "b")), optional(i32("q_lengths", "b"))},
		Outputs:  outputs("b,t,4·d"),
		Doc: "Bidirectional attention flow: [c, u, c∘u, c∘h] for similarities w·[c, q, c∘q], u the mean of q weighted by their softmax over q, " +
			"h the mean of c weighted by the softmax over c of the greatest of each token. Tokens of c from lengths on are zeros, those of q from q_lengths on masked.",
	},
	{
		Name: "linear_attention", Code: OpLinearAttention, Since: 2, SIMD: true, Devices: wasmOnly, Masks: []string{"lengths", "causal"},
		Operands: []Operand{f32("q", "b,tq,*"), f32("k", "b,tk,*"), f32("v", "b,tk,*"), optional(i32("lengths", "b"))},
		Outputs:  outputs("b,tq,heads·vdim"),
		Attrs:    append(headAttrs(true, "q_col", "k_col", "v_col"), optionalAttrs(AttrFlag, "causal")...),
		Doc: "The mean of v weighted by φ(q)·φ(k), φ(x) = elu(x) + 1, for each head: its time grows with tq + tk, not their product. " +
			"Keys from lengths on are masked, with causal 1 also those behind the query's own.",
	},
	{
		Name: "attention_grad", Code: OpAttentionGrad, Since: 2, Level: 1, SIMD: true, Devices: wasmOnly,
		Masks: []string{"lengths", "causal", "window", "prefix", "flags", "added", "bias", "documents", "alibi"},
		Operands: slices.Concat(
			[]Operand{attention.Operands[0], f32OrF16("k", "b,tk,* or b,kv_heads,tk,dim"), f32OrF16("v", "b,tk,* or b,kv_heads,tk,vdim")},
			attention.Operands[3:4], later(mask("mask", "(b,heads,)tq,keys"), f32("bias", "(b,heads,)tq,keys")),
			[]Operand{f32("out", "b,tq,heads·vdim or b,heads,tq,vdim"), f32("dout", "as out")},
			later(f32("slopes", "heads"), f32("sinks", "heads"), f32("temperature", "(b,)tq"), i32("q_docs", "b,tq"), i32("k_docs", "b,keys"))),
		Outputs: []Operand{f32("dq", "b,tq,heads·dim or b,heads,tq,dim"), f32("dk", "b,tk,kv_heads·dim or b,kv_heads,tk,dim"),
			f32("dv", "b,tk,kv_heads·vdim or b,kv_heads,tk,vdim")},
		Attrs: attention.Attrs[:14],
		Doc: "The gradients of attention by q, k and v, from its result out and the gradient dout of that. The weights are computed again: " +
			"no memory grows with the square of the tokens. Where all batch rows have the same queries, dq has a row for each: the gradient is their sum.",
	},
}
