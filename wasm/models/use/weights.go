package use

import "fmt"

// form says how a weight is stored.
type form int

const (
	vector form = iota // f32 in both editions
	table              // rows to gather
	matrix             // [in, out]; the int8 edition stores it as [out, in]
)

// weight is a weight of the model file and where it comes from.
type weight struct {
	name        string
	form        form
	shape       []int
	source      string
	sourceShape []int // nil: the same as shape
}

// Prefixes of the published names.
const (
	moduleNames  = "module/Encoder_en/"
	appliedNames = "module_apply_default/Encoder_en/KonaTransformer/Encode/"
	stackNames   = appliedNames + "TransformerStack/"
	partitions   = "/ConcatPartitions/concat"
)

func (w weight) from(shape ...int) weight {
	w.sourceShape = shape
	return w
}

// weights lists all weights in the order of the file, which is the order in
// which encode uses them.
func weights() []weight {
	list := []weight{
		{name: "embedding", form: table, shape: []int{rows, embedded}, source: "module/Embeddings_en"},
		weight{name: "timing", shape: []int{embedded / 2},
			source: stackNames + "Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1"}.from(1, embedded/2),
	}
	for i, l := range layers {
		list = append(list, l.weights(i)...)
	}
	return append(list,
		weight{name: "pool.weight", form: matrix, shape: []int{Dims, Dims}, source: moduleNames + "hidden_layers/tanh_layer_0/weights"},
		weight{name: "pool.bias", shape: []int{Dims}, source: moduleNames + "hidden_layers/tanh_layer_0/bias"})
}

func (l layer) weights(index int) []weight {
	here := fmt.Sprintf("layer%d.", index)
	there := fmt.Sprintf("Layer_%d/TransformerLayer/", index)
	vec := func(name, source string, n int) weight {
		return weight{name: here + name, shape: []int{n}, source: appliedNames + there + source + partitions}
	}
	norm := func(name, source string, n int) []weight {
		source += "layer_prepostprocess/layer_norm/layer_norm_"
		return []weight{vec(name+".scale", source+"scale", n), vec(name+".bias", source+"bias", n)}
	}
	// The projections of the attention are published as 1×1 convolutions.
	projection := func(name, source string, in, out int) []weight {
		source = "MultiheadAttention/" + source
		return []weight{
			weight{name: here + name + ".weight", form: matrix, shape: []int{in, out},
				source: moduleNames + "KonaTransformer/Encode/" + there + source + "/kernel/part_0"}.from(1, 1, in, out),
			vec(name+".bias", source+"/bias", out),
		}
	}
	forward := func(name, source string, in, out int) []weight {
		return []weight{
			{name: here + name + ".weight", form: matrix, shape: []int{in, out},
				source: stackNames + there + "FFN/" + source + "/Tensordot/Reshape_1"},
			vec(name+".bias", "FFN/"+source+"/bias", out),
		}
	}
	qk := heads * l.dim
	list := norm("norm", "", l.width)
	list = append(list, projection("qkv", "qkv_transform_single", l.width, 3*qk)...)
	if l.dense {
		list = append(list,
			weight{name: here + "dense.weight", form: matrix, shape: []int{l.width, Dims},
				source: appliedNames + there + "dense/kernel" + partitions},
			vec("dense.bias", "dense/bias", Dims))
	}
	list = append(list, projection("out", "output_transform_single", qk, Dims)...)
	list = append(list, norm("ffn.norm", "FFN/", Dims)...)
	list = append(list, forward("ffn.up", "conv1", Dims, hidden)...)
	return append(list, forward("ffn.down", "conv2", hidden, Dims)...)
}
