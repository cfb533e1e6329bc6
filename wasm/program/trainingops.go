package program

import "slices"

// Codes of the operations of training but for attention's gradient. What is
// not here is had by others: the backward of a product of batches by
// batch_matmul, of rope by rope with its scale negated.
const (
	OpMatMulGrad      = 128
	OpActivationGrad  = 129
	OpGatedGrad       = 130
	OpLayerNormGrad   = 131
	OpRMSNormGrad     = 132
	OpSoftmaxGrad     = 133
	OpL2NormalizeGrad = 134
	OpPoolGrad        = 135
	OpGatherGrad      = 136
	OpCrossEntropy    = 137
	OpSquaredError    = 138
	OpContrastiveLoss = 139
	OpRankingLoss     = 140
	OpGlobalNorm      = 141
	OpSGD             = 142
	OpAdam            = 143
)

// training is an operation of level 1.
func training(name string, code uint32, operands, outputs []Operand, attrs []Attr, doc string) Op {
	return Op{
		Name: name, Code: code, Since: 2, Level: 1, SIMD: true, Devices: wasmOnly,
		Operands: operands, Outputs: outputs, Attrs: attrs, Doc: doc,
	}
}

// f32s are operands or outputs of f32, each a name and a shape.
func f32s(pairs ...string) (list []Operand) {
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, f32(pairs[i], pairs[i+1]))
	}
	return list
}

// wanted are outputs of f32 that are computed where they are asked for.
func wanted(pairs ...string) []Operand {
	list := f32s(pairs...)
	for i := range list {
		list[i].Optional = true
	}
	return list
}

// normed are the tensors of [OpGlobalNorm].
func normed() []Operand {
	list := f32s("a", "...")
	for _, name := range "bcdefghijklmnop" {
		list = append(list, optional(f32(string(name), "...")))
	}
	return list
}

var trainingOps = []Op{
	training("matmul_grad", OpMatMulGrad, f32s("x", "...,k", "w", "k,n", "dout", "...,n"), wanted("dx", "...,k", "dw", "k,n", "dbias", "n"), nil,
		"The gradients of x·w + bias. That of a residual is dout itself, that of an activation before it activation_grad's."),
	training("activation_grad", OpActivationGrad, f32s("x", "...", "dout", "..."), f32s("dx", "..."),
		append(act(), optionalAttrs(AttrFloat, "alpha")...), "dout·act'(x), with relu'(0) = 0."),
	training("gated_grad", OpGatedGrad, f32s("gate", "...,*", "up", "...,*", "dout", "...,cols"), f32s("dgate", "...,cols", "dup", "...,cols"),
		slices.Concat(act(), attrsOf(AttrCount, "cols"), orZero(attrsOf(AttrInt, "gate_col", "up_col")...)), "The gradients of gated by the cols columns of gate and up that it uses."),
	training("layer_norm_grad", OpLayerNormGrad, f32s("x", "...,d", "scale", "d", "dout", "...,d"), wanted("dx", "...,d", "dscale", "d", "dbias", "d"),
		attrsOf(AttrNotNegative, "eps"), "The gradients of layer_norm, whose eps and axes it takes."),
	training("rms_norm_grad", OpRMSNormGrad, f32s("x", "...,d", "scale", "d", "dout", "...,d"), wanted("dx", "...,d", "dscale", "d"),
		attrsOf(AttrNotNegative, "eps"), "The gradients of rms_norm, whose eps and axes it takes."),
	training("softmax_grad", OpSoftmaxGrad, f32s("out", "...,d", "dout", "...,d"), f32s("dx", "...,d"),
		append(optionalAttrs(AttrInt, "axis_from_last"), optionalAttrs(AttrFlag, "log")...), "The gradient of softmax from its result out, along the same axis; with log 1 that of its logarithm."),
	training("l2_normalize_grad", OpL2NormalizeGrad, f32s("x", "...,d", "dout", "...,d"), f32s("dx", "...,d"), attrsOf(AttrNotNegative, "eps"),
		"The gradient of l2_normalize, whose eps it takes."),
	training("pool_grad", OpPoolGrad, append(f32s("x", "b,t,d", "dout", "b,d"), optional(i32("lengths", "b")), optional(i32("mask", "b,t"))),
		f32s("dx", "b,t,d"), attrsOf(AttrPool, "kind"),
		"The gradient of pool, whose kind it takes, and with kind 0 and lengths that of masked_mean. Of equal maxima the first token has it; but for them only the shape of x is used."),
	training("gather_grad", OpGatherGrad, []Operand{i32("ids", "..."), f32("dout", "...,cols")}, f32s("dtable", "rows,cols"),
		append(orOne(attrsOf(AttrFloat, "scale")...), attrsOf(AttrCount, "rows")...), "The gradient of gather by a table of rows rows: the sum of scale·dout over the places of each id, zeros elsewhere."),
	training("cross_entropy", OpCrossEntropy, []Operand{f32("logits", "...,c"), i32("labels", "...")}, append(f32s("loss", ""), wanted("dlogits", "...,c")...),
		optionalAttrs(AttrShare, "smoothing"),
		"The mean of -ln softmax(logits)[label] over the rows with a label, and its gradient; label -1 is none. With smoothing s the target is 1-s of the label and s/c of each class. 0 without any label."),
	training("squared_error", OpSquaredError, f32s("x", "...", "target", "..."), append(f32s("loss", ""), wanted("dx", "...")...), nil,
		"The mean of (x - target)², and its gradient by x."),
	training("contrastive_loss", OpContrastiveLoss, f32s("s", "n,m"), append(f32s("loss", ""), wanted("ds", "n,m")...),
		append(attrsOf(AttrPositive, "temperature"), orZero(attrsOf(AttrFlag, "symmetric")...)...),
		"InfoNCE of similarities s, such as scores gives: row i belongs to column i, n ≤ m. The mean of -ln softmax(s/temperature)[i,i] along the rows, with symmetric 1 of that and the same along the first n columns, and its gradient."),
	training("ranking_loss", OpRankingLoss, f32s("scores", "...,n", "relevance", "...,n"), append(f32s("loss", ""), wanted("dscores", "...,n")...),
		optionalAttrs(AttrBounded, "margin"),
		"The mean over the pairs of a row of which one is more relevant, of ln(1 + e^-d), d the score of that one less the other's, or with a margin of max(0, margin - d), and its gradient. A relevance of NaN is in no pair; 0 without any pair. Rows have 4096 scores at most: each is compared with each."),
	training("global_norm", OpGlobalNorm, normed(), f32s("norm", ""), nil,
		"√Σx² over all elements of all tensors, summed in f64. The norm of norms is the norm of more than 16."),
	training("sgd", OpSGD, append(f32s("param", "...", "grad", "..."), wanted("velocity", "...", "norm", "")...), append(f32s("param", "..."), wanted("velocity", "...")...),
		slices.Concat(attrsOf(AttrFloat, "rate"), optionalAttrs(AttrFloat, "momentum", "decay", "max_norm"), optionalAttrs(AttrFlag, "nesterov")),
		"A step of gradient descent: g = grad + decay·param, velocity = momentum·velocity + g (velocity 0 where it is left out), param - rate·velocity, with nesterov 1 param - rate·(g + momentum·velocity). With norm, such as global_norm gives, grad is first scaled by max_norm/norm where norm is above max_norm."),
	training("adam", OpAdam, slices.Concat(f32s("param", "...", "grad", "..."), []Operand{i32("step", "1")}, wanted("m", "...", "v", "...", "norm", "")),
		f32s("param", "...", "m", "...", "v", "..."),
		slices.Concat(attrsOf(AttrFloat, "rate"), attrsOf(AttrDecay, "beta1", "beta2"), attrsOf(AttrBounded, "eps"), optionalAttrs(AttrFloat, "decay", "max_norm")),
		"A step of AdamW, the step-th from 1 up: m = beta1·m + (1-beta1)·grad, v = beta2·v + (1-beta2)·grad² (0 where left out), param·(1 - rate·decay) - rate·m/(1-beta1^step)/(√(v/(1-beta2^step)) + eps). norm and max_norm are sgd's. Adam is the same with decay 0."),
}
