// Package wgsl holds the shaders of the WebGPU executor, a file a family of
// kernels, and puts them together into the one data file that a page fetches
// where there is an adapter.
//
// A kernel reads its tensors and its parameters, up to 64 words that
// kernels/dispatch.go computes, through group 0: binding 0 is the uniform
// Params, then come the buffers in the order in which dispatch.go binds them,
// the results last. The data file has every kernel in one variant for each
// set of the features that it can use, and a runtime picks the first variant
// whose features are all there:
//
//   - subgroups: a row's sums go through subgroupAdd
//   - f16: factors of a product are staged in workgroup memory as f16
//     (shader-f16)
//   - dot: int8 products by dot4I8Packed (packed_4x8_integer_dot_product)
//
// Sums are f32 in all variants. Without f16 the results agree with those of
// wasm within a relative L2 error of 1e-4, with it within 1e-2.
package wgsl

import (
	"bytes"
	"embed"
	"encoding/json"
	"hash/crc32"
	"slices"
)

//go:embed *.wgsl
var shaders embed.FS

// A Kernel is a shader, assembled from a file.
type Kernel struct {
	Name     string
	File     string
	Defines  []string // names that the file's directives test
	Features []string // that it has variants for
}

// Kernels lists the kernels in the order of their numbers, which
// kernels/shaders_gen.go names.
var Kernels = []Kernel{
	{Name: "check", File: "check.wgsl"},
	{Name: "gather", File: "gather.wgsl"},
	{Name: "gather_q8", File: "gather.wgsl", Defines: []string{"q8"}},
	{Name: "timing", File: "timing.wgsl"},
	{Name: "layer_norm", File: "rows.wgsl", Defines: []string{"layer_norm"}, Features: []string{"subgroups"}},
	{Name: "rms_norm", File: "rows.wgsl", Defines: []string{"rms_norm"}, Features: []string{"subgroups"}},
	{Name: "l2_normalize", File: "rows.wgsl", Defines: []string{"l2_normalize"}, Features: []string{"subgroups"}},
	{Name: "softmax", File: "rows.wgsl", Defines: []string{"softmax"}, Features: []string{"subgroups"}},
	{Name: "masked_softmax", File: "rows.wgsl", Defines: []string{"masked"}, Features: []string{"subgroups"}},
	{Name: "matmul", File: "matmul.wgsl", Defines: []string{"x4", "n4"}, Features: []string{"f16"}},
	{Name: "matmul_short", File: "matmul.wgsl", Defines: []string{"x4", "n4", "short"}, Features: []string{"f16"}},
	{Name: "matmul_any", File: "matmul.wgsl", Defines: []string{"short"}, Features: []string{"f16"}},
	{Name: "batch_matmul", File: "matmul.wgsl", Defines: []string{"batched", "short"}, Features: []string{"f16"}},
	{Name: "matvec", File: "matvec.wgsl"},
	{Name: "matvec_half", File: "matvec.wgsl", Defines: []string{"half"}},
	{Name: "quantize", File: "quantize.wgsl"},
	{Name: "matmul_q8", File: "matmul_q8.wgsl", Features: []string{"dot"}},
	{Name: "matmul_q8_short", File: "matmul_q8.wgsl", Defines: []string{"short"}, Features: []string{"dot"}},
	{Name: "matmul_q4", File: "matmul_q8.wgsl", Defines: []string{"q4"}, Features: []string{"dot"}},
	{Name: "matmul_q4_short", File: "matmul_q8.wgsl", Defines: []string{"q4", "short"}, Features: []string{"dot"}},
	{Name: "scores", File: "matmul.wgsl", Defines: []string{"scores", "x4", "short"}, Features: []string{"f16"}},
	{Name: "scores_any", File: "matmul.wgsl", Defines: []string{"scores", "short"}, Features: []string{"f16"}},
	{Name: "join", File: "join.wgsl"},
	{Name: "attention", File: "attention.wgsl", Defines: []string{"x4"}},
	{Name: "attention_any", File: "attention.wgsl"},
	{Name: "attention_scores", File: "attention.wgsl", Defines: []string{"weights", "x4"}},
	{Name: "attention_scores_any", File: "attention.wgsl", Defines: []string{"weights"}},
	{Name: "pool", File: "pool.wgsl"},
	{Name: "add", File: "elementwise.wgsl", Defines: []string{"two", "add"}},
	{Name: "gated", File: "elementwise.wgsl", Defines: []string{"two"}},
	{Name: "rope", File: "rope.wgsl"},
	{Name: "activation", File: "elementwise.wgsl"},
}

// An Assembled kernel is an entry of the data file.
type Assembled struct {
	Name     string    `json:"name"`
	Variants []Variant `json:"variants"` // those with most features first
}

// A Variant is a kernel's source for adapters with some features.
type Variant struct {
	Features []string `json:"features"`
	Source   string   `json:"source"`
}

// Assemble puts all kernels together.
func Assemble() (all []Assembled, err error) {
	for _, k := range Kernels {
		vs, err := k.variants()
		if err != nil {
			return nil, err
		}
		all = append(all, Assembled{k.Name, vs})
	}
	return all, nil
}

// Data returns the data file, JSON of all kernels and of their checksum. A
// module is built with the checksum of the kernels whose numbers, buffers and
// parameters it means; with others a program would compute something else.
func Data() (data []byte, sum uint32, err error) {
	all, err := Assemble()
	if err != nil {
		return nil, 0, err
	}
	kernels, err := encode(all)
	if err != nil {
		return nil, 0, err
	}
	sum = crc32.ChecksumIEEE(kernels)
	data, err = encode(struct {
		Sum     uint32          `json:"sum"`
		Kernels json.RawMessage `json:"kernels"`
	}{sum, kernels})
	return data, sum, err
}

// encode is json.Marshal that leaves < and > as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}

// variants assembles k for every subset of its features.
func (k Kernel) variants() (all []Variant, err error) {
	for set := 1<<len(k.Features) - 1; set >= 0; set-- {
		features := []string{}
		for i, f := range k.Features {
			if set>>i&1 != 0 {
				features = append(features, f)
			}
		}
		source, err := assemble(shaders, k.File, slices.Concat(k.Defines, features))
		if err != nil {
			return nil, err
		}
		all = append(all, Variant{features, source})
	}
	return all, nil
}
