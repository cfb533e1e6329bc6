package program

import "slices"

// Codes of the neighbours of attention.
const (
	OpRMSNorm         = 64
	OpGated           = 65
	OpRoPE            = 66
	OpPool            = 67
	OpBatchMatMul     = 68
	OpPatches         = 69
	OpPowerSpectrum   = 70
	OpLogarithm       = 71
	OpTopK            = 72
	OpSample          = 73
	OpRelativeBias    = 74
	OpQuantize        = 75
	OpDequantize      = 76
	OpQuantizedMatMul = 77
)

// Kinds of [OpPool].
const (
	PoolMean = iota
	PoolMax
	PoolFirst
	PoolLast
	PoolSum
	NumPools // how many there are
)

// Kinds of [OpRelativeBias].
const (
	RelativeClipped = iota // distances clipped to ±(rows-1)/2
	RelativeBoth           // buckets, half of them for keys behind the query
	RelativeCausal         // buckets for keys before the query
	NumRelatives           // how many there are
)

func typed(name, shape string, t DType) Operand {
	return Operand{Name: name, Shape: shape, Types: []DType{t}}
}

// wasmOnly is for operations without a shader.
var wasmOnly = []string{OnWasm}

var neighbourOps = []Op{
	{
		Name: "rms_norm", Code: OpRMSNorm, Since: 2, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32("x", "...,d"), f32("scale", "d")},
		Outputs:  outputs("...,d"),
		Attrs:    attrsOf(AttrNotNegative, "eps"),
		Doc:      "x / sqrt(mean of x² + eps) · scale along the axes of scale, the last of x.",
	},
	{
		Name: "gated", Code: OpGated, Since: 2, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32("gate", "...,*"), f32("up", "...,*")},
		Outputs:  outputs("...,cols"),
		Attrs:    slices.Concat(act(), attrsOf(AttrCount, "cols"), orZero(attrsOf(AttrInt, "gate_col", "up_col")...)),
		Doc:      "act(gate)·up, of cols columns of each from gate_col and up_col on: SwiGLU with act silu, GEGLU with gelu. A fused projection is passed as both.",
	},
	{
		Name: "rope", Code: OpRoPE, Since: 2, SIMD: true, Devices: everywhere,
		Operands: []Operand{
			f32("x", "b,t,* or b,heads,t,dim"), optional(f32("inv", "rotary/2")), optional(f32("cos", "*,rotary/2")),
			optional(f32("sin", "*,rotary/2")), optional(i32("positions", "b,t")),
		},
		Outputs: outputs("b,t,* or b,heads,t,dim"),
		Attrs: slices.Concat(attrsOf(AttrCount, "heads", "dim"), orZero(attrsOf(AttrEven, "rotary")...), orZero(attrsOf(AttrInt, "col")...),
			orZero(attrsOf(AttrFlag, "interleaved")...), optionalAttrs(AttrBase, "base"), optionalAttrs(AttrFloat, "scale")),
		Doc: "Rotary embedding of heads heads of dim columns from col on; the other columns are copied. Where heads are an axis, a row has one. It turns the first rotary elements (0: dim) of a head, pairs of neighbours if interleaved is 1, else elements i and i+rotary/2, by position·scale·inv[i] (scale 0: 1); without inv, inv[i] is base^(-2i/rotary) (base 0: 10000). With cos and sin they are the rows of these: [*,rotary/2] by position, or without positions [t,rotary/2] or [b,t,rotary/2]. Positions count from 0 where none are given.",
	},
	{
		Name: "pool", Code: OpPool, Since: 2, SIMD: true, Devices: wasmOnly,
		Operands: []Operand{f32("x", "b,t,d"), optional(i32("lengths", "b")), optional(i32("mask", "b,t"))},
		Outputs:  outputs("b,d"),
		Attrs:    attrsOf(AttrPool, "kind"),
		Masks:    []string{"lengths", "mask"},
		Doc:      "Mean (kind 0), maximum (1), first (2), last (3) or sum (4) of the tokens below lengths whose mask is not 0; zeros where there is none.",
	},
	{
		Name: "batch_matmul", Code: OpBatchMatMul, Since: 2, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32("a", "...,m,k"), f32("b", "...,k,n"), optional(f32("bias", "n")), optional(f32("residual", "...,m,n"))},
		Outputs:  outputs("...,m,n"),
		Attrs:    append(act(), orZero(attrsOf(AttrFlag, "transpose_a", "transpose_b")...)...),
		Doc:      "act(a·b + bias) + residual for each index of the leading axes, which broadcast. A transposed a is [...,k,m], a transposed b [...,n,k].",
	},
	{
		Name: "patches", Code: OpPatches, Since: 2, SIMD: true, Devices: wasmOnly,
		Operands: []Operand{f32("x", "b,h,w,c")},
		Outputs:  outputs("b,oh·ow,kernel_h·kernel_w·c"),
		Attrs: slices.Concat(attrsOf(AttrCount, "kernel_h", "kernel_w"), orOne(attrsOf(AttrCount, "stride_h", "stride_w")...),
			orZero(attrsOf(AttrPadding, "pad_top", "pad_left", "pad_bottom", "pad_right")...)),
		Doc: "The windows of an image, of frames or of samples (h = 1), rows of [kernel_h,kernel_w,c] with zeros outside; oh = (pad_top+h+pad_bottom-kernel_h)/stride_h+1. A product with weights [kernel_h·kernel_w·c,n] makes it a convolution.",
	},
	{
		Name: "power_spectrum", Code: OpPowerSpectrum, Since: 2, SIMD: true, Devices: wasmOnly,
		Operands: []Operand{f32("x", "...,n"), optional(f32("window", "n"))},
		Outputs:  outputs("...,n/2+1"),
		Doc:      "The squared magnitudes of the discrete Fourier transform of x·window along the last axis, of 4096 elements at most.",
	},
	{
		Name: "logarithm", Code: OpLogarithm, Since: 2, SIMD: true, Devices: wasmOnly,
		Operands: []Operand{f32("x", "...")},
		Outputs:  outputs("..."),
		Attrs:    slices.Concat(attrsOf(AttrNotNegative, "floor"), orOne(attrsOf(AttrFloat, "scale")...), optionalAttrs(AttrFloat, "offset")),
		Doc:      "scale·ln max(x, floor) + offset, element by element.",
	},
	{
		Name: "top_k", Code: OpTopK, Since: 2, SIMD: true, Devices: wasmOnly,
		Operands: []Operand{f32("x", "...,n")},
		Outputs:  []Operand{f32("values", "...,k"), optional(i32("indices", "...,k"))},
		Attrs:    attrsOf(AttrCount, "k"),
		Doc:      "The k greatest elements along the last axis and their indices, in descending order, the lower index first among equals, NaN behind all numbers.",
	},
	{
		Name: "sample", Code: OpSample, Since: 2, SIMD: true, Devices: wasmOnly,
		Operands: []Operand{f32("logits", "...,n"), f32("u", "...")},
		Outputs:  []Operand{i32("token", "...")},
		Attrs:    slices.Concat(attrsOf(AttrNotNegative, "temperature"), optionalAttrs(AttrInt, "top_k"), optionalAttrs(AttrNotNegative, "top_p")),
		Doc:      "A token by the softmax of logits/temperature and the random number u in 0..1, the same for the same bits; temperature 0 takes the greatest. Only tokens with a logit of at least the top_k-th take part (0: all) and, of them, those with at least the probability of the last that a total of top_p needs (0: all).",
	},
	{
		Name: "relative_bias", Code: OpRelativeBias, Since: 2, SIMD: false, Devices: wasmOnly,
		Operands: []Operand{f32("table", "rows,heads"), f32("q", "b,tq,*"), f32("k", "b,tk,*")},
		Outputs:  outputs("heads,tq,tk"),
		Attrs:    slices.Concat(attrsOf(AttrRelative, "kind"), attrsOf(AttrInt, "farthest"), orZero(attrsOf(AttrPosition, "offset")...)),
		Doc:      "The bias of a query at offset + i and a key j by their distance, a row of table: clipped to ±(rows-1)/2 (kind 0), or one of rows buckets, exact near by, then logarithmic up to farthest, for both directions (1) or for keys before the query (2). Of q and k only the shapes are used. Buckets are 4096 rows at most, for both directions at least 2.",
	},
	{
		Name: "quantize", Code: OpQuantize, Since: 2, SIMD: true, Devices: wasmOnly,
		Operands: []Operand{f32("x", "...,d")},
		Outputs:  []Operand{typed("q", "...,d", U8), typed("scales", "...,d/32", F16)},
		Doc:      "x in blocks of 32 along the last axis as int8 (in u8) and one scale, as GGUF's Q8_0.",
	},
	{
		Name: "dequantize", Code: OpDequantize, Since: 2, SIMD: true, Devices: wasmOnly,
		Operands: []Operand{typed("q", "...,d", U8), typed("scales", "...,d/32", F16)},
		Outputs:  outputs("...,d"),
		Doc:      "int8·scale in blocks of 32, the inverse of quantize.",
	},
	{
		Name: "quantized_matmul", Code: OpQuantizedMatMul, Since: 2, SIMD: true, Devices: everywhere,
		Operands: []Operand{f32("x", "...,k"), typed("q", "n,k·bits/8", U8), typed("scales", "n,k/32", F16),
			optional(f32("bias", "n")), optional(f32("residual", "...,n"))},
		Outputs: outputs("...,n"),
		Attrs:   append(act(), attrsOf(AttrBits, "bits")...),
		DTypes:  []DType{Q8, Q4},
		Doc:     "matmul with weights that are computed or given at each run: bits 8, int8, or 4, the blocks of GGUF's Q4_0. A matmul by a weight of the model has it packed once.",
	},
}
